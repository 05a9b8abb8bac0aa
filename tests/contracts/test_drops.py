"""Every reason for which the relay drops something is said in words on the server's page."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REASON = re.compile(r'"dropped\.(\w+)"|\b_?drop\("(\w+)"')


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_reason_of_a_drop_has_words_and_no_other(language: str) -> None:
    files = (ROOT / "core" / "salon" / "relay").glob("*.py")
    found = [match for file in files for match in REASON.findall(file.read_text("utf-8"))]
    words = ROOT / "core" / "client" / "words" / f"{language}_server.ts"
    said = re.findall(r'^  "drop\.(\w+)":', words.read_text("utf-8"), re.MULTILINE)
    assert sorted(said) == sorted({one or other for one, other in found})
