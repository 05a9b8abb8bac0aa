"""Recordings and episodes that are simply there, with what was said in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from salon.testing import Person, Server
from salon_recording import episodes, releases, takes
from salon_recording.capture import voice_path
from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.parts import Part
from salon_recording.programmes import shows
from salon_recording.releases import Answer, Release
from salon_recording.segments import Segment
from salon_recording.takes import Reason, Take, TakeStatus
from salon_recording.transcript import tables
from salon_recording.transcript.passages import Word
from salon_recording.transcript.tables import Status, Transcript

LENGTH_MS = 20 * 60_000
EACH_MS = 2_000  # of a line, in whose first second its words are said
SAID_MS = 1_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """Puts rows into the plugin's tables as its own code does, without a room or a voice."""

    server: Server
    owner: Person

    @property
    def folder(self) -> Path:
        return self.server.directory / "data" / "plugin-data" / "recording"

    def voice(self, take_id: str, person: Person) -> Path:
        """Return where a voice's file belongs; its folder is there."""
        directory = self.folder / "takes" / take_id
        directory.mkdir(parents=True, exist_ok=True)
        return voice_path(directory, int(person.id))

    async def let_record(self, person: Person) -> None:
        """Give somebody the role of hosts."""
        held = next(r for r in self.owner.snapshot["roles"] if "room.manage" in r["permissions"])
        await self.owner.command("account.roles", account=person.id, role_ids=[held["id"]])
        await person.expect("access.changed")

    async def take(self, starter: Person, *others: Person) -> str:
        """Put a recording there that somebody made, in which they and others are heard."""
        now = self.server.clock.now()
        voices = tuple(int(person.id) for person in (starter, *others))

        def put(tx: Any) -> int:
            take = Take(
                id=tx.new_id(),
                room_id=1,
                room_name="Kitchen",
                started_by=int(starter.id),
                status=TakeStatus.CAPTURED,
                begun_at=now,
                ended_at=now + timedelta(milliseconds=LENGTH_MS),
                reason=Reason.STOPPED,
                duration_ms=LENGTH_MS,
                lost_packets=0,
                pruned_at=None,
                voice_ids=voices,
            )
            takes.add(tx, take)
            takes.end(tx, take)
            return take.id

        return str(await self.write_rows(put))

    async def write(self, take_id: str, person: Person, *lines: str) -> None:
        """Let somebody say a line, or nothing, every two seconds, as a recogniser heard it."""
        ready = Transcript(int(take_id), int(person.id), Status.READY, language="en")
        said = [_words(line, at * EACH_MS) for at, line in enumerate(lines) if line]
        await self.write_rows(lambda tx: tables.write(tx, ready, said))

    async def episode(self, take_id: str, *heard: Person, cuts: Sequence[Part] = ()) -> str:
        """Put a published episode of all of a recording there; return its address's name."""
        now = self.server.clock.now()
        whole = {int(take_id): ((0, LENGTH_MS),)}

        def put(tx: Any) -> str:
            episode_id = tx.new_id()
            for person in heard:
                releases.put(tx, episode_id, Release(int(person.id), Answer.YES, whole))
            episode = Episode(
                id=episode_id,
                guid=str(episode_id),
                slug=f"lift-{episode_id}",
                show_id=shows.everything(tx.connection)[0].id,
                made_by=int(heard[0].id),
                revision=1,
                title="The lift",
                notes="",
                created_at=now,
                changed_at=now,
                segments=(
                    Segment(take_id=int(take_id), start_ms=0, end_ms=LENGTH_MS, cuts=tuple(cuts)),
                ),
                status=EpisodeStatus.READY,
                voices=((int(take_id), tuple(int(person.id) for person in heard)),),
                file=f"{episode_id}-1.mp3",
                duration_ms=LENGTH_MS,
                published_at=now,
            )
            episodes.add(tx, episode)
            return episode.slug

        slug: str = await self.write_rows(put)
        return slug

    async def withdraw(self, slug: str) -> None:
        """Take an episode back."""

        def put(tx: Any) -> None:
            found = episodes.by_slug(tx.connection, slug)
            assert found is not None
            episodes.put(tx, replace(found, withdrawn_at=tx.now))

        await self.write_rows(put)

    async def write_rows(self, put: Callable[[Any], Any]) -> Any:
        return await self.server.app.store.write(put)


def _words(line: str, start_ms: int) -> tuple[Word, ...]:
    words = line.split()
    each = SAID_MS // len(words)
    return tuple(
        Word(start_ms + at * each, start_ms + (at + 1) * each, word)
        for at, word in enumerate(words)
    )
