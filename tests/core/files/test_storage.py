"""Contents survive a crash whole or not at all, and a full disk is said."""

import asyncio
import errno
import os
import resource
import stat
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

import pytest

from salon.errors import NotFound, Unavailable
from salon.files import storage
from salon.files.storage import PIECE_BYTES, DiskFull, LocalDisk


async def parts_of(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def cut_short() -> AsyncIterator[bytes]:
    yield b"x" * (PIECE_BYTES + 1)
    raise ConnectionResetError


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[LocalDisk]:
    disk = LocalDisk(tmp_path / "files", keep_free_bytes=0)
    await disk.open()
    yield disk
    await disk.close()


@pytest.fixture
def small_files() -> Iterator[int]:
    """Let this process write no file of more than 300,000 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    yield 300_000
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def whole(disk: LocalDisk, key: str, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join([piece async for piece in disk.read(key, start, stop)])


async def test_what_is_put_is_read_in_parts_and_by_its_owner_only(
    disk: LocalDisk, tmp_path: Path
) -> None:
    content = os.urandom(PIECE_BYTES * 2 + 7)
    put = await disk.put(parts_of(content[:100], content[100:]), head_bytes=64)
    assert (put.size_bytes, put.head) == (len(content), content[:64])
    assert await whole(disk, put.key) == content
    assert await whole(disk, put.key, 5, PIECE_BYTES + 9) == content[5 : PIECE_BYTES + 9]
    (file,) = (path for path in (tmp_path / "files").rglob("*") if path.is_file())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in file.parents[:2]} == {0o700}


async def test_nothing_is_left_of_what_ends_early(disk: LocalDisk, tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        await disk.put(cut_short())
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    assert await disk.keys() == frozenset()


async def test_a_file_that_is_made_when_nobody_waits_any_more_is_closed_and_gone(
    disk: LocalDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended, go_on = asyncio.Event(), asyncio.Event(), threading.Event()
    loop, create, drop = asyncio.get_running_loop(), storage._created, storage._dropped
    dropped: list[IO[bytes]] = []

    def slow(path: Path) -> IO[bytes]:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(10)
        return create(path)

    def noted(out: IO[bytes], path: Path) -> None:
        drop(out, path)
        dropped.append(out)
        ended.set()

    monkeypatch.setattr(storage, "_dropped", noted)
    monkeypatch.setattr(storage, "_created", slow)
    putting = asyncio.create_task(disk.put(parts_of(b"a")))
    await begun.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    go_on.set()
    async with asyncio.timeout(10):
        await ended.wait()
    assert [out.closed for out in dropped] == [True]
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


async def test_what_a_crash_left_without_a_name_is_thrown_away(tmp_path: Path) -> None:
    incoming = tmp_path / "files" / "incoming"
    incoming.mkdir(parents=True)
    (incoming / ("a" * 32)).write_bytes(b"half")
    disk = LocalDisk(tmp_path / "files", keep_free_bytes=0)
    await disk.open()
    assert list(incoming.iterdir()) == []
    await disk.close()


async def test_deleting_twice_is_once(disk: LocalDisk) -> None:
    put = await disk.put(parts_of(b"x"))
    assert await disk.keys() == {put.key}
    await disk.delete(put.key)
    await disk.delete(put.key)
    with pytest.raises(NotFound):
        await whole(disk, put.key)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n"])
async def test_what_is_no_key_leads_nowhere(disk: LocalDisk, key: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        await disk.delete(key)


async def test_a_disk_that_fills_up_is_said_and_nothing_is_left(
    disk: LocalDisk, small_files: int
) -> None:
    with pytest.raises(DiskFull, match="no room"):
        await disk.put(parts_of(b"x" * small_files, b"x" * small_files))
    assert await disk.keys() == frozenset()
    put = await disk.put(parts_of(b"x"))  # what fits is taken again
    assert await whole(disk, put.key) == b"x"


async def test_room_is_kept_for_the_database(tmp_path: Path) -> None:
    disk = LocalDisk(tmp_path / "files", keep_free_bytes=2**60)
    await disk.open()
    with pytest.raises(DiskFull):
        await disk.put(parts_of(b"x"))
    await disk.close()


async def test_a_disk_that_fails_is_no_fault_of_the_sender(
    disk: LocalDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_handle: int) -> None:
        raise OSError(errno.EIO, "the disk is away")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(Unavailable) as failed:
        await disk.put(parts_of(b"x"))
    assert failed.value.reason == "storage_failed"
    assert await disk.keys() == frozenset()
