"""What networks, disks and people do to a recording: what was agreed is there, and nothing else."""

import contextlib
import errno
import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.plugins.recording.kitchen import Kitchen

from salon.plugin import AudioPacket, Voice
from salon.testing.fixtures import lacking
from salon.testing.person import Person, Refused
from salon_recording.capture import Capture, TakeFiles
from salon_recording.ogg import PACKET_SAMPLES, SAMPLE_RATE_HZ, length_samples, read_packets
from salon_recording.plugin import RecordingPlugin

ALICE, BOB = 11, 22
HEAD = b"\xf8"  # 20 ms, CELT, full band
DISK_BYTES = 64 * 2**20
LEFT_BYTES = 200_000
HOURS_S = 8 * 3_600.0


def _packet(number: int, said: bytes, *, owner: int = ALICE, late_s: float = 0.0) -> AudioPacket:
    """The packet of a voice that began to speak with the take, at its place among all of them."""
    received_s = (number + 1) * 0.02 + late_s
    timestamp = number * PACKET_SAMPLES
    voice = Voice(f"p{owner}", str(owner))
    return AudioPacket(voice, HEAD + said, number, timestamp, received_s, -20)


def _capture(folder: Path, *accounts: int) -> Capture:
    capture = Capture(TakeFiles(folder), lambda _error: None)
    capture.begin(0.0)
    for account_id in accounts:
        capture.agree(account_id, 0.0)
    return capture


def _places(path: Path, said: bytes) -> dict[int, int]:
    """Return where each packet of somebody stands, by its number."""
    return {
        int(one.opus[len(HEAD + said) :]): one.position
        for one in read_packets(path)
        if one.opus.startswith(HEAD + said)
    }


@pytest.mark.parametrize("lost", [0.1, 0.2, 0.3])
async def test_on_a_lossy_network_every_packet_that_came_stands_in_its_place(
    tmp_path: Path, lost: float
) -> None:
    chance = random.Random(round(lost * 10))  # noqa: S311 no secret
    sent = [_packet(n, b"alice%d" % n, late_s=chance.uniform(0, 0.09)) for n in range(1_000)]
    came = sorted((p for p in sent if chance.random() >= lost), key=lambda one: one.received_s)
    capture = _capture(tmp_path / "take", ALICE)
    await capture.receive(came[:50])
    await capture.receive(came[50:])
    await capture.drain()
    capture.files.close()
    voice = tmp_path / "take" / f"{ALICE}.opus"
    places = _places(voice, b"alice")
    assert len(places) >= len(came) - 5  # but for those that came after what was written already
    assert all(abs(at - n * PACKET_SAMPLES) <= 5 * PACKET_SAMPLES for n, at in places.items())
    assert length_samples(voice) == pytest.approx(1_000 * PACKET_SAMPLES, abs=6 * PACKET_SAMPLES)


async def test_a_speaker_who_leaves_and_returns_ten_times_has_one_file_with_gaps(
    tmp_path: Path,
) -> None:
    capture = _capture(tmp_path / "take")
    for turn in range(10):
        first = turn * 150  # speaks for a second, then is away for two
        capture.agree(ALICE, first * 0.02)
        for number in range(50):
            packet = _packet(first + number, b"alice%d" % (first + number))
            other = Voice(f"peer {turn}", str(ALICE))  # another connection, with clocks of its own
            at = turn * 2**33 + number * PACKET_SAMPLES
            await capture.receive([replace(packet, voice=other, timestamp=at)])
        capture.decline(ALICE)
    await capture.drain()
    capture.files.close()
    voice = tmp_path / "take" / f"{ALICE}.opus"
    assert [path.name for path in (tmp_path / "take").glob("*.opus")] == [voice.name]
    assert length_samples(voice) == pytest.approx(1_400 * PACKET_SAMPLES, abs=2 * PACKET_SAMPLES)


async def test_a_word_at_each_end_of_eight_hours_costs_little_and_stands_there(
    tmp_path: Path,
) -> None:
    capture = _capture(tmp_path / "take", ALICE)
    last = round(HOURS_S * 50) - 50
    for number in (*range(50), *range(last, last + 50)):
        await capture.receive([_packet(number, b"alice%d" % number)])
    await capture.drain()
    capture.files.close()
    voice = tmp_path / "take" / f"{ALICE}.opus"
    assert length_samples(voice) == pytest.approx(HOURS_S * SAMPLE_RATE_HZ, abs=2 * PACKET_SAMPLES)
    assert voice.stat().st_size < 1_100_000
    assert _places(voice, b"alice")[last] == pytest.approx(
        last * PACKET_SAMPLES, abs=PACKET_SAMPLES
    )


async def test_no_byte_of_what_somebody_had_removed_is_left_on_the_disk(tmp_path: Path) -> None:
    capture = _capture(tmp_path / "take", ALICE, BOB)
    for number in range(100):
        await capture.receive([_packet(number, b"removed"), _packet(number, b"bob", owner=BOB)])
    await capture.drain()
    capture.files.flush(to_disk=True)
    assert b"removed" in _bytes_on_disk(tmp_path)
    await capture.receive([_packet(100, b"removed")])  # waits in memory
    await capture.forget(ALICE)
    await capture.receive([_packet(101, b"removed")])  # came too late
    capture.agree(ALICE, 3.0)
    await capture.receive([_packet(200, b"after"), _packet(200, b"bob", owner=BOB)])
    await capture.drain()
    capture.files.close()
    kept = _bytes_on_disk(tmp_path)
    assert b"removed" not in kept
    assert (kept.count(b"after"), kept.count(b"bob")) == (1, 101)


def _bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MiB of which little is left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        lacking("only root mounts a disk, and not in every container")
    try:
        (disk / "ballast").write_bytes(bytes(DISK_BYTES - LEFT_BYTES))
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


async def test_a_disk_of_64_mib_that_fills_up_keeps_what_it_has_and_says_so_once(
    small_disk: Path,
) -> None:
    told: list[OSError] = []
    capture = Capture(TakeFiles(small_disk / "take"), told.append)
    capture.begin(0.0)
    capture.agree(ALICE, 0.0)
    capture.agree(BOB, 0.0)
    for number in range(50):
        await capture.receive([_packet(number, b"bob%d" % number, owner=BOB)])
    await capture.drain()
    capture.files.flush(to_disk=True)
    for number in range(600):
        await capture.receive([_packet(number, bytes(1_000))])
    await capture.drain()
    with contextlib.suppress(OSError):
        capture.files.flush(to_disk=True)
    with contextlib.suppress(OSError):
        capture.files.close()
    assert [error.errno for error in told] == [errno.ENOSPC]
    assert len(_places(small_disk / "take" / f"{BOB}.opus", b"bob")) == 50
    assert length_samples(small_disk / "take" / f"{ALICE}.opus") > SAMPLE_RATE_HZ
    (small_disk / "ballast").unlink()
    again = _capture(small_disk / "again", ALICE)
    await again.receive([_packet(number, b"alice%d" % number) for number in range(50)])
    await again.drain()
    again.files.close()
    assert len(_places(small_disk / "again" / f"{ALICE}.opus", b"alice")) == 50


@pytest.mark.plugin.with_args(RecordingPlugin)
async def test_a_take_in_which_nobody_said_anything_is_there_and_makes_no_episode(
    kitchen: Kitchen, owner: Person
) -> None:
    await kitchen.enter()
    take_id = await kitchen.start()
    await kitchen.begun(owner)
    ended = await kitchen.stop()
    assert (ended["id"], ended["voices"]) == (take_id, [])
    with pytest.raises(Refused) as refused:
        await kitchen.order(take_id, end_s=1)
    assert refused.value.error["reason"] == "recording.no_voices"
