"""A recogniser for the tests: it hears a word in each half second, and how high it was spoken.

It runs where Whisper would: found by its name, in a process of its own, fed with the real sound of
a voice. Beside it stand recognisers that fail in the ways in which recognisers fail.
"""

import os
import time
from array import array
from itertools import pairwise
from pathlib import Path

from salon_recording.transcript.passages import Word
from salon_recording.transcript.recogniser import RATE_HZ, Heard, Unheard, Unusable

WORD_MS = 500
HIGH_HZ = 600


class Parrot:
    """Says "low" or "high" for each half second it hears."""

    def __init__(self, _model: Path | None, language: str) -> None:
        self._language = language or "en"

    @classmethod
    def check(cls, _model: Path | None, _language: str) -> None:
        """It needs nothing."""

    def listen(self, samples: bytes) -> Heard:
        values = array("h", samples)
        size = RATE_HZ * WORD_MS // 1_000
        words = [
            Word(
                at * 1_000 // RATE_HZ,
                at * 1_000 // RATE_HZ + WORD_MS,
                "high" if _tone_hz(values[at : at + size]) > HIGH_HZ else "low",
            )
            for at in range(0, len(values) - size // 2, size)
        ]
        return Heard(words, self._language)


class Missing(Parrot):
    """What it needs is not installed."""

    @classmethod
    def check(cls, _model: Path | None, _language: str) -> None:
        raise Unusable(Unheard.MISSING, "Parrots are not installed.", "pip install parrots")


class Dying(Parrot):
    """Its process ends without a word."""

    def listen(self, _samples: bytes) -> Heard:
        os._exit(3)


class Hungry(Parrot):
    """It wants more memory than it may have."""

    def listen(self, _samples: bytes) -> Heard:
        return Heard([Word(0, 1, str(len(bytearray(10**10))))], "en")


class Slow(Parrot):
    """It thinks for longer than any test lasts; whoever stops it kills its process."""

    def listen(self, _samples: bytes) -> Heard:
        time.sleep(600)
        return Heard([], "en")


def _tone_hz(values: "array[int]") -> float:
    crossings = sum((a < 0) != (b < 0) for a, b in pairwise(values))
    return crossings / 2 * RATE_HZ / max(1, len(values))
