"""Bodies of requests: of a known type, not too large, not too slow."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from salon import strict_json
from salon.config import Limits
from salon.errors import Invalid, TooMany

SLOW_GRACE_S = 10.0
FIELDS_MAX = 50
FORM = "application/x-www-form-urlencoded"
TYPES = ("application/json", FORM)
STREAM = "application/octet-stream"
STREAMED = frozenset({"/api/files"})  # where a body is a file, and nothing else


class TooLarge(Invalid):
    """The body is over its limit."""

    http_status = 413


class UnsupportedType(Invalid):
    """The body is of a type that is not taken."""

    http_status = 415


class TooSlow(TooMany):
    """The body came slower than the floor."""

    http_status = 408


def check_type(request: web.Request, *, streams: bool = False) -> None:
    """Refuse bodies that another site could send without asking the browser (text/plain)."""
    if not request.can_read_body and not request.headers.get(hdrs.CONTENT_LENGTH, "0").strip("0"):
        return
    types = (STREAM,) if streams or request.path in STREAMED else TYPES
    if request.content_type not in types:
        raise UnsupportedType(f"A body has to be {' or '.join(types)}.", reason="body")


async def read(request: web.Request, limits: Limits, *, at_most: int | None = None) -> bytes:
    """Return the body. Raises TooLarge, TooSlow, Invalid (broken chunks or compression)."""
    most = limits.body_max_bytes if at_most is None else at_most
    return b"".join([part async for part in parts_up_to(request, limits, most)])


async def parts_up_to(request: web.Request, limits: Limits, most: int) -> AsyncIterator[bytes]:
    """Yield the body as it comes. Raises TooLarge, and what `parts` raises."""
    if (request.content_length or 0) > most:
        raise TooLarge(f"At most {most} bytes are taken.", reason="size")
    size = 0
    async for part in parts(request, limits):
        size += len(part)
        if size > most:
            raise TooLarge(f"At most {most} bytes are taken.", reason="size")
        yield part


async def parts(request: web.Request, limits: Limits) -> AsyncIterator[bytes]:
    """Yield the body as it comes. Raises TooSlow, Invalid (broken chunks or compression)."""
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    size = 0
    while True:
        allowed_s = SLOW_GRACE_S + size / limits.body_min_bytes_per_s
        try:
            async with asyncio.timeout_at(started_s + allowed_s):
                part = await request.content.readany()
        except TimeoutError as error:
            raise TooSlow("The body came too slowly.", reason="body", retry_after_s=1) from error
        except (HttpProcessingError, web.RequestPayloadError) as error:
            raise Invalid("The body cannot be read.", reason="body") from error
        if not part:
            return
        size += len(part)
        yield part


async def json_object(request: web.Request, limits: Limits) -> dict[str, Any]:
    """Return a JSON body. Raises Invalid."""
    if request.content_type != "application/json":
        raise UnsupportedType("The body has to be application/json.", reason="body")
    content = await read(request, limits)
    return strict_json.decode_object(
        content, max_bytes=limits.body_max_bytes, max_depth=limits.json_max_depth
    )


async def form(request: web.Request, limits: Limits) -> dict[str, str]:
    """Return the fields of a form. Raises Invalid."""
    if request.content_type != FORM:
        raise UnsupportedType(f"The form has to be {FORM}.", reason="body")
    content = await read(request, limits)
    try:
        pairs = parse_qsl(
            content.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=FIELDS_MAX,
        )
    except ValueError as error:
        raise Invalid("The form cannot be read.", reason="body") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):  # two readers would take one of them each
        raise Invalid("A field of the form stands twice.", reason="body")
    return fields


def preload(request: web.Request, body: bytes) -> None:
    """Let aiohttp's own readers find a body that was read under our limits."""
    request._read_bytes = body  # noqa: SLF001 aiohttp offers no other way to read once
