"""Where files are had: `GET /f/<id>/<name>`, for who may see the message, asked each time.

The name is for people and asks nothing. Pictures, sounds and films are shown where they stand,
under the type that their content proved; everything else is a download. In any case nothing of it
runs: no guessing of types, a sandbox without scripts, for pages of this server only.

A part may be asked for (RFC 9110, 14): one range of bytes, which is what players ask; of several,
all is sent. A content never changes under its tag, so that one comparison settles If-Range.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import hdrs, web

from salon.domain.files import FileKind, Purpose
from salon.services.files import Files, Opened
from salon.web.auth import Auth
from salon.web.uploads import number

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
ASKED_EACH_TIME = "private, no-cache"
KEPT = "private, max-age=86400, immutable"  # faces, which everybody here may see
OF_SOME = frozenset({Purpose.MESSAGE, Purpose.CARD})  # who sees the message
ONE_PART = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*", re.IGNORECASE)
SIZES = frozenset({"medium", "small"})


@dataclass(frozen=True, slots=True)
class Part:
    """From one byte to before another, of so many."""

    start: int
    stop: int
    size: int

    @property
    def is_whole(self) -> bool:
        return self.stop - self.start == self.size


class Downloads:
    """The one address."""

    def __init__(self, auth: Auth, files: Files) -> None:
        self._auth = auth
        self._files = files

    async def send(self, request: web.Request) -> web.StreamResponse:
        actor = await self._auth.signed_in(request)
        size = request.query.get("size", "")
        opened = await self._files.open(
            actor.account,
            number(request.match_info["id"], "file"),
            size if size in SIZES else "",
        )
        headers = _headers(opened)
        if _has_it(request, opened.tag):
            return web.Response(status=304, headers=headers)
        part = _asked(request, opened)
        if part is None:
            size_bytes = opened.rendition.size_bytes
            return web.Response(
                status=416, headers=headers | {hdrs.CONTENT_RANGE: f"bytes */{size_bytes}"}
            )
        return await self._sent(opened, part, headers, is_head=request.method == hdrs.METH_HEAD)

    async def _sent(
        self, opened: Opened, part: Part, headers: dict[str, str], *, is_head: bool
    ) -> web.Response:
        headers[hdrs.CONTENT_LENGTH] = str(part.stop - part.start)
        if not part.is_whole:
            headers[hdrs.CONTENT_RANGE] = f"bytes {part.start}-{part.stop - 1}/{part.size}"
        status = 200 if part.is_whole else 206
        if is_head:
            return web.Response(status=status, headers=headers)
        pieces = self._files.read(opened, part.start, part.stop)
        first = await anext(pieces, b"")  # what is not there is a 404 yet
        return web.Response(status=status, headers=headers, body=_joined(first, pieces))


async def _joined(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in others:
        yield piece


def _headers(opened: Opened) -> dict[str, str]:
    stored = opened.stored
    file = stored.file
    how = "attachment" if file.kind is FileKind.OTHER else "inline"
    cache = ASKED_EACH_TIME if stored.purpose in OF_SOME else KEPT
    return {
        hdrs.CONTENT_TYPE: file.media_type,
        hdrs.CONTENT_DISPOSITION: f"{how}; filename*=UTF-8''{quote(file.name, safe='')}",
        hdrs.CACHE_CONTROL: cache,
        hdrs.ETAG: f'"{opened.tag}"',
        hdrs.ACCEPT_RANGES: "bytes",
        "Content-Security-Policy": POLICY,
    }


def _has_it(request: web.Request, tag: str) -> bool:
    """Whether the asker holds it; a date, of which files have none here, is not looked at."""
    known = request.headers.get(hdrs.IF_NONE_MATCH, "")
    return known.strip() == "*" or f'"{tag}"' in known


def _asked(request: web.Request, opened: Opened) -> Part | None:
    """Return the part that is asked for, all of it where none is; None for one outside of it."""
    size = opened.rendition.size_bytes
    whole = Part(0, size, size)
    match = ONE_PART.fullmatch(request.headers.get(hdrs.RANGE, ""))
    condition = request.headers.get(hdrs.IF_RANGE, f'"{opened.tag}"').strip()
    if match is None or match[1] == match[2] == "" or condition != f'"{opened.tag}"':
        return whole
    if not match[1]:
        last = min(int(match[2]), size)
        return Part(size - last, size, size) if last else None
    start = int(match[1])
    stop = min(int(match[2]) + 1, size) if match[2] else size
    if match[2] and int(match[2]) < start:
        return whole
    return Part(start, stop, size) if start < size else None
