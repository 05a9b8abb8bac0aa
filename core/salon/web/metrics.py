"""Figures for a monitoring program, in Prometheus' text format, at a port of their own.

Of their own, because behind a proxy everybody who asks at the other port would look like this
machine. Rooms and people stand in them by their ids. Who asks from elsewhere needs the
token; who needs none has to ask for this machine by its address, so that no page of another site
can have a browser read them (DNS rebinding).
"""

import asyncio
import hmac
from ipaddress import ip_address

import structlog
from aiohttp import hdrs, web

from salon.config import Limits, Metrics
from salon.services.measures import Measures
from salon.web import headers
from salon.web.doorman import Doorman, begun
from salon.web.doors import refused
from salon.web.unreadable import quiet_handler

PATH = "/metrics"
SHUTDOWN_S = 1.0

log = structlog.get_logger(__name__)


class MetricsDoor:
    """Owns the socket at which a monitoring program asks, if the configuration wants one."""

    def __init__(self, settings: Metrics, limits: Limits, measures: Measures) -> None:
        self._settings = settings
        self._measures = measures
        self._server = web.Server(self._answer, access_log=None)
        self._doorman = Doorman(lambda: quiet_handler(self._server), limits, lambda _address: False)
        self._listening: asyncio.Server | None = None

    async def open(self) -> None:
        """Raises PortInUse, Unavailable."""
        host, port = str(self._settings.host), self._settings.port
        if port is None:
            return
        try:
            self._listening = await asyncio.get_running_loop().create_server(
                self._doorman, host, port, reuse_address=True
            )
        except OSError as error:
            raise refused(error, "TCP", host, port, "metrics.port") from error
        log.info("listening for a monitoring program", host=host, port=port)

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.close()
        await self._server.shutdown(SHUTDOWN_S)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        with begun(request):
            response = await self._answered(request)
            headers.bare(response)
            return response

    async def _answered(self, request: web.BaseRequest) -> web.Response:
        if not self._may_read(request):
            return web.Response(status=401, headers={hdrs.WWW_AUTHENTICATE: "Bearer"})
        if request.method != "GET" or request.path != PATH:
            return web.Response(status=404, text=f"GET {PATH} is all there is.\n")
        from salon.web import metrics_text  # with its library: 80 ms, only where somebody asks

        text = await asyncio.to_thread(metrics_text.text_of, *await self._measures.all())
        return web.Response(body=text, headers={hdrs.CONTENT_TYPE: metrics_text.TYPE})

    def _may_read(self, request: web.BaseRequest) -> bool:
        if self._settings.token is None:
            return _is_own(request.host)
        # Bytes that are no text come as surrogates, which have no encoding of their own.
        told = request.headers.get(hdrs.AUTHORIZATION, "").encode(errors="surrogateescape")
        return hmac.compare_digest(told, f"Bearer {self._settings.token}".encode())


def _is_own(host: str) -> bool:
    """Whether a Host header asks for an address and not for a name that others may give."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name == "localhost":
        return True
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
