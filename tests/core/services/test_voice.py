"""Rooms with real WebRTC peers: heard, muted at the server, silenced, removed, moved, revoked."""

from datetime import timedelta

import pytest

from salon.config import ROOM_SEATS_MAX
from salon.domain.sanctions import SanctionKind
from salon.relay.local import LocalRelay
from salon.services import participants
from salon.testing import Person, Refused, Server

TONE_HZ = 440.0


async def talking(person: Person, room: str = "Kitchen table") -> None:
    await person.join(room)
    assert person.voice is not None
    await person.command("voice.set", room=person.voice.room_id, muted=False)
    person.voice.talk(TONE_HZ)


async def test_two_people_hear_each_other(owner: Person, alice: Person) -> None:
    await owner.join("Kitchen table")
    await talking(alice)
    assert owner.voice is not None
    assert await owner.voice.hears(TONE_HZ)
    assert alice.id in (await owner.expect("speaking.changed"))["account_ids"]
    assert alice.id in (await owner.expect("slots.changed"))["slots"]


async def test_a_mute_is_silent_at_the_server_whatever_the_page_sends(
    owner: Person, alice: Person
) -> None:
    await owner.join("Kitchen table")
    await talking(alice)
    assert owner.voice is not None
    assert alice.voice is not None
    assert await owner.voice.hears(TONE_HZ)
    await alice.command("voice.set", room=alice.voice.room_id, muted=True)
    assert not await owner.voice.hears(TONE_HZ, within_s=1.5)


async def test_whom_a_host_silences_cannot_unmute(owner: Person, alice: Person) -> None:
    await owner.join("Kitchen table")
    await talking(alice)
    room = owner.room("Kitchen table")
    await owner.command("participant.silence", room=room, account=alice.id, silenced=True)
    assert (await alice.expect("participant.changed", silenced=True))["muted"]
    with pytest.raises(Refused, match="A host has muted you"):
        await alice.command("voice.set", room=room, muted=False)


async def test_whoever_is_removed_cannot_come_back_for_a_minute(
    server: Server, owner: Person, alice: Person
) -> None:
    await alice.join("Kitchen table")
    room = owner.room("Kitchen table")
    await owner.command("participant.remove", room=room, account=alice.id)
    assert (await owner.expect("participant.left"))["reason"] == "removed"
    with pytest.raises(Refused) as refused:
        await alice.command("room.join", room=room)
    assert refused.value.code == "denied"
    server.clock.advance(seconds=61)
    await alice.command("room.join", room=room)


async def test_joining_another_room_moves_you(owner: Person, alice: Person) -> None:
    opened = (await owner.command("room.open", name="Balcony", temporary=False))["room"]
    await alice.join("Kitchen table")
    await alice.join(opened["id"])
    assert (await owner.expect("participant.left"))["reason"] == "moved"
    assert (await owner.expect("participant.joined", room_id=opened["id"]))[
        "account_id"
    ] == alice.id


async def test_a_full_room_says_so_and_lets_nobody_in_twice(owner: Person, alice: Person) -> None:
    opened = (await owner.command("room.open", name="Closet", temporary=False, seats=1))["room"]
    await owner.command("room.join", room=opened["id"])
    with pytest.raises(Refused, match="seats of this room are taken"):
        await alice.command("room.join", room=opened["id"])
    await owner.command("room.join", room=opened["id"])  # coming back is no second seat


@pytest.mark.settings(limits={"room_seats": ROOM_SEATS_MAX})
async def test_a_stage_has_as_many_seats_as_the_server_allows(owner: Person) -> None:
    opened = await owner.command("room.open", name="Stage", seats=ROOM_SEATS_MAX)
    assert opened["room"]["seats"] == ROOM_SEATS_MAX
    with pytest.raises(Refused, match="seats"):
        await owner.command("room.open", name="Stadium", seats=ROOM_SEATS_MAX + 1)


async def test_somebody_in_time_out_listens_and_does_not_speak(
    server: Server, owner: Person, alice: Person
) -> None:
    await owner.join("Kitchen table")
    await talking(alice)
    sanctions = server.app.services.sanctions
    until = server.clock.now() + timedelta(minutes=10)
    await sanctions.impose(
        None, int(alice.id), SanctionKind.TIME_OUT, until=until, reason="a pause"
    )
    changed = await owner.expect("participant.changed", may_speak=False)
    assert changed["muted"]
    assert owner.voice is not None
    assert not await owner.voice.hears(TONE_HZ, within_s=1.5)
    with pytest.raises(Refused, match="time out"):
        await alice.post("#general", "hello?")
    server.clock.advance(minutes=11)
    await alice.post("#general", "back again")


async def test_a_revoked_sign_in_ends_the_voice_at_once(
    owner: Person, alice: Person, server: Server
) -> None:
    await alice.join("Kitchen table")
    await server.app.sessions.end_all(int(alice.id))
    assert (await owner.expect("participant.left"))["reason"] == "removed"


async def test_a_lost_socket_keeps_a_connected_voice_and_its_place(
    owner: Person, alice: Person
) -> None:
    await owner.join("Kitchen table")
    await talking(alice)
    await alice.cut()
    assert owner.voice is not None
    assert await owner.voice.hears(TONE_HZ)
    await alice.open(resume=True)
    assert owner.heard("participant.left") == []


async def test_a_strangers_peer_cannot_be_answered(owner: Person, alice: Person) -> None:
    room = owner.room("Kitchen table")
    joined = await owner.command("room.join", room=room)
    with pytest.raises(Refused) as refused:
        await alice.command("voice.answer", room=room, peer=joined["peer"], sdp="v=0")
    assert refused.value.code == "not_found"


@pytest.mark.parametrize(
    "sdp", ["", "v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 100, "\u20ac" * 9]
)
async def test_an_unusable_answer_is_refused_in_words(owner: Person, sdp: str) -> None:
    room = owner.room("Kitchen table")
    joined = await owner.command("room.join", room=room)
    with pytest.raises(Refused) as refused:
        await owner.command("voice.answer", room=room, peer=joined["peer"], sdp=sdp)
    assert refused.value.code == "invalid"


async def test_who_enters_a_room_for_music_is_asked_for_stereo_and_may_send_more(
    server: Server, owner: Person, alice: Person
) -> None:
    opened = (await owner.command("room.open", name="Stage", sound="music"))["room"]
    assert opened["sound"] == "music"
    assert ";stereo=1" in (await alice.command("voice.prepare", room=opened["id"]))["offer"]
    joined = await alice.command("room.join", room=opened["id"])
    assert ";stereo=1" in joined["offer"]
    relay = server.app.services.relay
    assert isinstance(relay, LocalRelay)
    music = relay._peers[joined["peer"]]._budget
    speech = relay._budget()
    assert (music.take(0.0, 45_000), speech.take(0.0, 45_000)) == (True, False)


async def test_the_sound_of_a_room_is_changed_by_who_may_edit_it_and_its_lines_at_the_door_end(
    server: Server, owner: Person, alice: Person
) -> None:
    room = owner.room("Kitchen table")
    prepared = await alice.command("voice.prepare", room=room)
    assert "stereo" not in prepared["offer"]
    with pytest.raises(Refused):
        await alice.command("room.edit", room=room, sound="music")
    with pytest.raises(Refused, match="sound"):
        await owner.command("room.edit", room=room, sound="noise")
    await owner.command("room.edit", room=room, sound="music")
    assert (await alice.expect("room.changed", id=room))["sound"] == "music"
    joined = await alice.command("room.join", room=room, peer=prepared["peer"])
    assert ";stereo=1" in joined["offer"]
    await server.restart()
    assert server.app.directory.rooms[int(room)].sound == "music"


async def test_a_temporary_room_vanishes_with_its_chat(
    server: Server, owner: Person, alice: Person
) -> None:
    opened = (await alice.command("room.open", name="Tonight"))["room"]
    await owner.expect("room.opened", id=opened["id"])
    await alice.command("room.close", room=opened["id"])
    await owner.expect("room.closed", id=opened["id"])
    await owner.expect("channel.deleted", id=opened["id"])
    assert int(opened["id"]) not in server.app.directory.channels


async def test_voice_has_one_pace_for_an_account_however_many_sockets_it_has(
    server: Server, alice: Person
) -> None:
    second = Person(server.url, "alice", alice.password)
    await second.sign_in()
    await second.open()
    room = alice.room("Kitchen table")
    await alice.command("room.join", room=room)
    for number in range(participants.VOICE_BURST - 1):
        await (alice, second)[number % 2].command("voice.set", room=room, deafened=bool(number % 2))
    for person, command in ((alice, "voice.set"), (second, "voice.set"), (second, "room.join")):
        with pytest.raises(Refused) as refused:
            await person.command(command, room=room)
        assert refused.value.code == "too_many"
        assert refused.value.error["retry_after_s"] > 0
    server.clock.advance(seconds=5)
    await second.command("voice.set", room=room, muted=True)
    await second.close()


async def test_a_room_may_ask_everybody_to_push_to_talk(owner: Person, alice: Person) -> None:
    room = owner.room("Kitchen table")
    edited = await owner.command("room.edit", room=room, push_to_talk=True)
    assert edited["room"]["push_to_talk"]
    assert (await alice.expect("room.changed", id=room))["push_to_talk"]
    opened = await alice.command("room.open", name="Walkie-talkies", push_to_talk=True)
    assert opened["room"]["push_to_talk"]
    with pytest.raises(Refused):
        await alice.command("room.edit", room=room, push_to_talk=False)
    edited = await owner.command("room.edit", room=room, push_to_talk=False)
    assert not edited["room"]["push_to_talk"]
