"""Who is seen here, and writing: as they wish, and not more often than anybody needs."""

import pytest

from salon.services import presence
from salon.testing import Person, Refused, Server


async def test_somebody_is_away_only_when_they_are_at_each_sign_in(
    server: Server, owner: Person, alice: Person
) -> None:
    phone = Person(alice.url, "alice", alice.password)
    await phone.sign_in()
    await phone.open()
    await alice.command("presence.set", state="away")
    await phone.command("presence.set", state="away")
    while alice.id not in (await owner.expect("presence.changed"))["away"]:
        continue
    await phone.command("presence.set", state="busy")
    while alice.id not in (await owner.expect("presence.changed"))["busy"]:
        continue
    await phone.close()
    while alice.id not in (await owner.expect("presence.changed"))["away"]:
        continue
    await owner.cut()
    live = (await owner.open()).welcome["live"]
    assert live["people"] == 2
    assert alice.id in live["here"]
    assert alice.id in live["away"]
    assert server.app.presence.body()["busy"] == []


async def test_whoever_does_not_want_to_be_seen_is_not(owner: Person, alice: Person) -> None:
    while alice.id not in (await owner.expect("presence.changed"))["here"]:
        continue
    await alice.command("privacy.show", presence=False, typing=False)
    while alice.id not in (await owner.expect("presence.changed"))["gone"]:
        continue
    await owner.cut()
    await owner.open()
    assert alice.id not in owner.welcome["live"]["here"]
    await alice.command("typing.start", channel=alice.channel("general"))
    said = await alice.post("#general", "I am quiet")
    await owner.expect("message.posted", id=said["id"])
    assert owner.heard("typing.started") == []
    await alice.command("privacy.show", presence=True)
    while alice.id not in (await owner.expect("presence.changed"))["here"]:
        continue


async def test_a_crowd_that_writes_is_told_once_a_second(
    server: Server, owner: Person, alice: Person, bob: Person, host: Person
) -> None:
    channel = alice.channel("general")
    for person in (alice, bob, host):
        await person.command("typing.start", channel=channel)
    first = await owner.expect("typing.started")
    second = await owner.expect("typing.started")
    assert first["account_ids"] == [alice.id]
    assert second["account_ids"] == [bob.id, host.id]


async def test_a_crowd_that_comes_is_told_in_pieces(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "CHANGES_MAX", 2)
    monkeypatch.setattr(presence, "COALESCE_S", 0.01)
    bots = [await server.app.services.accounts.create_bot(f"bot{n}", f"Bot {n}") for n in range(5)]
    server.app.presence.show_bots("bots", [bot.id for bot in bots])
    heard: list[str] = []
    while not {str(bot.id) for bot in bots} <= set(heard):
        told = await owner.expect("presence.changed")
        assert sum(map(len, told.values())) <= 2
        heard += told["here"]


async def test_a_state_that_is_none_is_refused(alice: Person) -> None:
    with pytest.raises(Refused) as refused:
        await alice.command("presence.set", state="asleep")
    assert refused.value.code == "invalid"


async def test_who_was_in_a_picture_and_went_at_once_is_told_to_have_gone(
    owner: Person, alice: Person
) -> None:
    await owner.cut()
    await owner.open()
    assert alice.id in owner.welcome["live"]["here"]
    await alice.cut()
    while alice.id not in (await owner.expect("presence.changed"))["gone"]:
        continue
