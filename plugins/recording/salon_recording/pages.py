"""What everybody may see without an account: episodes and the show."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from aiohttp import hdrs, web
from linkify_it.main import LinkifyIt
from markupsafe import Markup, escape

from salon.plugin import Account, NotFound, Salon
from salon_recording import episodes, takes
from salon_recording.conditions import Sound, is_there
from salon_recording.episodes import Episode
from salon_recording.feeds.library import media_path
from salon_recording.feeds.routes import FOR_EVER, FRESH
from salon_recording.feeds.rss import MEDIA_TYPE
from salon_recording.programmes.programming import Programming
from salon_recording.shelf import Shelf
from salon_recording.show import Show
from salon_recording.takes import Take
from salon_recording.words import Phrases, clock, preferred

BARS_HEIGHT = 64
ID_MAX = 2**63 - 1
ID_DIGITS_MAX = 19
_links: Any = LinkifyIt()  # type: ignore[no-untyped-call] # its author gave no types


class Pages:
    """Handlers of public routes; none reads a cookie."""

    def __init__(self, salon: Salon, programming: Programming, shelf: Shelf) -> None:
        self._salon = salon
        self._programming = programming
        self._shelf = shelf

    # -- pages

    async def episode(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        found = await self._by_slug(request)
        show = await self._programming.show_or_first(None if found is None else found.show_id)
        say = _phrases(request, show)
        if found is None or not found.is_public:
            status, key = _why_not(found)
            return await self._page("gone.html", say, show, status=status, sentence=say(key))
        recorded = await self._salon.db.read(lambda c: takes.some(c, found.take_ids))
        return await self._page(
            "episode.html",
            say,
            show,
            episode=found,
            recorded=_recorded(say, found, [recorded[id_] for id_ in sorted(recorded)]),
            media=media_path(found),
            chapters=[(at, clock(at), title) for at, title in found.own_chapters],
            duration=clock(found.duration_ms),
            speakers=self._shelf.names(found),
            notes=_paragraphs(found.notes),
            wave=_wave(found.bars),
            marks=_marks(found),
            download=say("download", size=say.size(found.size_bytes)),
            script=self._script(),
        )

    async def show(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        show = await self._programming.by_slug(request.match_info["show"])
        say = _phrases(request, show)
        public = await self._salon.db.read(lambda c: episodes.public(c, show.id))
        listed = [
            {
                "url": f"/e/{one.slug}",
                "title": one.title,
                "lead": _lead(one.notes),
                "date": say.date(one.published_at or one.created_at),
                "duration": clock(one.duration_ms),
                "wave": _wave(one.bars),
            }
            for one in public
        ]
        return await self._page("show.html", say, show, episodes=listed)

    async def style(self, _request: web.Request, _actor: Account | None) -> web.StreamResponse:
        headers = {hdrs.CACHE_CONTROL: FOR_EVER}
        return web.Response(body=_style(), content_type="text/css", headers=headers)

    # -- what those who make episodes hear

    async def draft(self, request: web.Request, actor: Account | None) -> web.StreamResponse:
        """Send an episode's sound to those who make it, published or not."""
        episode = await self._shelf.episode_for(_signed_in(actor), _number(request, "episode"))
        return _private_file(self._shelf.file_of(episode), MEDIA_TYPE)

    async def voice(self, request: web.Request, actor: Account | None) -> web.StreamResponse:
        """Send a raw voice of a take to those who choose from it, and to whose it is."""
        take_id, account_id = _number(request, "take"), _number(request, "account")
        path = await self._shelf.voice_for(_signed_in(actor), take_id, account_id)
        return _private_file(path, "audio/ogg")

    async def _by_slug(self, request: web.Request) -> Episode | None:
        slug = request.match_info["slug"]
        return await self._salon.db.read(lambda c: episodes.by_slug(c, slug))

    # -- rendering

    def _script(self) -> str | None:
        try:
            return self._salon.asset("episode.ts")
        except NotFound:  # not built: the page works without it
            return None

    async def _page(
        self, template: str, say: Phrases, show: Show, *, status: int = 200, **facts: Any
    ) -> web.Response:
        page = await self._salon.render(
            f"recording/{template}", say=say, language=say.language, show=show,
            style=f"/p/recording/page.css?v={_version()}", **facts,
        )  # fmt: skip
        headers = {hdrs.CACHE_CONTROL: FRESH, hdrs.VARY: hdrs.ACCEPT_LANGUAGE}
        return web.Response(text=page, content_type="text/html", status=status, headers=headers)


def _phrases(request: web.Request, show: Show) -> Phrases:
    return preferred(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""), show.language[:2])


def _recorded(say: Phrases, episode: Episode, found: Sequence[Take]) -> str:
    """Return where and when an episode was recorded: its rooms, and the day of the first."""
    rooms = ", ".join(dict.fromkeys(take.room_name for take in found))
    began = found[0].begun_at if found else episode.created_at
    return say("recorded", room=rooms, date=say.date(began))


def _why_not(episode: Episode | None) -> tuple[int, str]:
    """Return the status and the words for an episode that cannot be heard now."""
    if episode is None or episode.published_at is None:
        return 404, "unknown"
    return (503, "remaking") if episode.withdrawn_at is None else (410, "gone")


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


def _private_file(path: Path | None, content_type: str) -> Sound:
    if not is_there(path):
        raise NotFound("There is no such recording.", reason="recording.no_recording")
    headers: dict[str, str] = {
        hdrs.CONTENT_TYPE: content_type,
        hdrs.CACHE_CONTROL: "private, no-store",
    }
    return Sound(path, headers)


def _paragraphs(text: str) -> list[Markup]:
    parts = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n")]
    return [_linked(part) for part in parts if part]


def _linked(text: str) -> Markup:
    """Return text with its web addresses as links, everything escaped."""
    pieces, end = [], 0
    for match in _links.match(text) or ():
        if match.schema not in {"http:", "https:", ""}:
            continue
        pieces += [escape(text[end : match.index])]
        pieces += [
            Markup('<a href="{}" rel="nofollow noopener">{}</a>').format(match.url, match.text)
        ]
        end = match.last_index
    return Markup().join((*pieces, escape(text[end:])))


def _lead(notes: str) -> str:
    return notes.strip().split("\n", 1)[0][:280]


def _wave(bars: tuple[int, ...]) -> str:
    """Return the shape of a sound as an SVG path in a box of 1,000 by 64."""
    step = 1_000 / max(1, len(bars))
    drawn = []
    for number, bar in enumerate(bars):
        height = bar / 100 * BARS_HEIGHT
        top = (BARS_HEIGHT - height) / 2
        drawn.append(f"M{(number + 0.5) * step:.1f} {top:.1f}v{height:.1f}")
    return "".join(drawn)


def _marks(episode: Episode) -> list[float]:
    """Return where chapters begin in the picture of the sound, 0 to 1,000; not the very first."""
    length = max(1, episode.duration_ms)
    return [round(at / length * 1_000, 1) for at, _ in episode.own_chapters if at > 0]


@lru_cache(maxsize=1)
def _style() -> bytes:
    return (files("salon_recording") / "static" / "page.css").read_bytes()


@lru_cache(maxsize=1)
def _version() -> str:
    return hashlib.sha256(_style()).hexdigest()[:12]
