"""Trials: a page sees which way sound has, and nobody else sees anything."""

import asyncio

import pytest

from salon.services import trials
from salon.testing import Person, Refused, Server
from salon.testing.voice import VoicePeer

TONE_HZ = 440.0
NOBODYS = "somebody-elses-peer"


async def begun(person: Person) -> tuple[VoicePeer, str]:
    """Return a connected trial, and the name of its peer."""
    offered = await person.command("trial.begin")
    line = VoicePeer({"room": {"id": "0"}, "offer": offered["offer"]})
    sdp = await line.answer()
    await person.command("trial.answer", peer=offered["peer"], sdp=sdp)
    await line.connected()
    return line, offered["peer"]


async def peers(server: Server) -> int:
    (worker,) = await server.app.services.relay.measure()
    return worker.peers


async def until_gone(server: Server) -> None:
    async with asyncio.timeout(5):
        # The relay tells nobody of a peer that was removed.
        while await peers(server):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_trial_connects_carries_nothing_and_is_told_to_nobody(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    one, peer = await begun(alice)
    other, _ = await begun(bob)
    one.talk(TONE_HZ)
    assert not await other.hears(TONE_HZ, within_s=1.0)
    measured = await owner.command("server.measure")
    assert (measured["workers"][0]["peers"], measured["rooms"], measured["worst"]) == (2, [], [])
    _, lines = await server.app.services.measures.all()
    assert list(lines) == []
    await alice.command("trial.end", peer=peer)
    await alice.command("trial.end", peer=peer)
    await one.close()
    await other.close()


async def test_a_trial_is_its_sign_ins_alone(server: Server, alice: Person, bob: Person) -> None:
    offered = await alice.command("trial.begin")
    with pytest.raises(Refused) as refused:
        await bob.command("trial.answer", peer=offered["peer"], sdp="v=0")
    assert refused.value.code == "not_found"
    await bob.command("trial.end", peer=offered["peer"])
    with pytest.raises(Refused, match="m-lines"):  # it stands still
        await alice.command("trial.answer", peer=offered["peer"], sdp="v=0")
    assert len(server.app.services.trials) == 1


async def test_no_more_stand_than_there_are_ways_and_all_go_with_the_sign_in(
    server: Server, alice: Person
) -> None:
    for _ in range(trials.TRIALS_PER_ACCOUNT + 2):
        await alice.command("trial.begin")
    standing = server.app.services.trials
    assert len(standing) == trials.TRIALS_PER_ACCOUNT
    await server.app.sessions.end_all(int(alice.id))
    assert len(standing) == 0
    await until_gone(server)


async def test_trials_have_a_pace_and_a_bound_for_all_together(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(trials.BURST):
        await alice.command("trial.begin")
    with pytest.raises(Refused) as refused:
        await alice.command("trial.begin")
    assert refused.value.code == "too_many"
    monkeypatch.setattr(trials, "TRIALS", trials.TRIALS_PER_ACCOUNT)
    with pytest.raises(Refused) as refused:
        await bob.command("trial.begin")
    assert refused.value.code == "unavailable"


async def test_a_trial_that_nobody_ends_is_ended(
    server: Server, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "STANDS_S", 0.05)
    await alice.command("trial.begin")
    await until_gone(server)
    assert len(server.app.services.trials) == 0
