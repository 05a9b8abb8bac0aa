"""What people write, as it is kept: one line for a title, several for what is said about it."""

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str) -> str:
    """Return the text as one line, without what cannot be seen. May come out empty."""
    return _seen(" ".join(text.split()))


def lines(text: str) -> str:
    """Return the lines of a text, without what cannot be seen and with one empty line at most."""
    clean: list[str] = []
    for line in text.splitlines():
        kept = _seen(line.rstrip())
        if kept or (clean and clean[-1]):
            clean.append(kept)
    return "\n".join(clean).strip()


def _seen(text: str) -> str:
    seen = "".join(each for each in text if unicodedata.category(each) not in _UNSEEN)
    return unicodedata.normalize("NFC", seen).strip()
