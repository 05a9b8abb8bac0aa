"""What is written of a room, and what a crash can cost."""

import asyncio
import contextlib
import errno
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from salon.plugin import AudioPacket, Voice
from salon_recording.capture import Capture, TakeFiles
from salon_recording.journal import JOURNAL, read
from salon_recording.ogg import PACKET_SAMPLES, SAMPLE_RATE_HZ, length_samples, read_packets

Tones = Callable[[float, float], Iterator[bytes]]
ALICE, BOB = 11, 22
OPUS = b"\xf8\x01\x02\x03"  # not what silence is filled with

CRASHES = int(os.environ.get("SALON_TEST_CRASHES", "5"))  # 100 before a release
SPEAKS_AND_IS_KILLED = """
import sys, time
from pathlib import Path
from salon_recording.capture import Placed, TakeFiles
from salon_recording.journal import Entry
from salon_recording.ogg import SILENCE
from salon_recording.running import FLUSH_EVERY_S
files = TakeFiles(Path(sys.argv[1]))
begun = flushed = time.monotonic()
position = 0
while True:
    now = time.monotonic()
    while position < (now - begun) * 48_000:
        files.write([Placed(11, SILENCE, position), Placed(22, SILENCE, position)])
        files.note(Entry(position / 48_000, "mark", {"title": "x" * 200}))
        position += 960
    if now - flushed >= FLUSH_EVERY_S:
        files.flush(to_disk=True)
        flushed = now
    print(position, flush=True)
    time.sleep(0.01)
"""


def _fails(error: OSError) -> None:
    raise AssertionError(error)


def _packet(owner: int, number: int, received_s: float) -> AudioPacket:
    timestamp = number * PACKET_SAMPLES
    return AudioPacket(Voice(f"p{owner}", str(owner)), OPUS, number, timestamp, received_s, -20)


async def _spoken(capture: Capture, owner: int, from_s: float, packets: int) -> None:
    base = round(from_s * 50)
    await capture.receive(
        [_packet(owner, base + n, from_s + (n + 1) * 0.02) for n in range(packets)]
    )
    await capture.drain()


async def test_nothing_is_written_of_who_did_not_answer_or_before_the_beginning(
    tmp_path: Path,
) -> None:
    files = TakeFiles(tmp_path / "take")
    capture = Capture(files, _fails)
    capture.agree(ALICE, 10.0)
    await _spoken(capture, ALICE, 11.0, 50)
    capture.begin(13.0)
    await _spoken(capture, ALICE, 13.0, 50)
    await _spoken(capture, BOB, 13.0, 50)
    files.close()
    assert [path.name for path in (tmp_path / "take").glob("*.opus")] == [f"{ALICE}.opus"]
    assert length_samples(tmp_path / "take" / f"{ALICE}.opus") == pytest.approx(
        SAMPLE_RATE_HZ, abs=2 * PACKET_SAMPLES
    )


async def test_what_was_said_before_the_answer_is_not_written_though_it_comes_after(
    tmp_path: Path,
) -> None:
    files = TakeFiles(tmp_path / "take")
    capture = Capture(files, _fails)
    capture.begin(0.0)
    capture.agree(ALICE, 5.0)
    await _spoken(capture, ALICE, 4.0, 50)  # was waiting in the buffer
    files.flush(to_disk=False)
    assert not (tmp_path / "take" / f"{ALICE}.opus").exists()
    files.close()


async def test_going_off_and_on_the_record_leaves_silence_between(tmp_path: Path) -> None:
    files = TakeFiles(tmp_path / "take")
    capture = Capture(files, _fails)
    capture.begin(0.0)
    capture.agree(ALICE, 0.0)
    await _spoken(capture, ALICE, 1.0, 50)
    capture.decline(ALICE)
    await _spoken(capture, ALICE, 2.0, 50)
    capture.agree(ALICE, 8.0)
    await _spoken(capture, ALICE, 9.0, 50)
    files.close()
    length = length_samples(tmp_path / "take" / f"{ALICE}.opus")
    assert length == pytest.approx(10 * SAMPLE_RATE_HZ, abs=2 * PACKET_SAMPLES)


async def test_no_byte_of_what_is_said_off_the_record_reaches_the_disk(tmp_path: Path) -> None:
    files = TakeFiles(tmp_path / "take")
    capture = Capture(files, _fails)
    off, on = b"\xf8said off the record", b"\xf8said on the record"
    capture.begin(0.0)
    for turn in range(10):  # comes and goes, ten times
        from_s = float(3 * turn)
        await capture.receive([replace(_packet(ALICE, 0, from_s + 1), opus=off)])
        capture.agree(ALICE, from_s + 1.5)
        late = replace(_packet(ALICE, 25, from_s + 1.51), opus=off)  # begun before the yes
        await capture.receive([late, replace(_packet(ALICE, 50, from_s + 2), opus=on)])
        capture.decline(ALICE)
        await capture.receive([replace(_packet(ALICE, 75, from_s + 2.5), opus=off)])
        await capture.drain()
    await capture.receive([replace(_packet(BOB, 75, 30.0), opus=off)])
    files.flush(to_disk=True)
    running = _bytes_on_disk(tmp_path)
    files.close()
    for kept in (running, _bytes_on_disk(tmp_path)):
        assert off not in kept
        assert kept.count(on) == 10


def _bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_a_voice_that_changes_its_source_and_its_timestamps_stays_in_its_place(
    tmp_path: Path,
) -> None:
    files = TakeFiles(tmp_path / "take")
    capture = Capture(files, _fails)
    capture.begin(0.0)
    capture.agree(ALICE, 0.0)
    for turn, (peer, first) in enumerate(
        (("a", 0), ("a", 2**40), ("b", 500), ("b", 3), ("c", 2**32))
    ):
        for number in range(50):
            arrived_s = 2.0 * turn + 0.02 * (number + 1)
            packet = _packet(ALICE, number, arrived_s)
            timestamp = first + number * PACKET_SAMPLES
            voice = Voice(peer, str(ALICE))
            await capture.receive([replace(packet, voice=voice, timestamp=timestamp)])
    await capture.drain()
    files.close()
    positions = [
        one.position
        for one in read_packets(tmp_path / "take" / f"{ALICE}.opus")
        if one.opus == OPUS
    ]
    wanted = [
        round((2.0 * turn + 0.02 * number) * SAMPLE_RATE_HZ)
        for turn in range(5)
        for number in range(50)
    ]
    assert positions == pytest.approx(wanted, abs=PACKET_SAMPLES)


async def test_a_disk_that_refuses_is_told_once(tmp_path: Path) -> None:
    files = TakeFiles(tmp_path / "take")
    told: list[OSError] = []
    capture = Capture(files, told.append)
    capture.begin(0.0)
    capture.agree(ALICE, 0.0)
    (tmp_path / "take" / f"{ALICE}.opus").write_bytes(b"in the way")
    await _spoken(capture, ALICE, 1.0, 5)
    await _spoken(capture, ALICE, 2.0, 5)
    assert [type(error) for error in told] == [FileExistsError]
    files.close()


def test_a_forgotten_voice_leaves_no_file(tmp_path: Path) -> None:
    files = TakeFiles(tmp_path / "take")
    files.forget(ALICE)
    files.close()
    files.close()
    assert not list((tmp_path / "take").glob("*.opus"))


async def test_what_waits_to_be_written_is_forgotten_with_its_voice(tmp_path: Path) -> None:
    files = TakeFiles(tmp_path / "take")
    capture = Capture(files, _fails)
    capture.begin(0.0)
    capture.agree(ALICE, 0.0)
    await capture.receive([_packet(ALICE, 50 + n, 1.0 + (n + 1) * 0.02) for n in range(10)])
    await capture.forget(ALICE)
    await capture.drain()
    files.close()
    assert not list((tmp_path / "take").glob("*.opus"))


async def test_what_is_being_written_does_not_bring_a_forgotten_voice_back(
    tmp_path: Path,
) -> None:
    for number in range(20):
        files = TakeFiles(tmp_path / f"take {number}")
        capture = Capture(files, _fails)
        capture.begin(0.0)
        capture.agree(ALICE, 0.0)
        packets = [_packet(ALICE, n, (n + 1) * 0.02) for n in range(200)]
        writing = asyncio.create_task(capture.receive(packets))
        await asyncio.sleep(0)
        await capture.forget(ALICE)
        await writing
        files.close()
        assert not list(files.directory.glob("*.opus"))


def _open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@contextlib.contextmanager
def _full_disk(rest_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (rest_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_keeps_what_was_written_and_leaves_no_file_open(tmp_path: Path) -> None:
    files = TakeFiles(tmp_path / "take")
    told: list[OSError] = []
    capture = Capture(files, told.append)
    capture.begin(0.0)
    capture.agree(ALICE, 0.0)
    capture.agree(BOB, 0.0)
    await _spoken(capture, BOB, 0.0, 50)
    files.flush(to_disk=True)
    open_before = _open_files()
    with _full_disk(20_000):
        for second in range(200):
            await _spoken(capture, ALICE, float(second), 50)
        with contextlib.suppress(OSError):
            files.flush(to_disk=True)
        with contextlib.suppress(OSError):
            files.close()
    assert [error.errno for error in told] == [errno.EFBIG]
    assert _open_files() == open_before - 2  # the journal and Bob
    assert length_samples(tmp_path / "take" / f"{ALICE}.opus") > 10 * SAMPLE_RATE_HZ
    assert length_samples(tmp_path / "take" / f"{BOB}.opus") == pytest.approx(
        SAMPLE_RATE_HZ, abs=2 * PACKET_SAMPLES
    )


async def test_a_voice_is_forgotten_on_a_full_disk_too(tmp_path: Path) -> None:
    files = TakeFiles(tmp_path / "take")
    capture = Capture(files, lambda _: None)
    capture.begin(0.0)
    capture.agree(ALICE, 0.0)
    with _full_disk(1_000):
        await _spoken(capture, ALICE, 0.0, 500)
        await capture.forget(ALICE)
        with contextlib.suppress(OSError):
            files.close()
    assert not list((tmp_path / "take").glob("*.opus"))


async def test_many_packets_are_written_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    files = TakeFiles(tmp_path / "take")
    capture = Capture(files, _fails)
    capture.begin(0.0)
    capture.agree(ALICE, 0.0)
    pieces = [[_packet(ALICE, n, (n + 1) * 0.02)] for n in range(1_000)]
    await asyncio.gather(*(capture.receive(piece) for piece in pieces), capture.drain())
    await capture.drain()
    files.close()
    written = read_packets(tmp_path / "take" / f"{ALICE}.opus")
    assert sum(one.opus == OPUS for one in written) == 1_000


@pytest.mark.slow
@pytest.mark.parametrize("crash", range(CRASHES))
def test_a_kill_costs_at_most_a_second_of_each_voice_and_others_read_the_files(
    tmp_path: Path, crash: int
) -> None:
    after_s = random.Random().uniform(0.05, 2.0)  # noqa: S311 no secret
    folder = tmp_path / "take"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SPEAKS_AND_IS_KILLED, str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as speaking:
        assert speaking.stdout is not None
        said = 0
        until_s: float | None = None
        for line in speaking.stdout:
            said = int(line)
            until_s = until_s or time.monotonic() + after_s
            if time.monotonic() >= until_s:
                break
        speaking.send_signal(signal.SIGKILL)
        rest = speaking.stdout.read().splitlines()
    said = int(rest[-1]) if rest and rest[-1].isdigit() else said
    noted_s = max((entry.at_s for entry in read(folder / JOURNAL)), default=0.0)
    assert said / SAMPLE_RATE_HZ - noted_s <= 1.0
    for voice in (folder / "11.opus", folder / "22.opus"):
        lost_s = (said - length_samples(voice)) / SAMPLE_RATE_HZ
        assert lost_s <= 1.0
        for judge in (["opusinfo", "-q"], ["ffprobe", "-v", "error"]):
            judged = subprocess.run([*judge, voice], capture_output=True, text=True, check=False)
            assert "orrupt" not in judged.stdout + judged.stderr


async def test_what_is_played_in_somebodys_name_is_not_kept_as_their_voice(tmp_path: Path) -> None:
    capture = Capture(TakeFiles(tmp_path), _fails)
    capture.agree(ALICE, 0.0)
    capture.begin(0.0)
    capture.leave_out("piece")
    own = _packet(ALICE, 0, 0.02)
    await capture.receive([replace(own, voice=Voice("piece", str(ALICE))), own])
    await capture.drain()
    capture.files.close()
    assert (tmp_path / f"{ALICE}.opus").read_bytes().count(OPUS) == 1
