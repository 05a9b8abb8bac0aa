"""An episode of a take in which every voice is sent in another odd way, one after the other."""

import random
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from salon.plugin import AudioPacket, Voice
from salon_recording.capture import Capture, TakeFiles, voice_path
from salon_recording.ogg import SAMPLE_RATE_HZ
from salon_recording.production.produce import produce
from salon_recording.production.request import Request

TONE_HZ, AMPLITUDE = 400.0, 8_000.0
SLOT, SPEAKS, RISE = 23_040, 14_400, 240  # 480 ms for whoever speaks, of which 300 are spoken
BEFORE, AFTER = 5_760, 2_880  # of silence that is sent around it
MS = SAMPLE_RATE_HZ // 1_000
DTX_BYTES = 2  # of a packet that is not sent, where the sender leaves silence out
SURE = 2_880  # samples around the beginning of a turn that come: libopus fades in after a loss

Samples = np.ndarray[tuple[int], np.dtype[Any]]


@dataclass(frozen=True)
class Sender:
    """How somebody's voice is sent; `turns` is how often they speak."""

    name: str
    turns: int = 3
    packet_ms: float = 20
    layout: str = "mono"
    lost: float = 0.0
    leaves_out_silence: bool = False
    begins_anew: bool = False  # timestamps from elsewhere for each turn
    leaves: bool = False  # another connection, and another yes, for each turn

    @property
    def samples(self) -> int:
        return round(self.packet_ms * MS)


SENDERS = (
    Sender("as browsers send"),
    Sender("SSRC and timestamps begin anew", begins_anew=True),
    Sender("120 ms", packet_ms=120),
    Sender("2.5 ms", packet_ms=2.5),
    Sender("stereo", layout="stereo"),
    Sender("DTX", leaves_out_silence=True),
    Sender("leaves and returns ten times", turns=10, begins_anew=True, leaves=True),
    *(Sender(f"{lost:.0%} lost", turns=5, lost=lost) for lost in (0.1, 0.2, 0.3)),
)


def _slots() -> list[list[int]]:
    """Return for each sender where their turns begin; they take turns in no order."""
    whose = [number for number, sender in enumerate(SENDERS) for _ in range(sender.turns)]
    random.Random(7).shuffle(whose)  # noqa: S311 no secret
    return [
        [SLOT * (at + 1) for at, who in enumerate(whose) if who == number]
        for number in range(len(SENDERS))
    ]


def _turn() -> Samples:
    """Return a turn with silence around it: a tone that comes and goes within 5 ms."""
    tone = AMPLITUDE * np.sin(2 * np.pi * TONE_HZ / SAMPLE_RATE_HZ * np.arange(SPEAKS))
    rise = np.sin(np.linspace(0, np.pi / 2, RISE)) ** 2
    tone[:RISE] *= rise
    tone[-RISE:] *= rise[::-1]
    return np.pad(tone, (BEFORE, AFTER)).astype(np.int16)


def _packets(sender: Sender) -> Iterator[bytes]:
    """Yield a turn as packets."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE_HZ, sender.layout, "s16"
    encoder.options = {
        "frame_duration": str(sender.packet_ms),
        "application": "voip",
        "compression_level": "0",
    }
    encoder.bit_rate = 48_000
    sound, size = _turn(), sender.samples
    for at in range(0, len(sound), size):
        frame = av.AudioFrame(format="s16", layout=sender.layout, samples=size)
        pcm = np.repeat(sound[at : at + size], len(encoder.layout.channels))
        frame.planes[0].update(pcm.tobytes())
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, at
        yield from map(bytes, encoder.encode(frame))


async def _speak(capture: Capture, number: int, turns: Sequence[int]) -> None:
    sender, chance = SENDERS[number], random.Random(number)  # noqa: S311 no secret
    capture.agree(number, 0.0)
    sequence = 0
    for turn, begin in enumerate(turns):
        if sender.leaves and turn:
            capture.decline(number)
            capture.agree(number, (begin - BEFORE) / SAMPLE_RATE_HZ)
        elsewhere = turn * 2**33 + 7 * turn if sender.begins_anew else 0
        voice = Voice(f"{number} {turn if sender.leaves else 0}", str(number))
        for at, opus in enumerate(_packets(sender)):
            sequence += 1
            position = begin - BEFORE + at * sender.samples
            is_sure = abs(position - begin) < SURE
            is_left_out = sender.leaves_out_silence and len(opus) <= DTX_BYTES
            if is_left_out or (not is_sure and chance.random() < sender.lost):
                continue
            late_s = chance.uniform(0, 0.002) if sender.lost else 0.0
            received_s = (position + sender.samples) / SAMPLE_RATE_HZ + late_s
            await capture.receive(
                [AudioPacket(voice, opus, sequence, position + elsewhere, received_s, -20)]
            )
    await capture.drain()


def _heard(path: Path) -> Samples:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-ac", "1", "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<f4")


def _begins(sound: Samples, about: int) -> int:
    """Return where a turn begins that should begin about here: half as loud as it becomes."""
    turn = np.abs(sound[about - SLOT // 8 : about + SPEAKS // 2])
    return about - SLOT // 8 + int(np.argmax(turn > np.max(turn) / 2))


def _fallen(turn: Samples) -> float:
    """Return the share of a turn in which it is not half as loud as it is mostly."""
    pieces = turn[2 * RISE : len(turn) - 2 * RISE].reshape(-1, 480)
    loud = np.sqrt(np.mean(pieces**2, axis=1))
    return float(np.mean(loud < np.median(loud) / 2))


async def test_however_voices_are_sent_the_episode_holds_each_in_its_place(tmp_path: Path) -> None:
    slots = _slots()
    samples = SLOT * (sum(sender.turns for sender in SENDERS) + 2)
    capture = Capture(TakeFiles(tmp_path / "take"), lambda _error: None)
    capture.begin(0.0)
    for number, turns in enumerate(slots):
        await _speak(capture, number, turns)
    capture.files.close()
    voices = [voice_path(tmp_path / "take", number) for number in range(len(SENDERS))]
    segment = {
        "kind": "take",
        "parts_s": [[0.0, samples / SAMPLE_RATE_HZ]],
        "sources": [{"path": str(path)} for path in voices],
    }
    asked = Request.of(
        {
            "segments": [segment],
            "chapters": [],
            "target": str(tmp_path / "episode.mp3"),
            "formats": ["mp3"],
        }
    )
    said = produce(asked, lambda *_: None)
    assert said["heard"] == [[True] * len(SENDERS)]
    assert said["duration_ms"] == samples // MS
    sound = _heard(asked.target)
    assert len(sound) == pytest.approx(samples, abs=50 * MS)
    assert np.all(np.isfinite(sound))
    usual = np.median([_begins(sound, at) - at for at in slots[0]])
    for sender, turns in zip(SENDERS, slots, strict=True):
        late_ms = [(_begins(sound, at) - at - usual) / MS for at in turns]
        # Packets of 2.5 ms are coded with 4 ms less of delay.
        assert late_ms == pytest.approx([0.0] * sender.turns, abs=5.0), sender.name
        for at in turns:
            turn = sound[at - SLOT // 8 : at + SLOT - SLOT // 8]
            steepest = 2 * np.pi * TONE_HZ / SAMPLE_RATE_HZ * np.max(np.abs(turn))
            assert np.max(np.abs(np.diff(turn))) < 1.1 * steepest, sender.name  # nothing clicks
        fallen = [_fallen(sound[at : at + SPEAKS]) for at in turns]
        assert np.mean(fallen) < 0.22, sender.name  # what was lost is concealed
