"""What people write, before anything else looks at it: length, encoding, controls; slugs."""

import re
import secrets
import unicodedata
from collections.abc import Collection

from yarl import URL

from salon.errors import Invalid

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_TAIL_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is read as another
TAIL_CHARACTERS = 5
SLUG_MAX = 60
ADDRESS_MAX = 2_048


def line(text: str, *, field: str, at_most: int, at_least: int = 1) -> str:
    """Return one line of text: a name or a topic. Raises Invalid."""
    _check_encoding(text, field)
    clean = _BIDI.sub("", unicodedata.normalize("NFC", " ".join(text.split())))
    clean = _CONTROLS.sub("", clean)
    if len(clean) < at_least or (at_least and not _is_seen(clean)):
        raise Invalid("This cannot be empty.", field=field, reason="empty")
    if len(clean) > at_most:
        raise Invalid(
            f"At most {at_most} characters, please.", field=field, reason="long", most=at_most
        )
    return clean


def address(text: str, *, field: str) -> str:
    """Return the address of a page for everybody to follow. Raises Invalid.

    Only http and https, and no name or password in it: `https://bank.example@evil.example` reads as
    another place than it leads to.
    """
    clean = line(text, field=field, at_most=ADDRESS_MAX)
    try:
        url = URL(clean)
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host or url.user or url.password:
        raise Invalid(
            "Only the address of a page fits here, such as https://example.org.",
            field=field,
            reason="no_page",
        )
    if len(str(url)) > ADDRESS_MAX:  # its letters outside ASCII are written out
        raise Invalid(
            f"At most {ADDRESS_MAX} characters, please.",
            field=field,
            reason="long",
            most=ADDRESS_MAX,
        )
    return str(url)


def body(text: str, *, field: str, at_most: int) -> str:
    """Return a text of several lines: a message, the rules. Raises Invalid."""
    _check_encoding(text, field)
    clean = _CONTROLS.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n"))).strip()
    if not clean:
        raise Invalid("There is nothing in it.", field=field, reason="empty")
    if len(clean) > at_most:
        raise Invalid(
            f"It has {len(clean)} characters, at most {at_most} fit.",
            field=field,
            reason="long",
            characters=len(clean),
            most=at_most,
        )
    return clean


def slug(name: str, taken: Collection[str], *, sees_all: bool = True) -> str:
    """Return a name's address, different from those taken.

    It has a random end when the name is taken, and always for somebody who may not see every place:
    what tells that a name is taken must not tell of a place that is hidden.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    base = re.sub(r"[^\w]+", "-", folded).strip("-_")[:SLUG_MAX] or "place"
    address = base if sees_all else _ended(base)
    while address in taken:
        address = _ended(base)
    return address


def _ended(base: str) -> str:
    return f"{base}-{''.join(secrets.choice(_TAIL_LETTERS) for _ in range(TAIL_CHARACTERS))}"


def _is_seen(text: str) -> bool:
    """Whether there is anything to see: letters, digits, signs or pictures."""
    return any(unicodedata.category(character)[0] in "LNSP" for character in text)


def _check_encoding(text: str, field: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid("That is not valid text.", field=field, reason="encoding") from None
