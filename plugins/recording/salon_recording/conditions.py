"""What a request for a file asks for: which part, and on which condition (RFC 9110, 13 and 14).

aiohttp sends files, parts and 304s. It falls over dates of no calendar, takes a HEAD for a GET, and
splices an old download with a new file, because it reads no entity tag in If-Range. So requests
are put into plain words before it sees them.
"""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import TypeGuard

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

ONE_PART = re.compile(r"bytes=[ \t,]*([0-9]*)-([0-9]*)[ \t,]*", re.IGNORECASE)
DIGITS_MAX = 18
SINCE = (hdrs.IF_MODIFIED_SINCE, hdrs.IF_UNMODIFIED_SINCE)


class Sound(web.FileResponse):
    """Sends a file, or the part of it that was asked for."""

    def __init__(self, path: Path, headers: Mapping[str, str]) -> None:
        super().__init__(path, headers=headers)
        self._file = path

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        try:
            found = await asyncio.to_thread(self._file.stat)
        except OSError:  # it was taken out this very moment: a 404 without conditions
            return await super().prepare(request)
        plain = in_plain_words(request, found.st_size, found.st_mtime_ns)
        return await super().prepare(request.clone(headers=plain))


def is_there(path: Path | None) -> TypeGuard[Path]:
    """Whether there is a file to send; a link might lead anywhere."""
    return path is not None and path.is_file() and not path.is_symlink()


def has_it(request: web.BaseRequest, etag: str, changed_at: datetime | None) -> bool:
    """Whether the asker holds what would be sent; `etag` without quotes."""
    known = request.if_none_match
    if known is not None:  # goes before the date (RFC 9110, 13.2.2)
        return any(tag.value in {etag, "*"} for tag in known)
    since = http_date(request.headers.get(hdrs.IF_MODIFIED_SINCE, ""))
    if since is None or changed_at is None:
        return False
    return changed_at.replace(microsecond=0) <= since


def http_date(text: str) -> datetime | None:
    """Return the time that a header names, or None for what is no time."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def in_plain_words(request: web.BaseRequest, size: int, changed_ns: int) -> CIMultiDict[str]:
    """Return the headers of a request for a file of this size and time, without riddles."""
    headers = CIMultiDict(request.headers)
    part = headers.pop(hdrs.RANGE, None)
    condition = headers.pop(hdrs.IF_RANGE, None)
    if part is not None and request.method == hdrs.METH_GET:
        asked = _part(part, size)
        if asked is not None and (condition is None or _holds(condition, size, changed_ns)):
            headers[hdrs.RANGE] = asked
    for name in SINCE:
        moment = http_date(headers.pop(name, ""))
        if moment is not None:
            headers[name] = format_datetime(moment, usegmt=True)
    return headers


def _part(text: str, size: int) -> str | None:
    """Return the one part that is asked for; None sends all: for several parts, and for no part.

    Numbers beyond the file become its size, which is what they mean.
    """
    match = ONE_PART.fullmatch(text.strip())
    if match is None or match[1] == match[2] == "":
        return None
    first, last = (_number(digits, size) for digits in match.groups())
    if first is None:
        return f"bytes=-{last}" if last else f"bytes={size}-"  # the last 0 bytes: there are none
    if last is None:
        return f"bytes={first}-"
    return f"bytes={first}-{last}" if first <= last else None


def _number(digits: str, size: int) -> int | None:
    if not digits:
        return None
    return size if len(digits.lstrip("0")) > DIGITS_MAX else min(size, int(digits[-DIGITS_MAX:]))


def _holds(condition: str, size: int, changed_ns: int) -> bool:
    """Whether the asker's earlier part is of this very file; only then may it get another one."""
    if condition.strip() == f'"{changed_ns:x}-{size:x}"':  # as aiohttp tags it
        return True
    moment = http_date(condition)
    return moment is not None and int(moment.timestamp()) == -(-changed_ns // 10**9)
