"""Who is erased is gone at once, everywhere, and cannot be asked for twice by mistake."""

import pytest

from salon.domain.accounts import AccountState
from salon.host import Host
from salon.plugin import Plugin, PluginConfig, hookimpl
from salon.services.erasing import JOB
from salon.services.facade import Facade
from salon.services.jobs import CORE
from salon.store import jobs as stored_jobs
from salon.testing import Person, Server

pytestmark = pytest.mark.databases


class Forgetful(Plugin[PluginConfig]):
    """Fails at first, and forgets when it is asked again."""

    name = "forgetful"
    version = "1.0.0"
    title = "Forgetful"
    erased: list[int] = []  # noqa: RUF012 one for the class
    failures = 1

    @hookimpl
    async def erase_account(self, account_id: int) -> None:
        if type(self).failures:
            type(self).failures -= 1
            raise OSError("the disk is away")
        self.erased.append(account_id)


async def ask_for(server: Server, person: Person) -> None:
    """Do what the console does, and wait until the queue has done its part."""
    payload = {"account_id": person.id}
    await server.app.store.write(lambda tx: stored_jobs.add(tx, CORE, JOB, payload, tx.now))
    await server.settled()


async def everything_in(server: Server) -> str:
    return "\n".join((await server.stored()).values())


async def test_an_erased_person_is_signed_out_and_cannot_come_back(
    server: Server, owner: Person, alice: Person
) -> None:
    await ask_for(server, alice)
    assert await alice.expect_close() == 4001
    assert (await alice.sign_in()).status == 403
    async with alice.web.post("/api/ticket", headers={"Origin": alice.url}) as response:
        assert response.status == 401
    told = await owner.expect("account.changed", id=alice.id)
    assert (told["state"], told["handle"]) == (AccountState.DELETED, f"deleted-{alice.id}")


async def test_an_erased_person_leaves_the_room_they_are_in(
    server: Server, owner: Person, alice: Person
) -> None:
    room = owner.snapshot["rooms"][0]["id"]
    await alice.command("room.join", room=room)
    await ask_for(server, alice)
    left = await owner.expect("participant.left", room_id=room, account_id=alice.id)
    assert left["reason"] == "removed"
    await owner.cut()
    await owner.open()
    assert owner.welcome["live"]["participants"] == []


async def test_what_places_said_of_an_erased_person_is_taken_out(
    server: Server, owner: Person, alice: Person
) -> None:
    for place in (owner.channel("#general"), owner.snapshot["rooms"][0]["id"]):
        exception = {"target": "account", "target_id": alice.id, "allow": []}
        await owner.command("overwrite.set", place=place, deny=["message.post"], **exception)
    await ask_for(server, alice)
    await owner.cut()
    await owner.open()
    house = [*owner.snapshot["channels"], *owner.snapshot["rooms"]]
    assert [place["overwrites"] for place in house if place["overwrites"]] == []


async def test_what_an_erased_person_wrote_is_deleted_before_everybodys_eyes(
    server: Server, owner: Person, alice: Person
) -> None:
    mine = await owner.post("#general", "I stay.")
    theirs = [await alice.post("#general", f"I go {number}.") for number in range(3)]
    await ask_for(server, alice)
    for message in theirs:
        await owner.expect("message.deleted", id=message["id"])
    page = await owner.command("message.history", channel=owner.channel("#general"))
    assert [message["id"] for message in page["messages"]] == [mine["id"]]


async def test_nothing_in_the_database_names_an_erased_person(
    server: Server, owner: Person, bob: Person
) -> None:
    canary = await server.member("canary", owner)
    await canary.command("account.edit", display_name="Yellow Canary")
    message = await canary.post("#general", "A canary sings.")
    await canary.command("message.edit", message=message["id"], text="A canary sang.")
    await owner.command("invitation.create")
    assert "anary" in await everything_in(server)
    await ask_for(server, canary)
    assert "anary" not in await everything_in(server)
    again = await server.member("canary", owner)
    assert again.id != canary.id


async def test_whoever_was_away_meanwhile_is_told_everything_anew(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    await bob.cut()
    await alice.post("#general", "Bob never reads this.")
    await ask_for(server, alice)
    await bob.open(resume=True)
    assert not bob.welcome["resumed"]
    assert alice.id not in [account["id"] for account in bob.snapshot["accounts"]]


async def test_the_owner_cannot_be_erased(server: Server, owner: Person) -> None:
    await owner.post("#general", "I stay.")
    await ask_for(server, owner)
    assert (await owner.command("ping"))["seq"] > 0
    page = await owner.command("message.history", channel=owner.channel("#general"))
    assert len(page["messages"]) == 1
    assert server.app.directory.by_handle("owner") is not None


@pytest.mark.plugin.with_args(Forgetful)
async def test_a_plugin_that_fails_to_forget_is_asked_again_until_it_does(
    server: Server, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Forgetful, "failures", 1)
    monkeypatch.setattr(Forgetful, "erased", [])
    await ask_for(server, alice)
    assert Forgetful.erased == []
    server.clock.advance(seconds=11)
    await server.settled()
    assert Forgetful.erased == [int(alice.id)]


@pytest.mark.plugin.with_args(Forgetful)
async def test_a_plugin_that_is_off_is_asked_once_it_runs_again(
    server: Server, owner: Person, alice: Person
) -> None:
    Forgetful.erased.clear()
    Forgetful.failures = 0
    await Facade("forgetful", server.app.services).kv.set("a name", "Alice")
    installed, server._plugins = server._plugins, ()
    await server.restart()
    await owner.open()
    await ask_for(server, alice)
    assert server.app.directory.by_handle("alice") is None
    server._plugins = installed
    await server.restart()
    server.clock.advance(seconds=11)
    await server.settled()
    assert Forgetful.erased == [int(alice.id)]


async def test_an_erasure_that_always_fails_is_never_given_up(
    server: Server, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(_host: Host, _account_id: int) -> None:
        raise OSError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr(Host, "erase_account", failing)
        await ask_for(server, alice)
        for _ in range(8):
            server.clock.advance(days=1)
            await server.settled()
    server.clock.advance(days=1)
    await server.settled()
    states = await server.app.store.read(lambda c: c.execute(stored_jobs.jobs.select()).all())
    assert [(row.name, row.state) for row in states] == [(JOB, "done")]
