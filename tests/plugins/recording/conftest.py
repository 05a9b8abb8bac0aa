"""What tests of the plugin share: voices, a room that may be recorded, a shelf."""

import array
import asyncio
import wave
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.plugins.recording import tones
from tests.plugins.recording.kitchen import Kitchen
from tests.plugins.recording.shelf import Shelf

from salon.testing import Person, Server
from salon.testing.browser import speech
from salon_recording import making, running
from salon_recording.notice import Notice
from salon_recording.ogg import PACKET_SAMPLES, SILENCE, OggOpusWriter, Placed
from salon_recording.processes import started
from salon_recording.transcript.whisper import LIBRARY

# No part of the ordinary run, which skips nothing: `./salon test --speech` brings what they need.
collect_ignore = [] if find_spec(LIBRARY) else ["test_speech.py"]


def _write_speech(path: Path, text: str, voice: str = "en-gb", *, gain: float = 1.0) -> Path:
    """Write a voice's file in which espeak-ng says a text, as loud as it does or by a factor."""
    said = speech(path.with_suffix(".wav"), text, voice=voice)
    with wave.open(str(said)) as file:
        loud = array.array("h", file.readframes(file.getnframes()))
    pcm = array.array("h", (round(sample * gain) for sample in loud)).tobytes()
    size = 2 * PACKET_SAMPLES
    pieces = (pcm[at : at + size].ljust(size, b"\0") for at in range(0, len(pcm), size))
    writer = OggOpusWriter(path.open("wb"), serial=1, title="speech")
    for number, packet in enumerate(tones.encoded(pieces)):
        writer.append(packet, number * PACKET_SAMPLES)
    writer.close()
    return path


@pytest.fixture
def tone_packets() -> Callable[[float, float], Iterator[bytes]]:
    """`tone_packets(tone_hz, seconds)` yields Opus packets of 20 ms."""
    return tones.tone_packets


@pytest.fixture
def write_voice() -> Callable[..., Path]:
    """`write_voice(path, (from_s, seconds, tone_hz), …)` writes a voice's file."""
    return tones.write_voice


@pytest.fixture
def write_speech() -> Callable[..., Path]:
    """`write_speech(path, text, voice, gain=1.0)` writes a voice's file of speech."""
    return _write_speech


@pytest.fixture
async def kitchen(server: Server, owner: Person) -> Kitchen:
    """A room of the owner's that may be recorded; nobody is in it."""
    return await Kitchen.of(server, owner)


@pytest.fixture
def shelf(server: Server, owner: Person) -> Shelf:
    """Where recordings and episodes can be put without a room."""
    return Shelf(server, owner)


@pytest.fixture
def making_waits(monkeypatch: pytest.MonkeyPatch) -> Callable[[], asyncio.Event]:
    """Call it, and nothing is made until the event that it returns is set."""

    def hold() -> asyncio.Event:
        may_be_made = asyncio.Event()

        async def held(module: str, request: Path) -> asyncio.subprocess.Process:
            await may_be_made.wait()
            return await started(module, request)

        monkeypatch.setattr(making, "started", held)
        return may_be_made

    return hold


@pytest.fixture
def whole_countdown() -> None:
    """Ask for it where what happens before a recording matters: three seconds, and the notice."""


@pytest.fixture(autouse=True)
def short_countdown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait three seconds, nor for the notice, in every test."""
    if "whole_countdown" not in request.fixturenames:
        brief = Notice((Placed(SILENCE, 0, PACKET_SAMPLES),))
        monkeypatch.setattr(running, "COUNTDOWN_S", 0.3)
        monkeypatch.setattr(running, "load_all", lambda _config: {"en": brief, "fr": brief})
