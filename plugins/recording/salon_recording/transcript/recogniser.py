"""What writes speech down: the interface, and how one is found by its name.

`speech_recogniser` names a class as `module:Class`; ours is Whisper. A plugin brings another one by
having such a class in its package. `check` runs in the server and must be light: it looks whether
what it needs is there. All else runs in a process of its own, one for each voice, which is asked
for one piece of sound after the other and may take as long as it wants.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Protocol

from salon_recording.transcript.passages import Word

RATE_HZ = 16_000
PIECE_S = 28.0  # at most; Whisper hears thirty at once


class Unheard(StrEnum):
    """Why a voice is not written down. The page says it: the words `unheard.…` of the client."""

    MISSING = "missing"  # what the recogniser needs is not installed
    NO_FOLDER = "no_folder"
    NOT_A_MODEL = "not_a_model"
    NO_RECOGNISER = "no_recogniser"
    LANGUAGE = "language"  # the model does not know it
    MEMORY = "memory"
    UNREADABLE = "unreadable"  # the voice's file
    EARLY = "early"  # the process ended without a word

    @classmethod
    def _missing_(cls, _value: object) -> "Unheard":
        return cls.EARLY


class Unusable(Exception):
    """A recogniser cannot do its work; the sentence, and what to run for it, are the operator's."""

    def __init__(self, why: Unheard, sentence: str, command: str | None = None) -> None:
        super().__init__(sentence)
        self.why = why
        self.command = command


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in a piece of sound: words in order, times in ms since the piece began."""

    words: Sequence[Word]
    language: str  # "en", "fr-CA"; "" when nobody can tell


class Recogniser(Protocol):
    """Writes one voice down. An instance lives in a process of its own, for one voice."""

    def __init__(self, model: Path | None, language: str, /) -> None:
        """Load a model; None is the recogniser's own, an empty language is found by listening."""

    @classmethod
    def check(cls, model: Path | None, language: str, /) -> None:
        """Raise Unusable when it could not be made; quickly, and without loading anything."""

    def listen(self, samples: bytes, /) -> Heard:
        """Write a piece down: 16 bit mono at 16 kHz, at most PIECE_S long."""


def find(name: str) -> type[Recogniser]:
    """Return the class that a setting names. Raises Unusable."""
    module, _, called = name.partition(":")
    try:
        found: type[Recogniser] = getattr(import_module(module), called)
    except (ImportError, AttributeError, ValueError) as error:
        raise Unusable(
            Unheard.NO_RECOGNISER, f"There is no recogniser {name!r}: {error}"
        ) from error
    return found
