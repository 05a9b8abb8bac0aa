"""What surrounds every request: its id, the host it asks for, where it comes from, its errors.

Order, outermost first: request id and access log, headers, errors to pages or JSON, host, origin.
"""

import math
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import hdrs, web

from salon.clock import Clock
from salon.errors import Denied, Invalid, NotFound, SalonError
from salon.ids import new_secret
from salon.logs import bind_request_id
from salon.web import bodies, headers, words
from salon.web.doorman import begun
from salon.web.mounts import Mounts
from salon.web.origin import Origins
from salon.web.pages import Pages

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ONE_CLICK = "/unsubscribe/"  # mail programs post here, from nowhere and without a cookie
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MISDIRECTED = 421

log = structlog.get_logger(__name__)


class Misdirected(Invalid):
    """The request is for another host."""

    http_status = MISDIRECTED


class Middleware:
    """Owns no state; asks origins, mounts and pages."""

    def __init__(
        self,
        *,
        origins: Origins,
        mounts: Mounts,
        pages: Pages,
        policy: Callable[[], str],
        clock: Clock,
    ) -> None:
        self._origins = origins
        self._mounts = mounts
        self._pages = pages
        self._policy = policy
        self._clock = clock

    def all(self) -> list[Any]:
        @web.middleware
        async def surround(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._surround(request, handler)

        @web.middleware
        async def judge(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._judge(request, handler)

        return [surround, judge]

    async def _surround(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        request_id = new_secret(6)
        started_s = self._clock.monotonic_s()
        with bind_request_id(request_id), begun(request):
            response = await self._answered(request, handler, request_id)
            if not response.prepared:
                response.headers["X-Request-Id"] = request_id
            tls = self._origins.is_secure
            headers.apply(request, response, self._policy(), tls=tls)
            log.info(
                "request",
                method=request.method,
                path=_route_of(request),
                status=response.status,
                ms=round((self._clock.monotonic_s() - started_s) * 1000, 1),
            )
            return response

    async def _answered(
        self, request: web.Request, handler: Handler, request_id: str
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except SalonError as error:
            return await self._refused(request, error)
        except web.HTTPMove as move:
            return web.Response(status=move.status, headers={hdrs.LOCATION: str(move.location)})
        except web.HTTPNotFound as error:
            page = self._mounts.page_meant(request)
            if page is not None:
                return web.Response(status=302, headers={hdrs.LOCATION: page})
            return await self._refused(request, _of_http(error))
        except web.HTTPException as error:
            return await self._refused(request, _of_http(error))
        except (ConnectionError, TimeoutError):
            raise
        except Exception:
            log.exception("a request failed")
            message = words.word(self._pages.language(request), "error.500", request_id=request_id)
            return await self._told(request, 500, {"code": "internal", "message": message})

    async def _judge(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not self._origins.is_known_host(request):
            raise Misdirected("This server does not answer to that name.", reason="host")
        if not request.headers.get(hdrs.SEC_WEBSOCKET_KEY, "").isascii():
            raise Invalid("This is no key of a socket.", reason="body")  # aiohttp fails on it
        mounted = self._mounts.of(request)
        is_open = mounted is not None and mounted.is_open
        if not is_open and not request.path.startswith(ONE_CLICK):
            self._check_origin(request, streams=mounted is not None and mounted.route.streams)
        return await handler(request)

    def _check_origin(self, request: web.Request, *, streams: bool) -> None:
        if request.method in SAFE_METHODS:
            return
        if not self._origins.is_own(request):
            raise Denied("This came from another site.", reason="origin")
        bodies.check_type(request, streams=streams)

    async def _refused(self, request: web.Request, error: SalonError) -> web.StreamResponse:
        body = error.body()
        if not _wants_json(request):
            body["message"] = words.of_error(self._pages.language(request), error)
        response = await self._told(request, error.http_status, body)
        if "retry_after_s" in error.facts:
            response.headers[hdrs.RETRY_AFTER] = str(math.ceil(error.facts["retry_after_s"]))
        return response

    async def _told(
        self, request: web.Request, status: int, body: dict[str, Any]
    ) -> web.StreamResponse:
        if _wants_json(request):
            return web.json_response({"error": body}, status=status)
        try:
            return await self._pages.error(request, status, body["message"])
        except Exception:
            log.exception("the page of an error failed")
            return web.Response(status=status, text=body["message"])


def _wants_json(request: web.Request) -> bool:
    if request.path.startswith("/api/") or request.content_type == "application/json":
        return True
    return "text/html" not in request.headers.get(hdrs.ACCEPT, "")


def _of_http(error: web.HTTPException) -> SalonError:
    """Translate what aiohttp itself refuses."""
    match error.status:
        case 404:
            return NotFound("There is nothing at this address.", reason="nothing_here")
        case 413:
            return bodies.TooLarge("The body is too large.", reason="size")
        case _:
            translated = Invalid(error.reason, reason="body")
            translated.http_status = error.status  # type: ignore[misc] # this one's own status
            return translated


def _route_of(request: web.Request) -> str:
    """Return the pattern of the address, so that no token or code stands in a log."""
    resource = request.match_info.route.resource
    return "(none)" if resource is None else resource.canonical
