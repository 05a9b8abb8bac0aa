"""With the bundled plugins, nothing of an erased person is left: no name, no text, no voice."""

import pytest

from salon.services.erasing import JOB
from salon.services.jobs import CORE
from salon.store import jobs
from salon.testing import Person, Server
from salon_bots.plugin import BotsPlugin
from salon_events.plugin import EventsPlugin
from salon_moderation.plugin import ModerationPlugin
from salon_recording.plugin import RecordingPlugin
from salon_sports_rooms.plugin import SportsRoomsPlugin

NAME = "anary"  # of "canary" and "Canary"

pytestmark = [
    pytest.mark.plugin.with_args(plugin)
    for plugin in (ModerationPlugin, RecordingPlugin, SportsRoomsPlugin, BotsPlugin, EventsPlugin)
]


async def tables_with(server: Server, text: str) -> set[str]:
    """Return the tables of the database in which a text stands."""
    return {name for name, rows in (await server.stored()).items() if text in rows}


async def plan_and_answer(server: Server, canary: Person) -> None:
    starts = f"{server.clock.now().year + 1}-01-01T20:00"
    planned = {"title": "Singing", "starts": starts, "zone": "Europe/Paris", "lasts_min": 60}
    event = await canary.command("events.plan", **planned, host_ids=[canary.id])
    await canary.command("events.say", occurrence=event["occurrence_id"], said="maybe")
    await canary.command("events.make_address", holds="mine")


async def test_nothing_is_left_of_somebody_who_is_erased_while_being_recorded(
    server: Server, owner: Person, alice: Person
) -> None:
    canary = await server.member("canary", owner)
    hosts = next(r for r in owner.snapshot["roles"] if "room.manage" in r["permissions"])
    await owner.command("account.roles", account=canary.id, role_ids=[hosts["id"]])
    await canary.expect("access.changed")
    said = await canary.post("#general", "The canary sings.")
    await alice.command("moderation.report", message=said["id"], reason="other", note="A canary.")
    theirs = await alice.post("#general", "Quiet, please.")
    await canary.command("reaction.add", message=theirs["id"], emoji="👏")
    await canary.command("moderation.report", message=theirs["id"], reason="spam", note="No canary")
    match = await canary.command("sports_rooms.create", home="Rivage", away="Montclar")
    goal = {"room": match["room_id"], "kind": "goal", "side": "home"}
    await canary.command("sports_rooms.moment", nonce="1", text="A header", **goal)

    await plan_and_answer(server, canary)

    await owner.command("recording.switch", enabled=True)
    room = owner.snapshot["rooms"][0]["id"]
    await owner.join(room)
    await canary.join(room)
    await canary.command("recording.start", room=room)
    await owner.command("recording.consent", room=room, choice="on")
    await canary.command("recording.consent", room=room, choice="on")
    while True:
        told = await canary.expect("room.state_changed", room_id=room, key="recording")
        if told["state"] and told["state"]["phase"] == "recording":
            break
    await canary.say(seconds=0.5)
    voices = server.directory / "data" / "plugin-data" / "recording"
    assert list(voices.rglob(f"{canary.id}*"))

    payload = {"account_id": canary.id}
    await server.app.store.write(lambda tx: jobs.add(tx, CORE, JOB, payload, tx.now))
    await server.settled()

    assert await canary.expect_close() == 4001
    await owner.expect("participant.left", room_id=room, account_id=canary.id)
    assert await tables_with(server, NAME) == set()
    assert list(voices.rglob(f"{canary.id}*")) == []
    await owner.command("recording.stop", room=room)
    assert list(voices.rglob(f"{canary.id}*")) == []
    left = await tables_with(server, canary.id)
    assert left <= {"account", "audit_entry", "event_log", "job", "room"}, left
