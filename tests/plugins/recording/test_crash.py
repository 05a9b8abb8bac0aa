"""The server's own end while a room is recorded: killed, and told to stop."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from salon.testing.person import Person, Refused
from salon.testing.process import ServerProcess
from salon_recording.ogg import SAMPLE_RATE_HZ, length_samples

pytestmark = [pytest.mark.slow, pytest.mark.plugin]

TONE_HZ = 440.0
STOPS_WITHIN_S = 10.0
MADE_WITHIN_S = 60.0


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


async def _told(owner: Person, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return an episode once it is told as it is waited for."""
    async with asyncio.timeout(MADE_WITHIN_S):
        while True:
            with contextlib.suppress(TimeoutError):  # nothing new for a while: the machine is busy
                told = await owner.expect("recording.episode_changed")
                if is_it(told["episode"]):
                    return dict(told["episode"])


async def test_an_episode_whose_server_is_killed_while_it_is_made_is_made_after_the_next_start(
    process: ServerProcess,
) -> None:
    owner, take_id = await _speaking(process)
    voice = _take(process, take_id) / f"{owner.id}.opus"
    await _written(voice, 2.0)
    assert owner.voice is not None
    await owner.command("recording.stop", room=owner.voice.room_id)
    before = {path.name: path.read_bytes() for path in voice.parent.iterdir()}
    again_and_again = [{"take": take_id, "start_s": 0, "end_s": 2.0}] * 30  # a minute to make
    ordered = await owner.command("recording.produce", title="Long", segments=again_and_again)
    await _told(owner, lambda one: one["making"] is not None and one["making"]["step"] == "mix")
    await process.kill()
    episodes = voice.parents[2] / "episodes"
    assert not list(episodes.glob("*.mp3"))
    assert len(list(episodes.glob("*.work/level-*.bin"))) == 30
    await process.start()
    await owner.open()
    made = (await owner.command("recording.episodes"))["episodes"][0]
    if made["status"] == "making":
        made = await _told(owner, lambda episode: episode["status"] != "making")
    assert (made["id"], made["status"]) == (ordered["episode"]["id"], "ready")
    assert (made["revision"], made["duration_s"]) == (1, 60.0)
    await owner.close()
    assert {path.name: path.read_bytes() for path in voice.parent.iterdir()} == before
    (sound,) = episodes.glob("*.mp3")
    assert _seconds_by_ffprobe(sound) == pytest.approx(60.0, abs=0.1)


def _worker(server: ServerProcess) -> int:
    """Return the process of the media worker."""
    own = server.process.pid
    children = Path(f"/proc/{own}/task/{own}/children").read_text(encoding="ascii").split()
    lines = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
    return next(pid for pid, line in lines.items() if b"salon.relay.worker" in line)


async def _speaks_again(owner: Person, room_id: str) -> None:
    """Come again, as a page does by itself, once there is a new worker."""
    async with asyncio.timeout(STOPS_WITHIN_S):
        while True:
            try:
                await owner.join(room_id)
            except Refused:  # there is no worker yet
                await asyncio.sleep(0.1)
            else:
                break
    assert owner.voice is not None
    await owner.command("voice.set", room=room_id, muted=False)
    owner.voice.talk(TONE_HZ)


async def test_a_media_worker_that_is_killed_leaves_a_gap_and_the_take_goes_on(
    process: ServerProcess,
) -> None:
    owner, take_id = await _speaking(process)
    voice = _take(process, take_id) / f"{owner.id}.opus"
    await _written(voice, 1.0)
    assert owner.voice is not None
    room_id = owner.voice.room_id
    os.kill(_worker(process), signal.SIGKILL)
    await _speaks_again(owner, room_id)
    before_s = length_samples(voice) / SAMPLE_RATE_HZ
    await _written(voice, before_s + 1.5)
    ended = (await owner.command("recording.stop", room=room_id))["take"]
    await owner.close()
    assert (ended["id"], ended["reason"]) == (take_id, "stopped")
    assert ended["duration_s"] == pytest.approx(_seconds_by_ffprobe(voice), abs=1.5)
    assert "WARNING" not in _words_of_opusinfo(voice)


async def _written(voice: Path, seconds: float) -> None:
    """Return once a file holds so much sound."""
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(ValueError, FileNotFoundError):  # it was just begun
                if length_samples(voice) >= seconds * SAMPLE_RATE_HZ:
                    return
            await asyncio.sleep(0.1)  # nothing tells of it
