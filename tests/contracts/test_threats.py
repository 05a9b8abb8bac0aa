"""Every sentence of docs/threats.md is shown by a test that there is."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "threats.md").read_text("utf-8")
SECTIONS = ("Pages, addresses and accounts", "The socket", "Files and pictures",
            "What the server fetches")  # fmt: skip
WRITTEN_FOR_IT = (
    "tests/contracts/test_addresses_guarded.py", "tests/contracts/test_only_doors.py",
    "tests/contracts/test_patterns.py", "tests/core/services/test_guessing.py",
    "tests/core/services/test_hidden.py", "tests/core/web/test_frames.py",
    "tests/core/web/test_redirects.py",
)  # fmt: skip
NAMED = re.compile(r"`([\w/.]+)::([^`]+)`")


def rows() -> Iterator[tuple[str, str, str]]:
    """Each row: the attack, what is done, and what shows it."""
    for line in TEXT.splitlines():
        if line.startswith("| ") and not line.startswith("| Attack |"):
            attack, done, shown = line.strip("|").split(" | ")
            yield attack.strip(), done.strip(), shown.strip()


@cache
def found_in(file: str) -> frozenset[str]:
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    text = path.read_text("utf-8")
    if path.suffix == ".ts":
        return frozenset(re.findall(r'Deno\.test\(["`](.+?)["`],', text))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    found = (node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds))
    return frozenset(node.name for node in found if node.name.startswith("test_"))


def test_every_row_names_tests_that_exist() -> None:
    every = list(rows())
    assert tuple(re.findall(r"^## (.+)$", TEXT, re.MULTILINE)) == SECTIONS
    assert len(every) > 40
    assert len({attack for attack, _done, _shown in every}) == len(every)
    for attack, done, shown in every:
        named = NAMED.findall(shown)
        assert attack
        assert done
        assert named, f"nothing shows: {attack}"
        assert NAMED.sub("", shown).strip() == "", attack
        gone = [f"{file}::{name}" for file, name in named if name not in found_in(file)]
        assert not gone, f"{attack}: {gone}"


def test_every_test_that_was_written_for_the_list_is_in_it() -> None:
    named = {f"{file}::{name}" for file, name in NAMED.findall(TEXT)}
    written = {f"{file}::{name}" for file in WRITTEN_FOR_IT for name in found_in(file)}
    assert written - named == set()
