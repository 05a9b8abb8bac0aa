"""Hooks keep their families: name, colour, answer and documents agree."""

import ast
import dataclasses
import inspect
import re
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from salon.host.reference import hooks_markdown
from salon.host.specs import SPECS, Spec
from salon.plugin import Amend, Deny
from salon.plugin.hookspecs import Hookspecs

ROOT = Path(__file__).parents[2]
LIFE = {"startup", "shutdown", "erase_account", "export_account"}

specs = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)


def _hints(spec: Spec) -> dict[str, object]:
    return typing.get_type_hints(getattr(Hookspecs, spec.name))


def _family_by_name(name: str) -> str:
    if name in LIFE:
        return "life"
    if name.startswith("register_"):
        return "contribution"
    return "decision" if name.startswith("may_") else "notice"


def test_every_function_of_the_specs_is_a_hook() -> None:
    functions = {name for name, value in vars(Hookspecs).items() if inspect.isfunction(value)}
    assert functions == set(SPECS)


@specs
def test_the_name_tells_the_family(spec: Spec) -> None:
    assert spec.kind.family == _family_by_name(spec.name)


@specs
def test_a_notice_is_in_the_past_tense(spec: Spec) -> None:
    if spec.kind.family == "notice":
        assert re.fullmatch(r"[a-z]+_(\w+ed|left)", spec.name)


@specs
def test_only_contributions_are_plain_functions_without_arguments(spec: Spec) -> None:
    assert spec.is_async is (spec.kind.family != "contribution")
    if not spec.is_async:
        assert spec.arguments == ()


@specs
def test_the_answer_is_that_of_the_family(spec: Spec) -> None:
    answer = _hints(spec)["return"]
    if spec.kind.family == "contribution":
        assert typing.get_origin(answer) is list
    elif spec.kind.family == "decision":
        assert {Deny, type(None)} <= set(typing.get_args(answer))
    elif spec.name == "export_account":
        assert answer == Mapping[str, Any] | None
    else:
        assert answer is type(None)


@specs
def test_what_a_decision_may_amend_is_its_first_argument(spec: Spec) -> None:
    hints = _hints(spec)
    amended = [
        typing.get_args(answer)[0]
        for answer in typing.get_args(hints["return"])
        if typing.get_origin(answer) is Amend
    ]
    if amended:
        assert hints[spec.arguments[0]] is amended[0]


@specs
def test_only_a_decision_says_what_its_failure_means(spec: Spec) -> None:
    assert (spec.kind.on_failure is not None) is (spec.kind.family == "decision")
    assert spec.kind.budget_s > 0


@specs
def test_arguments_are_frozen(spec: Spec) -> None:
    hints = _hints(spec)
    for argument in spec.arguments:
        kind = hints[argument]
        assert isinstance(kind, type)
        if kind not in (int, str):
            assert dataclasses.is_dataclass(kind)
            assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


@specs
def test_the_docstring_says_what_several_plugins_mean_and_since_when(spec: Spec) -> None:
    assert re.search(r"Since \d+\.\d+\.$", spec.doc)
    if spec.kind.family == "decision":
        for words in ("Asked ", "Deny:", "Several plugins:", "Not asked:"):
            assert words in spec.doc


@specs
def test_a_hook_stands_in_the_reference_with_its_docstring(spec: Spec) -> None:
    page = (ROOT / "docs/hooks.md").read_text("utf-8")
    assert f"{spec.name}(" in page
    assert all(line.strip() in page for line in spec.doc.splitlines())


def _hooks_in(source: str) -> set[str]:
    """Return what carries the mark of hookimpl in a file."""
    return {
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and "hookimpl" in {ast.unparse(decorator) for decorator in node.decorator_list}
    }


def test_every_hook_has_a_user_among_the_bundled_plugins() -> None:
    files = (ROOT / "plugins").glob("*/salon_*/**/*.py")
    used = set[str]().union(*(_hooks_in(file.read_text("utf-8")) for file in files))
    assert set(SPECS) - used == set()


def test_the_reference_is_fresh() -> None:
    """If this fails: `salon docs`, and read what changed."""
    assert (ROOT / "docs/hooks.md").read_text("utf-8") == hooks_markdown()
