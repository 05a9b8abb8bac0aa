"""The pages of episodes and of their show: what everybody may read and hear without an account.

Every page is rendered anew from what the tables say, so that a voice that was taken out, or a name
that changed, is gone at the next look. They work without script; `client/episode.ts` adds to them.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from aiohttp import hdrs, web

from salon.plugin import Account, NotFound, Salon
from salon_recording import episodes, takes
from salon_recording.clips.commands import clip_link
from salon_recording.conditions import is_there
from salon_recording.episodes import Episode
from salon_recording.feeds.library import media_path
from salon_recording.listening import describing
from salon_recording.listening.beside import PEAKS, beside
from salon_recording.listening.rendering import FRESH, Rendering
from salon_recording.programmes.programming import Programming
from salon_recording.shelf import Shelf
from salon_recording.show import Show
from salon_recording.transcript.episodes import Transcripts
from salon_recording.transcript.formats import Cue
from salon_recording.words import Phrases, clock

PAGE_EPISODES = 30
VOICES_SHOWN = 8
NEW_FOR = timedelta(days=7)
PAGE_DIGITS_MAX = 4
NAME = re.compile(r"[a-z0-9-]{1,80}")
FORMATS = {"mp3": "MP3", "opus": "Opus", "m4a": "M4A"}  # as people call them
CLIPS_SHOWN = 20
EMBED_HEIGHT = 132  # pixels
EMBED_WIDTH = 640
FRAMED = (  # the one page that others may show inside theirs
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
EVERYWHERE: Mapping[str, str] = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    hdrs.CACHE_CONTROL: FRESH,
}


@dataclass(frozen=True, slots=True)
class Face:
    """Who is heard, as a page without pictures shows them."""

    name: str
    hue: int
    count: int = 1

    @property
    def letter(self) -> str:
        return self.name[:1]


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody says until somebody else does."""

    face: Face
    cues: Sequence[Cue]

    @property
    def at(self) -> str:
        return clock(self.cues[0].start_ms)


class PublicPages:
    """Handlers of public routes; none reads a cookie."""

    def __init__(
        self, salon: Salon, programming: Programming, shelf: Shelf, transcripts: Transcripts
    ) -> None:
        self._salon = salon
        self._transcripts = transcripts
        self._programming = programming
        self._shelf = shelf
        self._rendering = Rendering(salon)

    # -- handlers

    async def episode(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        found = await self._by_slug(request)
        show = await self._show_of(found)
        say = self._rendering.phrases(request, show)
        if found is None or not found.is_public:
            return await self._gone("gone.html", say, show, found)
        paragraphs = describing.paragraphs(found.notes)
        lead = describing.lead(found.notes)
        told = paragraphs[1:] if paragraphs[:1] == [lead] else paragraphs
        before, after = await self._salon.db.read(lambda c: episodes.neighbours(c, found))
        clips = await self._salon.db.read(lambda c: episodes.clips_of(c, found.id))
        return await self._rendering.page(
            "episode.html",
            say,
            show,
            clips=[clip_link(clip) for clip in clips if clip.is_public][:CLIPS_SHOWN],
            **self._facts(found, show),
            recorded=await self._recorded(found, say),
            lead=lead,
            linked_lead=describing.linked(lead),
            notes=[describing.linked(paragraph) for paragraph in told],
            faces=self._faces(found),
            turns=_turns(await self._transcripts.cues(found), self._faces(found)),
            chapters=[(at, clock(at), title) for at, title in found.own_chapters],
            before=before and {"path": _path(before), "title": before.title},
            after=after and {"path": _path(after), "title": after.title},
            downloads=_downloads(found, say),
            embed_code=_embed_code(self._url(found), found.title),
            oembed_url=self._oembed_url(found),
            structured=describing.structured(
                found,
                show,
                self._shelf.names(found),
                url=self._url(found),
                media=f"{self._salon.base_url}{media_path(found)}",
                image=self._picture_url(found, show),
            ),
        )

    async def embed(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send the small player that other sites show in a frame."""
        found = await self._by_slug(request)
        show = await self._show_of(found)
        say = self._rendering.phrases(request, show)
        if found is None or not found.is_public:
            page = await self._gone("embed_gone.html", say, show, found)
        else:
            page = await self._rendering.page("embed.html", say, show, **self._facts(found, show))
        page.headers.update({**EVERYWHERE, "Content-Security-Policy": FRAMED})
        return page

    async def oembed(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Say how an episode is embedded (oembed.com, 2.2). Raises NotFound."""
        if request.query.get("format", "json") != "json":
            return web.Response(status=501, text="JSON only.", headers=EVERYWHERE)
        address = request.query.get("url", "").partition("?")[0].partition("#")[0]
        slug = address.removeprefix(f"{self._salon.base_url}/e/")
        found = None
        if slug != address and NAME.fullmatch(slug):
            found = await self._salon.db.read(lambda c: episodes.by_slug(c, slug))
        if found is None or not found.is_public:
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        show = await self._show_of(found)
        width = _at_most(request.query.get("maxwidth", ""), EMBED_WIDTH)
        height = _at_most(request.query.get("maxheight", ""), EMBED_HEIGHT)
        said = {
            "version": "1.0",
            "type": "rich",
            "title": found.title,
            "author_name": show.title,
            "author_url": show.url,
            "provider_name": self._salon.community.name,
            "provider_url": self._salon.base_url,
            "html": _embed_code(self._url(found), found.title, width=width, height=height),
            "width": width,
            "height": height,
            "thumbnail_url": self._picture_url(found, show),
            "thumbnail_width": 1200,
            "thumbnail_height": 630,
        }
        headers = {**EVERYWHERE, hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*"}
        return web.json_response(said, headers=headers)

    async def picture(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send what is shown where an episode's link is shown; an old address has the new one."""
        found = await self._by_slug(request)
        if found is None or not found.is_public:
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        wanted = describing.picture(found, await self._show_of(found))
        png = await self._salon.link_pictures.png(wanted)
        return web.Response(body=png, content_type="image/png", headers=EVERYWHERE)

    async def show(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        try:
            show = await self._programming.by_slug(request.match_info["show"])
        except NotFound:
            known = await self._show_of(None)
            say = self._rendering.phrases(request, known)
            return await self._told("gone.html", say, known, "unknown_show", status=404)
        say = self._rendering.phrases(request, show)
        public = await self._salon.db.read(lambda c: episodes.public(c, show.id))
        number = _page_number(request)
        first = (number - 1) * PAGE_EPISODES
        shown = public[first : first + PAGE_EPISODES]
        return await self._rendering.page(
            "show.html",
            say,
            show,
            community=self._salon.community.name,
            episodes=[self._row(one, say) for one in shown],
            voices=self._voices(public),
            newer=number - 1,
            older=number + 1 if len(public) > first + PAGE_EPISODES else 0,
            structured=describing.series(show),
        )

    # -- facts

    def _facts(self, episode: Episode, show: Show) -> dict[str, Any]:
        """Return what every page with a player says."""
        return {
            "episode": episode,
            "page_url": self._url(episode),
            "media": media_path(episode),
            "media_url": f"{self._salon.base_url}{media_path(episode)}",
            "picture_url": self._picture_url(episode, show),
            "speakers": self._shelf.names(episode),
            "beside": _path(episode) if is_there(beside(self._shelf, episode, PEAKS)) else "",
            "wave": describing.wave(episode.bars),
            "flags": describing.flags(episode),
        }

    async def _recorded(self, episode: Episode, say: Phrases) -> str:
        """Return where and when an episode was recorded: its rooms, and the day of the first."""
        recorded = await self._salon.db.read(lambda c: takes.some(c, episode.take_ids))
        found = [recorded[id_] for id_ in sorted(recorded)]
        if not found:
            return say("published_on", date=say.date(episode.published_at or episode.created_at))
        rooms = ", ".join(dict.fromkeys(take.room_name for take in found))
        return say("recorded", room=rooms, date=say.date(found[0].begun_at))

    def _row(self, episode: Episode, say: Phrases) -> dict[str, Any]:
        published_at = episode.published_at or episode.created_at
        return {
            "path": _path(episode),
            "slug": episode.slug,
            "media": media_path(episode),
            "title": episode.title,
            "lead": describing.lead(episode.notes),
            "date": say.date(published_at),
            "published_on": published_at.date().isoformat(),
            "length": say.length(episode.duration_ms),
            "is_new": self._salon.clock.now() - published_at < NEW_FOR,
        }

    def _faces(self, episode: Episode) -> Sequence[Face]:
        return self._faces_of(dict.fromkeys(episode.speaker_ids, 1))

    def _voices(self, public: Sequence[Episode]) -> Sequence[Face]:
        """Return who is heard most, and in how many episodes."""
        counted = Counter(id_ for episode in public for id_ in episode.speaker_ids)
        return self._faces_of(dict(counted.most_common(VOICES_SHOWN)))

    def _faces_of(self, counted: Mapping[int, int]) -> Sequence[Face]:
        known = ((self._salon.accounts.get(id_), count) for id_, count in counted.items())
        return [Face(one.display_name, one.hue, count) for one, count in known if one is not None]

    def _url(self, episode: Episode) -> str:
        return f"{self._salon.base_url}{_path(episode)}"

    def _picture_url(self, episode: Episode, show: Show) -> str:
        wanted = describing.picture(episode, show)
        return f"{self._url(episode)}/{self._salon.link_pictures.address(wanted)}.png"

    def _oembed_url(self, episode: Episode) -> str:
        return f"{self._salon.base_url}/p/recording/oembed?{urlencode({'url': self._url(episode)})}"

    async def _by_slug(self, request: web.Request) -> Episode | None:
        slug = request.match_info["slug"]
        return await self._salon.db.read(lambda c: episodes.by_slug(c, slug))

    async def _show_of(self, episode: Episode | None) -> Show:
        return await self._programming.front(episode)

    async def _gone(
        self, template: str, say: Phrases, show: Show, episode: Episode | None
    ) -> web.Response:
        """Say why an episode cannot be heard now."""
        if episode is None or episode.published_at is None or episode.for_members:
            status, key = 404, "unknown"
        elif episode.withdrawn_at is None:
            status, key = 503, "remaking"
        else:
            status, key = 410, "gone"
        return await self._told(template, say, show, key, status=status)

    async def _told(
        self, template: str, say: Phrases, show: Show, key: str, *, status: int
    ) -> web.Response:
        """Say one sentence instead of a page."""
        sentence = say(key)
        return await self._rendering.page(template, say, show, status=status, sentence=sentence)


def _downloads(episode: Episode, say: Phrases) -> Sequence[tuple[str, str]]:
    """Return the addresses of an episode's sound in all formats, and what is said of each."""
    sizes = (("mp3", episode.size_bytes), *episode.formats)
    return [
        (media_path(episode, suffix), say("download", format=FORMATS[suffix], size=say.size(size)))
        for suffix, size in sizes
    ]


def _turns(cues: Sequence[Cue], faces: Sequence[Face]) -> Sequence[Turn]:
    """Return what is said, a turn for each time that somebody else begins."""
    known = {face.name: face for face in faces}
    return [
        Turn(known.get(name) or Face(name, 1), tuple(said))
        for name, said in groupby(cues, key=lambda cue: cue.name)
    ]


def _path(episode: Episode) -> str:
    return f"/e/{episode.slug}"


def _embed_code(url: str, title: str, *, width: int = 0, height: int = EMBED_HEIGHT) -> str:
    """Return what another site writes into its page. A `width` of 0 is as wide as there is room."""
    wide = str(width) if width else "100%"
    plain = title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return (
        f'<iframe src="{url}/embed" title="{plain}" width="{wide}" height="{height}" '
        f'loading="lazy" allow="autoplay; clipboard-write" style="border:0"></iframe>'
    )


def _at_most(text: str, most: int) -> int:
    """Return a size that is asked for, or ours where that is smaller or nonsense is asked."""
    is_number = text.isascii() and text.isdigit() and len(text) <= PAGE_DIGITS_MAX
    return max(1, min(most, int(text))) if is_number else most


def _page_number(request: web.Request) -> int:
    text = request.query.get("page", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= PAGE_DIGITS_MAX
    return max(1, int(text)) if is_number else 1
