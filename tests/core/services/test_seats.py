"""Seats in rooms: what half-open joins, two tabs, wrong clocks and slow plugins do to them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.core.services.on_stage import bring_up, hands, refused, stage_of
from yarl import URL

from salon.errors import Denied
from salon.plugin import Plugin, PluginConfig, hookimpl
from salon.services import graces
from salon.testing import Person, Refused, Server
from salon.testing.voice import VoicePeer

FORGED: dict[str, dict[str, Any]] = {
    "stage.invite": {},
    "stage.place": {"part": "host"},
    "participant.silence": {"silenced": True},
    "participant.remove": {},
    "participant.ban": {"banned": True},
}


class SlowPlugin(Plugin[PluginConfig]):
    """Never says whether somebody may come in."""

    name = "slow"

    @hookimpl
    async def may_join_room(self) -> None:
        await asyncio.Event().wait()


async def test_who_takes_a_seat_and_never_has_a_line_gives_it_back(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graces, "GRACE_S", 0.3)
    room = (await alice.command("room.open", name="Balcony", seats=1))["room"]["id"]
    await alice.command("room.join", room=room)
    assert await refused(bob, "room.join", room=room) == "room_full"
    assert (await bob.expect("participant.left", account_id=alice.id))["reason"] == "lost"
    await bob.join(room)


async def test_two_tabs_of_one_person_have_one_seat_and_one_voice(
    server: Server, alice: Person, bob: Person
) -> None:
    room = (await alice.command("room.open", name="Balcony", seats=2))["room"]["id"]
    tab = Person(server.url, alice.handle, alice.password)
    tab.web.cookie_jar.update_cookies(alice.web.cookie_jar.filter_cookies(URL(alice.url)))
    await tab.open()
    first, second = await asyncio.gather(
        alice.command("room.join", room=room), tab.command("room.join", room=room)
    )
    (seat,) = server.app.services.participants.all(int(room))
    assert seat.peer_id in {first["peer"], second["peer"]}
    (late,) = (each for each in (first, second) if each["peer"] != seat.peer_id)
    voice = VoicePeer(late)
    sdp = await voice.answer()
    answer = {"room": room, "peer": late["peer"], "sdp": sdp}
    assert await refused(alice, "voice.answer", **answer) == "connection_gone"
    await voice.close()
    await bob.join(room)
    assert server.app.services.relay.counters()["peers"] == 2
    await tab.close()


@pytest.mark.plugin.with_args(SlowPlugin)
async def test_a_plugin_that_never_answers_shuts_the_door_and_holds_no_seat(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    room = owner.room("Kitchen table")
    asked = [refused(person, "room.join", room=room) for person in (alice, bob, alice, bob)]
    joined = asyncio.create_task(owner.join(room))
    assert set(await asyncio.gather(*asked)) == {"plugin_decides"}
    await joined
    (seat,) = server.app.services.participants.all(int(room))
    assert str(seat.account_id) == owner.id
    assert not server.app.services.participants.arrivals._joining


async def test_who_finds_the_last_seat_taken_after_a_plugin_has_thought_stays_where_they_are(
    server: Server, owner: Person, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    kitchen = owner.room("Kitchen table")
    await alice.join(kitchen)
    full = (await bob.command("room.open", name="Balcony", seats=1))["room"]["id"]

    async def think(*_arguments: object, **_facts: object) -> None:
        await owner.command("room.join", room=full)

    monkeypatch.setattr(server.app.host, "decide", think)
    assert await refused(alice, "room.join", room=full) == "room_full"
    (seat,) = server.app.services.participants.all(int(kitchen))
    assert str(seat.account_id) == alice.id
    assert bob.heard("participant.left") == []


def during_the_leaving(
    server: Server, monkeypatch: pytest.MonkeyPatch, act: Callable[[], Awaitable[object]]
) -> None:
    """Have something happen in the moment in which somebody's line in a room is ended."""
    relay = server.app.services.relay
    remove_peer, acts = relay.remove_peer, [act]

    async def removed(peer_id: str) -> None:
        await remove_peer(peer_id)
        if acts:
            await acts.pop()()

    monkeypatch.setattr(relay, "remove_peer", removed)


async def test_nobody_takes_the_last_seat_from_who_is_on_the_way_to_it_from_another_room(
    server: Server, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alice.join("Kitchen table")
    room = (await bob.command("room.open", name="Balcony", seats=1))["room"]["id"]
    said: list[str] = []

    async def snatch() -> None:
        said.append(await refused(bob, "room.join", room=room))

    during_the_leaving(server, monkeypatch, snatch)
    await alice.join(room)
    assert said == ["room_full"]
    assert (await bob.expect("participant.left", account_id=alice.id))["reason"] == "moved"


async def test_whom_a_host_sends_elsewhere_has_a_seat_there_before_they_lose_the_one_here(
    server: Server, host: Person, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    kitchen = host.room("Kitchen table")
    await alice.join(kitchen)
    room = (await host.command("room.open", name="Balcony", seats=1))["room"]["id"]
    said: list[str] = []

    async def snatch() -> None:
        said.append(await refused(bob, "room.join", room=room))

    during_the_leaving(server, monkeypatch, snatch)
    await host.command("participant.move", room=kitchen, account=alice.id, to=room)
    assert said == ["room_full"]
    assert (await bob.expect("participant.left", account_id=alice.id))["room_id"] == kitchen
    await bob.expect("participant.joined", account_id=alice.id, room_id=room)
    assert await refused(bob, "room.join", room=room) == "room_full"
    await alice.expect("voice.called", room_id=room)
    await alice.join(room)
    (seat,) = server.app.services.participants.all(int(room))
    assert str(seat.account_id) == alice.id


async def test_whoever_is_first_at_the_last_seat_nobody_is_left_without_one(
    server: Server, host: Person, alice: Person, bob: Person
) -> None:
    kitchen = host.room("Kitchen table")
    room = (await host.command("room.open", name="Balcony", seats=1))["room"]["id"]
    for host_is_first in (True, False) * 3:
        await alice.command("room.join", room=kitchen)
        asked = [
            host.command("participant.move", room=kitchen, account=alice.id, to=room),
            bob.command("room.join", room=room),
        ]
        await asyncio.gather(*(asked if host_is_first else asked[::-1]), return_exceptions=True)
        live = server.app.services.participants
        (seat,) = live.all(int(room))
        here = [str(each.account_id) for each in live.all(int(kitchen))]
        assert here == ([] if str(seat.account_id) == alice.id else [alice.id])
        for person in (alice, bob):
            await person.command("room.leave", room=room)


async def test_who_cannot_be_sent_to_another_room_stays_and_the_host_is_told_why(
    server: Server, host: Person, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    kitchen = host.room("Kitchen table")
    await alice.join(kitchen)
    room = (await host.command("room.open", name="Balcony", seats=1))["room"]["id"]
    await bob.command("room.join", room=room)
    fields = {"room": kitchen, "account": alice.id, "to": room}
    with pytest.raises(Refused) as full:
        await host.command("participant.move", **fields)
    assert full.value.error["reason"] == "full_there"
    assert full.value.error["room"] == "Balcony"
    await bob.command("room.leave", room=room)

    async def refuse(*_arguments: object, **_facts: object) -> None:
        raise Denied("You are kept out of this room.", reason="kept_out")

    monkeypatch.setattr(server.app.host, "decide", refuse)
    with pytest.raises(Refused) as kept_out:
        await host.command("participant.move", **fields)
    assert kept_out.value.error["reason"] == "not_let_in_there"
    (seat,) = server.app.services.participants.all(int(kitchen))
    assert (str(seat.account_id), seat.connected) == (alice.id, True)
    assert alice.heard("voice.ruled") == alice.heard("voice.called") == []


async def test_who_does_not_follow_a_host_to_another_room_gives_the_seat_there_back(
    server: Server, host: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graces, "GRACE_S", 0.3)
    kitchen = host.room("Kitchen table")
    await alice.join(kitchen)
    room = (await host.command("room.open", name="Balcony", seats=1))["room"]["id"]
    await host.command("participant.move", room=kitchen, account=alice.id, to=room)
    assert (await host.expect("participant.left", room_id=room))["reason"] == "lost"
    await host.command("room.join", room=room)


async def test_a_clock_that_jumps_ends_no_stage_and_takes_nobodys_seat_or_hand(
    server: Server, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    await bob.command("stage.place", room=room, account=bob.id, part="listener")
    await bob.command("hand.raise", room=room)
    clock, ahead = server.clock, [timedelta()]
    now = clock.now

    def jumped() -> datetime:
        return now() + ahead[0]

    monkeypatch.setattr(clock, "now", jumped)
    for hours in (5, -5):
        ahead[0] = timedelta(hours=hours)
        await server.settled()
        assert [each["account_id"] for each in await hands(alice, room)] == [bob.id]
        await alice.command("stage.invite", room=room, account=bob.id)
        await bob.command("stage.answer", room=room, accept=True)
        await bob.command("voice.set", room=room, muted=False)
        await bob.command("stage.place", room=room, account=bob.id, part="listener")
        await bob.command("hand.raise", room=room)
    assert len(server.app.services.participants.all(int(room))) == 2


async def test_no_forged_id_of_a_person_room_or_hand_gets_anybody_anywhere(
    owner: Person, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    elsewhere = (await owner.command("room.open", name="Other", kind="stage"))["room"]["id"]
    for forged in ("0", "1", room, str(2**63 - 1)):
        for command, fields in FORGED.items():
            said = await refused(alice, command, room=room, account=forged, **fields)
            assert said in {"invite_first", "cannot_speak", "person_not_in_room", "nobody"}
            await refused(bob, command, room=room, account=forged, **fields)
            await refused(bob, command, room=elsewhere, account=bob.id, **fields)
            await refused(bob, command, room=bob.id, account=forged, **fields)
