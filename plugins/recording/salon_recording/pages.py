"""What everybody may see without an account: episodes, the show, its feed and its sound."""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeGuard

from aiohttp import hdrs, web
from linkify_it.main import LinkifyIt
from markupsafe import Markup, escape

from salon.plugin import Account, NotFound, Salon
from salon_recording import episodes, takes
from salon_recording.conditions import Sound, has_it
from salon_recording.cover import cover_png
from salon_recording.episodes import Episode
from salon_recording.feed import MEDIA_TYPE, Item, write_feed
from salon_recording.shelf import Shelf
from salon_recording.show import Show
from salon_recording.words import Phrases, clock, preferred

BARS_HEIGHT = 64
ID_MAX = 2**63 - 1
ID_DIGITS_MAX = 19
OPEN: Mapping[str, str] = {  # feeds and sound are for every player on every site
    hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
FRESH = "public, no-cache"  # kept, but asked about: a voice may be taken out at any time
FOR_EVER = "public, max-age=31536000, immutable"
_links: Any = LinkifyIt()  # type: ignore[no-untyped-call] # its author gave no types


class Pages:
    """Handlers of public routes; none reads a cookie."""

    def __init__(self, salon: Salon, show: Show, shelf: Shelf) -> None:
        self._salon = salon
        self._show = show
        self._shelf = shelf
        self._last_feed = b""
        self._fed_at: datetime | None = None

    # -- pages

    async def episode(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        say = self._phrases(request)
        found = await self._by_slug(request)
        if found is None or not found.is_public:
            status, key = _why_not(found)
            return await self._page("gone.html", say, status=status, sentence=say(key))
        take = await self._salon.db.read(lambda c: takes.get(c, found.take_id))
        return await self._page(
            "episode.html",
            say,
            episode=found,
            recorded=say(
                "recorded",
                room="" if take is None else take.room_name,
                date=say.date(found.created_at if take is None else take.begun_at),
            ),
            media=self._media_path(found),
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
        say = self._phrases(request)
        public = await self._salon.db.read(episodes.public)
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
        return await self._page("show.html", say, episodes=listed)

    async def style(self, _request: web.Request, _actor: Account | None) -> web.StreamResponse:
        headers = {hdrs.CACHE_CONTROL: FOR_EVER}
        return web.Response(body=_style(), content_type="text/css", headers=headers)

    async def cover(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        hue = self._salon.community.accent_hue
        picture = await asyncio.to_thread(_cover, hue)
        return _conditional(request, picture, "image/png", changed_at=None)

    # -- feed and sound

    async def feed(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        public = await self._salon.db.read(episodes.public)
        changed_at = await self._salon.db.read(episodes.last_change)
        changed_at = changed_at or self._salon.community.claimed_at or self._salon.clock.now()
        items = [self._item(episode) for episode in public]
        body = write_feed(self._show, items, changed_at.replace(microsecond=0))
        if body != self._last_feed:  # people and the community change their names, too
            self._last_feed, self._fed_at = body, self._salon.clock.now()
        return _conditional(
            request, body, "application/rss+xml; charset=utf-8", changed_at=self._fed_at
        )

    async def sound(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send the file, or the part that is asked for."""
        episode = await self._public(request)
        path = self._shelf.file_of(episode)
        is_named = request.match_info["file"] == episode.slug
        if not is_named or not _is_there(path):
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        headers = {**OPEN, hdrs.CONTENT_TYPE: MEDIA_TYPE, hdrs.CACHE_CONTROL: FRESH}
        return Sound(path, headers)

    async def draft(self, request: web.Request, actor: Account | None) -> web.StreamResponse:
        """Send an episode's sound to those who make it, published or not."""
        episode = await self._shelf.episode_for(_signed_in(actor), _number(request, "episode"))
        return _private_file(self._shelf.file_of(episode), MEDIA_TYPE)

    async def voice(self, request: web.Request, actor: Account | None) -> web.StreamResponse:
        """Send a raw voice of a take to those who choose from it, and to whose it is."""
        take_id, account_id = _number(request, "take"), _number(request, "account")
        path = await self._shelf.voice_for(_signed_in(actor), take_id, account_id)
        return _private_file(path, "audio/ogg")

    async def chapters(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send the chapters as the podcast namespace wants them."""
        episode = await self._public(request)
        listed = [
            {"startTime": at_ms / 1_000, "title": title} for at_ms, title in episode.own_chapters
        ]
        body = {"version": "1.2.0", "chapters": listed}
        headers = {**OPEN, hdrs.CACHE_CONTROL: FRESH}
        return web.json_response(body, headers=headers, content_type="application/json")

    def _item(self, episode: Episode) -> Item:
        base = self._salon.base_url
        return Item(
            episode=episode,
            page_url=f"{base}/e/{episode.slug}",
            media_url=f"{base}{self._media_path(episode)}",
            chapters_url=f"{base}/e/{episode.slug}/chapters.json",
            speakers=self._shelf.names(episode),
        )

    @staticmethod
    def _media_path(episode: Episode) -> str:
        # The name repeats the address: podcast programs name their files by it.
        return f"/e/{episode.slug}/{episode.slug}.mp3"

    async def _by_slug(self, request: web.Request) -> Episode | None:
        slug = request.match_info["slug"]
        return await self._salon.db.read(lambda c: episodes.by_slug(c, slug))

    async def _public(self, request: web.Request) -> Episode:
        episode = await self._by_slug(request)
        if episode is None or not episode.is_public:
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        return episode

    # -- rendering

    def _phrases(self, request: web.Request) -> Phrases:
        wishes = request.headers.get(hdrs.ACCEPT_LANGUAGE, "")
        return preferred(wishes, self._show.language[:2])

    def _script(self) -> str | None:
        try:
            return self._salon.asset("episode.ts")
        except NotFound:  # not built: the page works without it
            return None

    async def _page(
        self, template: str, say: Phrases, *, status: int = 200, **facts: Any
    ) -> web.Response:
        page = await self._salon.render(
            f"recording/{template}", say=say, language=say.language, show=self._show,
            style=f"/p/recording/page.css?v={_version()}", **facts,
        )  # fmt: skip
        headers = {hdrs.CACHE_CONTROL: FRESH, hdrs.VARY: hdrs.ACCEPT_LANGUAGE}
        return web.Response(text=page, content_type="text/html", status=status, headers=headers)


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


def _is_there(path: Path | None) -> TypeGuard[Path]:
    return path is not None and path.is_file() and not path.is_symlink()


def _private_file(path: Path | None, content_type: str) -> Sound:
    if not _is_there(path):
        raise NotFound("There is no such recording.", reason="recording.no_recording")
    headers: dict[str, str] = {
        hdrs.CONTENT_TYPE: content_type,
        hdrs.CACHE_CONTROL: "private, no-store",
    }
    return Sound(path, headers)


def _conditional(
    request: web.Request, body: bytes, content_type: str, *, changed_at: datetime | None
) -> web.Response:
    """Answer with the body, or 304 when the asker has it."""
    etag = hashlib.sha256(body).hexdigest()[:32]
    headers = {**OPEN, hdrs.ETAG: f'"{etag}"', hdrs.CACHE_CONTROL: FRESH}
    if changed_at is not None:
        headers[hdrs.LAST_MODIFIED] = format_datetime(changed_at.astimezone(UTC), usegmt=True)
    if has_it(request, etag, changed_at):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers={**headers, hdrs.CONTENT_TYPE: content_type})


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


@lru_cache(maxsize=4)
def _cover(accent_hue: int) -> bytes:
    return cover_png(accent_hue)
