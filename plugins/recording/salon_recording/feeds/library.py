"""The feeds of shows: gathered, written once, and kept until something changes.

What a feed is made of is in the plugin's own tables, whose version says whether anything was
written, and in what the server knows: names of people, the community, rooms that are live. Both are
looked at for each request, which costs microseconds; a thousand episodes are read and written, in a
thread, only when one of them differs. Whoever asks meanwhile waits for the same work.

A member's own feed differs from another's by the secret in its addresses only. It is written once
for all of them, with a word that nobody can know in the secret's place.

All episodes are in one document, the latest first, up to `EPISODES_MAX`.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from salon.plugin import Salon
from salon_recording import episodes, takes
from salon_recording.clips.soundbites import soundbites_of
from salon_recording.episodes import Episode
from salon_recording.feeds.airing import Airings
from salon_recording.feeds.kept import Kept
from salon_recording.feeds.rss import (
    MEDIA_TYPE,
    MEDIA_TYPES,
    Airing,
    Channel,
    Item,
    Link,
    Media,
    Person,
    Soundbite,
    write_feed,
)
from salon_recording.show import Show
from salon_recording.transcript.episodes import File, files

EPISODES_MAX = 2_000
KEPT_MAX = 20  # feeds; one of a thousand episodes is a megabyte
LATEST = 20  # episodes whose rooms are the show's


@dataclass(frozen=True, slots=True)
class Found:
    """What the tables say."""

    episodes: Sequence[Episode]
    host_ids: Mapping[int, frozenset[int]]  # of takes
    room_ids: tuple[int, ...]
    transcripts: Mapping[int, Sequence[File]]  # of episodes
    soundbites: Mapping[int, Sequence[Soundbite]]  # likewise


@dataclass(frozen=True, slots=True)
class _Shelved:
    """A feed with what it was made of; while that is the same, so is the feed."""

    kept: Kept
    version: int
    channel: Channel
    names: Mapping[int, str | None]
    room_ids: tuple[int, ...]
    airings: tuple[Airing, ...]


class Library:
    """Owns the feeds that are kept, one of each show: for everybody, or for its members."""

    def __init__(self, salon: Salon, airings: Airings) -> None:
        self._salon = salon
        self._airings = airings
        self._writing = asyncio.Lock()
        self._shelved: OrderedDict[int, _Shelved] = OrderedDict()  # by show
        self._secret = secrets.token_urlsafe(24)  # stands where a member's own is put

    async def public(self, show: Show) -> Kept:
        """Return a show's feed for everybody, as it is now."""
        return await self._fresh(show, Place(self._salon.base_url))

    async def own(self, show: Show, secret: str) -> Kept:
        """Return the feed of a show for members, with one member's secret in its addresses."""
        base_url = self._salon.base_url
        kept = await self._fresh(show, Place(base_url, own_url(base_url, self._secret)))
        return kept.with_secret(self._secret, secret)

    async def _fresh(self, show: Show, place: "Place") -> Kept:
        shelved = self._shelved.get(show.id)
        if shelved is None or not self._is_fresh(shelved, show, place):
            async with self._writing:
                shelved = self._shelved.get(show.id)
                if shelved is None or not self._is_fresh(shelved, show, place):
                    shelved = await self._write(show, place, shelved)
                    self._shelved[show.id] = shelved
        self._shelved.move_to_end(show.id)
        if len(self._shelved) > KEPT_MAX:
            self._shelved.popitem(last=False)
        return shelved.kept

    def _is_fresh(self, shelved: _Shelved, show: Show, place: "Place") -> bool:
        return (
            shelved.version == self._salon.db.version
            and shelved.channel == place.channel(show)
            and shelved.airings == self._airings.of(shelved.room_ids)
            and all(self._name(id_) == name for id_, name in shelved.names.items())
        )

    async def _write(self, show: Show, place: "Place", before: _Shelved | None) -> _Shelved:
        version, channel = self._salon.db.version, place.channel(show)
        found = await self._salon.db.read(lambda c: _read(c, show))
        names = {id_: self._name(id_) for one in found.episodes for id_ in one.speaker_ids}
        airings = self._airings.of(found.room_ids)
        now = self._salon.clock.now()

        def written() -> Kept:
            changed_at = max((one.changed_at for one in found.episodes), default=None)
            items = [item_of(place, one, found, names) for one in found.episodes]
            body = write_feed(replace(channel, changed_at=changed_at), items, airings)
            return Kept.of(body, now, but_for=self._secret if show.for_members else None)

        kept = await asyncio.to_thread(written)
        if before is not None and before.kept.tag == kept.tag:
            kept = before.kept
        return _Shelved(kept, version, channel, names, found.room_ids, airings)

    def _name(self, account_id: int) -> str | None:
        account = self._salon.accounts.get(account_id)
        return None if account is None else account.display_name


@dataclass(frozen=True, slots=True)
class Place:
    """Where an episode is found: for everybody, or below a member's own address."""

    base_url: str
    own: str | None = None

    def channel(self, show: Show) -> Channel:
        """Return what is said of a show, as the world is told of it."""
        own = self.own
        return Channel(
            title=show.title,
            url=show.url if own is None else self.base_url,
            own_url=show.feed_url if own is None else f"{own}/feed.xml",
            public_url=show.feed_url,
            description=show.description,
            language=show.language,
            author=show.author,
            category=show.category,
            cover_url=show.cover_url if own is None else f"{own}/cover.png",
            is_explicit=show.is_explicit,
            email=show.email,
            funding_url=show.funding_url,
            funding_words=show.funding_words,
            is_private=own is not None,
        )

    def sound(self, episode: Episode, suffix: str = "mp3") -> str:
        if self.own is not None:
            return f"{self.own}/{episode.slug}.{suffix}"
        return f"{self.base_url}{media_path(episode, suffix)}"

    def beside(self, episode: Episode, name: str) -> str:
        """Return the address of a file beside the sound."""
        if self.own is not None:
            return f"{self.own}/{episode.slug}/{name}"
        return f"{self.base_url}/e/{episode.slug}/{name}"

    def page(self, episode: Episode) -> str:
        """Return its page; what is for members alone has none."""
        return self.base_url if episode.for_members else f"{self.base_url}/e/{episode.slug}"


def own_url(base_url: str, secret: str) -> str:
    """Return where a member's own feed and all that is in it are."""
    return f"{base_url}/p/recording/feeds/{secret}"


def _read(connection: Connection, show: Show) -> Found:
    listed = episodes.out if show.for_members else episodes.public
    found = listed(connection, show.id, limit=EPISODES_MAX)
    take_ids = {take_id for one in found for take_id in one.take_ids}
    latest = {take_id for one in found[:LATEST] for take_id in one.take_ids}
    return Found(
        found,
        takes.hosts(connection, take_ids),
        takes.rooms(connection, latest),
        files(connection, found),
        soundbites_of(connection, found),
    )


def item_of(place: Place, episode: Episode, found: Found, names: Mapping[int, str | None]) -> Item:
    """Return a published episode as programs are told of it."""
    people = {
        id_: Person(name, any(id_ in found.host_ids.get(t, ()) for t in episode.take_ids))
        for id_ in episode.speaker_ids
        if (name := names.get(id_)) is not None
    }
    return Item(
        guid=episode.guid,
        title=episode.title,
        page_url=place.page(episode),
        published_at=episode.published_at or episode.created_at,
        notes=episode.notes,
        media=Media(place.sound(episode), MEDIA_TYPE, episode.size_bytes),
        others=[
            Media(place.sound(episode, suffix), MEDIA_TYPES[suffix], size)
            for suffix, size in episode.formats
        ],
        duration_ms=episode.duration_ms,
        chapters_url=place.beside(episode, "chapters.json") if episode.own_chapters else None,
        transcripts=[
            Link(place.beside(episode, file.name), file.media_type)
            for file in found.transcripts.get(episode.id, ())
        ],
        people=sorted(people.values(), key=lambda person: not person.is_host),
        soundbites=found.soundbites.get(episode.id, ()),
    )


def media_path(episode: Episode, suffix: str = "mp3") -> str:
    """Return where an episode's sound is; the name repeats: programs name their files by it."""
    return f"/e/{episode.slug}/{episode.slug}.{suffix}"
