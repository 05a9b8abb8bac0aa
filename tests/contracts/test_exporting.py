"""With the bundled plugins, somebody is given what each of them keeps of them, and no more."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from salon.testing import Person, Server
from salon_bots.plugin import BotsPlugin
from salon_events.plugin import EventsPlugin
from salon_moderation.plugin import ModerationPlugin
from salon_recording.plugin import RecordingPlugin
from salon_sports_rooms.plugin import SportsRoomsPlugin

pytestmark = [
    pytest.mark.plugin.with_args(plugin)
    for plugin in (ModerationPlugin, RecordingPlugin, SportsRoomsPlugin, BotsPlugin, EventsPlugin)
]


async def test_each_plugin_says_what_it_keeps_of_who_asks(
    server: Server, owner: Person, alice: Person
) -> None:
    canary = await server.member("canary", owner)
    said = await canary.post("#general", "Everybody listen to me.")
    await alice.command("moderation.report", message=said["id"], reason="spam", note="A secret.")
    theirs = await alice.post("#general", "Quiet, please.")
    await canary.command("moderation.report", message=theirs["id"], reason="other", note="My note.")

    wish = {"current": canary.password}
    async with canary.web.post("/api/export", json=wish, headers={"Origin": server.url}) as answer:
        assert answer.status == 200
    await server.settled()
    async with canary.web.get("/api/export") as answer:
        archive = ZipFile(BytesIO(await answer.read()))

    for plugin in ("moderation", "recording", "sports_rooms", "bots", "events"):
        assert f"plugins/{plugin}.json" in archive.namelist()
    moderation = json.loads(archive.read("plugins/moderation.json"))
    assert [case["text"] for case in moderation["cases"]] == ["Everybody listen to me."]
    assert [report["note"] for report in moderation["reports"]] == ["My note."]
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"A secret." not in everything
    assert b"could not say" not in everything
