"""Episodes that are there without having been recorded, for tests of what becomes of them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from salon.plugin import Salon, Transaction
from salon.services.facade import Facade
from salon.testing.person import Person
from salon.testing.server import Server
from salon_recording import episodes, releases, takes
from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.programmes import shows
from salon_recording.releases import Answer, Release
from salon_recording.segments import Segment
from salon_recording.takes import Reason, Take, TakeStatus

SOUND = b"\xff\xfb\x90\xc4" + bytes(range(256)) * 40  # begins as an MP3 does
LONG_MS = 60_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """Puts episodes on the shelf of a server, as the studio does."""

    server: Server

    @property
    def salon(self) -> Salon:
        return Facade("recording", self.server.app.services)

    async def put(
        self,
        *speakers: Person,
        title: str = "The lift",
        show: str = "episodes",
        led_by: Sequence[Person] = (),
        chapters: Sequence[tuple[int, str]] = (),
        room_id: str = "1",
        **fields: Any,
    ) -> Episode:
        """Publish an episode in which some are heard, who have said yes to it."""
        ids = tuple(int(person.id) for person in speakers)
        hosts = frozenset(int(person.id) for person in led_by)

        def write(tx: Transaction) -> Episode:
            take = self._take(tx, int(room_id), ids, hosts)
            takes.add(tx, take)
            takes.end(tx, take)
            of = shows.by_slug(tx.connection, show)
            assert of is not None
            made = self._episode(tx, take.id, ids, title, tuple(chapters)) | {
                "show_id": of.id,
                "for_members": of.for_members,
            }
            episode = Episode(**made | fields)
            episodes.add(tx, episode)
            for id_ in ids:
                releases.put(tx, episode.id, Release(id_, Answer.YES, episode.parts))
            return episode

        episode = await self.salon.db.write(write)
        folder = self.salon.data_directory / "episodes"
        folder.mkdir(parents=True, exist_ok=True)
        sound = folder / str(episode.file)
        for suffix in ("mp3", *(suffix for suffix, _ in episode.formats)):
            sound.with_suffix(f".{suffix}").write_bytes(SOUND)
        return episode

    @staticmethod
    def _take(tx: Transaction, room_id: int, ids: tuple[int, ...], hosts: frozenset[int]) -> Take:
        return Take(
            id=tx.new_id(),
            room_id=room_id,
            room_name="Kitchen",
            started_by=ids[0] if ids else None,
            status=TakeStatus.CAPTURED,
            begun_at=tx.now - timedelta(milliseconds=LONG_MS),
            ended_at=tx.now,
            reason=Reason.STOPPED,
            duration_ms=LONG_MS,
            lost_packets=0,
            pruned_at=None,
            voice_ids=ids,
            host_ids=hosts,
        )

    @staticmethod
    def _episode(
        tx: Transaction,
        take_id: int,
        ids: tuple[int, ...],
        title: str,
        chapters: tuple[tuple[int, str], ...],
    ) -> dict[str, Any]:
        id_ = tx.new_id()
        return {
            "id": id_,
            "guid": str(uuid.uuid4()),
            "slug": episodes.free_slug(tx.connection, title, id_),
            "made_by": ids[0] if ids else None,
            "revision": 1,
            "title": title,
            "notes": "",
            "created_at": tx.now,
            "changed_at": tx.now,
            "published_at": tx.now,
            "segments": (Segment(take_id, start_ms=0, end_ms=LONG_MS, chapters=chapters),),
            "voices": ((take_id, ids),),
            "status": EpisodeStatus.READY,
            "file": f"{id_}.mp3",
            "size_bytes": len(SOUND),
            "duration_ms": LONG_MS,
        }
