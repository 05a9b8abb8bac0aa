"""A room that is to be recorded is, as soon as whose recording it is comes in."""

import pytest

from salon.testing.person import Person, Refused
from salon.testing.server import Server
from salon_recording import folders
from salon_recording.plugin import RecordingPlugin

pytestmark = pytest.mark.plugin.with_args(RecordingPlugin)


async def _room(server: Server, opener: Person | None) -> str:
    """Open a room that is to be recorded; without an opener as an event does."""
    actor = None if opener is None else server.app.directory.account(int(opener.id))
    room = await server.app.services.rooms.open(
        actor, "After the match", temporary=False, to_be_recorded=True
    )
    return str(room.id)


async def _told(person: Person, room_id: str) -> str:
    """Return how far the recording is of which somebody is told next."""
    while True:
        told = await person.expect("room.state_changed", room_id=room_id, key="recording")
        if told["state"]:
            return str(told["state"]["phase"])


async def test_it_begins_when_who_opened_the_room_comes_in_and_all_are_asked(
    server: Server, owner: Person, host: Person, alice: Person
) -> None:
    await owner.command("recording.switch", enabled=True)
    room_id = await _room(server, owner)
    for early in (alice, host):  # neither opened it
        await early.join(room_id)
    assert (await host.command("recording.takes"))["takes"] == []
    await owner.join(room_id)
    assert await _told(alice, room_id) == "countdown"
    assert await _told(alice, room_id) == "recording"
    take = (await owner.command("recording.takes"))["takes"][0]
    assert take["started_by"] == owner.id
    assert alice.heard("recording.not_started") == []


async def test_in_a_room_of_an_event_the_first_who_may_record_begins_it(
    server: Server, owner: Person, host: Person, alice: Person
) -> None:
    await owner.command("recording.switch", enabled=True)
    room_id = await _room(server, None)
    await alice.join(room_id)
    await host.join(room_id)
    assert await _told(alice, room_id) == "countdown"
    await owner.join(room_id)
    assert (await host.command("recording.takes"))["takes"][0]["started_by"] == host.id


async def test_who_stops_it_has_stopped_it_until_the_room_was_empty(
    server: Server, owner: Person, alice: Person
) -> None:
    await owner.command("recording.switch", enabled=True)
    room_id = await _room(server, owner)
    await owner.join(room_id)
    assert await _told(owner, room_id) == "countdown"
    await owner.command("recording.stop", room=room_id)
    await alice.join(room_id)
    for _ in range(2):
        await owner.command("room.leave", room=room_id)
        await owner.join(room_id)  # alice stays
    with pytest.raises(Refused, match="not being recorded"):
        await owner.command("recording.stop", room=room_id)
    for person in (alice, owner):
        await person.command("room.leave", room=room_id)
    await owner.join(room_id)
    assert await _told(owner, room_id) == "countdown"


async def test_nothing_begins_while_recording_is_off_and_what_fails_is_said(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await _room(server, owner)
    await owner.join(room_id)
    await owner.command("room.leave", room=room_id)
    await owner.command("recording.switch", enabled=True)
    assert (await owner.command("recording.takes"))["takes"] == []
    monkeypatch.setattr(folders, "free_mb", lambda _folder: 0)
    await owner.join(room_id)
    told = await owner.expect("recording.not_started", room_id=room_id)
    assert told["error"]["reason"] == "recording.disk_full"
