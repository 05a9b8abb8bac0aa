"""Bringing files: sound that becomes a piece, and pictures that become a show's cover.

What comes is written to a folder of its own, read by a process that can do nothing else
(`reading.py`), and kept only as that process wrote it anew. One is read at a time and a few wait;
what was brought is deleted whatever becomes of it, also after a crash.
"""

import asyncio
import json
import os
import secrets
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from salon.plugin import Conflict, Invalid, Salon, SalonError, Unavailable
from salon_recording.config import RecordingConfig

WAITING_MAX = 4
WITHIN_S = 1_800.0
MIB = 1024 * 1024
log = structlog.get_logger(__name__)


class Bringing:
    """Takes files in."""

    def __init__(self, salon: Salon, config: RecordingConfig) -> None:
        self._salon = salon
        self._config = config
        self._turn = asyncio.Lock()
        self._here = 0

    @property
    def _folder(self) -> Path:
        return self._salon.data_directory / "brought"

    async def recover(self) -> None:
        """Delete what a crash left of files that were on their way in."""
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def bring(self, kind: str, parts: AsyncIterator[bytes], target: Path) -> dict[str, Any]:
        """Keep what comes as `target`, written anew; `kind` is "sound" or "cover".

        Returns what its reader says of it. Raises Invalid (not of that kind), Conflict (no room),
        Unavailable (too many at once, or its reader failed), and what reading the body raises.
        """
        if self._here >= WAITING_MAX:
            raise Unavailable("Too many files come in at once.", reason="recording.many_files")
        self._here += 1
        arriving = self._folder / secrets.token_hex(16)
        made = arriving.with_suffix(".made")
        try:
            await self._write(arriving, parts)
            async with self._turn:
                said = await self._read(kind, arriving, made)
            await asyncio.to_thread(_keep, made, target)
            return said
        finally:
            self._here -= 1
            for path in (arriving, made):
                await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _write(self, path: Path, parts: AsyncIterator[bytes]) -> None:
        await asyncio.to_thread(self._check_room)
        try:
            await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)
            with await asyncio.to_thread(_created, path) as file:
                async for part in parts:
                    await asyncio.to_thread(file.write, part)
        except OSError as error:
            raise _refusal("full") from error

    def _check_room(self) -> None:
        free_mb = shutil.disk_usage(self._salon.data_directory).free // MIB
        if free_mb < self._config.disk_min_free_mb:
            raise _refusal("full")

    async def _read(self, kind: str, source: Path, target: Path) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "salon_recording.programmes.reading"),
            *(kind, str(source), str(target)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # of decoders, about the files of strangers
        )
        try:
            async with asyncio.timeout(WITHIN_S):
                answer, _ = await process.communicate()
            said: dict[str, Any] = json.loads(answer)
        except (TimeoutError, ValueError) as error:  # it took too much of something
            log.warning("a file that was brought could not be read", kind=kind)
            raise _refusal("no_sound" if kind == "sound" else "no_picture") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if "refused" in said:
            raise _refusal(said["refused"])
        return said


def _refusal(why: str) -> SalonError:
    """Return what is raised for a reason of the reader's."""
    if why == "too_long":
        return Invalid(
            "A piece is at most four hours long.", field="file", reason="recording.piece_long"
        )
    if why == "no_sound":
        return Invalid(
            "This is no sound that can be read.", field="file", reason="recording.no_sound"
        )
    if why == "no_picture":
        return Invalid(
            "This is no picture that can be read.", field="file", reason="recording.no_picture"
        )
    return Conflict("The server's disk is nearly full.", reason="recording.no_room")


def _created(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _keep(made: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made.chmod(0o600)
    made.replace(target)
