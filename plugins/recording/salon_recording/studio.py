"""From takes to episodes: order, publish, withdraw, take voices out, prune."""

import asyncio
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from salon.plugin import Account, Conflict, Invalid, NotFound, Salon, Transaction
from salon_recording import consents, episodes, marks, releases, takes
from salon_recording.capture import voice_path
from salon_recording.consents import Said
from salon_recording.editor import edits
from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.failure import Failure
from salon_recording.feeds import address_rows
from salon_recording.making import Making
from salon_recording.parts import are_within
from salon_recording.programmes import pieces, shows
from salon_recording.programmes.programming import Programming
from salon_recording.recorder import Recorder
from salon_recording.segments import Segment, length_ms, take_ids
from salon_recording.shelf import Shelf
from salon_recording.takes import Take
from salon_recording.transcript import tables as transcripts
from salon_recording.transcript.transcribing import Transcribing

SHORTEST_MS = 1_000
SEGMENTS_MAX = 100
EPISODES_PER_TAKE_MAX = 100


@dataclass(frozen=True, slots=True)
class Outline:
    """What somebody wants an episode to be. Without a show it stays in its own, or the oldest."""

    title: str
    notes: str
    segments: tuple[Segment, ...]
    show_id: int | None = None


class Studio:
    """Changes what episodes are; the shelf finds them, and making makes them."""

    def __init__(
        self,
        salon: Salon,
        recorder: Recorder,
        shelf: Shelf,
        making: Making,
        programming: Programming,
        transcribing: Transcribing,
    ) -> None:
        self._salon = salon
        self._recorder = recorder
        self._shelf = shelf
        self._making = making
        self._programming = programming
        self._transcribing = transcribing

    async def order(self, outline: Outline, *, actor: Account) -> Episode:
        """Make a new episode. Raises NotFound, Invalid, Conflict.

        Who orders it says yes for their own voice by it.
        """
        show = await self._programming.show_or_first(outline.show_id)
        await self.check(actor, outline.segments)
        check_length(outline.segments)
        episode_id, now = self._salon.new_id(), self._salon.clock.now()

        def add(tx: Transaction) -> Episode:
            for take_id in take_ids(outline.segments):
                made = episodes.of_take(tx.connection, take_id)
                if sum(not one.is_clip for one in made) >= EPISODES_PER_TAKE_MAX:
                    raise Conflict(
                        f"A recording has at most {EPISODES_PER_TAKE_MAX} episodes.",
                        reason="recording.episodes_full",
                        most=EPISODES_PER_TAKE_MAX,
                    )
            episode = Episode(
                id=episode_id,
                guid=str(uuid.uuid4()),
                slug=episodes.free_slug(tx.connection, outline.title, episode_id),
                show_id=show.id,
                for_members=show.for_members,
                made_by=actor.id,
                edited_by=actor.id,
                revision=1,
                title=outline.title,
                notes=outline.notes,
                segments=settled(tx, _filled(outline.segments)),
                created_at=now,
                changed_at=now,
            )
            episodes.add(tx, episode)
            releases.put(tx, episode.id, episode.yes_of(actor.id))
            return episode

        episode = await self._salon.db.write(add)
        await self._make(episode)
        return episode

    async def order_again(
        self, episode_id: int, outline: Outline, *, revision: int, actor: Account
    ) -> Episode:
        """Make an episode anew; its address and guid stay. Raises NotFound, Invalid, Conflict.

        `revision` is the one that was looked at: who changed it since is not overwritten. Others
        than who orders it are asked about what is added.
        """
        episode = await self._shelf.episode(episode_id)
        show = await self._programming.show(outline.show_id or episode.show_id)
        await self.check(actor, outline.segments, episode)
        check_length(outline.segments)

        def ordered(tx: Transaction, it: Episode) -> Episode:
            self.check_revision(it, revision)
            wanted = replace(
                it,
                show_id=show.id,
                for_members=show.for_members,
                edited_by=actor.id,
                title=outline.title,
                notes=outline.notes,
                segments=_filled(outline.segments),
            )
            if it.status is EpisodeStatus.DRAFT and it.title != outline.title:
                # nobody knows its address yet
                slug = episodes.free_slug(tx.connection, outline.title, it.id)
                wanted = replace(wanted, slug=slug)
            if it.for_members and not show.for_members:  # a yes to members is none to everybody
                releases.forget_episode(tx, it.id)
            releases.put(tx, it.id, wanted.yes_of(actor.id))
            return anew(tx, wanted)

        return await self.change(episode_id, ordered)

    def check_revision(self, episode: Episode, revision: int) -> None:
        if episode.revision != revision:
            names = self._shelf.names_of([] if episode.edited_by is None else [episode.edited_by])
            raise Conflict(
                "This episode was changed meanwhile.",
                reason="recording.edited_meanwhile",
                names=", ".join(names),
                revision=episode.revision,
            )

    async def withdraw(self, episode_id: int) -> Episode:
        """Take an episode back from its page and the feed; it can be published again."""
        now = self._salon.clock.now()
        return await self.change(episode_id, lambda _tx, it: replace(it, withdrawn_at=now))

    async def take_voice_out(self, account_id: int, take_id: int) -> None:
        """Delete a voice from a take and from every episode of it, at once.

        Episodes in which it is heard are hidden now and come back without it; where nobody else is
        heard, or the raw voices are gone, they stay withdrawn. Can be called twice.
        """
        if self._recorder.running(take_id):
            await self._recorder.forget_voice(account_id, take_id)
        path = voice_path(self._recorder.directory_of(take_id), account_id)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        now, is_running = self._salon.clock.now(), self._recorder.running(take_id)

        def take_out(tx: Transaction) -> list[tuple[Episode, Episode]]:  # all of it or nothing
            takes.remove_voice(tx, take_id, account_id)
            consents.note(tx, take_id, account_id, Said.REMOVED)
            transcripts.remove_voice(tx, take_id, account_id)
            changed = [
                (before, remade(tx, before, now))
                for before in episodes.of_take(tx.connection, take_id)
                if not is_running  # what waits for its end is made of what is then left
                and (
                    before.status is not EpisodeStatus.READY
                    or _is_heard(before, take_id, account_id)
                )
            ]
            for _, after in changed:
                episodes.put(tx, after)
            return changed

        for before, after in await self._salon.db.write(take_out):
            await self._changed(before, after)

    async def forget_account(self, account_id: int) -> None:
        """Delete everything about somebody: voices, answers, names. Can be called twice."""
        await self._recorder.forget_voice(account_id)
        await self._recorder.erase_from_journals(account_id)
        for take_id in await self._salon.db.read(lambda c: takes.ids_with_voice(c, account_id)):
            await self.take_voice_out(account_id, take_id)

        def forget(tx: Transaction) -> None:
            tables = (
                takes, episodes, marks, releases, shows, pieces, transcripts, address_rows, edits
            )  # fmt: skip
            for table in tables:
                table.forget_account(tx, account_id)

        await self._salon.db.write(forget)

    async def change(
        self, episode_id: int, change: Callable[[Transaction, Episode], Episode]
    ) -> Episode:
        """Change an episode as it is at that moment. Raises NotFound, and what `change` raises."""

        def put(tx: Transaction) -> tuple[Episode, Episode]:
            before = episodes.get(tx.connection, episode_id)
            if before is None:
                raise NotFound("There is no such episode.", reason="recording.no_episode")
            after = change(tx, before)
            episodes.put(tx, after)
            return before, after

        before, after = await self._salon.db.write(put)
        await self._changed(before, after)
        return after

    async def _make(self, episode: Episode) -> None:
        """Have an episode made, and what is said in it written down."""
        await self._making.enqueue(episode)
        await self._transcribing.wanted(episode.take_ids)

    async def stop_making(self, episode_id: int) -> Episode:
        """End the making of an episode, so that it can be edited. Raises NotFound, Conflict."""

        def stop(_tx: Transaction, it: Episode) -> Episode:
            if it.status is not EpisodeStatus.MAKING:
                raise Conflict("This episode is not being made.", reason="recording.not_making")
            status, failure = EpisodeStatus.FAILED, Failure.STOPPED
            return replace(it, revision=it.revision + 1, status=status, failure=failure)

        return await self.change(episode_id, stop)

    async def make_again(self, episode_id: int) -> Episode:
        """Make an episode that could not be made; what is done of it is kept.

        Raises NotFound, Conflict.
        """

        def again(tx: Transaction, it: Episode) -> Episode:
            if it.status is not EpisodeStatus.FAILED or not can_be_made(tx, it):
                raise Conflict("This episode cannot be made again.", reason="recording.not_again")
            return replace(it, status=EpisodeStatus.MAKING, failure=None)

        return await self.change(episode_id, again)

    async def _changed(self, before: Episode, after: Episode) -> None:
        """Let the world follow what the table says of an episode."""
        is_new = after.revision != before.revision
        if is_new and after.file is None:
            await self._making.drop(before)
        await self._shelf.tell(after)
        is_wanted = after.status is EpisodeStatus.MAKING
        if is_wanted and (is_new or before.status is not EpisodeStatus.MAKING):
            await self._make(after)

    async def check(
        self, actor: Account, segments: Sequence[Segment], before: Episode | None = None
    ) -> None:
        """Refuse what cannot be made, and what is not the actor's to take.

        What is in the episode already may be moved, shortened and left out by everybody who has a
        hand in it; more of a take is added only by who may hear its voices.
        """
        found = await self._salon.db.read(lambda c: takes.some(c, take_ids(segments)))
        piece_ids = {one.piece_id for one in segments if one.piece_id is not None}
        brought = await self._salon.db.read(lambda c: pieces.some(c, piece_ids))
        held = {} if before is None else before.parts
        for number, segment in enumerate(segments):
            if segment.piece_id is not None:
                piece = brought.get(segment.piece_id)
                if piece is None:
                    raise NotFound("There is no such piece.", reason="recording.no_piece")
                _check_window(segment, number, piece.duration_ms)
            if segment.take_id is None:
                continue
            take = found.get(segment.take_id)
            if take is None or not (
                self._shelf.may_use(actor, take) or are_within(segment.parts, held.get(take.id, ()))
            ):
                raise NotFound("There is no such recording.", reason="recording.no_recording")
            self._check_take(take)
            _check_window(segment, number, take.duration_ms)

    def _check_take(self, take: Take) -> None:
        if self._recorder.running(take.id):
            raise Conflict("This recording is still running.", reason="recording.still_running")
        if take.pruned_at is not None:
            raise Conflict(
                "The raw voices of this recording were deleted.", reason="recording.pruned"
            )
        if not take.voice_ids:
            raise Conflict(
                "Nobody's voice was kept in this recording.", reason="recording.no_voices"
            )


def check_length(segments: Sequence[Segment]) -> None:
    """Refuse an episode of nothing. Raises Invalid."""
    if length_ms(segments) < SHORTEST_MS:
        raise Invalid(
            "An episode is at least a second long.",
            field="segments",
            reason="recording.end_early",
        )


def _check_window(segment: Segment, number: int, duration_ms: int) -> None:
    if segment.end_ms > duration_ms + SHORTEST_MS:
        raise Invalid(
            "The end lies after the end of the recording.",
            field="end_s",
            segment=number,
            reason="recording.end_late",
        )
    if not segment.parts:
        raise Invalid(
            "The end has to be after the beginning.",
            field="end_s",
            segment=number,
            reason="recording.end_early",
        )
    for at_ms, _ in segment.chapters:
        if not segment.start_ms <= at_ms < segment.end_ms:
            raise Invalid(
                "A chapter lies outside of the chosen part.",
                field="chapters",
                segment=number,
                reason="recording.chapter_out",
            )


def _is_heard(episode: Episode, take_id: int, account_id: int) -> bool:
    return any(of == take_id and account_id in heard for of, heard in episode.voices)


def settled(
    tx: Transaction, segments: Sequence[Segment], left_out: Collection[int] = ()
) -> tuple[Segment, ...]:
    """Return segments that know whether anybody's voice is left in their takes."""
    found = takes.some(tx.connection, take_ids(segments))
    heard = {id_ for id_, take in found.items() if set(take.voice_ids) - set(left_out)}
    return tuple(
        replace(one, is_silent=one.take_id is not None and one.take_id not in heard)
        for one in segments
    )


def _filled(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return what there is to hear of: places that are still empty are left out."""
    return tuple(one for one in segments if not one.is_empty)


def can_be_made(tx: Transaction, episode: Episode) -> bool:
    """Whether all that would be played is there, and somebody is heard where anybody was to be."""
    segments = settled(tx, episode.segments, episode.left_out)
    played = {one.take_id for one in segments if one.take_id is not None and not one.is_silent}
    found = takes.some(tx.connection, played)
    is_there = all(found[take_id].pruned_at is None for take_id in played)
    return is_there and (bool(played) or not episode.take_ids)


def anew(tx: Transaction, episode: Episode) -> Episode:
    """Return an episode hidden until it is made again."""
    return replace(
        episode,
        revision=episode.revision + 1,
        status=EpisodeStatus.MAKING,
        failure=None,
        file=None,
        voices=(),
        segments=settled(tx, episode.segments, episode.left_out),
    )


def revised(tx: Transaction, episode: Episode) -> Episode:
    """Return a draft that somebody changed."""
    found = settled(tx, episode.segments, episode.left_out)
    return replace(episode, revision=episode.revision + 1, segments=found)


def remade(tx: Transaction, episode: Episode, now: datetime) -> Episode:
    """Return an episode after a voice left it: to be made again, or withdrawn where that cannot be.

    One that is still gathered only knows of it.
    """
    if episode.status is EpisodeStatus.DRAFT:
        return replace(episode, segments=settled(tx, episode.segments, episode.left_out))
    if can_be_made(tx, episode):
        return anew(tx, episode)
    return replace(
        anew(tx, episode),
        status=EpisodeStatus.FAILED,
        failure=Failure.TAKEN_OUT,
        withdrawn_at=episode.withdrawn_at or now,
    )
