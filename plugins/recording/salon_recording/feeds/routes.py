"""What podcast programs fetch: feeds, sound, and what is beside the sound. None reads a cookie."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime

from aiohttp import hdrs, web

from salon.plugin import Account, NotFound, Salon
from salon_recording import episodes
from salon_recording.away.sending import Sending
from salon_recording.conditions import has_it
from salon_recording.episodes import Episode
from salon_recording.feeds.kept import TAG_DIGITS, Kept
from salon_recording.feeds.library import Library
from salon_recording.feeds.rss import CHAPTERS_TYPE
from salon_recording.programmes.programming import Programming

FEED_TYPE = "application/rss+xml; charset=utf-8"
CHAPTERS_VERSION = "1.2.0"  # of the podcast namespace's JSON chapters
FRESH = "public, no-cache"  # kept, but asked about: a voice may be taken out at any time
PUBLIC: Mapping[str, str] = {  # feeds and sound are for every player on every site
    hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    hdrs.CACHE_CONTROL: FRESH,
}
FOR_EVER = "public, max-age=31536000, immutable"


class FeedRoutes:
    """Handlers for everybody."""

    def __init__(
        self, salon: Salon, library: Library, programming: Programming, sending: Sending
    ) -> None:
        self._salon = salon
        self._library = library
        self._programming = programming
        self._sending = sending

    async def feed(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        show = await self._programming.by_slug(request.match_info["show"])
        return feed_response(request, await self._library.public(show), PUBLIC)

    async def sound(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send the file, or the part that is asked for."""
        episode = await self._public(request)
        suffix = request.path.rpartition(".")[2]
        if request.match_info["file"] != episode.slug:
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        return await self._sending.answer(request, episode, suffix, PUBLIC)

    async def chapters(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send the chapters as the podcast namespace wants them."""
        return chapters_response(request, await self._public(request), PUBLIC)

    async def _public(self, request: web.Request) -> Episode:
        slug = request.match_info["slug"]
        episode = await self._salon.db.read(lambda c: episodes.by_slug(c, slug))
        if episode is None or not episode.is_public:
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        return episode


def feed_response(request: web.Request, kept: Kept, headers: Mapping[str, str]) -> web.Response:
    """Answer with a feed, packed where the asker takes it, or 304 when it has it."""
    packed = kept.packed if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "") else None
    tags = (kept.tag, f"{kept.tag}-gzip")  # two bodies have two tags (RFC 9110, 8.8.3)
    told = {
        **headers,
        hdrs.ETAG: f'"{tags[packed is not None]}"',
        hdrs.LAST_MODIFIED: format_datetime(kept.written_at.astimezone(UTC), usegmt=True),
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
    }
    if any(has_it(request, tag, kept.written_at) for tag in tags):
        return web.Response(status=304, headers=told)
    told[hdrs.CONTENT_TYPE] = FEED_TYPE
    if packed is not None:
        told[hdrs.CONTENT_ENCODING] = "gzip"
    return web.Response(body=kept.body if packed is None else packed, headers=told)


def chapters_response(
    request: web.Request, episode: Episode, headers: Mapping[str, str]
) -> web.Response:
    """Answer with an episode's chapters as the podcast namespace wants them."""
    listed = [{"startTime": at_ms / 1_000, "title": title} for at_ms, title in episode.own_chapters]
    told = json.dumps({"version": CHAPTERS_VERSION, "chapters": listed}, ensure_ascii=False)
    return conditional(request, told.encode(), CHAPTERS_TYPE, headers)


def conditional(
    request: web.Request, body: bytes, content_type: str, headers: Mapping[str, str] = PUBLIC
) -> web.Response:
    """Answer with a small body, or 304 when the asker has it."""
    tag = hashlib.sha256(body).hexdigest()[:TAG_DIGITS]
    told = {**headers, hdrs.ETAG: f'"{tag}"'}
    if has_it(request, tag, None):
        return web.Response(status=304, headers=told)
    return web.Response(body=body, headers={**told, hdrs.CONTENT_TYPE: content_type})
