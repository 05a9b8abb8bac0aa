"""Every regular expression takes linear time, whatever text it meets; see tools/patterns."""

import ast
import json
import runpy
from pathlib import Path
from typing import Any

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "patterns"
# Put together in a function, of nothing but our own constants, which are judged or plain words.
OF_OUR_WORDS = {"salon.services.names", "salon_bots.rest.table", "salon_bots.webhooks"}

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    return runpy.run_path(str(TOOL / "patterns.py"))


def test_every_expression_of_ours_was_judged_and_takes_linear_time(tool: dict[str, Any]) -> None:
    verdicts = json.loads((TOOL / "verdicts.json").read_text("utf-8"))
    found = tool["expressions"]()
    assert len(found) > 100
    new = [one for one in found if one not in verdicts]
    assert not new, "judge them: python tools/patterns/patterns.py"
    assert [one for one, kept in verdicts.items() if not tool["is_harmless"](kept)] == []


def test_no_expression_is_put_together_from_what_people_write(tool: dict[str, Any]) -> None:
    asked = {*tool["INLINE"], "compile"}
    made = set()
    for module, tree in tool["modules"]().items():
        for function in (n for n in ast.walk(tree) if isinstance(n, FUNCTIONS)):
            for node in ast.walk(function):
                match node:
                    case ast.Call(
                        func=ast.Attribute(value=ast.Name("re"), attr=how), args=[first, *_]
                    ) if how in asked and not isinstance(first, ast.Constant):
                        made.add(module)
    assert made == OF_OUR_WORDS
