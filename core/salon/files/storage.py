"""Where contents are kept: put, read a part, delete. Keys are made here and by chance.

One small interface, so that contents may lie elsewhere some day; now they lie on this machine's
disk: `files/ab/abcdef…`, readable by the server's user only. What is put is written beside
(`files/incoming`), forced to the disk and renamed, the folder forced too: a key that was returned
is there after a power cut. What has no name yet is thrown away at the next start.
"""

import asyncio
import errno
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol

from salon.errors import NotFound, Unavailable

KEY = re.compile(r"[0-9a-f]{32}")
PIECE_BYTES = 256 * 1024  # that are written or read at a time
THREADS = 4  # a slow disk delays files, and nothing that reads or writes the database
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class DiskFull(Unavailable):
    """There is no room for it on the disk."""

    http_status = 507


@dataclass(frozen=True, slots=True)
class Put:
    """What was put."""

    key: str
    size_bytes: int
    sha256: bytes
    head: bytes
    """How it begins: as much as `kinds.of` asks for."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much there is where contents lie, with all else that lies there."""

    free_bytes: int
    size_bytes: int


Rewriting = Callable[[Path, Path], Awaitable[None]]
"""Reads the first file and fills the second, which is empty."""


class Storage(Protocol):
    """Keeps contents by their keys."""

    async def put(self, parts: AsyncIterator[bytes], *, head_bytes: int = 0) -> Put:
        """Keep what comes; nothing is left of what ends early. Raises DiskFull, Unavailable."""

    async def rewrite(self, key: str, size_bytes: int, work: Rewriting) -> Put:
        """Keep beside a content of this size what is made of it. Raises what `work` raises."""

    def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Return the bytes from one to before another. Raises NotFound at the first one."""

    async def delete(self, key: str) -> None:
        """Forget; what is not there is forgotten already."""

    async def keys(self) -> frozenset[str]:
        """Return all that is kept."""

    async def room(self) -> Room:
        """Return how much there is. Raises Unavailable."""


class LocalDisk:
    """Files in a folder of this machine. Implements `Storage`."""

    def __init__(self, folder: Path, *, keep_free_bytes: int) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._keep_free_bytes = keep_free_bytes
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="files")

    async def open(self) -> None:
        """Make the folder, and throw away what never got its name. Raises Unavailable."""
        await self._run(self._prepare)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)

    async def put(self, parts: AsyncIterator[bytes], *, head_bytes: int = 0) -> Put:
        await self._run(self._check_room)
        key = secrets.token_hex(16)
        arriving = self._incoming / key
        out = await self._file(lambda: _created(arriving), lambda out: _dropped(out, arriving))
        digest, size, head = hashlib.sha256(), 0, b""
        gathered = bytearray()
        try:
            async for part in parts:
                head += part[: max(0, head_bytes - len(head))]
                size += len(part)
                gathered += part
                if len(gathered) >= PIECE_BYTES:
                    await self._run(self._write, out, digest, bytes(gathered))
                    gathered.clear()
            await self._run(self._write, out, digest, bytes(gathered))
            await self._run(self._keep, out, arriving, key)
        except BaseException:
            await asyncio.shield(self._run(_dropped, out, arriving))
            raise
        return Put(key, size, digest.digest(), head)

    async def rewrite(self, key: str, size_bytes: int, work: Rewriting) -> Put:
        await self._run(self._check_room, size_bytes)
        made = secrets.token_hex(16)
        arriving = self._incoming / made
        out = await self._file(lambda: _created(arriving), lambda out: _dropped(out, arriving))
        try:
            await work(self._path(key), arriving)
            put: Put = await self._run(self._keep_made, out, arriving, made)
        except BaseException:
            await asyncio.shield(self._run(_dropped, out, arriving))
            raise
        return put

    async def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        file = await self._file(lambda: self._opened(key, start), _closed)
        left = None if stop is None else stop - start
        try:
            while left is None or left > 0:
                wanted = PIECE_BYTES if left is None else min(PIECE_BYTES, left)
                piece = await self._run(file.read, wanted)
                if not piece:
                    return
                left = None if left is None else left - len(piece)
                yield piece
        finally:
            file.close()

    async def delete(self, key: str) -> None:
        path = self._path(key)
        await self._run(lambda: path.unlink(missing_ok=True))

    async def keys(self) -> frozenset[str]:
        found: frozenset[str] = await self._run(self._listed)
        return found

    async def room(self) -> Room:
        found: Room = await self._run(self._measured)
        return found

    # -- in a thread

    async def _run(self, work: Any, *given: Any) -> Any:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, work, *given)
        except OSError as error:
            if error.errno in FULL:
                raise disk_full() from error
            raise Unavailable(
                "The file could not be kept or read.", reason="storage_failed"
            ) from error

    async def _file(
        self, opened: Callable[[], IO[bytes]], ended: Callable[[IO[bytes]], None]
    ) -> IO[bytes]:
        """Return a file that is opened in a thread; it is ended again if nobody waits any more."""
        opening: asyncio.Task[IO[bytes]] = asyncio.create_task(self._run(opened))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(partial(_given_up, ended))
            raise

    def _prepare(self) -> None:
        for folder in (self._folder, self._incoming):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._incoming.iterdir():
            left.unlink()

    def _check_room(self, size_bytes: int = 0) -> None:
        if self._measured().free_bytes - size_bytes < self._keep_free_bytes:
            raise disk_full()

    def _measured(self) -> Room:
        found = os.statvfs(self._folder)
        return Room(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)

    def _write(self, out: IO[bytes], digest: Any, piece: bytes) -> None:
        if piece:
            self._check_room()  # the database has the same disk, and needs what is left
            out.write(piece)
            digest.update(piece)

    def _keep(self, out: IO[bytes], arriving: Path, key: str) -> None:
        out.flush()
        os.fsync(out.fileno())
        out.close()
        path = self._path(key)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        arriving.rename(path)
        for folder in (path.parent, self._folder):
            _force(folder)

    def _keep_made(self, out: IO[bytes], arriving: Path, key: str) -> Put:
        with arriving.open("rb") as made:
            digest = hashlib.file_digest(made, "sha256")
            size = made.tell()
        self._keep(out, arriving, key)
        return Put(key, size, digest.digest(), b"")

    def _opened(self, key: str, start: int) -> IO[bytes]:
        try:
            file = self._path(key).open("rb")
        except FileNotFoundError as error:
            raise NotFound("There is no such file.", reason="no_file") from error
        file.seek(start)
        return file

    def _listed(self) -> frozenset[str]:
        return frozenset(
            path.name
            for path in self._folder.glob("[0-9a-f][0-9a-f]/*")
            if KEY.fullmatch(path.name)
        )

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key")
        return self._folder / key[:2] / key


def disk_full() -> DiskFull:
    return DiskFull("There is no room left on the server for files.", reason="disk_full")


def _created(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _dropped(out: IO[bytes], path: Path) -> None:
    with suppress(OSError):  # what was not written yet cannot be
        out.close()
    path.unlink(missing_ok=True)


def _closed(file: IO[bytes]) -> None:
    file.close()


def _given_up(ended: Callable[[IO[bytes]], None], opening: "asyncio.Task[IO[bytes]]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        ended(opening.result())


def _force(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
