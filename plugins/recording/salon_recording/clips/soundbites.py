"""Soundbites: clips that the feed offers, so that listeners can try an episode by them.

Who has a hand in an episode chooses them among its clips; a listener's clip stays on its page until
then. Programs play a soundbite out of the episode's own sound. So it stands in the feed only while
its clip may be heard, nobody who left the clip is heard in the episode, and the episode has all of
it in one: made anew, the episode takes it along to where it then is, or loses it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from sqlalchemy import Connection

from salon.plugin import Account, Conflict, NotFound, Salon, Transaction
from salon_recording import episodes
from salon_recording.clips.cutting import place_of
from salon_recording.episodes import Episode
from salon_recording.feeds.rss import Soundbite
from salon_recording.recorder import PERMISSION
from salon_recording.shelf import Shelf
from salon_recording.studio import Studio

PER_EPISODE_MAX = 10


class Standing(StrEnum):
    """How a clip stands to the feed."""

    OFF = "off"
    ON = "on"  # it is there as soon, and as long, as the clip may be heard
    GONE = "gone"  # it was chosen, and its stretch is not in the episode any more


class Soundbites:
    """Chooses clips for the feed."""

    def __init__(self, salon: Salon, shelf: Shelf, studio: Studio) -> None:
        self._salon = salon
        self._shelf = shelf
        self._studio = studio

    async def choose(self, actor: Account, clip_id: int, *, is_one: bool) -> None:
        """Offer a clip of an episode in the feed, or no longer. Raises NotFound, Conflict."""
        clip = await self._salon.db.read(lambda c: episodes.get(c, clip_id))
        if clip is None or clip.clip_of is None:
            raise NotFound("There is no such clip.", reason="recording.no_clip")
        source = await self._shelf.episode_for(actor, clip.clip_of)

        def chosen(tx: Transaction, it: Episode) -> Episode:
            others = [one for one in episodes.soundbites(tx.connection, [source.id]) if one != it]
            if is_one and len(others) >= PER_EPISODE_MAX:
                raise Conflict(
                    f"An episode has at most {PER_EPISODE_MAX} soundbites.",
                    reason="recording.soundbites_full",
                    most=PER_EPISODE_MAX,
                )
            return replace(it, is_soundbite=is_one)

        await self._studio.change(clip_id, chosen)

    async def standings(self, actor: Account, clips: Sequence[Episode]) -> Mapping[int, Standing]:
        """Return how clips stand to the feed, of the episodes that somebody has a hand in."""
        if not self._salon.accounts.may(actor, PERMISSION):
            return {}
        of_ids = {one.clip_of for one in clips if one.clip_of is not None}
        whose = None if self._shelf.sees_all(actor) else actor.id

        def read(connection: Connection) -> Mapping[int, Episode]:
            ids = of_ids if whose is None else episodes.in_hand(connection, of_ids, whose)
            return episodes.some(connection, ids)

        sources = await self._salon.db.read(read)
        return {
            clip.id: _standing(clip, sources[clip.clip_of])
            for clip in clips
            if clip.clip_of is not None and clip.clip_of in sources
        }


def _standing(clip: Episode, source: Episode) -> Standing:
    if not clip.is_soundbite:
        return Standing.OFF
    return Standing.GONE if place_of(clip.segments, source.segments) is None else Standing.ON


def soundbites_of(
    connection: Connection, found: Sequence[Episode]
) -> Mapping[int, Sequence[Soundbite]]:
    """Return what a feed offers of episodes, each episode's in its order."""
    sources = {one.id: one for one in found}
    bites: dict[int, list[Soundbite]] = {}
    for clip in episodes.soundbites(connection, sources):
        source = sources[clip.clip_of or 0]
        place = place_of(clip.segments, source.segments)
        if place is None or not clip.is_public or set(clip.left_out) - set(source.left_out):
            continue
        bite = Soundbite(place[0], place[1] - place[0], clip.title)
        bites.setdefault(source.id, []).append(bite)
    return {id_: sorted(ones, key=lambda bite: bite.start_ms) for id_, ones in bites.items()}
