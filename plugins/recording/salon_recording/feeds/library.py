"""The feed of a show: gathered, written once, and kept until something changes.

What it is made of is in the plugin's own tables, whose version says whether anything was written,
and in what the server knows: names of people, the community, rooms that are live. Both are looked
at for each request, which costs microseconds; a thousand episodes are read and written, in a
thread, only when one of them differs. Whoever asks meanwhile waits for the same work.

All episodes are in one document, the latest first, up to `EPISODES_MAX`. It is not paged
(RFC 5005): most programs read the first page and nothing else.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from salon.plugin import Salon
from salon_recording import episodes, takes
from salon_recording.episodes import Episode
from salon_recording.feeds.kept import Kept
from salon_recording.feeds.rss import MEDIA_TYPE, Channel, Item, Link, Media, Person, write_feed
from salon_recording.show import Show
from salon_recording.transcript.episodes import files

EPISODES_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """What the tables say."""

    episodes: Sequence[Episode]
    host_ids: Mapping[int, frozenset[int]]  # of takes
    transcripts: Mapping[int, Sequence[Link]]  # of episodes


@dataclass(frozen=True, slots=True)
class _Shelved:
    """A feed with what it was made of; while that is the same, so is the feed."""

    kept: Kept
    version: int
    names: Mapping[int, str | None]
    channel: Channel


class Library:
    """Owns the feeds that are kept, one of each show."""

    def __init__(self, salon: Salon) -> None:
        self._salon = salon
        self._writing = asyncio.Lock()
        self._shelved: dict[int, _Shelved] = {}  # by show

    async def public(self, show: Show) -> Kept:
        """Return the feed for everybody, as it is now."""
        shelved = self._shelved.get(show.id)
        if shelved is None or not self._is_fresh(shelved, show):
            async with self._writing:
                shelved = self._shelved.get(show.id)
                if shelved is None or not self._is_fresh(shelved, show):
                    self._shelved[show.id] = shelved = await self._write(shelved, show)
        return shelved.kept

    def _is_fresh(self, shelved: _Shelved, show: Show) -> bool:
        return (
            shelved.version == self._salon.db.version
            and shelved.channel == _channel(show)
            and all(self._name(id_) == name for id_, name in shelved.names.items())
        )

    async def _write(self, before: _Shelved | None, show: Show) -> _Shelved:
        version, channel = self._salon.db.version, _channel(show)
        found = await self._salon.db.read(lambda c: _read(c, self._salon.base_url, show))
        names = {id_: self._name(id_) for one in found.episodes for id_ in one.speaker_ids}
        now = self._salon.clock.now()
        kept = await asyncio.to_thread(self._written, channel, found, names, now)
        if before is not None and before.kept.tag == kept.tag:
            kept = before.kept
        return _Shelved(kept, version, names, channel)

    def _written(
        self, channel: Channel, found: Found, names: Mapping[int, str | None], now: datetime
    ) -> Kept:
        changed_at = max((one.changed_at for one in found.episodes), default=None)
        items = [item_of(self._salon.base_url, one, found, names) for one in found.episodes]
        return Kept.of(write_feed(replace(channel, changed_at=changed_at), items), now)

    def _name(self, account_id: int) -> str | None:
        account = self._salon.accounts.get(account_id)
        return None if account is None else account.display_name


def _channel(show: Show) -> Channel:
    return Channel(
        title=show.title,
        url=show.url,
        own_url=show.feed_url,
        public_url=show.feed_url,
        description=show.description,
        language=show.language,
        author=show.author,
        category=show.category,
        cover_url=show.cover_url,
        is_explicit=show.is_explicit,
        email=show.email,
        funding_url=show.funding_url,
        funding_words=show.funding_words,
    )


def _read(connection: Connection, base_url: str, show: Show) -> Found:
    public = episodes.public(connection, show.id, limit=EPISODES_MAX)
    recorded = {take_id for one in public for take_id in one.take_ids}
    written = files(connection, base_url, public)
    return Found(
        public,
        takes.hosts(connection, recorded),
        {id_: [Link(one.url, one.media_type) for one in links] for id_, links in written.items()},
    )


def item_of(base_url: str, episode: Episode, found: Found, names: Mapping[int, str | None]) -> Item:
    """Return a published episode as programs are told of it."""
    page_url = f"{base_url}/e/{episode.slug}"
    of_takes = (found.host_ids.get(take_id, frozenset()) for take_id in episode.take_ids)
    host_ids: frozenset[int] = frozenset().union(*of_takes)
    people = [
        Person(name, id_ in host_ids)
        for id_ in episode.speaker_ids
        if (name := names.get(id_)) is not None
    ]
    return Item(
        guid=episode.guid,
        title=episode.title,
        page_url=page_url,
        published_at=episode.published_at or episode.created_at,
        notes=episode.notes,
        media=Media(f"{base_url}{media_path(episode)}", MEDIA_TYPE, episode.size_bytes),
        duration_ms=episode.duration_ms,
        chapters_url=f"{page_url}/chapters.json" if episode.own_chapters else None,
        transcripts=found.transcripts.get(episode.id, ()),
        people=sorted(people, key=lambda person: not person.is_host),
    )


def media_path(episode: Episode) -> str:
    """Return where an episode's sound is; the name repeats: programs name their files by it."""
    return f"/e/{episode.slug}/{episode.slug}.mp3"
