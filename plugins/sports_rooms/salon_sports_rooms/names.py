"""Names of teams and rooms, and the server's own sentences in the community's language."""

import re
import unicodedata

TEAM_MAX_CHARACTERS = 40
TEXT_MAX_CHARACTERS = 80
_IN_ROOM_MAX_CHARACTERS = 30  # two of them and a dash are a room's name

_BETWEEN_TEAMS = re.compile(r"\s(?:[-\u2013\u2014]|vs?\.?|contre)\s", re.IGNORECASE)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_SENTENCES = {
    "en": {
        "home": "Home",
        "away": "Away",
        "commentators_only": "Only commentators speak in this match. The chat is open to all.",
    },
    "fr": {
        "home": "Domicile",
        "away": "Extérieur",
        "commentators_only": "Seuls les commentateurs parlent pendant ce match. "
        "La discussion écrite est ouverte à tous.",
    },
}


def sentence(key: str, language: str) -> str:
    """Return a sentence of ours, in English where the language has none."""
    return _SENTENCES.get(language, _SENTENCES["en"])[key]


def one_line(text: str) -> str:
    """Return the text as one line, without what cannot be seen. May come out empty."""
    joined = " ".join(text.split())
    seen = "".join(each for each in joined if unicodedata.category(each) not in _UNSEEN)
    return unicodedata.normalize("NFC", seen).strip()


def teams(title: str) -> tuple[str, str] | None:
    """Return home and away from `Home - Away`, with any dash, `vs` or `v`; None without both."""
    home, *others = _BETWEEN_TEAMS.split(one_line(title), maxsplit=1)
    if not others:
        return None
    names = (home.strip(), others[0].strip())
    return names if all(0 < len(name) <= TEAM_MAX_CHARACTERS for name in names) else None


def room_name(home: str, away: str) -> str:
    """Return what a match's room is called; a name is cut where the other leaves it no room."""
    both = 2 * _IN_ROOM_MAX_CHARACTERS
    cut = [
        _shortened(name, max(_IN_ROOM_MAX_CHARACTERS, both - len(other)))
        for name, other in ((home, away), (away, home))
    ]
    return " \u2013 ".join(cut)


def _shortened(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1].strip() + "\u2026"
