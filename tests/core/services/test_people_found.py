"""Finding people: everybody who is in, by name and handle, and of them no more than one may see.

Where somebody is, is told of rooms that one may see; who is here, of those who show it; and a block
is told to nobody. The page looks among what it was told, so all that is told is looked at here.
"""

from typing import Any

from tests.core.services.test_ways_in import ask, guest_of

from salon.testing import Person, PushedClock, Server


async def found(person: Person, query: str) -> list[dict[str, Any]]:
    accounts: list[dict[str, Any]] = (await person.command("account.list", query=query))["accounts"]
    return accounts


async def told_anew(person: Person) -> dict[str, Any]:
    """Return all that a page is told which opens now."""
    await person.cut()
    return (await person.open()).welcome


async def test_who_is_in_a_room_that_one_may_not_see_is_found_and_not_where_they_are(
    owner: Person, host: Person, alice: Person
) -> None:
    before = await found(alice, "hanna")
    assert [each["id"] for each in before] == [host.id]
    hosts = next(r["id"] for r in owner.snapshot["roles"] if r["name"] == "Host")
    opened = {"name": "Attic", "entry": "roles", "roles": [hosts], "tags": ["Ghosts"]}
    room = (await host.command("room.open", **opened, topic="Under the roof"))["room"]["id"]
    await host.join(room)
    await owner.expect("participant.joined", account_id=host.id)
    assert await found(alice, "hanna") == before
    told = await told_anew(alice)
    assert [each["id"] for each in told["snapshot"]["accounts"] if each["id"] == host.id]
    assert room not in str(told)
    assert alice.heard("participant.joined") == []
    for line in ("in:Attic hello", "in:attic hello"):
        assert (await alice.command("search.messages", query=line))["unknown"] == [
            line.split()[0].removeprefix("in:")
        ]

    hidden = {"target": "role", "target_id": told["snapshot"]["community"]["everyone_role_id"]}
    kitchen = host.room("Kitchen table")
    await host.join(kitchen)
    await alice.expect("participant.joined", account_id=host.id, room_id=kitchen)
    await owner.command("overwrite.set", place=kitchen, **hidden, allow=[], deny=["channel.view"])
    seen = await alice.expect("access.changed")
    assert kitchen not in str(seen["snapshot"]["rooms"])
    assert host.id not in str(seen["live"]["participants"])


async def test_a_block_is_not_seen_by_looking_for_who_blocks(owner: Person, alice: Person) -> None:
    before = await found(alice, "own"), await found(alice, "")
    await owner.command("privacy.block", account=alice.id)
    assert (await found(alice, "own"), await found(alice, "")) == before
    told = await told_anew(alice)
    assert before[0] == [a for a in told["snapshot"]["accounts"] if a["id"] == owner.id]
    assert owner.id in told["live"]["here"]
    assert (await found(owner, "alice"))[0]["id"] == alice.id  # or nobody could be forgiven


async def test_who_shows_no_presence_is_found_without_it(owner: Person, alice: Person) -> None:
    await alice.command("privacy.show", presence=False)
    (account,) = await found(owner, "alice")
    told = await told_anew(owner)
    assert account in told["snapshot"]["accounts"]
    assert alice.id not in str([told["live"][key] for key in ("here", "away", "busy")])


async def test_only_who_is_in_is_found_and_not_who_asks_at_the_door_or_has_left(
    server: Server, owner: Person, alice: Person, clock: PushedClock
) -> None:
    await owner.command("community.edit", registration="approval")
    async with server.visitor() as visitor:
        await ask(server, visitor, "nina")
        await owner.expect("applications.changed", waiting=1)
        assert await found(alice, "nina") == await found(owner, "nina") == []
        (waiting,) = (await owner.command("application.list"))["applications"]
        await owner.command("application.let_in", application=waiting["id"], answer="")
    assert [each["handle"] for each in await found(alice, "nina")] == ["nina"]

    guest = await guest_of(server, owner, days=1)
    (passing,) = await found(alice, "passing")
    assert passing["guest_until"] is not None
    assert [each["handle"] for each in await found(guest, "nina")] == ["nina"]
    clock.advance(days=1, seconds=1)
    await server.app.services.guests.end_due()
    await owner.sign_in()
    await owner.open()
    assert await found(owner, "passing") == []
    assert passing["id"] not in [each["id"] for each in await found(owner, "")]
