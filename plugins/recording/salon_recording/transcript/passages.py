"""Passages: what one voice says in a row, word by word, and what of it an episode holds.

Words carry the take's own time, in milliseconds. Names need no guessing: each voice is written down
by itself. A cut may take some words of a passage and leave the others, so a passage of an episode
is always worked out of the words that are still heard.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from salon_recording.parts import Part, place

PAUSE_MS = 900  # a longer silence ends a passage
SENTENCE_CHARACTERS = 60  # from this length on a passage ends with its sentence
PASSAGE_CHARACTERS_MAX = 220
SENTENCE_ENDS = (".", "?", "!", "…")
TEXT_MAX = 2_000  # of a passage, also when somebody writes it anew
WORD_MAX = 120


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its punctuation; the times are the take's, or the episode's, as said."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """What somebody says in a row; it has at least one word."""

    id: int
    take_id: int
    account_id: int
    words: tuple[Word, ...]

    @property
    def start_ms(self) -> int:
        return self.words[0].start_ms

    @property
    def end_ms(self) -> int:
        return max(word.end_ms for word in self.words)

    @property
    def text(self) -> str:
        return text_of(self.words)


@dataclass(frozen=True, slots=True)
class Said:
    """A passage as an episode holds it, in the episode's time."""

    account_id: int
    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of an episode: parts of one take, in order, and where the first of them begins."""

    take_id: int
    parts: tuple[Part, ...]
    offset_ms: int


def text_of(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)


def grouped(words: Sequence[Word]) -> Sequence[tuple[Word, ...]]:
    """Return words in order as passages: by pauses, by sentences, and never too long."""
    found: list[list[Word]] = []
    length = 0
    for word in words:
        if found and not _ends(found[-1][-1], word, length):
            found[-1].append(word)
            length += 1 + len(word.text)
        else:
            found.append([word])
            length = len(word.text)
    return [tuple(group) for group in found]


def _ends(last: Word, following: Word, length: int) -> bool:
    """Whether a passage of so many characters ends between two words."""
    has_paused = following.start_ms - last.end_ms > PAUSE_MS
    is_whole = length >= SENTENCE_CHARACTERS and last.text.endswith(SENTENCE_ENDS)
    return has_paused or is_whole or length + len(following.text) >= PASSAGE_CHARACTERS_MAX


def respelled(words: Sequence[Word], text: str) -> tuple[Word, ...]:
    """Return a text with the times of the words it was heard as.

    What is the same keeps its time; what stands in the place of other words shares theirs, and what
    was added shares the time of the word before it; at the beginning it has no time of its own.
    """
    wanted = text.split()
    heard = [word.text for word in words]
    spelled: list[Word] = []
    matcher = SequenceMatcher(None, heard, wanted, autojunk=False)
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag == "equal":
            spelled += words[first:last]
            continue
        over = words[first:last] or words[max(0, first - 1) : first]
        begins = over[0].start_ms if over else words[0].start_ms
        ends = over[-1].end_ms if over else begins
        spelled += _shared(begins, ends, wanted[new_first:new_last])
    return tuple(spelled)


def _shared(begins: int, ends: int, texts: Sequence[str]) -> Sequence[Word]:
    """Spread texts evenly over a time."""

    def edge(at: int) -> int:
        return begins + (ends - begins) * at // len(texts)

    return [Word(edge(at), edge(at + 1), text) for at, text in enumerate(texts)]


def but_for(passage: Passage, silent: Sequence[Part]) -> Passage | None:
    """Return a passage without what is said in some parts, a word begun there too; all: None."""
    left = tuple(
        word
        for word in passage.words
        if not any(start < word.end_ms and word.start_ms < end for start, end in silent)
    )
    return replace(passage, words=left) if left else None


def said_in(stretch: Stretch, passages: Iterable[Passage]) -> Sequence[Said]:
    """Return what of a take's passages is heard in a piece of an episode.

    A word is heard when its middle is; what is left of a passage stays one, as the sound does.
    """
    return [
        one
        for passage in passages
        if passage.take_id == stretch.take_id and (one := _heard(passage, stretch)) is not None
    ]


def _heard(passage: Passage, stretch: Stretch) -> Said | None:
    words = [word for word in passage.words if _is_heard(word, stretch.parts)]
    if not words:
        return None
    start = stretch.offset_ms + place(words[0].start_ms, stretch.parts)
    end = stretch.offset_ms + place(max(word.end_ms for word in words), stretch.parts)
    return Said(passage.account_id, start, max(end, start), text_of(words))


def _is_heard(word: Word, parts: Iterable[Part]) -> bool:
    middle = (word.start_ms + word.end_ms) // 2
    return any(start <= middle < end for start, end in parts)
