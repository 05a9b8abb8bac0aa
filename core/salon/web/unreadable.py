"""What cannot be read as a request: answered in a few words, under our headers, without a log line.

aiohttp's own answer repeats what came and names its version, and its log line holds the address and
a traceback: a stranger could fill the disk with a line per packet.
"""

import asyncio
from typing import Any, cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from salon.web import headers

log = structlog.get_logger(__name__)


class QuietHandler(RequestHandler):
    """aiohttp's protocol of one connection, with our answer to what is no request."""

    __slots__ = ()

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log what failed after the answer; a body that was broken is the sender's business."""
        raised = kw.get("exc_info")
        if isinstance(raised, HttpProcessingError | web.RequestPayloadError):
            log.debug("the rest of a body could not be read", kind=type(raised).__name__)
            return
        log.error("a connection failed", what=args[0] if args else "", exc_info=raised)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the answer that ends the connection. `message` quotes what came: not repeated."""
        del message
        if isinstance(exc, ConnectionError):
            raise exc  # whoever asked has gone: aiohttp ends the connection without a word
        if status >= 500:  # noqa: PLR2004 ours, not the sender's
            log.error("a connection failed", status=status, exc_info=exc)
        else:
            log.debug("a request could not be read", status=status, kind=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("a part of the answer is sent already")
        response = web.Response(status=status, text="This cannot be read as a request.\n")
        headers.bare(response)
        response.force_close()
        return response


def quiet_handler(server: web.Server) -> asyncio.Protocol:
    """Make the protocol of one connection, as the server itself would."""
    loop = asyncio.get_running_loop()
    handler = QuietHandler(server, loop=loop, **server._kwargs)  # noqa: SLF001 no other way in
    return cast("asyncio.Protocol", handler)
