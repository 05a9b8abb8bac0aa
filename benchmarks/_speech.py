"""Sentences, said by voices that a recogniser understands, and what became of them on their way.

Judged by two that never saw the relay: PESQ (ITU-T P.862.2, wide band) says how good it sounds, 1.0
to 4.64; PocketSphinx, with the general English model it comes with, says how many words are left.
"""

import re
import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from _figures import NotPossible

Samples = np.ndarray[Any, np.dtype[np.float64]]

JUDGED_HZ = 16_000
FILE_HZ = 48_000
PAUSE_S = 0.7
EDGE_S = 0.2  # before and after a sentence that is judged with it
DELAY_MAX_S = 1.0  # that a sentence is looked for after it was said
WORST_PESQ = 1.0  # of what is not even found to be speech
VOICES = ("rms", "slt")  # a man's and a woman's; the recogniser knows 86 and 73 % of their words

# Phonetically balanced and unlike each other, as the Harvard sentences are.
TEXTS = (
    "The birch canoe slid on the smooth planks and the old man sat down on the green bench.",
    "Glue the sheet to the dark blue background and leave it there until the morning comes.",
    "These days a chicken leg is a rare dish but rice is often served in round bowls.",
    "The juice of lemons makes fine punch and the box was thrown beside the parked truck.",
    "The small boy missed the last bus home so his mother came to find him in the car.",
    "A large house on the hill was sold to a young woman who wanted to live near the water.",
    "Four hours of steady work faced us and nobody had remembered to bring any bread.",
    "The source of the huge river is the clear spring behind the school and the church.",
    "Help the woman get back to her feet and tell the doctor that we have arrived.",
    "The soft cushion broke the fall of the man and the salt breeze came across the sea.",
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was said, at 16 kHz, -1.0 to 1.0."""

    text: str
    samples: Samples


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one sentence came through. `delay_ms`: from the microphone to the ear."""

    pesq: float
    words: int
    words_right: int
    delay_ms: float


def sentences(folder: Path, count: int) -> tuple[list[Sentence], Path]:
    """Have so many said; return them, and a microphone's file that says them in turn."""
    said: list[Sentence] = []
    pause = np.zeros(round(PAUSE_S * FILE_HZ))
    parts = []
    for number, text in enumerate(TEXTS[:count]):
        file = folder / f"sentence{number}.wav"
        say(text, VOICES[number % len(VOICES)], file)
        samples = read(file)
        parts += [samples, pause]
        said.append(Sentence(text, resampled(samples, FILE_HZ)))
    microphone = folder / "microphone.wav"
    write(microphone, np.concatenate(parts))
    return said, microphone


def say(text: str, voice: str, file: Path) -> None:
    raw = file.with_suffix(".raw.wav")
    try:
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(raw)], check=True)
    except FileNotFoundError:
        raise NotPossible("flite (a Debian package) is not installed") from None
    convert = ["ffmpeg", "-v", "error", "-y", "-i", str(raw), "-ar", str(FILE_HZ), "-ac", "1"]
    subprocess.run([*convert, str(file)], check=True)


def read(file: Path) -> Samples:
    with wave.open(str(file)) as opened:
        content = opened.readframes(opened.getnframes())
    return np.frombuffer(content, dtype="<i2").astype(np.float64) / 32_768


def write(file: Path, samples: Samples) -> None:
    with wave.open(str(file), "wb") as opened:
        opened.setparams((1, 2, FILE_HZ, 0, "NONE", ""))
        opened.writeframes(whole_numbers(samples))


def whole_numbers(samples: Samples) -> bytes:
    return (np.clip(samples, -1.0, 1.0) * 32_767).astype("<i2").tobytes()


def resampled(samples: Samples, rate_hz: int) -> Samples:
    """Return mono samples at 16 kHz."""
    import av

    if rate_hz == JUDGED_HZ:
        return samples
    resampler = av.AudioResampler(format="s16", layout="mono", rate=JUDGED_HZ)
    content = np.frombuffer(whole_numbers(samples), dtype="<i2").reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(content, format="s16", layout="mono")
    frame.rate = rate_hz
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    out = np.concatenate([each.to_ndarray().reshape(-1) for each in frames])
    return out.astype(np.float64) / 32_768


class Judge:
    """Compares what was said with what was heard. One for each recording: the recogniser learns."""

    def __init__(self) -> None:
        self._pesq = judge_of("pesq")
        self._decoder = judge_of("pocketsphinx").Decoder(samprate=JUDGED_HZ, loglevel="ERROR")

    def verdict(
        self, sentence: Sentence, said: Samples, heard: Samples, later_ms: float
    ) -> Verdict:
        """Find a sentence in what the microphone gave and in what the listener's page played.

        Both at 16 kHz. `later_ms`: how much later the second recording begins than the first.
        """
        size, edge = len(sentence.samples), round(EDGE_S * JUDGED_HZ)
        at = offset_of(sentence.samples, said)
        due = max(0, at - round(later_ms * JUDGED_HZ / 1_000))
        window = heard[due : due + size + round(DELAY_MAX_S * JUDGED_HZ)]
        delay = offset_of(sentence.samples, window)
        begin = max(0, due + delay - edge)
        piece = heard[begin : due + delay + size + edge]
        spoken, right = self._words(sentence.text, piece)
        return Verdict(
            pesq=self._quality(np.pad(sentence.samples, edge), piece),
            words=spoken,
            words_right=right,
            delay_ms=(due + delay - at) * 1_000 / JUDGED_HZ + later_ms,
        )

    def _quality(self, said: Samples, heard: Samples) -> float:
        original, received = (
            np.frombuffer(whole_numbers(each), dtype="<i2") for each in (said, heard)
        )
        try:
            return float(self._pesq.pesq(JUDGED_HZ, original, received, "wb"))
        except (self._pesq.NoUtterancesError, self._pesq.BufferTooShortError):
            return WORST_PESQ

    def _words(self, text: str, heard: Samples) -> tuple[int, int]:
        """Return how many words were said, and how many of them were recognised."""
        self._decoder.start_utt()
        self._decoder.process_raw(whole_numbers(heard), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        spoken = words_of(text)
        wrong = edits(spoken, words_of(found.hypstr) if found else [])
        return len(spoken), max(0, len(spoken) - wrong)


def judge_of(module: str) -> Any:
    """Return a library that only this measurement needs, and that has no types."""
    try:
        return import_module(module)
    except ImportError:
        raise NotPossible(f"{module} is not installed: uv pip install --group quality") from None


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def edits(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the fewest words to insert, delete or replace (Levenshtein)."""
    row = list(range(len(other) + 1))
    for at, word in enumerate(one, 1):
        before, row[0] = row[0], at
        for column, another in enumerate(other, 1):
            best = min(row[column] + 1, row[column - 1] + 1, before + (word != another))
            before, row[column] = row[column], best
    return row[-1]


def offset_of(short: Samples, long: Samples) -> int:
    """Return where in `long` it is most like `short`."""
    size = 1 << (len(short) + len(long) - 1).bit_length()
    spectrum = np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size))
    product = np.fft.irfft(spectrum, size)[: max(1, len(long) - len(short) + 1)]
    return int(product.argmax())
