"""The hooks and the public API, printed from the source: `docs/hooks.md` and its snapshot.

The committed files are compared with these in every test run, so that no change is accidental.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import salon.plugin as public
from salon.host.specs import SPECS, Spec
from salon.plugin import keeping, rooms
from salon.plugin import salon as salon_protocols
from salon.plugin.hookspecs import Hookspecs

_HEAD = f"""\
# Hooks

What a plugin of API {public.API_VERSION} may implement: a method of this name, marked with
`@hookimpl`. It takes the arguments it wants, by name, and they are frozen. Made from
`salon/plugin/hookspecs.py`.

Plugins are asked in the order of the configuration. A hook that raises, answers something else, or
takes longer than its budget has failed: that counts as a fault of the plugin and stops nobody else.
Three faults in an hour are shown to the owner, twenty in ten minutes suspend the plugin.
"""

_PLAIN = (
    "One that has nothing to await may be plain `def`, from 1.10 on: it is called without a task "
    "of its own, and holds up everybody while it runs. It may answer with a coroutine, which is "
    "awaited."
)
_FAMILIES = (
    (
        "contribution",
        "Contributions: `register_…`",
        (
            "Plain `def`, asked once before the doors open. The answer is a list. A plugin that "
            "fails here is refused."
        ),
    ),
    (
        "decision",
        "Decisions: `may_…`",
        (
            "`async def`, asked before something is done. No answer (None) means yes. `on_failure` "
            "in the plugin's section of the configuration says otherwise what a failure means. "
            f"{_PLAIN}"
        ),
    ),
    (
        "notice",
        "Notices: past tense",
        (
            "`async def`, told after the commit, to each plugin in order and at its own pace. One "
            "that is over 1,000 notices behind loses the oldest. What must not be lost is a job. "
            f"{_PLAIN}"
        ),
    ),
    ("life", "Life", "`async def`, for the plugin itself."),
)


def hooks_markdown() -> str:
    """Return `docs/hooks.md`."""
    parts = [_HEAD]
    for family, title, words in _FAMILIES:
        parts.append(f"## {title}\n\n{textwrap.fill(words, 100, break_on_hyphens=False)}\n")
        parts += [_hook(spec) for spec in SPECS.values() if spec.kind.family == family]
    return "\n".join(parts)


def _hook(spec: Spec) -> str:
    function = _function_in(Hookspecs, spec.name)
    facts = f"*budget {spec.kind.budget_s:g} s*\n\n" if spec.is_async else ""
    if spec.kind.on_failure is not None:
        facts = facts.replace(" s*", f" s, a failure means {spec.kind.on_failure}*")
    doc = textwrap.indent(spec.doc, "    ") if "\n" in spec.doc else spec.doc
    return f"### `{_signature(function)}`\n\n{facts}{doc}\n"


def public_api_text() -> str:
    """Return every public name of `salon.plugin` with its signature, one a line, sorted."""
    lines = [f'API_VERSION = "{public.API_VERSION}"']
    named = {name: getattr(public, name) for name in public.__all__}
    for name, value in sorted((named | _parts_of_salon()).items()):
        if isinstance(value, type):
            lines += ["", *_class(name, value)]
        elif name != "API_VERSION":
            lines += ["", _what_it_is(name, value)]
    return "\n".join((*lines, ""))


def _parts_of_salon() -> dict[str, Any]:
    """Return the protocols that a plugin meets as attributes of `Salon`."""
    return {
        name: value
        for module in (salon_protocols, rooms, keeping)
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    }


def _what_it_is(name: str, value: Any) -> str:
    if inspect.isfunction(value):
        node = ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]
        return f"def {_signature(node)}"
    alternatives = " | ".join(part.__name__ for part in getattr(value, "__args__", ()))
    return f"{name} = {alternatives}" if alternatives else f"{name}: {type(value).__name__}"


def _class(name: str, value: type) -> Iterator[str]:
    """Yield a class, its fields and its methods, as they stand in the source."""
    node = _class_node(value)
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    yield f"class {name}({bases})" if bases else f"class {name}"
    for child in node.body:
        match child:
            case ast.AnnAssign(target=ast.Name(id=field)) if not field.startswith("_"):
                yield f"    {ast.unparse(child)}"
            case ast.Assign(targets=[ast.Name(id=field)]) if not field.startswith("_"):
                yield f"    {ast.unparse(child)}"
            case ast.FunctionDef(name=method) | ast.AsyncFunctionDef(name=method) if (
                method == "__init__" or not method.startswith("_")
            ):
                yield f"    {_signature(child)}"


def _signature(node: ast.AST) -> str:
    """Return `async name(a: int) -> str`, without `self`."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        raise TypeError(f"expected a function, got {ast.dump(node)[:60]}")
    arguments = ast.unparse(node.args)
    arguments = arguments.removeprefix("self").removeprefix(", ")
    colour = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    if any(ast.unparse(decorator) == "property" for decorator in node.decorator_list):
        colour = "property "
    answer = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{colour}{node.name}({arguments}){answer}"


def _class_node(value: type) -> ast.ClassDef:
    module = inspect.getmodule(value)
    for node in ast.walk(ast.parse(_source_of(module))):
        if isinstance(node, ast.ClassDef) and node.name == value.__name__:
            return node
    raise LookupError(f"{value.__name__} is not in the source of {module}")


def _source_of(module: ModuleType | None) -> str:
    if module is None:
        raise LookupError("a public class has no module")
    return inspect.getsource(module)


def _function_in(owner: type, name: str) -> ast.AST:
    return next(
        node
        for node in _class_node(owner).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    )


if __name__ == "__main__":
    sys.stdout.write(public_api_text())
