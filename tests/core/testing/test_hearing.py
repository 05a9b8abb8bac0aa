"""The judge of voices is judged: what it must tell apart, and what it must not count."""

import numpy as np

from salon.testing.hearing import RATE_HZ, Samples, likeness

LISTEN_S = 6


def speech(seed: int) -> Samples:
    """Return five seconds of bursts with pauses between them, no two alike."""
    chance = np.random.default_rng(seed)
    wave = np.convolve(chance.standard_normal(5 * RATE_HZ), np.ones(24) / 24, mode="same")
    beat = np.repeat(chance.random(20) > 0.3, RATE_HZ // 4)  # seven in ten are sound
    return np.asarray(wave * beat * 0.4, dtype=np.float64)


def played(source: Samples, from_s: float) -> Samples:
    begin = round(from_s * RATE_HZ)
    return np.concatenate([source] * 3)[begin : begin + LISTEN_S * RATE_HZ]


def test_a_voice_is_like_itself_wherever_the_recording_begins() -> None:
    source = speech(1)
    found = likeness(played(source, 1.234), source)
    assert min(found.correlations) > 0.99
    assert abs(found.level_db) < 0.1


def test_another_voice_is_not_like_it() -> None:
    assert likeness(played(speech(2), 0.5), speech(1)).median < 0.5


def test_a_pause_is_not_counted_against_a_voice() -> None:
    source = speech(1)
    heard = played(source, 0.0)
    pauses = np.abs(heard).reshape(-1, RATE_HZ // 5).max(axis=1) == 0.0
    found = likeness(heard, source)
    assert pauses.any()
    assert len(found.correlations) <= len(pauses) - pauses.sum()
    assert found.share_over(0.85) == 1.0


def test_a_hole_in_a_voice_counts_against_it() -> None:
    source = speech(1)
    heard = played(source, 0.0).copy()
    loud = np.square(heard).reshape(-1, RATE_HZ // 5).mean(axis=1).argsort()[-8:]
    for window in loud:
        heard[window * RATE_HZ // 5 : (window + 1) * RATE_HZ // 5] = 0.0
    assert likeness(heard, source).share_over(0.85) < 0.9


def test_a_voice_that_is_too_quiet_is_told_by_its_level() -> None:
    source = speech(1)
    assert -6.5 < likeness(played(source, 0.0) * 0.5, source).level_db < -5.5
