"""Files beside the public pages, and those for who makes episodes."""

from collections.abc import Mapping

from aiohttp import hdrs, web

from salon.plugin import Account, NotFound, Salon
from salon_recording.away.sending import Sending
from salon_recording.conditions import Sound, is_there
from salon_recording.feeds.routes import FOR_EVER
from salon_recording.listening.rendering import style
from salon_recording.programmes.programming import Programming
from salon_recording.shelf import Shelf

PRIVATE: Mapping[str, str] = {hdrs.CACHE_CONTROL: "private, no-store"}
ID_MAX = 2**63 - 1
ID_DIGITS_MAX = 19


class Pages:
    """Handlers of their routes."""

    def __init__(
        self, salon: Salon, programming: Programming, shelf: Shelf, sending: Sending
    ) -> None:
        self._salon = salon
        self._programming = programming
        self._shelf = shelf
        self._sending = sending

    async def style(self, _request: web.Request, _actor: Account | None) -> web.StreamResponse:
        headers = {hdrs.CACHE_CONTROL: FOR_EVER}
        return web.Response(body=style(), content_type="text/css", headers=headers)

    # -- what those who make episodes hear

    async def draft(self, request: web.Request, actor: Account | None) -> web.StreamResponse:
        """Send an episode's sound to those who make it, published or not."""
        episode = await self._shelf.episode_for(_signed_in(actor), _number(request, "episode"))
        suffix = request.path.rpartition(".")[2]
        return await self._sending.answer(request, episode, suffix, PRIVATE)

    async def voice(self, request: web.Request, actor: Account | None) -> web.StreamResponse:
        """Send a raw voice of a take to those who choose from it, and to whose it is."""
        take_id, account_id = _number(request, "take"), _number(request, "account")
        path = await self._shelf.voice_for(_signed_in(actor), take_id, account_id)
        if not is_there(path):
            raise NotFound("There is no such recording.", reason="recording.no_recording")
        return Sound(path, {hdrs.CONTENT_TYPE: "audio/ogg", **PRIVATE})


def _signed_in(actor: Account | None) -> Account:
    if actor is None:  # the host lets nobody in without; a second look costs nothing
        raise NotFound("There is no such recording.", reason="recording.no_recording")
    return actor


def _number(request: web.Request, name: str) -> int:
    text = request.match_info[name]
    is_short = text.isascii() and text.isdigit() and len(text) <= ID_DIGITS_MAX
    if not (is_short and int(text) <= ID_MAX):
        raise NotFound("There is no such recording.", reason="recording.no_recording")
    return int(text)
