"""What somebody looks for: words, "phrases" and filters, read from one line; and where it stands.

    half-time "left stairs" oran from:ines in:general has:link after:2026-11-01

Everything is wanted at once. What belongs together without a space is a phrase (`half-time`), and
the last word may be the beginning of one. Filters are known in English and in French. Nothing that
people write here ever reaches a database as syntax: `read` gives words and nothing else.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from salon.errors import Invalid

QUERY_MAX_CHARACTERS = 256
PHRASES_MAX = 16
WORDS_MAX = 32
WORD_MAX_CHARACTERS = 64
VALUES_MAX = 8
PREFIX_MIN_CHARACTERS = 3  # a shorter beginning would find half of everything, and slowly
SHOWN_CHARACTERS = 240
SHOWN_BEFORE = 60

Kind = Literal["link", "file", "picture"]

_FILTERS = {
    "from": "from", "de": "from", "par": "from",
    "in": "in", "dans": "in",
    "has": "has", "avec": "has", "contient": "has",
    "before": "before", "avant": "before",
    "after": "after", "apres": "after", "depuis": "after",
    "mentions": "mentions", "mention": "mentions", "mentionne": "mentions",
}  # fmt: skip
_KINDS: dict[str, Kind] = {
    "link": "link", "links": "link", "lien": "link", "liens": "link",
    "file": "file", "files": "file", "fichier": "file", "fichiers": "file",
    "picture": "picture", "pictures": "picture", "image": "picture", "images": "picture",
    "photo": "picture", "photos": "picture",
}  # fmt: skip
ME = frozenset({"me", "moi"})

_PART = re.compile(r'(?:(\w{2,9}):)?(?:"([^"]*)"?|([^\s"]+))')
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one after the other; the last may be the beginning of a word."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One line as it was read; names are as they were typed."""

    phrases: tuple[Phrase, ...] = ()
    authors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset()
    mentioned: tuple[str, ...] = ()
    before: date | None = None
    after: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == Query()

    @property
    def has_filters(self) -> bool:
        return self != Query(phrases=self.phrases)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, and whether it is what was looked for."""

    text: str
    is_hit: bool


def read(line: str) -> Query:
    """Return what a line asks for. Raises Invalid for one that is too long or no sense of a filter.

    Names of filters that nobody knows are words like all others.
    """
    if len(line) > QUERY_MAX_CHARACTERS:
        raise Invalid(
            f"At most {QUERY_MAX_CHARACTERS} characters can be looked for.",
            field="query",
            reason="long",
            most=QUERY_MAX_CHARACTERS,
        )
    reader = _Reader()
    for part in _PART.finditer(unicodedata.normalize("NFC", line)):
        name, quoted, plain = part.groups()
        value = quoted if plain is None else plain
        known = None if name is None else _FILTERS.get(folded(name))
        if known is not None and value.strip():
            reader.filter(known, value.strip())
        elif known is None and not _is_begun(value):
            may_grow = quoted is None and part.end() == len(line)
            reader.phrase(value if name is None else f"{name} {value}", may_grow=may_grow)
    return reader.query


def _is_begun(text: str) -> bool:
    """Whether it is the name of a filter that waits for its value."""
    return text.endswith(":") and folded(text[:-1]) in _FILTERS


@dataclass(slots=True)
class _Reader:
    query: Query = field(default_factory=Query)

    def phrase(self, text: str, *, may_grow: bool) -> None:
        words = tuple(word[:WORD_MAX_CHARACTERS] for word in _WORD.findall(text))
        held = sum(len(phrase.words) for phrase in self.query.phrases)
        if not words:
            return
        if held + len(words) > WORDS_MAX or len(self.query.phrases) >= PHRASES_MAX:
            raise Invalid(
                f"At most {PHRASES_MAX} words or phrases can be looked for at once.",
                field="query",
                reason="search_words",
                most=PHRASES_MAX,
            )
        is_prefix = may_grow and len(words[-1]) >= PREFIX_MIN_CHARACTERS
        found = Phrase(words, is_prefix)
        self.query = replace(self.query, phrases=(*self.query.phrases, found))

    def filter(self, name: str, value: str) -> None:
        query = self.query
        match name:
            case "from":
                self.query = replace(query, authors=_one_more(query.authors, value))
            case "in":
                self.query = replace(query, places=_one_more(query.places, value.lstrip("#")))
            case "mentions":
                self.query = replace(query, mentioned=_one_more(query.mentioned, value))
            case "has":
                self.query = replace(query, kinds=query.kinds | {_kind(value)})
            case "before":
                self.query = replace(query, before=_day(value))
            case _:
                self.query = replace(query, after=_day(value))


def _one_more(known: tuple[str, ...], value: str) -> tuple[str, ...]:
    if len(known) >= VALUES_MAX:
        raise Invalid(
            f"One filter can be given {VALUES_MAX} times.",
            field="query",
            reason="search_filters",
            most=VALUES_MAX,
        )
    return (*known, value)


def _kind(value: str) -> Kind:
    known = _KINDS.get(folded(value))
    if known is None:
        raise Invalid(
            "A message can have a link, a file or a picture.", field="query", reason="search_has"
        )
    return known


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Invalid(
            "A day is written like 2026-11-28.", field="query", reason="search_day"
        ) from None


# -- where it stands


def folded(text: str) -> str:
    """Return a text without case and accents, which may be shorter or longer."""
    if text.isascii():
        return text.lower()  # the same, in a tenth of the time
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def shown(text: str, phrases: Sequence[Phrase]) -> Sequence[Piece]:
    """Return the stretch of a text around the first hit, in pieces."""
    hits = sorted(_hits(text, phrases))
    start = max(0, hits[0][0] - SHOWN_BEFORE) if hits else 0
    if len(text) - start < SHOWN_CHARACTERS:
        start = max(0, len(text) - SHOWN_CHARACTERS)
    start, end = _next_word(text, start), _last_word(text, start + SHOWN_CHARACTERS)
    pieces = list(_pieces(text, start, end, hits))
    if start > 0:
        pieces.insert(0, Piece("… ", is_hit=False))
    if end < len(text):
        pieces.append(Piece(" …", is_hit=False))
    return pieces


def _next_word(text: str, start: int) -> int:
    """Return where the next word begins, if one is cut in two."""
    if start == 0:
        return 0
    space = text.find(" ", start, start + SHOWN_BEFORE // 2)
    return start if space < 0 else space + 1


def _last_word(text: str, end: int) -> int:
    """Return where the last whole word ends."""
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", end - SHOWN_BEFORE // 2, end)
    return end if space < 0 else space


def _hits(text: str, phrases: Sequence[Phrase]) -> Iterator[tuple[int, int]]:
    words = [(folded(word[0]), *word.span()) for word in _WORD.finditer(text)]
    for phrase in phrases:
        wanted = [folded(word) for word in phrase.words]
        for at in range(len(words) - len(wanted) + 1):
            stretch = words[at : at + len(wanted)]
            if _is_same([word for word, _, _ in stretch], wanted, is_prefix=phrase.is_prefix):
                yield stretch[0][1], stretch[-1][2]


def _is_same(said: Sequence[str], wanted: Sequence[str], *, is_prefix: bool) -> bool:
    if said[:-1] != wanted[:-1]:
        return False
    return said[-1].startswith(wanted[-1]) if is_prefix else said[-1] == wanted[-1]


def _pieces(text: str, start: int, end: int, hits: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    at = start
    for first, last in hits:
        first, last = max(first, at), min(last, end)  # noqa: PLW2901 hits may overlap or be cut
        if first >= last:
            continue
        if first > at:
            yield Piece(text[at:first], is_hit=False)
        yield Piece(text[first:last], is_hit=True)
        at = last
    if at < end:
        yield Piece(text[at:end], is_hit=False)
