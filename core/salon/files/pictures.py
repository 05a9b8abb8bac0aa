"""Pictures made anew, by a process that is started for each and killed when it takes too long.

A process per picture costs a tenth of a second and keeps nothing: a picture that has taken over
its decoder meets no other picture. One works at a time, for a picture may take half a gigabyte
for a moment; a few wait, more are refused.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import structlog

from salon.errors import Invalid, Unavailable
from salon.files.picture_worker import CPU_S, Spec
from salon.files.room_pictures import RoomPicture

WITHIN_S = CPU_S * 3.0  # on a busy machine a process gets a part of a second's time per second
WAITING_MAX = 16
READ_BYTES = 65_536  # at a time, and of the line that says what follows
MADE_MAX_BYTES = 48 * 1024 * 1024
MEGAPIXEL = 1_000_000
SHRUNK_TIMES = 3  # so many more pixels may a JPEG have, which is decoded smaller at once

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a picture becomes: its longest sides in pixels by the names of its sizes, full first.

    `is_square`: only its square middle is kept. `is_still`: what moves shows how it begins. `hue`:
    icons of an app are made, as PNG and each of exactly its size.
    """

    sizes: Mapping[str, int]
    is_square: bool = False
    is_still: bool = False
    hue: int | None = None


IN_MESSAGES = Shape({"": 3_840, "medium": 800, "small": 320})
FACE = Shape({"": 512, "small": 96}, is_square=True)
EMOJI = Shape({"": 128, "small": 64})
ON_CARD = Shape({"": 320}, is_still=True)
APP_ICONS = Shape(
    {"512": 512, "192": 192, "maskable": 512, "touch": 180}, is_square=True, is_still=True, hue=0
)


class Unreadable(Invalid):
    """This is no picture that can be taken."""


@dataclass(frozen=True, slots=True)
class Made:
    """A picture made anew: WebP (PNG for an app) by the name of its size, the full one first.

    Width and height are in pixels.
    """

    width: int
    height: int
    moves: bool
    renditions: Mapping[str, bytes]


class Pictures:
    """Starts the workers, one after the other."""

    def __init__(self, *, megapixels: int) -> None:
        self._megapixels = megapixels
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._worker: asyncio.subprocess.Process | None = None

    @property
    def process_id(self) -> int | None:
        """The worker's, while one works."""
        return None if self._worker is None else self._worker.pid

    async def remake(self, content: AsyncIterator[bytes], media_type: str, shape: Shape) -> Made:
        """Return the picture in this shape. Raises Unreadable, Unavailable (too many wait)."""
        pixels = self._megapixels * MEGAPIXEL
        spec = Spec(
            media_type,
            dict(shape.sizes),
            shape.is_square,
            pixels,
            pixels * SHRUNK_TIMES,
            shape.is_still,
            shape.hue,
        )
        return await self._in_turn(content, spec)

    async def draw(self, room: RoomPicture, faces: bytes) -> bytes:
        """Return the picture of a room as PNG. Raises Unreadable (a face), Unavailable."""
        spec = Spec("", {}, square=False, pixels_max=0, shrunk_pixels_max=0, room=asdict(room))
        return (await self._in_turn(_whole(faces), spec)).renditions[""]

    async def _in_turn(self, content: AsyncIterator[bytes], spec: Spec) -> Made:
        if self._waiting >= WAITING_MAX:
            raise Unavailable(
                "The server is very busy. Please try again in a moment.", reason="busy"
            )
        self._waiting += 1
        try:
            async with self._turn:
                return await self._work(content, spec)
        finally:
            self._waiting -= 1

    async def _work(self, content: AsyncIterator[bytes], spec: Spec) -> Made:
        worker = self._worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "salon.files.picture_worker"),
            json.dumps(asdict(spec)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # of decoders, about the pictures of strangers
            limit=READ_BYTES,
        )
        try:
            async with asyncio.timeout(WITHIN_S):
                return await self._asked(worker, content)
        except TimeoutError as error:
            log.warning("a picture took too long", seconds=WITHIN_S)
            raise Unreadable("This picture takes too long.", reason="picture_broken") from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()
            self._worker = None

    async def _asked(
        self, worker: asyncio.subprocess.Process, content: AsyncIterator[bytes]
    ) -> Made:
        assert worker.stdin is not None  # noqa: S101 both are pipes
        assert worker.stdout is not None  # noqa: S101
        with contextlib.suppress(ConnectionError):  # one that has ended says why, or nothing
            async for part in content:
                worker.stdin.write(part)
                await worker.stdin.drain()
            worker.stdin.close()
        facts = self._facts(await _line(worker.stdout))
        sizes = [(str(name), int(size)) for name, size in facts["renditions"]]
        if sum(size for _name, size in sizes) > MADE_MAX_BYTES:
            raise self._too_large()
        try:
            made = {name: await worker.stdout.readexactly(size) for name, size in sizes}
        except asyncio.IncompleteReadError as error:
            raise _broken() from error
        return Made(int(facts["width"]), int(facts["height"]), bool(facts["moves"]), made)

    def _facts(self, line: bytes) -> dict[str, Any]:
        try:
            facts: dict[str, Any] = json.loads(line)
        except ValueError as error:  # it was killed, or died of the picture
            raise _broken() from error
        if facts.get("refused") == "large":
            raise self._too_large()
        if "refused" in facts:
            raise _broken()
        return facts

    def _too_large(self) -> Unreadable:
        return Unreadable(
            f"This picture is too large: at most {self._megapixels} megapixels are taken.",
            reason="picture_large",
            most=self._megapixels,
        )


async def _line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:  # longer than any header
        return b""


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _broken() -> Unreadable:
    return Unreadable("This picture cannot be read.", reason="picture_broken")
