"""Which pictures of Unicode there are: those a reaction can be.

`emoji.txt` has one fully qualified sequence a line, those of the package `emoji`, to which a test
holds it; the package itself takes ten megabytes of memory for names that only pages need.
"""

from functools import cache
from pathlib import Path

_LIST = Path(__file__).with_name("emoji.txt")
_VARIANT = "\ufe0f"  # asks for the picture where a sign has a letter's form too
LONGEST = 16  # code points of what is looked at


def qualified(text: str) -> str | None:
    """Return the one spelling of a picture, or None for what is not one."""
    return None if len(text) > LONGEST else _known().get(text.replace(_VARIANT, ""))


@cache
def _known() -> dict[str, str]:
    """Return every picture by its spelling without variant selectors."""
    return {line.replace(_VARIANT, ""): line for line in _LIST.read_text("utf-8").splitlines()}
