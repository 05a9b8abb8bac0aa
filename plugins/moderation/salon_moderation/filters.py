"""What may be said: words and patterns against a text. Pure, linear in the length of the text.

Every comparison is made on a *reading*: the text as people see it, with the place in the written
text of each of its characters. So what was found in the reading can be masked in the text, however
it was hidden: by letters of another width, by invisible characters, by Markdown or by entities.
"""

import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import re2

Action = Literal["mask", "deny"]

MASK = "\N{BULLET}"  # a row of asterisks would be Markdown: a lone "***" becomes a line

_UNIT = re.compile(r"&(?:#[xX]?[0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});|.", re.DOTALL)
_MARKDOWN = frozenset("*~`\\")
_TOKEN = re2.compile(r"[\pL\pN\pM]+")  # type: ignore[no-untyped-call]
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
# Fillers and variation selectors; the rest of what cannot be seen is category Cf.
_INVISIBLE = re.compile("[\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_LATIN = re.compile("[a-z]")
# Cyrillic and Greek letters that look like Latin ones: written as such only among Latin letters,
# because elsewhere they are just Cyrillic and Greek.
_LOOKALIKES = {
    ord(letter): latin
    for latin, letters in {
        "a": "\u0430\u03b1",
        "c": "\u0441",
        "d": "\u0501",
        "e": "\u0435",
        "h": "\u04bb",
        "i": "\u0456\u03b9\u0131",
        "j": "\u0458",
        "k": "\u043a\u03ba",
        "m": "\u043c",
        "n": "\u03b7",
        "o": "\u043e\u03bf",
        "p": "\u0440\u03c1",
        "q": "\u051b",
        "s": "\u0455",
        "t": "\u0442\u03c4",
        "u": "\u03c5",
        "v": "\u03bd",
        "w": "\u051d",
        "x": "\u0445\u03c7",
        "y": "\u0443",
    }.items()
    for letter in letters
}


class BadRule(ValueError):
    """A word or pattern that cannot work; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that is not welcome, and what happens where it is said."""

    match: str
    action: Action
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a text: refused for a reason, or this text, masked where it must be.

    The reason is empty where the configuration gives none.
    """

    text: str
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as people see it; `spans[i]` is where its character `i` is written."""

    text: str
    spans: Sequence[tuple[int, int]]

    def written(self, start: int, end: int) -> tuple[int, int]:
        return self.spans[start][0], self.spans[end - 1][1]

    def folded(self) -> "Reading":
        """Return the reading without case, accents and look-alike letters."""
        if self.text.isascii():
            return Reading(self.text.lower(), self.spans)
        letters: list[str] = []
        spans: list[tuple[int, int]] = []
        for letter, span in zip(self.text, self.spans, strict=True):
            for part in _plain(letter):
                letters.append(part)
                spans.append(span)
        text = re.sub(r"\w+", lambda word: _in_one_script(word[0]), "".join(letters))
        return Reading(text, spans)


def read(text: str, *, without_markdown: bool = False) -> Reading:
    """Return what people see of a text: compatibility forms resolved, nothing invisible."""
    if text.isascii() and "&" not in text and not without_markdown:
        return Reading(text, [(at, at + 1) for at in range(len(text))])  # seen as it is written
    letters: list[str] = []
    spans: list[tuple[int, int]] = []
    for unit in _UNIT.finditer(text):
        written = unit[0]
        if without_markdown and written in _MARKDOWN:
            continue
        for letter in _seen(written):
            letters.append(letter)
            spans.append(unit.span())
    return Reading("".join(letters), spans)


@lru_cache(maxsize=4_096)
def _seen(unit: str) -> str:
    """Return what is shown for one character or entity, which may be nothing."""
    letters = unicodedata.normalize("NFKC", html.unescape(unit) if len(unit) > 1 else unit)
    visible = (letter for letter in letters if unicodedata.category(letter) != "Cf")
    return _INVISIBLE.sub("", "".join(visible))


@lru_cache(maxsize=4_096)
def _plain(letter: str) -> str:
    """Return a letter without case and accents, which may be several, or none."""
    folded = unicodedata.normalize("NFKD", letter).casefold()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", folded))


class Words:
    """Whole words and phrases, looked up token by token: their number costs nothing."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        by_first: dict[str, list[tuple[tuple[str, ...], Rule]]] = defaultdict(list)
        for rule in rules:
            tokens = _tokens_of(rule.match)
            by_first[tokens[0]].append((tokens, rule))
        self._by_first: Mapping[str, Sequence[tuple[tuple[str, ...], Rule]]] = dict(by_first)

    @property
    def is_empty(self) -> bool:
        return not self._by_first

    def found_in(self, reading: Reading) -> Iterator[tuple[tuple[int, int], Rule]]:
        if self.is_empty:
            return
        folded = reading.folded()
        places = [match.span() for match in _TOKEN.finditer(folded.text)]
        tokens = [folded.text[start:end] for start, end in places]
        for at, token in enumerate(tokens):
            for wanted, rule in self._by_first.get(token, ()):
                end = at + len(wanted)
                if tuple(tokens[at:end]) == wanted:
                    yield folded.written(places[at][0], places[end - 1][1]), rule


class Patterns:
    """RE2 patterns, on the text as it is seen, with its case and accents."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._compiled = [(compiled(rule.match), rule) for rule in rules]

    @property
    def is_empty(self) -> bool:
        return not self._compiled

    def found_in(self, reading: Reading) -> Iterator[tuple[tuple[int, int], Rule]]:
        for pattern, rule in self._compiled:
            for match in pattern.finditer(reading.text):
                start, end = match.span()
                if start < end:
                    yield reading.written(start, end), rule


class Filter:
    """All rules of a server."""

    def __init__(self, words: Iterable[Rule], patterns: Iterable[Rule]) -> None:
        self._words = Words(words)
        self._patterns = Patterns(patterns)
        self._is_empty = self._words.is_empty and self._patterns.is_empty

    def judge(self, text: str) -> Verdict:
        """Return what becomes of a text. One rule that denies outweighs all that mask."""
        found = list(self._found_in(text))
        for _, rule in found:
            if rule.action == "deny":
                return Verdict(text, refused=rule.reason)
        return Verdict(_masked(text, [span for span, _ in found]))

    def forbids(self, text: str) -> bool:
        """Whether any rule finds something, whatever it would do about it."""
        return any(True for _ in self._found_in(text))

    def _found_in(self, text: str) -> Iterator[tuple[tuple[int, int], Rule]]:
        if self._is_empty:
            return
        # Markdown stands between words ("**a**b") or inside of one ("a**b**"): both are read.
        plain = read(text)
        readings = [plain]
        if not _MARKDOWN.isdisjoint(text):
            readings.append(read(text, without_markdown=True))
        for reading in readings:
            yield from self._words.found_in(reading)
            yield from self._patterns.found_in(reading)


def check_word(word: str) -> None:
    """Raise BadRule for a word in which there is nothing to look up."""
    _tokens_of(word)


def compiled(pattern: str) -> Any:
    """Return an RE2 pattern, ready to search. Raises BadRule with RE2's own words."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        ready = re2.compile(pattern, options)  # type: ignore[no-untyped-call]
    except re2.error as error:
        said = error.args[0]
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise BadRule(f"RE2 cannot read this pattern: {text}") from error
    if ready.search("") is not None:
        raise BadRule("this pattern matches an empty text, and so every text")
    return ready


def _tokens_of(word: str) -> tuple[str, ...]:
    tokens = tuple(match[0] for match in _TOKEN.finditer(read(word).folded().text))
    if not tokens:
        raise BadRule("a word needs a letter or a digit; use a pattern for other signs")
    return tokens


def _masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    hidden = list(text)
    for start, end in spans:
        hidden[start:end] = MASK * (end - start)
    return "".join(hidden)


def _in_one_script(word: str) -> str:
    return word.translate(_LOOKALIKES) if _LATIN.search(word) else word
