"""The server's own end while a room is recorded: killed, and told to stop."""

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from salon.testing.person import Person
from salon.testing.process import ServerProcess
from salon_recording.ogg import SAMPLE_RATE_HZ, length_samples

pytestmark = [pytest.mark.slow, pytest.mark.plugin]

TONE_HZ = 440.0
STOPS_WITHIN_S = 10.0


@pytest.fixture
async def process(tmp_path: Path, database: str | None) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(tmp_path, database={"url": database}, plugins={"recording": {}})
    await server.start()
    yield server
    await server.stop()


async def _speaking(server: ServerProcess) -> tuple[Person, str]:
    """Let the owner speak, on the record, and return with the take."""
    owner = await server.claim()
    await owner.command("recording.switch", enabled=True)
    room_id = (await owner.command("room.open", name="Kitchen", temporary=False))["room"]["id"]
    await owner.join(room_id)
    take_id: str = (await owner.command("recording.start", room=room_id))["take"]["id"]
    await owner.command("recording.consent", room=room_id, choice="on")
    await owner.command("voice.set", room=room_id, muted=False)
    assert owner.voice is not None
    owner.voice.talk(TONE_HZ)
    while True:
        told = await owner.expect("room.state_changed", room_id=room_id, key="recording")
        if told["state"]["phase"] == "recording":
            return owner, take_id


def _take(server: ServerProcess, take_id: str) -> Path:
    return server.directory / "data" / "plugin-data" / "recording" / "takes" / take_id


def _seconds_by_ffprobe(voice: Path) -> float:
    command = ["ffprobe", "-v", "error", "-show_format", "-of", "json", str(voice)]
    probed = subprocess.run(command, capture_output=True, check=True)
    return float(json.loads(probed.stdout)["format"]["duration"])


def _words_of_opusinfo(voice: Path) -> str:
    return subprocess.run(["opusinfo", voice], capture_output=True, text=True, check=True).stdout


async def test_a_killed_server_loses_at_most_the_last_second_of_a_voice(
    process: ServerProcess,
) -> None:
    owner, take_id = await _speaking(process)
    begun_s = time.monotonic()
    await asyncio.sleep(3.3)  # the sound that may not be lost
    await process.kill()
    spoken_s = time.monotonic() - begun_s
    voice = _take(process, take_id) / f"{owner.id}.opus"
    assert length_samples(voice) / SAMPLE_RATE_HZ >= spoken_s - 1.0
    assert _seconds_by_ffprobe(voice) >= spoken_s - 1.0
    await process.start()
    await owner.open()
    take = (await owner.command("recording.takes"))["takes"][0]
    await owner.close()
    assert (take["id"], take["status"]) == (take_id, "interrupted")


async def test_a_server_told_to_stop_closes_the_recording_within_ten_seconds(
    process: ServerProcess,
) -> None:
    owner, take_id = await _speaking(process)
    await asyncio.sleep(1.5)
    began_s = time.monotonic()
    assert await process.stop() == 0
    assert time.monotonic() - began_s < STOPS_WITHIN_S
    voice = _take(process, take_id) / f"{owner.id}.opus"
    assert "WARNING" not in _words_of_opusinfo(voice)  # it has its last page
    assert length_samples(voice) / SAMPLE_RATE_HZ > 1.0
    await process.start()
    await owner.open()
    take = (await owner.command("recording.takes"))["takes"][0]
    await owner.close()
    assert (take["id"], take["status"]) == (take_id, "captured")
