"""`python tools/patterns/patterns.py`: judge the regular expressions that nobody has judged yet.

`re` and the browsers go back and try again: an expression that can read the same text in two ways
takes time that grows with a power of its length, and who writes the text chooses how long it is.
Each of ours is found in the syntax of the source. An independent library (judge.ts) says how long
it takes at worst; that is kept in `verdicts.json`, since a verdict takes up to half a minute and an
expression never changes its mind. tests/contracts/test_patterns.py compares. One that is not linear
is written anew, or gets a `bound` there by hand: what keeps its text short.
"""

import ast
import importlib
import json
import os
import re
import runpy
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VERDICTS = HERE / "verdicts.json"
HOMES = (ROOT / "core", *sorted(path.parent for path in ROOT.glob("plugins/*/salon_*")))
CLIENTS = ["core/client", *(f"plugins/{home.name}/client" for home in HOMES[1:])]
TRUSTED = {"DENO_TLS_CA_STORE": "mozilla,system"}  # as in hatch_build.py
INLINE = {"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
FLAGS = ((re.IGNORECASE, "i"), (re.DOTALL, "s"), (re.MULTILINE, "m"))


def main() -> None:
    """Judge what is new, forget what is gone, and end with 1 when something is not linear."""
    known = json.loads(VERDICTS.read_text("utf-8")) if VERDICTS.is_file() else {}
    found = expressions()
    new = [one for one in found if one not in known]
    for one, verdict in zip(new, judged([found[one] for one in new]), strict=True):
        known[one] = {"verdict": verdict}
    kept = {one: known[one] for one in sorted(found)}
    VERDICTS.write_text(json.dumps(kept, indent=1, ensure_ascii=True) + "\n", "utf-8")
    for one in (one for one in kept if not is_harmless(kept[one])):
        print(f"{found[one]['where']}: {one}\n  {kept[one]['verdict']}")
    sys.exit(not all(map(is_harmless, kept.values())))


def is_harmless(kept: Mapping[str, str]) -> bool:
    return kept["verdict"] in {"linear", "steps"} or bool(kept.get("bound"))


def expressions() -> Mapping[str, Mapping[str, str]]:
    """Every expression, by how it is written: `{where, source, flags}`, as ECMAScript says it."""
    found = [in_ecmascript(where, how, one.pattern, one.flags) for where, how, one in compiled()]
    found += [in_ecmascript(*each) for each in inline()]
    found += json.loads(deno("list", *CLIENTS))
    return {f"/{one['source']}/{one['flags']}": one for one in found}


def judged(ours: list[Mapping[str, str]]) -> list[str]:
    return list(json.loads(deno("judge", given=json.dumps(ours))))


def deno(script: str, *arguments: str, given: str = "") -> str:
    """Run a script of this folder; the judge is a program that recheck starts."""
    program = runpy.run_path(str(ROOT / "hatch_build.py"))["deno"]()
    command = [program, "run", "--quiet", "--config", str(HERE / f"{script}.json")]
    told = subprocess.run(
        [*command, "--allow-all", str(HERE / f"{script}.ts"), *arguments],
        cwd=ROOT,
        env=TRUSTED | os.environ | {"RECHECK_BACKEND": "native"},
        check=True,
        stdout=subprocess.PIPE,
        input=given.encode(),
    )
    return told.stdout.decode()


# What there is in Python


@cache
def modules() -> Mapping[str, ast.Module]:
    """The syntax of each module that runs on a server, by its name."""
    found = {}
    for home in HOMES:
        for file in sorted(home.glob("salon*/**/*.py")):
            name = ".".join(file.relative_to(home).with_suffix("").parts)
            if not {"versions", "testing", "__main__.py"} & set(file.parts):
                found[name.removesuffix(".__init__")] = ast.parse(file.read_text("utf-8"))
    return found


def compiled() -> Iterator[tuple[str, set[str], re.Pattern[Any]]]:
    """Each expression that modules keep, alone or in a list: where, how it is asked, and it."""
    found: dict[int, tuple[str, set[str], re.Pattern[Any]]] = {}
    for module in modules():
        for name, value in vars(importlib.import_module(module)).items():
            for one in patterns_in(value):
                kept = found.setdefault(id(one), (f"{module}.{name}", set(), one))
                kept[1].update(asked(module)[name], asked(None)[name])
    yield from found.values()


def patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from patterns_in(each)


@cache
def asked(module: str | None) -> Mapping[str, set[str]]:
    """How expressions are asked, by name: `fullmatch` from `_NAME.fullmatch(…)` in a module.

    Of None: by their names in other modules, as from `names.NAME.match(…)` in any module.
    """
    found = defaultdict(set)
    for tree in [modules()[module]] if module else modules().values():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=how)) if module:
                    found[name].add(how)
                case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=name), attr=how)):
                    found[name].add(how)
    return found


def inline() -> Iterator[tuple[str, set[str], str]]:
    """Each expression that is written where it is used: where, how, and it."""
    for module, tree in modules().items():
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name("re"), attr=how),
                    args=[ast.Constant(str(source)), *_],
                ) if how in INLINE:
                    yield f"{module}:{node.lineno}", {how}, source


def in_ecmascript(
    where: str, how: set[str], source: str | bytes, flags: int = 0
) -> Mapping[str, str]:
    """Say an expression as the judge reads it, held to the ends of the text where `re` holds it."""
    text = source if isinstance(source, str) else source.decode("latin-1")
    text = text.replace("(?P<", "(?<").replace(r"\Z", "$")
    how = how & INLINE
    if how == {"fullmatch"}:
        text = f"^(?:{text})$"
    elif how and how <= {"match", "fullmatch"}:
        text = f"^(?:{text})"
    letters = "".join(letter for flag, letter in FLAGS if flags & flag)
    return {"where": where, "source": text, "flags": f"{letters}u"}


if __name__ == "__main__":
    main()
