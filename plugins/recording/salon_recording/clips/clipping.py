"""Making clips: an episode of its own that stands in no feed and on no list of episodes.

A clip is of the last seconds of a recording that runs, never of before its beginning; of a stretch
of one that has ended, for who may hear its voices; or of one of a published episode. Who may:
whoever holds `recording.clip` in the room that is, or was, recorded. Every voice in it says yes
first, as in an episode: the yes to the episode is one to its clips, whoever was left out of it is
left out of them, and who makes a clip says yes for themselves. Of a recording that runs a clip is
made when it has ended. A clip goes as its episode goes: taken back, or when a voice leaves it; who
made it, and who has a hand in what it is of, takes it back.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from salon.plugin import Account, Conflict, Denied, Invalid, NotFound, Salon, TooMany, Transaction
from salon_recording import episodes, releases, takes
from salon_recording.clips.cutting import cut_from, place_of
from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.making import Making
from salon_recording.programmes.programming import Programming
from salon_recording.recorder import Recorder
from salon_recording.releases import Release
from salon_recording.segments import Segment, take_ids
from salon_recording.shelf import Shelf
from salon_recording.studio import Studio, settled
from salon_recording.takes import Take

CLIP = "recording.clip"
LONGEST_MS = 90_000
SHORTEST_MS = 1_000
PER_TAKE_MAX = 200
PER_HOUR_MAX = 10  # of one person


class Clipping:
    """Makes clips, finds them, and takes them back."""

    def __init__(
        self,
        salon: Salon,
        *,
        recorder: Recorder,
        shelf: Shelf,
        studio: Studio,
        making: Making,
        programming: Programming,
    ) -> None:
        self._salon = salon
        self._recorder = recorder
        self._shelf = shelf
        self._studio = studio
        self._making = making
        self._programming = programming

    async def of_room(self, actor: Account, room_id: int, title: str, last_s: float) -> Episode:
        """Keep the last seconds of what is recorded in a room, as far back as the recording goes.

        Raises NotFound, Denied, Conflict (not recorded, not in the room, full), Invalid, TooMany.
        """
        room = self._recorder.room(actor, room_id)
        self._check_may(actor, room.id)
        live = self._recorder.live(room.id)
        if live.begun_s is None:
            raise Conflict("The recording has not begun yet.", reason="recording.not_begun")
        if not self._recorder.is_in(room.id, actor.id):
            raise Conflict("You are not in this room.", reason="not_in_room")
        end_ms = round(live.elapsed_s(self._salon.clock.monotonic_s()) * 1_000)
        start_ms = max(0, end_ms - round(last_s * 1_000))
        _check_length(end_ms - start_ms)
        show = await self._programming.show_or_first(None)
        segment = Segment(take_id=live.take.id, start_ms=start_ms, end_ms=end_ms)
        clip = replace(self._new(actor, title, show.id), segments=(segment,))
        return await self._add(clip, ())

    async def of_episode(
        self, actor: Account, episode_id: int, title: str, start_ms: int, end_ms: int
    ) -> Episode:
        """Keep a stretch of a published episode, by its own time. Raises as for a room."""
        episode = await self.source(actor, episode_id)
        _check_length(end_ms - start_ms)
        segments = cut_from(episode.segments, start_ms, end_ms)
        _check_length(sum(segment.length_ms for segment in segments))
        clip = replace(
            self._new(actor, title, episode.show_id),
            clip_of=episode.id,
            left_out=episode.left_out,
            segments=segments,
        )
        clip = await self._add(clip, episode.releases)
        await self._making.enqueue(clip)
        return clip

    async def of_take(
        self,
        actor: Account,
        take_id: int,
        title: str,
        start_ms: int,
        end_ms: int,
        *,
        episode_id: int | None = None,
    ) -> Episode:
        """Keep a stretch of a recording that has ended, by its time, of who may hear its voices.

        Where the episode is public and has all of the stretch in one, it is a clip of the episode.
        Raises as for a room.
        """
        stretch = (Segment(take_id=take_id, start_ms=start_ms, end_ms=end_ms),)
        if episode_id is not None:
            episode = await self._shelf.episode_for(actor, episode_id)
            place = place_of(stretch, episode.segments)
            if episode.is_public and place is not None:
                return await self.of_episode(actor, episode_id, title, *place)
        take = await self._shelf.take_for(actor, take_id)
        self._check_may(actor, take.room_id)
        _check_length(end_ms - start_ms)
        await self._studio.check(actor, stretch)
        show = await self._programming.show_or_first(None)
        clip = replace(self._new(actor, title, show.id), segments=stretch)
        clip = await self._add(clip, ())
        await self._making.enqueue(clip)
        return clip

    async def source(self, actor: Account, episode_id: int) -> Episode:
        """Return a published episode of which somebody may make clips. Raises NotFound, Denied."""
        episode = await self._shelf.episode(episode_id)
        if not episode.is_public or episode.is_clip:
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        for take in await self._takes(episode):
            self._check_may(actor, take.room_id)
            if take.pruned_at is not None:
                raise Conflict(
                    "The raw voices of this recording were deleted.", reason="recording.pruned"
                )
        return episode

    async def known(self, actor: Account) -> Sequence[Episode]:
        """Return the clips that somebody made, or has a hand in, the newest first."""
        whose = None if self._shelf.sees_all(actor) else actor.id
        return await self._salon.db.read(lambda c: episodes.clips(c, whose))

    async def take_back(self, actor: Account, clip_id: int) -> None:
        """Take a clip from its page. Raises NotFound, also for a clip of somebody else."""
        if clip_id not in {clip.id for clip in await self.known(actor)}:
            raise NotFound("There is no such clip.", reason="recording.no_clip")
        await self._studio.withdraw(clip_id)

    async def take_ended(self, take: Take) -> None:
        """Make the clips of a recording that has ended."""
        for clip in await self._salon.db.read(lambda c: episodes.of_take(c, take.id)):
            if clip.is_clip and clip.status is EpisodeStatus.MAKING:
                await self._making.enqueue(clip)

    async def _takes(self, episode: Episode) -> Sequence[Take]:
        found = await self._salon.db.read(lambda c: takes.some(c, episode.take_ids))
        return list(found.values())

    def _new(self, actor: Account, title: str, show_id: int) -> Episode:
        now = self._salon.clock.now()
        return Episode(
            id=self._salon.new_id(),
            guid=str(uuid.uuid4()),
            slug="",
            show_id=show_id,
            made_by=actor.id,
            edited_by=actor.id,
            revision=1,
            title=title,
            notes="",
            created_at=now,
            changed_at=now,
            published_at=now,  # as soon as it is made and everybody in it has said yes
            is_clip=True,
        )

    async def _add(self, clip: Episode, released: Sequence[Release]) -> Episode:
        since = self._salon.clock.now() - timedelta(hours=1)
        own = replace(clip, releases=tuple(released)).yes_of(clip.made_by or 0)
        others = [one for one in released if one.account_id != clip.made_by]

        def add(tx: Transaction) -> Episode:
            _check_number(tx, clip, since_ms=takes.to_ms(since))
            slug = episodes.free_slug(tx.connection, clip.title, clip.id)
            made_of = clip.segments if clip.clip_of is None else settled(tx, clip.segments)
            written = replace(clip, slug=slug, segments=made_of, releases=(*others, own))
            episodes.add(tx, written)
            for said in written.releases:
                releases.put(tx, clip.id, said)
            return written

        return await self._salon.db.write(add)

    def _check_may(self, actor: Account, room_id: int) -> None:
        is_there = self._salon.rooms.get(room_id) is not None
        if not self._salon.accounts.may(actor, CLIP, room_id if is_there else None):
            raise Denied("You may not make clips here.", reason="no_permission", permission=CLIP)


def _check_length(length_ms: int) -> None:
    if not SHORTEST_MS <= length_ms <= LONGEST_MS:
        raise Invalid(
            "A clip has between 1 and 90 seconds.",
            field="last_s",
            reason="recording.clip_length",
            most=LONGEST_MS // 1_000,
        )


def _check_number(tx: Transaction, clip: Episode, *, since_ms: int) -> None:
    for take_id in take_ids(clip.segments):
        made = sum(one.is_clip for one in episodes.of_take(tx.connection, take_id))
        if made >= PER_TAKE_MAX:
            raise Conflict(
                f"A recording has at most {PER_TAKE_MAX} clips.",
                reason="recording.clips_full",
                most=PER_TAKE_MAX,
            )
    if episodes.clips_since(tx.connection, clip.made_by or 0, since_ms) >= PER_HOUR_MAX:
        raise TooMany(
            f"You have made {PER_HOUR_MAX} clips in an hour.",
            retry_after_s=3_600,
            reason="recording.clips_many",
        )
