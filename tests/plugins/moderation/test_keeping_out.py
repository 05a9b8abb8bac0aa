"""Who is kept out of a room, and let in again."""

import pytest
from tests.plugins.moderation.cases import in_the_kitchen, only_case, report

from salon.testing import Person, PushedClock, Refused, Server
from salon_moderation.plugin import ModerationPlugin

pytestmark = pytest.mark.plugin.with_args(ModerationPlugin)


async def test_who_is_kept_out_of_a_room_stays_out_until_then(
    host: Person, alice: Person, bob: Person, clock: PushedClock
) -> None:
    room, case = await in_the_kitchen(host, alice, bob)
    shown = await host.command("moderation.case", case=case["id"])
    assert shown["may_keep_out"]
    await host.command(
        "moderation.resolve", case=case["id"], decision="keep_out", minutes=60, reason="Calm down."
    )
    with pytest.raises(Refused, match=r"kept out of this room until .* UTC: Calm down\."):
        await alice.command("room.join", room=room)
    await bob.command("room.join", room=room)
    clock.advance(minutes=61)
    await alice.command("room.join", room=room)


async def test_who_sits_in_the_room_is_silenced_and_let_back_in_when_undone(
    host: Person, alice: Person, bob: Person
) -> None:
    room, case = await in_the_kitchen(host, alice, bob)
    await alice.command("room.join", room=room)
    await host.command("moderation.resolve", case=case["id"], decision="keep_out", minutes=60)
    assert (await bob.expect("participant.changed", silenced=True))["account_id"] == alice.id
    await alice.command("room.leave", room=room)
    with pytest.raises(Refused, match="kept out"):
        await alice.command("room.join", room=room)
    await host.command("moderation.undo", case=case["id"])
    await alice.command("room.join", room=room)


async def test_undoing_leaves_a_newer_keeping_out_alone(
    host: Person, alice: Person, bob: Person, clock: PushedClock
) -> None:
    room, first = await in_the_kitchen(host, alice, bob)
    fields = {"decision": "keep_out"}
    await host.command("moderation.resolve", case=first["id"], minutes=60, **fields)
    await report(bob, await alice.post(room, "shut up, all of you"))
    second = await only_case(host)
    clock.advance(minutes=1)
    await host.command("moderation.resolve", case=second["id"], minutes=1_440, **fields)
    await host.command("moderation.undo", case=first["id"])
    with pytest.raises(Refused, match="kept out"):
        await alice.command("room.join", room=room)
    await host.command("moderation.undo", case=second["id"])
    await alice.command("room.join", room=room)


async def test_undoing_leaves_a_silence_of_a_host_alone(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    room, case = await in_the_kitchen(host, alice, bob)
    await alice.command("room.join", room=room)
    participants = server.app.services.participants
    await participants.silence(None, int(room), int(alice.id), silenced=True)
    await host.command("moderation.resolve", case=case["id"], decision="keep_out", minutes=60)
    await host.command("moderation.undo", case=case["id"])
    (sitting,) = server.app.services.live.room(int(room)).participants.values()
    assert sitting.silenced


async def test_who_was_silenced_speaks_again_when_no_longer_kept_out(
    host: Person, alice: Person, bob: Person, server: Server, clock: PushedClock
) -> None:
    room, case = await in_the_kitchen(host, alice, bob)
    await alice.command("room.join", room=room)
    await host.command("moderation.resolve", case=case["id"], decision="keep_out", minutes=60)
    clock.advance(minutes=61)
    await server.settled()
    (sitting,) = server.app.services.live.room(int(room)).participants.values()
    assert not sitting.silenced


async def test_who_manages_a_room_cannot_be_kept_out_of_it(
    host: Person, owner: Person, alice: Person
) -> None:
    await report(alice, await owner.post(owner.room("Kitchen table"), "my table"))
    case = await only_case(host)
    with pytest.raises(Refused, match="denied"):
        await host.command("moderation.resolve", case=case["id"], decision="keep_out", minutes=60)
    assert await only_case(host)
