"""The feed of a show of a thousand episodes: what a program that asks for it costs, by what it has.

For `recording`: `from _feed import measure_feed`. The episodes are written into the tables while
the server runs, before anybody asks; it writes the feed at the first request and keeps it. Requests
come one after the other over one connection, and the CPU is that of the server's process, its
threads with it. What everything else is measured against is the same server's style sheet of the
public pages: the least that a request of a plugin costs.
"""

import itertools
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
from _figures import Figure, at_most, figure, note, publish, scaled
from _server import busy_s, scratch, serving
from sqlalchemy import Connection, create_engine

from salon.plugin import Transaction
from salon_recording import episodes, releases, takes
from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.programmes import shows
from salon_recording.releases import Answer, Release
from salon_recording.segments import Segment
from salon_recording.takes import Reason, Take, TakeStatus

EPISODES = 1_000
REQUESTS = 1_000
HOUR_MS = 3_600_000
FEED, PLAIN = "/shows/episodes/feed.xml", "/p/recording/page.css"
NOTES = "What was said about the lift, the stairs and the key. See https://example.org/notes.\n\n"
FIRST_LIMIT_MS, PACKED_LIMIT_KB = 1_000.0, 300.0


@dataclass(frozen=True, slots=True)
class _Filling:
    """What the plugin's writing functions are handed, outside of the server."""

    connection: Connection
    now: datetime
    ids: "itertools.count[int]"

    def new_id(self) -> int:
        return next(self.ids)


def fill(database: Path, account_id: int, count: int) -> None:
    """Write so many episodes with chapters and two voices, one a day, into the first show."""
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        (show, *_) = shows.everything(connection)
        ids = itertools.count(1_000_000)
        for day in range(count):
            now = datetime(2023, 1, 1, 20, tzinfo=UTC) + timedelta(days=day)
            tx = cast("Transaction", _Filling(connection, now, ids))
            take = _take(tx, account_id)
            takes.add(tx, take)
            takes.end(tx, take)
            episode = _episode(tx, show.id, take, day)
            episodes.add(tx, episode)
            releases.put(tx, episode.id, Release(account_id, Answer.YES, episode.parts))
    engine.dispose()


def _take(tx: Transaction, account_id: int) -> Take:
    return Take(
        id=tx.new_id(),
        room_id=1,
        room_name="Kitchen",
        started_by=account_id,
        status=TakeStatus.CAPTURED,
        begun_at=tx.now,
        ended_at=tx.now + timedelta(milliseconds=HOUR_MS),
        reason=Reason.STOPPED,
        duration_ms=HOUR_MS,
        lost_packets=0,
        pruned_at=None,
        voice_ids=(account_id,),
    )


def _episode(tx: Transaction, show_id: int, take: Take, number: int) -> Episode:
    chapters = tuple((at * 600_000, f"Part {at + 1}") for at in range(6))
    return Episode(
        id=tx.new_id(),
        guid=str(uuid.UUID(int=number)),
        slug=f"night-{number}",
        show_id=show_id,
        made_by=take.started_by,
        revision=1,
        title=f"The night number {number}",
        notes=NOTES * 5,
        created_at=tx.now,
        changed_at=tx.now,
        published_at=tx.now,
        segments=(Segment(take.id, end_ms=HOUR_MS, chapters=chapters),),
        voices=((take.id, take.voice_ids),),
        status=EpisodeStatus.READY,
        bars=(50,) * 100,
        file=f"{number}.mp3",
        size_bytes=57_600_000,
        duration_ms=HOUR_MS,
    )


async def measure_feed() -> Sequence[Figure]:
    """Measure the first request, and the CPU of one when the program has the feed, and has not."""
    count, requests = scaled(EPISODES, least=10), scaled(REQUESTS, least=50)
    async with (
        scratch() as folder,
        serving(folder) as (server, owner),
        aiohttp.ClientSession(server.url, auto_decompress=False) as web,
    ):
        await owner.command("recording.switch", enabled=True)
        fill(server.directory / "data" / "salon.db", int(owner.id), count)
        note(f"{count} episodes are in the tables")
        pid = server.process.pid
        before_s, begun_s = busy_s(pid), time.perf_counter()
        headers, size = await _asked(web, FEED)
        first_ms = (time.perf_counter() - begun_s) * 1_000
        written_ms = (busy_s(pid) - before_s) * 1_000
        note(f"the first request: {first_ms:.0f} ms, {written_ms:.0f} ms of CPU, {size} bytes")
        asked: Mapping[str, tuple[str, dict[str, str]]] = {
            "plain": (PLAIN, {}),
            "whole": (FEED, {}),
            "tag": (FEED, {"If-None-Match": headers["ETag"]}),
            "date": (FEED, {"If-Modified-Since": headers["Last-Modified"]}),
        }
        cost_ms: dict[str, float] = {}
        for name, (path, told) in asked.items():
            before_s = busy_s(pid)
            for _ in range(requests):
                await _asked(web, path, **told)
            cost_ms[name] = (busy_s(pid) - before_s) / requests * 1_000
            note(f"{name}: {cost_ms[name]:.3f} ms of CPU")
    of = f"feed of {count:,} episodes"
    plain = ("a request for a style sheet", cost_ms["plain"])
    return [
        figure(f"{of}, the first request", first_ms, "ms", ("limit", FIRST_LIMIT_MS), at_most(1)),
        figure(f"{of}, packed", size / 1_000, "kB", ("limit", PACKED_LIMIT_KB), at_most(1)),
        figure(f"{of}, CPU of a whole one", cost_ms["whole"], "ms", plain, at_most(3)),
        figure(f"{of}, CPU where the tag is known", cost_ms["tag"], "ms", plain, at_most(2)),
        figure(f"{of}, CPU where the date is known", cost_ms["date"], "ms", plain, at_most(2)),
    ]


async def _asked(web: aiohttp.ClientSession, path: str, **headers: str) -> tuple[Any, int]:
    told = {"Accept-Encoding": "gzip"} | headers
    async with web.get(path, headers=told) as answer:
        assert answer.status in {200, 304}, answer.status
        return answer.headers, len(await answer.read())


if __name__ == "__main__":
    publish("feed", measure_feed)
