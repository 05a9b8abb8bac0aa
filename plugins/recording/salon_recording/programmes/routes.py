"""Where pieces and covers come in and go out."""

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from aiohttp import hdrs, web

from salon.plugin import Account, Invalid, NotFound, Route, Salon, body_parts
from salon_recording.conditions import Sound, is_there
from salon_recording.cover import cover_png
from salon_recording.feeds.routes import PUBLIC, conditional
from salon_recording.fields import ID_MAX
from salon_recording.programmes.editing import Editing
from salon_recording.programmes.programming import Programming
from salon_recording.programmes.wire import wire_piece
from salon_recording.recorder import PERMISSION
from salon_recording.show import Show

MIB = 1024 * 1024
PIECE_MAX_BYTES = 512 * MIB
COVER_MAX_BYTES = 32 * MIB


class ProgrammeRoutes:
    """Handlers, and where they are."""

    def __init__(self, salon: Salon, programming: Programming, editing: Editing) -> None:
        self._salon = salon
        self._programming = programming
        self._editing = editing

    def all(self) -> list[Route]:
        """Return what is declared to the host."""
        makers = f"permission:{PERMISSION}"
        piece, cover = "/pieces/{piece}.opus", "/shows/{show}/cover.png"
        return [
            Route("POST", "/pieces", self.bring, makers, "plugin", PIECE_MAX_BYTES, streams=True),
            Route(
                "POST",
                "/shows/{show}/cover",
                self.bring_cover,
                makers,
                body_max_bytes=COVER_MAX_BYTES,
                streams=True,
            ),
            Route("GET", piece, self.piece, makers, body_max_bytes=0),
            Route("GET", "/shows/{show}/cover.png", self.own_cover, makers, body_max_bytes=0),
            *(
                Route(method, cover, self.cover, "public", "claim", body_max_bytes=0)
                for method in ("GET", "HEAD")
            ),
        ]

    async def bring(self, request: web.Request, actor: Account | None) -> web.StreamResponse:
        """Take a piece in: the file is the body, `title` what it is called."""
        title = _title(request.query.get("title", ""))
        piece = await self._editing.bring(_signed_in(actor), title, body_parts(request))
        return web.json_response({"piece": wire_piece(piece)})

    async def bring_cover(self, request: web.Request, actor: Account | None) -> web.StreamResponse:
        """Take a show's picture in: the file is the body."""
        who = _signed_in(actor)
        show = await self._editing.cover(who, _number(request, "show"), body_parts(request))
        return web.json_response({"show": {"id": str(show.id), "revision": show.revision}})

    async def piece(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Let those who make episodes hear a piece."""
        path: Path = self._editing.piece_path(_number(request, "piece"))
        if not is_there(path):
            raise NotFound("There is no such piece.", reason="recording.no_piece")
        headers: Mapping[str, str] = {
            hdrs.CONTENT_TYPE: "audio/ogg",
            hdrs.CACHE_CONTROL: "private, no-store",
        }
        return Sound(path, headers)

    async def cover(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send a show's picture: its own, or the door in the community's colour."""
        show = await self._programming.by_slug(request.match_info["show"])
        return await self.picture(request, show, PUBLIC)

    async def own_cover(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send a show's picture to those who make episodes, also that of a show for members."""
        show = await self._programming.show(_number(request, "show"))
        return await self.picture(request, show, {hdrs.CACHE_CONTROL: "private, no-cache"})

    async def picture(
        self, request: web.Request, show: Show, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        """Answer with a show's picture to who may see it."""
        path = self._editing.cover_of(show)
        if is_there(path):
            return Sound(path, {**headers, hdrs.CONTENT_TYPE: "image/png"})
        door = await asyncio.to_thread(_door, self._salon.community.accent_hue)
        return conditional(request, door, "image/png", headers)


@lru_cache(maxsize=4)
def _door(accent_hue: int) -> bytes:
    return cover_png(accent_hue)


def _title(text: str) -> str:
    """Return a title of an address. Raises Invalid."""
    title = "".join(one for one in text if one.isprintable()).strip()[:120]
    if not title:
        raise Invalid("A piece has a title.", field="title", reason="recording.no_title")
    return title


def _signed_in(actor: Account | None) -> Account:
    if actor is None:  # the host lets nobody in without; a second look costs nothing
        raise NotFound("There is no such show.", reason="recording.no_show")
    return actor


def _number(request: web.Request, name: str) -> int:
    text = request.match_info[name]
    is_short = text.isascii() and text.isdigit() and len(text) <= len(str(ID_MAX))
    if not is_short or int(text) > ID_MAX:
        raise NotFound("There is no such piece.", reason="recording.no_piece")
    return int(text)
