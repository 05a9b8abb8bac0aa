"""Who waits at a stage to be heard, who is asked up, and who has a place there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.core.services.on_stage import bring_up, hands, invited, refused, stage_of, told

from salon.errors import Unavailable
from salon.services import stages as service
from salon.store import stages as stored
from salon.testing import Person, Refused, Server


async def test_nobody_goes_up_without_having_been_asked(alice: Person, bob: Person) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    assert await refused(bob, "stage.answer", room=room, accept=True) == "invitation_over"
    assert await refused(bob, "stage.invite", room=room, account=bob.id) == "no_permission"
    for part in ("speaker", "cohost", "host"):
        fields = {"room": room, "account": bob.id, "part": part}
        assert await refused(bob, "stage.place", **fields) == "no_permission"
        assert await refused(alice, "stage.place", **fields) == "invite_first"


async def test_who_blocks_a_host_is_not_asked_up_by_them_but_by_another(
    owner: Person, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await bob.command("privacy.block", account=alice.id)
    assert await refused(alice, "stage.invite", room=room, account=bob.id) == "unreachable"
    await bob.command("hand.raise", room=room)
    assert [each["account_id"] for each in await hands(alice, room)] == [bob.id]
    await owner.command("stage.invite", room=room, account=bob.id)
    await invited(bob, room, bob, "speaker")


async def test_a_host_who_blocks_somebody_still_leads_them(alice: Person, bob: Person) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await alice.command("privacy.block", account=bob.id)
    await bob.command("hand.raise", room=room)
    assert [each["account_id"] for each in await hands(alice, room)] == [bob.id]
    await alice.command("stage.invite", room=room, account=bob.id)
    await bob.command("stage.answer", room=room, accept=True)
    await alice.command("participant.silence", room=room, account=bob.id, silenced=True)


async def test_an_invitation_runs_out_or_is_declined_and_the_hand_stays_up(
    server: Server, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await bob.command("hand.raise", room=room)
    await alice.command("stage.invite", room=room, account=bob.id)
    server.clock.advance(seconds=61)
    assert await refused(bob, "stage.answer", room=room, accept=True) == "invitation_over"
    assert [each["account_id"] for each in await hands(alice, room)] == [bob.id]
    await alice.command("stage.invite", room=room, account=bob.id)
    await bob.command("stage.answer", room=room, accept=False)
    assert await refused(bob, "stage.answer", room=room, accept=True) == "invitation_over"
    assert [each["account_id"] for each in await hands(alice, room)] == [bob.id]


async def test_hands_stand_in_line_and_only_hosts_read_what_they_ask(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = await stage_of(alice)
    for person, question in ((bob, "Who was best?"), (carol, "")):
        await person.join(room)
        await person.command("hand.raise", room=room, question=question)
        server.clock.advance(seconds=1)
    await bob.command("hand.raise", room=room, question="Who was the best?")  # at the same place
    state = await told(bob, room, hand_ids=[bob.id, carol.id])
    assert "best" not in str(state)
    listed = await hands(alice, room)
    assert [(h["account_id"], h["question"]) for h in listed] == [
        (bob.id, "Who was the best?"),
        (carol.id, ""),
    ]
    assert await refused(carol, "hand.list", room=room) == "no_permission"
    assert await refused(carol, "hand.lower", room=room, account=bob.id) == "no_permission"
    await bob.command("room.leave", room=room)
    assert [each["account_id"] for each in await hands(alice, room)] == [carol.id]
    await alice.command("hand.lower_all", room=room)
    assert await hands(alice, room) == []


async def test_hands_and_chat_are_open_or_closed_as_hosts_like(alice: Person, bob: Person) -> None:
    room = await stage_of(alice)
    assert await refused(bob, "hand.raise", room=room) == "not_in_room"
    await bob.join(room)
    await bob.post(room, "Hello!")
    await alice.command("stage.edit", room=room, hands_open=False, chat_open=False)
    assert await refused(bob, "hand.raise", room=room) == "hands_closed"
    with pytest.raises(Refused, match="closed the chat"):
        await bob.post(room, "Hello?")
    await alice.post(room, "In a minute.")
    assert await refused(bob, "stage.edit", room=room, chat_open=True) == "no_permission"


async def test_hands_of_who_did_not_come_back_take_nobodys_place(
    server: Server, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch, owner: Person
) -> None:
    monkeypatch.setattr(service, "HANDS_MAX", 1)
    room = await stage_of(alice)
    for person in (bob, owner):
        await person.join(room)
    await bob.command("hand.raise", room=room)
    assert await refused(owner, "hand.raise", room=room) == "hands_full"
    await server.restart()
    for person in (alice, owner):
        await person.open()
        await person.join(room)
    await owner.command("hand.raise", room=room)


async def test_a_host_can_act_however_often_their_page_reads_the_line(
    server: Server, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await bob.command("hand.raise", room=room)
    host = server.app.directory.account(int(alice.id))
    assert host is not None
    for _ in range(service.BURST):
        assert len(server.app.services.stages.hands(host, int(room))) == 1
    await alice.command("stage.mute_all", room=room)
    await alice.command("hand.lower_all", room=room)


async def test_a_speaker_who_went_away_keeps_the_place_until_somebody_needs_it(
    server: Server, owner: Person, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "SPEAKERS_MAX", 2)
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    await owner.join(room)
    assert await refused(alice, "stage.invite", room=room, account=owner.id) == "stage_full"
    await bob.command("room.leave", room=room)
    await alice.command("stage.invite", room=room, account=owner.id)
    assert server.app.services.stages.may_speak(int(bob.id), int(room))
    await owner.command("stage.answer", room=room, accept=True)
    assert not server.app.services.stages.may_speak(int(bob.id), int(room))


async def test_who_is_invited_no_more_is_told_so_by_the_server(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "INVITED_FOR", timedelta(milliseconds=500))
    room = await stage_of(alice)
    await bob.join(room)
    await bob.command("hand.raise", room=room)
    await alice.command("stage.invite", room=room, account=bob.id)
    await invited(bob, room, bob, "speaker")
    assert (await told(bob, room, invited=[]))["hand_ids"] == [bob.id]
    await alice.command("stage.invite", room=room, account=bob.id)
    await invited(bob, room, bob, "speaker")


async def test_a_stage_that_ends_lowers_all_hands_in_one_write(
    server: Server, owner: Person, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await stage_of(alice)
    for person in (bob, owner):
        await person.join(room)
        await person.command("hand.raise", room=room)
    saved: list[tuple[Any, ...]] = []
    save: Callable[..., None] = stored.save

    def counted(*what: Any) -> None:
        saved.append(what)
        save(*what)

    monkeypatch.setattr(stored, "save", counted)
    await alice.command("stage.end", room=room)
    await bob.expect("room.closed", id=room)
    assert len(saved) == 1


async def test_who_has_a_hand_up_can_leave_while_the_disk_is_full(
    server: Server, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await bob.command("hand.raise", room=room)

    async def full(_work: object) -> None:
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(server.app.store, "write", full)
        await bob.command("room.leave", room=room)
    await bob.expect("participant.left", account_id=bob.id)
    assert await hands(alice, room) == []
    await bob.join(room)
    await bob.command("hand.raise", room=room, question="Again?")
    assert [each["question"] for each in await hands(alice, room)] == ["Again?"]
