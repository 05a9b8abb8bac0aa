"""A kind of room by a stranger, with the public API alone: state, stage, permission, clock."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect
from tests.plugins.debate.salon_debate.plugin import DebatePlugin

from salon.testing import Person, Refused, Server
from salon.testing.browser import Browsers, barriers

pytestmark = pytest.mark.plugin.with_args(DebatePlugin)

FOLDER = Path(__file__).parent / "salon_debate"
PUBLIC = {"@salon/client", "preact", "preact/hooks", "@preact/signals"}
PHONE = {"width": 360, "height": 740}
TONE_HZ = 440.0


async def debate_of(person: Person) -> dict[str, Any]:
    opened = await person.command("room.open", name="Bikes or trams", kind="debate.debate")
    room: dict[str, Any] = opened["room"]
    await person.expect("room.state_changed", room_id=room["id"], key="debate")
    return room


async def refused(person: Person, command: str, **fields: Any) -> str:
    with pytest.raises(Refused) as caught:
        await person.command(command, **fields)
    return str(caught.value.error.get("reason", caught.value.code))


def test_it_imports_nothing_but_the_public_api() -> None:
    tree = ast.parse((FOLDER / "plugin.py").read_text("utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in modules if name and name.startswith("salon")} == {"salon.plugin"}
    page = (FOLDER / "static" / "app" / "debate.js").read_text("utf-8")
    assert set(re.findall(r'from "([^"]+)"', page)) <= PUBLIC


async def test_who_has_the_floor_is_heard_and_nobody_is_when_the_time_is_over(
    host: Person, alice: Person, bob: Person
) -> None:
    room = (await debate_of(host))["id"]
    for person in (alice, bob):
        await person.join(room)
    assert alice.voice is not None
    assert bob.voice is not None
    assert await refused(bob, "voice.set", room=room, muted=False) == "debate.no_floor"
    await bob.command("debate.ask", room=room)
    asked = await host.expect("room.state_changed", room_id=room, key="debate")
    assert asked["state"]["waiting_ids"] == [bob.id]
    await host.command("debate.give", room=room, account=bob.id, seconds=2)
    await bob.command("voice.set", room=room, muted=False)
    bob.voice.talk(TONE_HZ)
    assert await alice.voice.hears(TONE_HZ)
    await alice.expect("participant.changed", account_id=bob.id, silenced=True)
    assert not await alice.voice.hears(TONE_HZ, within_s=0.5)
    assert await refused(bob, "voice.set", room=room, muted=False) == "muted_by_host"


async def test_a_debate_is_led_by_who_may_chair_and_has_the_seats_of_its_kind(
    host: Person, alice: Person, bob: Person
) -> None:
    fields = {"name": "Mine", "kind": "debate.debate"}
    assert await refused(alice, "room.open", **fields) == "no_permission"
    room = await debate_of(host)
    assert room["seats"] == 12
    await alice.join(room["id"])
    gives = {"room": room["id"], "account": alice.id, "seconds": 60}
    assert await refused(alice, "debate.give", **gives) == "no_permission"
    assert await refused(bob, "debate.ask", room=room["id"]) == "debate.not_inside"
    assert await refused(bob, "debate.ask", room=bob.room("Kitchen table")) == "debate.no_debate"
    assert await refused(host, "debate.give", **(gives | {"account": bob.id})) == "debate.not_here"
    assert await refused(host, "debate.give", **(gives | {"seconds": 9_000})) == "malformed"
    await host.command("debate.give", **gives)
    assert await refused(bob, "debate.end_turn", room=room["id"]) == "debate.not_yours"
    await alice.command("room.leave", room=room["id"])
    while (await bob.expect("room.state_changed", key="debate"))["state"]["speaker_id"]:
        pass


async def test_after_a_restart_a_debate_goes_on_with_a_free_floor(
    server: Server, host: Person, alice: Person
) -> None:
    opened = await host.command("room.open", name="Trams", kind="debate.debate", temporary=False)
    room = opened["room"]["id"]
    await alice.join(room)
    await host.command("debate.give", room=room, account=alice.id, seconds=60)
    await server.restart()
    await server.settled()
    await host.open()
    states = {each["key"]: each for each in host.welcome["live"]["room_states"]}
    assert states["debate"]["state"] == {"speaker_id": None, "ends_at": None, "waiting_ids": []}


@pytest.mark.browser
async def test_the_floor_is_asked_for_and_given_by_the_keyboard_at_a_phone_too(
    browsers: Browsers, host: Person, bob: Person
) -> None:
    room = await debate_of(host)
    await bob.command("room.join", room=room["id"])
    address = f"/r/{room['slug']}"
    phone = await browsers.visit(bob, address, viewport=PHONE, language="fr")
    chair = await browsers.visit(host, address)
    await phone.page.get_by_role("button", name="Demander la parole").press("Enter")
    await chair.page.get_by_role("button", name="Give Bob the floor").press("Enter")
    await phone.page.get_by_text("Bob a la parole").wait_for()
    await expect(phone.page.get_by_role("timer", name="Temps restant")).to_have_text(
        re.compile(r"[12]:\d\d")
    )
    assert await barriers(phone.page) == await barriers(chair.page) == []
    assert await phone.page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    await chair.page.get_by_role("button", name="End this turn").press("Enter")
    await phone.page.get_by_text("La parole est libre.").wait_for()
    assert phone.complaints == chair.complaints == []
