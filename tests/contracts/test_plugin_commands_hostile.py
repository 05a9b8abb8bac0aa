"""Every command of every bundled plugin, with fields that nobody should send.

Half of each payload is plausible, so that it comes past the checks and meets the rest. Whatever is
sent gets a result or a refusal that names the sender's mistake; nothing counts as a plugin's fault.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from salon.plugin import Command
from salon.testing import Person, Refused, Server
from salon_bots.plugin import BotsPlugin
from salon_events.plugin import EventsPlugin
from salon_moderation.plugin import ModerationPlugin
from salon_recording.plugin import RecordingPlugin
from salon_sports_rooms.plugin import SportsRoomsPlugin

PLUGINS = (ModerationPlugin, RecordingPlugin, SportsRoomsPlugin, BotsPlugin, EventsPlugin)
TIMES_EACH = 120
OUR_FAULTS = {"internal", "plugin_error"}

pytestmark = [
    *(pytest.mark.plugin.with_args(plugin) for plugin in PLUGINS),
    pytest.mark.settings(limits={"frames_per_10_s": 1_000}),
]

HOSTILE: Sequence[Any] = (
    None, True, False, 0, -1, 1, 2**53, -(2**53), 0.5, 1e300, "", " ", "0", "-1", "1", "007",
    str(2**63 - 1), str(2**63), "9" * 19, "9" * 20, "9" * 400, "\u0661", "\u00b2", "1e9", "NaN",
    "x" * 65, "x" * 5_000, "\x7f", "a\nb", "\u202egnp.exe", "\u200b", "\ufdfa" * 40,
    "a\u0301" * 200,
    "=1+1", "<img src=x onerror=alert(1)>", "../../etc/passwd", "{0.__class__}", "%s%n",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z",
    "2026-02-30T00:00:00Z", [], {}, [[]], [None] * 200, ["1"], {"a": {"b": []}}, [{"at_s": -1}],
)  # fmt: skip


@pytest.fixture
async def plausible(server: Server, owner: Person, alice: Person) -> Mapping[str, Sequence[Any]]:
    """What would be right, by the name of the field."""
    messages = [await alice.post("#general", f"message {number}") for number in range(3)]
    for message in messages[:2]:
        await owner.command("moderation.report", message=message["id"], reason="spam")
    cases = (await owner.command("moderation.cases"))["cases"]
    match = await owner.command("sports_rooms.create", home="Rivage", away="Montclar")
    bot = await owner.command("bots.create", handle="almanac", display_name="Almanac")
    channel = owner.channel("#general")
    hook = await owner.command("bots.webhook_create", channel=channel, name="Weather")
    starts = [f"{datetime.now(UTC).year + 1}-06-0{day}T20:00" for day in (1, 2)]
    planned = {
        "zone": "Europe/Paris",
        "lasts_min": 60,
        "rule": "FREQ=WEEKLY",
        "host_ids": [alice.id],
    }
    event = await owner.command("events.plan", title="Open stage", starts=starts[0], **planned)
    address = (await owner.command("events.make_address", holds="all"))["address"]["id"]
    rooms = [match["room_id"], owner.snapshot["rooms"][0]["id"]]
    return {
        "message": [message["id"] for message in messages],
        "reason": ["spam", "other", "for a reason"],
        "state": ["open", "closed"],
        "case": [case["id"] for case in cases],
        "decision": ["dismiss", "time_out", "keep_out"],
        "minutes": [1, 40_320],
        "room": rooms,
        "choice": ["yes", "no", "accepted", "declined"],
        "kind": ["goal", "card", "substitution", "note"],
        "side": ["home", "away"],
        "card": ["yellow", "red"],
        "action": ["start", "pause", "half", "end", "set"],
        "elapsed_s": [0, 60, 14_400],
        "minute": [0, 180],
        "nonce": [f"nonce {number}" for number in range(1_000)],
        "moment": ["1"],
        "bot": [bot["bot"]["id"]],
        "webhook": [hook["webhook"]["id"]],
        "channel": [channel, *rooms],
        "handle": [f"bot-{number}" for number in range(100)],
        "starts_at": ["2026-11-25T20:45:00Z", "9999-12-31T23:59:59Z"],
        "sport": ["football"],
        "starts": [*starts, "2026-02-30T20:00", "9999-12-31T23:59", "0001-01-01T00:00"],
        "zone": ["Europe/Paris", "Pacific/Apia", "Europe/Atlantis", "../../etc/passwd", "."],
        "lasts_min": [60, 10_080],
        "rule": ["FREQ=WEEKLY", "FREQ=MONTHLY;BYDAY=-1TH", "FREQ=SECONDLY", "FREQ=DAILY;COUNT=500"],
        "occurrence": [event["occurrence_id"]],
        "after": [event["occurrence_id"]],
        "said": ["coming", "maybe", "not"],
        "which": ["coming", "mine", "past"],
        "holds": ["all", "mine", "room"],
        "address": [address],
        "host_ids": [[alice.id], [alice.id] * 11],
        "begins": ["2026-11-25T20:45:00Z"],
        "ends": ["2026-12-25T20:45:00Z", "0001-01-01T00:00:00+14:00"],
        "start_s": [0.0],
        "end_s": [10.0],
    }


@pytest.fixture
async def people(owner: Person, alice: Person, bob: Person) -> Sequence[Person]:
    return [owner, alice, bob]


def payload(
    command: Command, plausible: Mapping[str, Sequence[Any]], chance: random.Random
) -> dict[str, Any]:
    """Return fields for a command: some right, some left out, some that nobody should send."""
    fields: dict[str, Any] = {}
    for name, about in command.payload.model_fields.items():
        draw = chance.random()
        if draw < 0.25:
            fields[name] = chance.choice(HOSTILE)
        elif about.is_required() or draw < 0.6:
            fields[name] = chance.choice(plausible.get(name, ("A name", "1", True)))
    if chance.random() < 0.05:
        fields["__proto__"] = chance.choice(HOSTILE)
    return fields


async def ask(person: Person, command: Command, fields: dict[str, Any]) -> str:
    try:
        await person.command(command.name, **fields)
    except Refused as refused:
        return refused.code
    return "ok"


@pytest.mark.parametrize("plugin", [plugin.name for plugin in PLUGINS])
async def test_no_command_of_a_plugin_fails_whatever_it_is_sent(
    server: Server,
    people: Sequence[Person],
    plausible: Mapping[str, Sequence[Any]],
    plugin: str,
) -> None:
    chance = random.Random(f"hostile to {plugin}")  # noqa: S311 repeatable, no secret
    failed = []
    for command in server.app.host.contributions[plugin].commands:
        server.clock.advance(seconds=10)  # so that nobody is too fast
        for _ in range(TIMES_EACH):
            fields = payload(command, plausible, chance)
            # The owner is asked most: the others are refused early.
            code = await ask(chance.choices(people, (6, 1, 1))[0], command, fields)
            if code in OUR_FAULTS:
                failed.append((command.name, fields))
    await server.settled()
    faults = [(s.name, s.where) for s in server.app.host.statuses() if s.faults]
    assert (failed, faults) == ([], [])
