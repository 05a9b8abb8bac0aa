"""What people may be called: a handle to be found by, a display name to be shown.

A handle stands for somebody, so it must not be mistaken for another one: NFKC, letters, digits and
`._-`, one script's letters at a time, and nothing that looks like a handle that is taken
(`skeleton`). A display name is free, but cannot turn the line around it.
"""

import re
import unicodedata

from salon.errors import Invalid

HANDLE_MIN = 2
HANDLE_MAX = 32
DISPLAY_NAME_MAX = 32
RAW_MAX = 256  # before normalising, which may make a text up to 18 times as long

_HANDLE = re.compile(r"[^\W_](?:[\w.\-]*[\w])?")
_RESERVED = frozenset({"everyone", "here", "system", "salon", "admin", "administrator", "deleted"})

# Letters of other scripts, and of ours, that are drawn alike. After Unicode TR 39, cut down to what
# can stand in a handle; `skeleton` is for comparing and is never shown.
_ALIKE = str.maketrans(
    {
        **dict(zip("авсԁеһіјкӏмопрԛѕтуѵԝхгѡ", "abcdehijklmonpqstuvwxrw", strict=True)),
        **dict(zip("αβγεηικνοπρςστυχω", "abyenikvonpsotuxw", strict=True)),
        **dict(zip("ıɑɡɩʟ", "iagil", strict=True)),
        **dict(zip("օսոհցզ", "ounhgq", strict=True)),
        "0": "o",
        "1": "l",
        "i": "l",
        "5": "s",
    }
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def handle(text: str) -> str:
    """Return the handle as it is kept. Raises Invalid with `reason`."""
    clean = _normal(text, "handle")
    if not HANDLE_MIN <= len(clean) <= HANDLE_MAX:
        raise Invalid(
            f"A name to sign in with has {HANDLE_MIN} to {HANDLE_MAX} characters.",
            field="handle",
            reason="handle_length",
            least=HANDLE_MIN,
            most=HANDLE_MAX,
        )
    if not _HANDLE.fullmatch(clean):
        raise Invalid(
            "Use letters, digits, dots, dashes and underscores, with a letter or digit first.",
            field="handle",
            reason="handle_characters",
        )
    if len(_scripts(clean)) > 1:
        raise Invalid(
            "Please use the letters of one alphabet only.",
            field="handle",
            reason="handle_scripts",
        )
    if _is_reserved(skeleton(clean)):
        raise Invalid("That name is kept free.", field="handle", reason="handle_reserved")
    return clean


def display_name(text: str) -> str:
    """Return the name as it is shown, without controls and isolates. Raises Invalid."""
    clean = " ".join(_normal(text, "display_name", form="NFC").split())
    clean = "".join(c for c in clean if not _is_invisible(c)).strip()
    if not any(unicodedata.category(c)[0] in "LNSP" for c in clean):
        raise Invalid(
            "Please say how we should call you.", field="display_name", reason="name_missing"
        )
    if len(clean) > DISPLAY_NAME_MAX:
        raise Invalid(
            f"At most {DISPLAY_NAME_MAX} characters, please.",
            field="display_name",
            reason="name_long",
            most=DISPLAY_NAME_MAX,
        )
    return clean


def folded(text: str) -> str:
    """Return what makes two handles the same handle."""
    return unicodedata.normalize("NFKC", text).casefold()


def skeleton(text: str) -> str:
    """Return what two handles have in common when a reader would mistake one for the other."""
    base = unicodedata.normalize("NFKD", folded(text))
    base = "".join(c for c in base if not unicodedata.combining(c) and c not in "._-")
    base = base.translate(_ALIKE)
    for pair, single in _PAIRS:
        base = base.replace(pair, single)
    return base


def _is_reserved(alike: str) -> bool:
    """Whether a skeleton is a reserved word's, or one that accounts get when they are deleted."""
    of_deleted = re.fullmatch(skeleton("deleted") + r"[\dols]*", alike) is not None
    return of_deleted or alike in {skeleton(word) for word in _RESERVED}


def _normal(text: str, field: str, *, form: str = "NFKC") -> str:
    if len(text) > RAW_MAX:
        raise Invalid(
            "That is too long for a name.", field=field, reason="name_long", most=DISPLAY_NAME_MAX
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid("That is not valid text.", field=field, reason="name_characters") from None
    return unicodedata.normalize("NFKC" if form == "NFKC" else "NFC", text).strip()


def _scripts(text: str) -> set[str]:
    """Return the alphabets of the letters, by the first word of each letter's Unicode name."""
    letters = [c for c in text if c.isalpha()]
    return {unicodedata.name(c, "UNKNOWN").split()[0] for c in letters}


def _is_invisible(character: str) -> bool:
    """Controls, bidi overrides and isolates, private and unassigned code points."""
    category = unicodedata.category(character)
    return category in {"Cc", "Cf", "Cs", "Co", "Cn"} and character != "\u200d"
