"""Rooms that open and close by the calendar, on a real server whose clock is pushed."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.sports_rooms.calendar_text import calendar, entry

from salon.testing import Person, Server
from salon_sports_rooms.plugin import SportsRoomsPlugin

pytestmark = pytest.mark.plugin.with_args(SportsRoomsPlugin, calendars=["league.ics"])

Look = Callable[[], Awaitable[list[str]]]


@pytest.fixture
def league(server: Server) -> Path:
    """The calendar file, which is not there yet."""
    folder = server.directory / "data" / "plugin-data" / "sports_rooms"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "league.ics"


@pytest.fixture
def look(server: Server) -> Look:
    """Look at the calendar now, and name the rooms of matches afterwards."""

    async def look() -> list[str]:
        await server.app.services.jobs.enqueue("sports_rooms", "calendars", {}, None)
        await server.settled()
        rooms = server.app.services.directory.rooms.values()
        return [room.name for room in rooms if room.kind == "sports_rooms.match"]

    return look


def in_minutes(server: Server, minutes: int, *, uid: str = "a", title: str = "A - B") -> str:
    return entry(uid, title, server.clock.now() + timedelta(minutes=minutes))


async def test_a_room_opens_half_an_hour_before_the_match(
    server: Server, owner: Person, league: Path, look: Look
) -> None:
    league.write_bytes(calendar(in_minutes(server, 45, title="Rivage - Montclar")))
    assert await look() == []
    server.clock.advance(minutes=20)
    assert await look() == ["Rivage \u2013 Montclar"]
    told = await owner.expect("room.state_changed", key="sports_rooms")
    while told["state"]["starts_at"] is None:
        told = await owner.expect("room.state_changed", key="sports_rooms")
    assert (told["state"]["home"], told["state"]["away"]) == ("Rivage", "Montclar")


async def test_a_match_gets_its_room_once_also_after_a_restart(
    server: Server, owner: Person, league: Path, look: Look
) -> None:
    league.write_bytes(calendar(in_minutes(server, 10)))
    assert len(await look()) == 1
    assert len(await look()) == 1
    await server.restart()
    assert len(await look()) == 1


async def test_a_room_that_was_closed_by_hand_stays_closed(
    server: Server, owner: Person, league: Path, look: Look
) -> None:
    league.write_bytes(calendar(in_minutes(server, 10)))
    await look()
    opened = await owner.expect("room.opened")
    await owner.command("room.close", room=opened["id"])
    assert await look() == []


async def test_two_matches_of_the_same_teams_have_two_rooms(
    server: Server, owner: Person, league: Path, look: Look
) -> None:
    league.write_bytes(calendar(in_minutes(server, 10), in_minutes(server, 20, uid="b")))
    assert len(await look()) == 2


async def test_a_room_that_a_keeper_opened_before_is_taken(
    server: Server, owner: Person, league: Path, look: Look
) -> None:
    await owner.command("sports_rooms.create", home="A", away="B")
    league.write_bytes(calendar(in_minutes(server, 10)))
    assert len(await look()) == 1


async def test_a_match_that_is_over_gets_no_room(
    server: Server, owner: Person, league: Path, look: Look
) -> None:
    league.write_bytes(calendar(in_minutes(server, -180)))
    assert await look() == []


async def test_an_empty_room_closes_two_hours_after_the_end(
    server: Server, owner: Person, league: Path, look: Look
) -> None:
    league.write_bytes(calendar(in_minutes(server, 10)))
    await look()
    server.clock.advance(minutes=10 + 105 + 119)
    assert len(await look()) == 1
    server.clock.advance(minutes=2)
    assert await look() == []


async def test_a_room_with_somebody_in_it_stays(
    server: Server, owner: Person, alice: Person, league: Path, look: Look
) -> None:
    league.write_bytes(calendar(in_minutes(server, 10)))
    await look()
    room = await alice.expect("room.opened")
    await alice.join(room["id"])
    server.clock.advance(minutes=10 + 105 + 121)
    assert len(await look()) == 1


async def test_a_match_that_took_longer_keeps_its_room_longer(
    server: Server, owner: Person, match: Mapping[str, Any], look: Look
) -> None:
    server.clock.advance(minutes=200)
    asked = {"room": match["room_id"], "nonce": "late", "kind": "goal", "side": "home"}
    await owner.command("sports_rooms.moment", **asked)
    server.clock.advance(minutes=100)
    assert len(await look()) == 1
    server.clock.advance(minutes=21)
    assert await look() == []


async def test_a_room_that_was_opened_by_hand_is_never_closed(
    server: Server, owner: Person, look: Look
) -> None:
    fields = {"kind": "sports_rooms.match", "temporary": False}
    await owner.command("room.open", name="A - B", **fields)
    server.clock.advance(days=3)
    assert len(await look()) == 1


async def test_a_calendar_that_changes_is_read_again(
    server: Server, owner: Person, league: Path, look: Look
) -> None:
    league.write_bytes(calendar(in_minutes(server, 10)))
    assert len(await look()) == 1
    league.write_bytes(calendar(in_minutes(server, 12, uid="b", title="C - D")))
    assert sorted(await look()) == ["A \u2013 B", "C \u2013 D"]


async def test_a_calendar_that_is_none_or_not_there_harms_nobody(
    server: Server, owner: Person, league: Path, look: Look
) -> None:
    assert await look() == []
    league.write_bytes(b"junk")
    assert await look() == []
    league.unlink()
    league.mkdir()
    assert await look() == []
    assert [status.faults for status in server.app.host.statuses()] == [0]
