"""Was that voice heard? Compares what a page received with the file that was its microphone.

Delay is unknown, a jitter buffer stretches time a little, and a busy machine makes a fake
microphone jump: the whole is aligned first, each window of 200 ms may move by some milliseconds,
and one that is found elsewhere in the file moves those after it along. The same freedom is given
to the voice that should *not* be there. Windows without speech say nothing and are left out: those
more than 15.9 dB under the level of the speech, the margin of ITU-T P.56.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Samples = np.ndarray[Any, np.dtype[np.float64]]

RATE_HZ = 48_000
WINDOW = RATE_HZ // 5
DRIFT = RATE_HZ * 60 // 1000  # how far a window may lie from where the whole says
QUIET_RMS = 0.01
SPEECH_MARGIN = 10 ** (-15.9 / 20)  # ITU-T P.56
FOUND = 0.85
COARSE = 8  # the first alignment is done at 6 kHz


@dataclass(frozen=True, slots=True)
class Likeness:
    """`correlations` per window (1.0 is the same wave), `level_db` of what was heard."""

    correlations: tuple[float, ...]
    level_db: float

    def share_over(self, least: float) -> float:
        """Return the share of windows at least so alike."""
        if not self.correlations:
            return 0.0
        return sum(value >= least for value in self.correlations) / len(self.correlations)

    @property
    def median(self) -> float:
        return float(np.median(self.correlations)) if self.correlations else 0.0


def read_wave(file: Path) -> Samples:
    """Return a mono 16-bit WAV at 48 kHz as -1.0 to 1.0."""
    import wave

    with wave.open(str(file)) as wav:
        if (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) != (RATE_HZ, 1, 2):
            raise ValueError(f"expected mono, 16 bits, 48 kHz: {file}")
        content = wav.readframes(wav.getnframes())
    return np.frombuffer(content, dtype="<i2").astype(np.float64) / 32_768


def write_wave(file: Path, samples: Samples) -> Path:
    """Write -1.0 to 1.0 as a mono 16-bit WAV at 48 kHz; what is louder is cut off."""
    import wave

    with wave.open(str(file), "wb") as wav:
        wav.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        wav.writeframes(np.clip(samples * 32_768, -32_768, 32_767).astype("<i2").tobytes())
    return file


def likeness(heard: Samples, source: Samples) -> Likeness:
    """Compare what was heard with a file that plays in a loop."""
    looped = np.concatenate([source] * (2 + len(heard) // len(source)))
    lag = _lag(heard, looped)
    quiet_rms = max(QUIET_RMS, _rms(source) * SPEECH_MARGIN)
    correlations, heard_power, source_power = [], 0.0, 0.0
    for at in range(0, len(heard) - WINDOW, WINDOW):
        window = heard[at : at + WINDOW]
        nearby = max(0, lag + at - DRIFT)
        value, moved = _best(window, looped[nearby : nearby + WINDOW + 2 * DRIFT])
        found = nearby + moved
        if value < FOUND:
            other, elsewhere = _best(window, looped[: len(source) + WINDOW])
            if other >= FOUND:
                value, found, lag = other, elsewhere, (elsewhere - at) % len(source)
        said = looped[found : found + WINDOW]
        due = looped[lag + at : lag + at + WINDOW]  # a silent window is like no place in particular
        if _rms(window) < quiet_rms and min(_rms(said), _rms(due)) < quiet_rms:
            continue
        correlations.append(value)
        heard_power += float(np.square(window).sum())
        source_power += float(np.square(said).sum())
    level_db = 10 * np.log10((heard_power + 1e-12) / (source_power + 1e-12))
    return Likeness(tuple(correlations), float(level_db))


def is_silent(heard: Samples) -> bool:
    """Whether nothing but the faintest noise was heard."""
    return bool(np.abs(heard).max(initial=0.0) < QUIET_RMS)


def _lag(heard: Samples, looped: Samples) -> int:
    """Return where in the loop the recording begins, to the sample."""
    rough_heard, rough_looped = heard[::COARSE], looped[::COARSE]
    rough = _argmax_of_correlation(rough_heard, rough_looped) * COARSE
    low = max(0, rough - 4 * COARSE)
    return low + _argmax_of_correlation(heard, looped[low : rough + len(heard) + 4 * COARSE])


def _argmax_of_correlation(short: Samples, long: Samples) -> int:
    size = 1 << (len(short) + len(long) - 1).bit_length()
    spectrum = np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size))
    product = np.fft.irfft(spectrum, size)[: max(1, len(long) - len(short) + 1)]
    return int(product.argmax())


def _best(window: Samples, reference: Samples) -> tuple[float, int]:
    """Return the highest normalised correlation of a window in its reference, and where it is."""
    if len(reference) < len(window):
        return 0.0, 0
    size = 1 << (len(window) + len(reference) - 1).bit_length()
    spectrum = np.fft.rfft(reference, size) * np.conj(np.fft.rfft(window, size))
    product = np.fft.irfft(spectrum, size)[: len(reference) - len(window) + 1]
    squares = np.concatenate([[0.0], np.cumsum(np.square(reference))])
    energies = (squares[len(window) :] - squares[: len(squares) - len(window)])[: len(product)]
    least = WINDOW * QUIET_RMS**2  # what is nearly silent is like everything
    norms = np.sqrt(np.maximum(energies, least) * max(float(np.square(window).sum()), least))
    values = product / norms
    at = int(values.argmax())
    return float(values[at]), at


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.square(samples).mean())) if len(samples) else 0.0
