"""Sounds and films written anew without what they say of themselves, in a process started for each.

As with pictures, one works at a time and a few wait: it needs the disk rather than memory. Packets
are copied, so a film of 100 MB takes as long as writing it. What cannot be written anew is not
refused here but named: who asks decides what becomes of it.
"""

import asyncio
import contextlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

import structlog

from salon.errors import Unavailable
from salon.files.film_worker import Spec
from salon.files.storage import disk_full

MIB = 1024 * 1024
WAITING_MAX = 16
CPU_S = 20
CPU_S_PER_BYTE = 1 / (
    4 * MIB
)  # a hundred times what a film takes, ten times an MP3 of short frames
WITHIN_S = 60.0
WITHIN_S_PER_BYTE = 1 / (4 * MIB)  # a slow disk, twice
GROWS_BYTES = MIB  # an index, and what a container costs more than the one before
GROWS_TIMES = 1.25
ANSWER_BYTES = 4_096

log = structlog.get_logger(__name__)


class NotRewritable(Exception):
    """This sound or film cannot be written anew."""


class Films:
    """Starts the workers, one after the other."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._worker: asyncio.subprocess.Process | None = None

    @property
    def process_id(self) -> int | None:
        """The worker's, while one works."""
        return None if self._worker is None else self._worker.pid

    async def rewrite(self, source: Path, target: Path, media_type: str, size_bytes: int) -> None:
        """Fill the target. Raises NotRewritable, DiskFull, Unavailable (too many wait)."""
        spec = Spec(
            str(source),
            str(target),
            media_type,
            bytes_max=int(size_bytes * GROWS_TIMES) + GROWS_BYTES,
            cpu_s=int(CPU_S + size_bytes * CPU_S_PER_BYTE),
        )
        if self._waiting >= WAITING_MAX:
            raise Unavailable(
                "The server is very busy. Please try again in a moment.", reason="busy"
            )
        self._waiting += 1
        try:
            async with self._turn:
                await self._work(spec, WITHIN_S + size_bytes * WITHIN_S_PER_BYTE)
        finally:
            self._waiting -= 1

    async def _work(self, spec: Spec, within_s: float) -> None:
        worker = self._worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "salon.files.film_worker"),
            json.dumps(asdict(spec)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # of decoders, about the files of strangers
        )
        assert worker.stdout is not None  # noqa: S101 it is a pipe
        try:
            async with asyncio.timeout(within_s):
                answer = await worker.stdout.read(ANSWER_BYTES)
        except TimeoutError as error:
            log.warning("a film took too long", seconds=within_s)
            raise NotRewritable("This film takes too long.") from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()
            self._worker = None
        _judge(answer)


def _judge(answer: bytes) -> None:
    try:
        refused = json.loads(answer).get("refused")
    except ValueError:  # it was killed, or died of the film
        refused = "broken"
    if refused == "full":
        raise disk_full()
    if refused is not None:
        raise NotRewritable("This film cannot be written anew.")
