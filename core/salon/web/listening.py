"""The page of a public room, for who has no account: what it says without script, and its sound.

The page says the room's name and topic, who speaks and how many listen, to people and, in its head,
to whoever makes a card of a link. A script opens the socket of this page: docs/protocol.md, section
9. What may not be heard is not found, in the same words as what is not there.

Over the socket comes one kind of frame, the answer to an offer; everything else ends it. A page
that reads too slowly is cut off like a line that was lost.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import WSCloseCode, WSMsgType, hdrs, web

from salon import strict_json
from salon.clock import Clock
from salon.domain.permissions import VIEW
from salon.errors import Denied, Invalid, SalonError
from salon.services.directory import Directory
from salon.services.limits import Bucket, RateLimits
from salon.services.listening import Heard, Listening, Visit
from salon.services.room_pictures import RoomPictures
from salon.web import words
from salon.web.auth import Auth
from salon.web.origin import Origins
from salon.web.socket.connection import CLOSE_FLOOD
from salon.web.templating import Templates

PAGES_PER_MIN = 60
FRAME_MAX_BYTES = 32_768  # an answer of 16 KiB with every sign escaped
DEPTH_MAX = 2
FRAMES_PER_10_S = 20  # pings too
WAITING_MAX = 16
HEARTBEAT_S = 25.0
FOR_LONG = "public, max-age=86400, immutable"
NAPS_MIN = (15, 30, 60)  # of the sleep timer
CLOSE_OVER: Final = 4010
CLOSE_LINE: Final = 4011
SAID_BY_SCRIPT = (
    "listen.ready",
    "listen.somebody",
    "listen.host",
    "listen.talking",
    "listen.count",
    "listen.count_outside",
    "listen.go",
    "listen.stop",
    "listen.connecting",
    "listen.on",
    "listen.over",
    "listen.failed",
    "listen.blocked",
    "listen.slept",
    "listen.copied",
)


class ListeningPages:
    """One method per address."""

    def __init__(  # noqa: PLR0913 a page, its sound and who comes by it
        self,
        *,
        listening: Listening,
        pictures: RoomPictures,
        directory: Directory,
        auth: Auth,
        origins: Origins,
        templates: Templates,
        clock: Clock,
        is_indexed: bool,
    ) -> None:
        self._listening = listening
        self._pictures = pictures
        self._directory = directory
        self._auth = auth
        self._origins = origins
        self._templates = templates
        self._clock = clock
        self._rates = RateLimits(clock)
        self._is_indexed = is_indexed

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/listen/{slug}", self.page)
        app.router.add_get("/listen/{slug}/socket", self.socket)
        app.router.add_get("/listen/{slug}/{address}.png", self.picture)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Return the page; who is signed in and sees the room goes there. Raises NotFound."""
        self._count(request)
        heard = self._listening.look(request.match_info["slug"])
        actor = await self._auth.actor(request)
        if actor is not None and self._directory.may(actor.account, VIEW, heard.room.id):
            raise web.HTTPSeeOther(f"/r/{heard.room.slug}")
        language = words.preferred(
            request.headers.get(hdrs.ACCEPT_LANGUAGE, ""), self._directory.community.language
        )
        html = await self._templates.render("listen.html", language, self._facts(heard, language))
        response = web.Response(text=html, content_type="text/html")
        response.headers[hdrs.VARY] = f"{hdrs.COOKIE}, {hdrs.ACCEPT_LANGUAGE}"
        if not self._is_indexed:
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    async def picture(self, request: web.Request) -> web.Response:
        """Return the room's picture, for everybody. Raises NotFound, TooMany, Unavailable."""
        self._count(request)
        heard = self._listening.look(request.match_info["slug"])
        address, png = await self._pictures.png(heard, self._sign)
        response = web.Response(body=png, content_type="image/png")
        is_it = request.match_info["address"] == address
        response.headers[hdrs.CACHE_CONTROL] = FOR_LONG if is_it else "no-cache"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    @property
    def _sign(self) -> str:
        """The word of the sign, as the community speaks: a picture is one for all."""
        return words.word(self._directory.community.language, "listen.live")

    def _count(self, request: web.Request) -> None:
        self._rates.hit(
            "listening-page",
            self._origins.asked(request).network,
            times=PAGES_PER_MIN,
            per_s=60,
            message="That is a lot of pages. Please wait a minute.",
        )

    def _facts(self, heard: Heard, language: str) -> dict[str, Any]:
        room = heard.room
        said = {key.removeprefix("listen."): _template(language, key) for key in SAID_BY_SCRIPT}
        return {
            "heard": heard,
            "room": room,
            "address": f"{self._origins.base_url}/listen/{room.slug}",
            "picture": f"{self._origins.base_url}/listen/{room.slug}"
            f"/{self._pictures.address(heard, self._sign)}.png",
            "inside": f"/r/{room.slug}",
            "registration": self._directory.community.registration.value,
            "said": json.dumps(said),
            "naps_min": NAPS_MIN,
            "is_indexed": self._is_indexed,
        }

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Upgrade, for our own pages only, as long as there is a place."""
        if not self._origins.has_own_origin(request):
            raise Denied("The socket is for pages of this server.", reason="origin")
        network = self._origins.asked(request).network
        visit = self._listening.come(request.match_info["slug"], network)
        try:
            socket = web.WebSocketResponse(
                max_msg_size=FRAME_MAX_BYTES,
                compress=False,
                autoping=False,
                heartbeat=HEARTBEAT_S,
            )
            await socket.prepare(request)
            await _Page(socket, visit, self._listening, self._clock).serve()
        finally:
            await self._listening.leave(visit)
        return socket


class _Page:
    """One visitor's socket: a task that reads, and one that writes what waits."""

    def __init__(
        self, socket: web.WebSocketResponse, visit: Visit, listening: Listening, clock: Clock
    ) -> None:
        self._socket = socket
        self._visit = visit
        self._listening = listening
        self._clock = clock
        self._waiting: asyncio.Queue[str] = asyncio.Queue(WAITING_MAX)
        self._patience = Bucket(FRAMES_PER_10_S, FRAMES_PER_10_S / 10)
        self._code: int = CLOSE_LINE
        self._reading: asyncio.Task[None] | None = None

    # -- what the service sees

    def tell(self, said: Mapping[str, Any]) -> None:
        if self._waiting.full():
            self.end(is_over=False)
        else:
            self._waiting.put_nowait(json.dumps(said, ensure_ascii=False))

    def end(self, *, is_over: bool) -> None:
        self._stop(CLOSE_OVER if is_over else CLOSE_LINE)

    def _stop(self, code: int) -> None:
        self._code = code
        if self._reading is not None:
            self._reading.cancel()

    # -- the loop

    async def serve(self) -> None:
        """Serve until either end has had enough; never raises for what the browser does."""
        self._reading = asyncio.create_task(self._read(), name="listening.read")
        writing = asyncio.create_task(self._write(), name="listening.write")
        try:
            await self._listening.begin(self._visit, self)
            await asyncio.wait({self._reading, writing}, return_when=asyncio.FIRST_COMPLETED)
        except SalonError:
            self._code = CLOSE_LINE  # what came between says more on the page that comes again
        finally:
            self._reading.cancel()
            writing.cancel()
            await asyncio.gather(self._reading, writing, return_exceptions=True)
        await self._listening.leave(self._visit)  # its place is free before the page knows
        await self._socket.close(code=self._code, drain=False)

    async def _write(self) -> None:
        while True:
            await self._socket.send_str(await self._waiting.get())

    async def _read(self) -> None:
        while True:
            message = await self._socket.receive()
            if self._patience.take(self._clock.monotonic_s()):
                self._code = CLOSE_FLOOD
                return
            match message.type:
                case WSMsgType.TEXT:
                    if not await self._answer(message.data):
                        self._code = WSCloseCode.PROTOCOL_ERROR
                        return
                case WSMsgType.PING:
                    await self._socket.pong(message.data)
                case WSMsgType.PONG:
                    pass
                case WSMsgType.BINARY:
                    self._code = WSCloseCode.UNSUPPORTED_DATA
                    return
                case _:
                    return

    async def _answer(self, text: str) -> bool:
        """Take the one thing that a page says; False for anything else."""
        try:
            said = strict_json.decode_object(text, max_bytes=FRAME_MAX_BYTES, max_depth=DEPTH_MAX)
            sdp = said.get("sdp")
            if said.get("type") != "answer" or not isinstance(sdp, str) or len(said) > 2:  # noqa: PLR2004 these two
                raise Invalid("A page says nothing but its answer.", reason="malformed")
            await self._listening.answer(self._visit, sdp)
        except SalonError:
            return False
        return True


def _template(language: str, key: str) -> str:
    """Return a sentence in which the script puts the numbers."""
    return words.word(language, key, n="{n}", m="{m}")
