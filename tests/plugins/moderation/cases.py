"""What tests of cases share: people report, hosts look."""

from typing import Any

from salon.testing import Person


async def report(person: Person, message: dict[str, Any], **fields: Any) -> None:
    await person.command("moderation.report", message=message["id"], reason="spam", **fields)


async def queue(person: Person, **fields: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.command("moderation.cases", **fields))["cases"]
    return found


async def only_case(person: Person, **fields: Any) -> dict[str, Any]:
    (case,) = await queue(person, **fields)
    return case


async def steps(person: Person, case: dict[str, Any]) -> list[tuple[str, str | None]]:
    shown = await person.command("moderation.case", case=case["id"])
    return [(step["what"], step["actor_id"]) for step in shown["history"]]


async def reported(host: Person, alice: Person, bob: Person) -> dict[str, Any]:
    await report(bob, await alice.post("#general", "cheap watches"))
    return await only_case(host)


async def in_the_kitchen(host: Person, alice: Person, bob: Person) -> tuple[str, dict[str, Any]]:
    room = alice.room("Kitchen table")
    await report(bob, await alice.post(room, "shut up"))
    return room, await only_case(host)
