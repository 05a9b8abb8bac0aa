"""Sends the sound of episodes from where it lies, so that nobody can tell where that is.

Tag, date, parts and conditions are those of the file that was on the disk: a download that began
there goes on from the storage. It is read piece by piece, one ahead of what is sent, so that a slow
listener holds no line and little memory. Whoever asked was judged before.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter

from salon.plugin import NotFound, Objects, Salon, SalonError, Unavailable
from salon_recording.away import rows
from salon_recording.away.rows import Sent
from salon_recording.away.sounds import FOLDER, names
from salon_recording.conditions import Sound, has_it, http_date, in_plain_words, is_there
from salon_recording.episodes import Episode
from salon_recording.feeds.rss import MEDIA_TYPES
from salon_recording.shelf import Shelf

FIRST_BYTES = 256 * 1_024  # a player begins with it
PIECE_BYTES = 1_024 * 1_024
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Sending:
    """Answers requests for sound."""

    def __init__(self, salon: Salon, shelf: Shelf) -> None:
        self._salon = salon
        self._shelf = shelf

    async def answer(
        self, request: web.Request, episode: Episode, suffix: str, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        """Return what is sent to somebody who may hear it. Raises NotFound, Unavailable."""
        told = {**headers, hdrs.CONTENT_TYPE: MEDIA_TYPES[suffix]}
        path = self._shelf.file_of(episode, suffix)
        if is_there(path):
            return Sound(path, told)
        if path is not None and path.name in names(episode):
            away = await self._salon.db.read(lambda c: rows.get(c, path.name))
            if away is not None:
                return await self._from_there(request, away, told)
        raise NotFound("There is no such episode.", reason="recording.no_episode")

    async def _from_there(
        self, request: web.Request, away: Sent, told: dict[str, str]
    ) -> web.StreamResponse:
        objects = self._salon.objects
        if objects is None:
            raise Unavailable(
                "This sound lies in a storage that is not configured.",
                reason="recording.sound_elsewhere",
            )
        asked = Asked(request, away)
        told.update(asked.headers)
        if asked.status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
            return web.Response(status=asked.status, headers=told)
        if request.method == hdrs.METH_HEAD:
            told[hdrs.CONTENT_LENGTH] = str(away.size_bytes)
            return web.Response(headers=told)
        pieces = Pieces(objects, away.name, asked.start, asked.stop)
        first = await pieces.next()
        return FromThere(asked, told, first, pieces)


class Asked:
    """What is asked for, and how it is answered."""

    def __init__(self, request: web.Request, away: Sent) -> None:
        size, tag = away.size_bytes, f"{away.changed_ns:x}-{away.size_bytes:x}"
        changed_at = EPOCH + timedelta(seconds=-(-away.changed_ns // 10**9))
        plain = request.clone(headers=in_plain_words(request, size, away.changed_ns))
        self.start, self.stop = 0, size
        self.status = HTTPStatus.OK
        self.headers: dict[str, str] = {
            hdrs.ETAG: f'"{tag}"',
            hdrs.LAST_MODIFIED: format_datetime(changed_at, usegmt=True),
            hdrs.ACCEPT_RANGES: "bytes",
        }
        if not _may_be_sent(plain, tag, changed_at):
            self.status = HTTPStatus.PRECONDITION_FAILED
        elif has_it(plain, tag, changed_at):
            self.status = HTTPStatus.NOT_MODIFIED
        elif hdrs.RANGE in plain.headers:
            self._part(plain, size)

    def _part(self, plain: web.BaseRequest, size: int) -> None:
        asked = plain.http_range
        start = asked.start or 0
        self.start = max(0, size + start) if start < 0 else start
        self.stop = size if asked.stop is None else min(asked.stop, size)
        if self.start >= size:
            self.status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            self.headers[hdrs.CONTENT_RANGE] = f"bytes */{size}"
        else:
            self.status = HTTPStatus.PARTIAL_CONTENT
            self.headers[hdrs.CONTENT_RANGE] = f"bytes {self.start}-{self.stop - 1}/{size}"


def _may_be_sent(plain: web.BaseRequest, tag: str, changed_at: datetime) -> bool:
    """Whether it is what the asker wants none but (RFC 9110, 13.1.1 and 13.1.4)."""
    wanted = plain.if_match
    if wanted is not None:
        return any(not one.is_weak and one.value in {tag, "*"} for one in wanted)
    since = http_date(plain.headers.get(hdrs.IF_UNMODIFIED_SINCE, ""))
    return since is None or changed_at <= since


class Pieces:
    """Reads a content piece by piece, one ahead."""

    def __init__(self, objects: Objects, name: str, start: int, stop: int) -> None:
        self._objects = objects
        self._name = f"{FOLDER}/{name}"
        self._at, self._stop = start, stop
        self._size = FIRST_BYTES
        self._coming: asyncio.Task[bytes] | None = None
        self._ask()

    async def next(self) -> bytes:
        """Return the next piece, none at the end. Raises NotFound, Unavailable."""
        if self._coming is None:
            return b""
        piece = await self._coming
        self._ask()
        return piece

    def _ask(self) -> None:
        start, stop = self._at, min(self._at + self._size, self._stop)
        self._at, self._size = stop, PIECE_BYTES
        reading = self._objects.read(self._name, start, stop) if start < stop else None
        self._coming = None if reading is None else asyncio.create_task(reading)

    async def close(self) -> None:
        if self._coming is not None:
            self._coming.cancel()
            with suppress(asyncio.CancelledError, SalonError):
                await self._coming


class FromThere(web.StreamResponse):
    """Sends pieces while they come. What breaks in the middle breaks the line: players ask on."""

    def __init__(
        self, asked: Asked, headers: Mapping[str, str], first: bytes, pieces: Pieces
    ) -> None:
        super().__init__(status=asked.status, headers=headers)
        self.content_length = asked.stop - asked.start
        self._first = first
        self._pieces = pieces

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        try:
            writer = await super().prepare(request)
            piece = self._first
            while piece:
                await self.write(piece)
                piece = await self._pieces.next()
        except SalonError as error:
            raise ConnectionResetError(error.message) from error
        finally:
            await self._pieces.close()
        return writer
