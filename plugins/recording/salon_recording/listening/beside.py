"""What was made beside an episode's sound, for its player: how far it swings, and who speaks when.

`12-3.peaks.json` is audiowaveform's JSON, version 2; `12-3.turns.json` is `[[voice, ms, ms], …]` by
the episode's time, `voice` an account's id. Ids are nobody's business outside: they become places
in the order in which voices are first heard. An episode of before has neither.
"""

import asyncio
import json
from pathlib import Path

from aiohttp import hdrs, web

from salon.plugin import Account, NotFound, Salon
from salon_recording import episodes
from salon_recording.conditions import Sound, is_there
from salon_recording.episodes import Episode
from salon_recording.feeds.routes import PUBLIC
from salon_recording.shelf import Shelf

PEAKS, TURNS = "peaks.json", "turns.json"
JSON = "application/json"
TURNS_MAX_BYTES = 8_388_608


class Beside:
    """Handlers for everybody; none reads a cookie."""

    def __init__(self, salon: Salon, shelf: Shelf) -> None:
        self._salon = salon
        self._shelf = shelf

    async def peaks(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        path = await self._path(request, PEAKS)
        return Sound(path, {**PUBLIC, hdrs.CONTENT_TYPE: JSON})

    async def turns(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        path = await self._path(request, TURNS)
        text = await asyncio.to_thread(_told, path)
        answer = web.Response(text=text, content_type=JSON, headers=PUBLIC)
        answer.enable_compression()
        return answer

    async def _path(self, request: web.Request, suffix: str) -> Path:
        slug = request.match_info["slug"]
        episode = await self._salon.db.read(lambda c: episodes.by_slug(c, slug))
        path = None if episode is None else beside(self._shelf, episode, suffix)
        if episode is None or not episode.is_public or not is_there(path):
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        return path


def beside(shelf: Shelf, episode: Episode, suffix: str) -> Path | None:
    """Return where such a file of an episode is, if the episode has sound."""
    sound = shelf.file_of(episode)
    return None if sound is None else sound.with_suffix(f".{suffix}")


def _told(path: Path) -> str:
    """Return who speaks when, with places for voices."""
    with path.open("rb") as file:
        turns = json.loads(file.read(TURNS_MAX_BYTES))
    places: dict[str, int] = {}
    told = [[places.setdefault(voice, len(places)), *span] for voice, *span in turns]
    return json.dumps(told, separators=(",", ":"))
