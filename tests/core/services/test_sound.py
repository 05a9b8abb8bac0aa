"""What a plugin hears and says in a room, and what becomes of one that stands still or fails."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiortc import VideoStreamTrack
from tests.core.relay.test_tracks import RATE_HZ, Track, frame, played, sine, tone_file

from salon.plugin import (
    Account,
    Conflict,
    Invalid,
    NotFound,
    Plugin,
    RoomLevels,
    Salon,
    SampleBlock,
)
from salon.services import sound
from salon.services.facade import Facade
from salon.testing import Person, Server

TONE_HZ = 440.0
WITHIN_S = 10.0


class Ears(Plugin[Any]):
    """A plugin that hears; its sinks are the test's."""

    name = "ears"


pytestmark = pytest.mark.plugin.with_args(Ears)


@pytest.fixture
def salon(server: Server) -> Salon:
    """The server as the plugin sees it."""
    return Facade("ears", server.app.services)


class Meter:
    """A sink of levels; waits at a gate, fails when told to."""

    def __init__(self) -> None:
        self.told: list[RoomLevels] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.fault: Exception | None = None
        self._came = asyncio.Event()

    async def receive(self, levels: Sequence[RoomLevels]) -> None:
        self.told += levels
        self._came.set()
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault

    async def until_told_of(self, account_id: str) -> int:
        """Return the first level of somebody that is told from now on."""
        self.told.clear()
        async with asyncio.timeout(WITHIN_S):
            while True:
                for levels in self.told:
                    if int(account_id) in levels.levels_dbov:
                        return levels.levels_dbov[int(account_id)]
                self._came.clear()
                await self._came.wait()


async def speaks(person: Person) -> int:
    """Let somebody talk in the kitchen; return the room."""
    await person.join("Kitchen table")
    assert person.voice is not None
    await person.command("voice.set", room=person.voice.room_id, muted=False)
    person.voice.talk(TONE_HZ)
    return int(person.voice.room_id)


async def test_a_plugin_is_told_how_loud_who_is(salon: Salon, owner: Person, alice: Person) -> None:
    meter = Meter()
    watch = await salon.rooms.watch_levels(int(owner.room("Kitchen table")), meter)
    await speaks(alice)
    assert -30 < await meter.until_told_of(alice.id) <= 0
    await watch.close()
    await watch.close()
    assert watch.dropped_packets == 0


async def test_who_reads_no_levels_loses_its_own_and_another_plugin_none(
    salon: Salon, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound, "LEVELS_WAITING", 1)
    room_id = int(owner.room("Kitchen table"))
    stuck, brisk = Meter(), Meter()
    stuck.gate.clear()
    slow = await salon.rooms.watch_levels(room_id, stuck)
    quick = await salon.rooms.watch_levels(room_id, brisk)
    await speaks(alice)
    async with asyncio.timeout(WITHIN_S):
        while not slow.dropped_packets:
            await brisk.until_told_of(alice.id)
    assert quick.dropped_packets == 0
    stuck.gate.set()
    await slow.close()
    await brisk.until_told_of(alice.id)
    await quick.close()


async def test_a_sink_that_fails_costs_nobody_else_a_level(
    server: Server, salon: Salon, owner: Person, alice: Person
) -> None:
    room_id = int(owner.room("Kitchen table"))
    faulty, sound_one = Meter(), Meter()
    faulty.fault = ValueError("no meter")
    await salon.rooms.watch_levels(room_id, faulty)
    await salon.rooms.watch_levels(room_id, sound_one)
    await speaks(alice)
    await sound_one.until_told_of(alice.id)
    await sound_one.until_told_of(alice.id)
    assert len(faulty.told) == 1
    (status,) = server.app.host.statuses()
    assert status.faults == 1


async def test_levels_of_no_room_and_too_many_sinks_are_refused(
    salon: Salon, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound, "SINKS_OF_LEVELS", 1)
    with pytest.raises(NotFound):
        await salon.rooms.watch_levels(7, Meter())
    room_id = int(owner.room("Kitchen table"))
    watch = await salon.rooms.watch_levels(room_id, Meter())
    with pytest.raises(Conflict):
        await salon.rooms.watch_levels(room_id, Meter())
    await watch.close()
    await (await salon.rooms.watch_levels(room_id, Meter())).close()


class Samples:
    """A sink of samples."""

    def __init__(self) -> None:
        self.blocks: list[SampleBlock] = []
        self.came = asyncio.Event()

    async def receive(self, blocks: Sequence[SampleBlock]) -> None:
        self.blocks += blocks
        self.came.set()


async def test_a_plugin_gets_the_samples_of_whom_it_asks_for(
    salon: Salon, owner: Person, alice: Person, bob: Person
) -> None:
    sink, room_id = Samples(), int(owner.room("Kitchen table"))
    attachment = await salon.rooms.attach_samples(room_id, sink, account_ids=[int(bob.id)])
    await speaks(alice)
    await speaks(bob)
    async with asyncio.timeout(WITHIN_S):
        await sink.came.wait()
    await attachment.close()
    assert {block.voice.owner for block in sink.blocks} == {bob.id}
    assert {block.rate_hz for block in sink.blocks} == {16_000}


async def test_a_room_rests_again_when_the_last_sink_has_gone(
    server: Server, salon: Salon, owner: Person
) -> None:
    room_id = int(owner.room("Kitchen table"))
    watch = await salon.rooms.watch_levels(room_id, Meter())
    assert server.app.services.relay.counters()["rooms"] == 1
    await watch.close()
    assert server.app.services.relay.counters()["rooms"] == 0


def account(salon: Salon, person: Person) -> Account:
    found = salon.accounts.get(int(person.id))
    assert found is not None
    return found


async def test_a_file_that_a_plugin_plays_is_heard_as_the_account_it_names(
    salon: Salon, owner: Person, alice: Person, tmp_path: Path
) -> None:
    await alice.join("Kitchen table")
    assert alice.voice is not None
    file = await asyncio.to_thread(tone_file, tmp_path / "song.wav", int(TONE_HZ), 0.8)
    room_id = int(alice.voice.room_id)
    playing = await salon.rooms.play(room_id, played(file), as_account=account(salon, owner))
    assert owner.id in (await alice.expect("speaking.changed"))["account_ids"]
    assert await alice.voice.hears(TONE_HZ)
    await playing.ended()
    await alice.expect("speaking.changed", account_ids=[])


async def test_a_track_that_breaks_is_told_to_its_plugin_and_counted_as_its_fault(
    server: Server, salon: Salon, owner: Person
) -> None:
    track = Track([frame(sine(TONE_HZ, 960))], OSError("the disk is gone"))
    room_id = int(owner.room("Kitchen table"))
    playing = await salon.rooms.play(room_id, track, as_account=account(salon, owner))
    with pytest.raises(OSError, match="the disk is gone"):
        await playing.ended()
    await server.settled()
    (status,) = server.app.host.statuses()
    assert status.faults == 1


async def test_tracks_that_cannot_be_played_are_refused(
    salon: Salon, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound, "TRACKS_MAX", 1)
    room_id, who = int(owner.room("Kitchen table")), account(salon, owner)
    with pytest.raises(Invalid, match="video"):
        await salon.rooms.play(room_id, VideoStreamTrack(), as_account=who)
    with pytest.raises(NotFound):
        await salon.rooms.play(7, Track([]), as_account=who)
    long = await salon.rooms.play(
        room_id, Track([frame(sine(TONE_HZ, RATE_HZ))]), as_account=who, music=True
    )
    with pytest.raises(Conflict, match="at most 1 track"):
        await salon.rooms.play(room_id, Track([]), as_account=who)
    await long.close()
    await (await salon.rooms.play(room_id, Track([]), as_account=who)).ended()
