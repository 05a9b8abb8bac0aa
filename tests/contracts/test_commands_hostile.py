"""Every command of the core and of the bundled plugins, one field wrong at a time.

Each field of each command gets each value that nobody should send, the others what would be right;
asked by the owner, a member and somebody in time out. The answer is a result or a refusal with a
stable code; nothing is our fault, and the socket stays. What is no command at all closes the socket
with the code that docs/protocol.md names.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import WSMsgType
from pydantic import BaseModel
from structlog.testing import capture_logs

from salon.domain.sanctions import SanctionKind
from salon.ids import new_secret
from salon.testing import Person, Refused, Server
from salon_bots.plugin import BotsPlugin
from salon_events.plugin import EventsPlugin
from salon_moderation.plugin import ModerationPlugin
from salon_recording.plugin import RecordingPlugin
from salon_sports_rooms.plugin import SportsRoomsPlugin

PLUGINS = (ModerationPlugin, RecordingPlugin, SportsRoomsPlugin, BotsPlugin, EventsPlugin)
STARTS = f"{datetime.now(UTC).year + 1}-06-01T20:00"
CODES = {"invalid", "denied", "not_found", "conflict", "too_many", "unavailable"}
ERROR_MAX_BYTES = 1_000
UNKNOWN = ("nobody_knows", "account_id", "__proto__")
ENDS = (".delete", ".remove", ".close", ".revoke", ".join", ".leave", ".stop", "_remove", ".undo")

pytestmark = [
    *(pytest.mark.plugin.with_args(plugin) for plugin in PLUGINS),
    pytest.mark.settings(limits={"frames_per_10_s": 1_000}),
]

MISSING = object()
HOSTILE: Mapping[str, Any] = {
    "nothing": MISSING,
    "null": None,
    "a truth": True,
    "zero": 0,
    "a negative number": -1,
    "the largest number": 2**53,
    "the smallest number": -(2**53),
    "half": 0.5,
    "a whole float": 1.0,
    "a huge float": 1e308,
    "an id that nothing has": "1",
    "the largest id": str(2**63 - 1),
    "an id over the largest": str(2**63),
    "a negative id": "-1",
    "an id in other digits": "\u0661",
    "an id with a fraction": "1.0",
    "a number of 400 digits": "9" * 400,
    "an empty text": "",
    "a blank": " ",
    "controls": "a\x01\x7f\r\nb",
    "bidi controls": "\u202e\u2066gnp.exe\u2069",
    "nothing to see": "\u200b\u2060\ufeff",
    "one letter of many marks": "a" + "\u0301" * 500,
    "letters that grow": "\ufdfa" * 300,
    "a long text": "x" * 60_000,
    "markup": "<img src=x onerror=alert(1)>{{7*7}}%s%n../../etc/passwd",
    "a list": [],
    "an object": {},
    "a list of nothing": [None] * 500,
    "a list of ids": ["1"] * 101,
    "an object in an object": {"a": {"b": [1]}},
    "a deep list": json.loads("[" * 25 + "]" * 25),
}


@pytest.fixture(autouse=True)
def nothing_is_our_fault(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with capture_logs() as told:
        yield
    errors: list[Any] = [entry for entry in told if entry["log_level"] in {"error", "critical"}]
    errors += [r for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert not errors, errors[:5]


@pytest.fixture
async def people(server: Server, owner: Person, alice: Person, bob: Person) -> Mapping[str, Person]:
    until = server.clock.now() + timedelta(days=28)
    sanctions = server.app.services.sanctions
    await sanctions.impose(
        None, int(bob.id), SanctionKind.TIME_OUT, until=until, reason="for a while"
    )
    return {"the owner": owner, "a member": alice, "somebody in time out": bob}


def commands(server: Server) -> Mapping[str, type[BaseModel]]:
    """Every command with the model of its fields; those that end what others need come last."""
    gateway, host = server.app.front.gateway, server.app.host
    found = {name: known.payload for name, known in gateway.registry.names.items()}
    for contributed in host.contributions.values():
        found |= {command.name: command.payload for command in contributed.commands}
    return dict(sorted(found.items(), key=lambda item: item[0].endswith(ENDS)))


@pytest.fixture
async def right(server: Server, owner: Person, alice: Person) -> Mapping[str, Any]:
    """What would be right, by the name of the field, or of the plugin and the field."""
    channel, room = owner.channel("#general"), owner.snapshot["rooms"][0]["id"]
    category = (await owner.command("category.create", name="A shelf"))["category"]["id"]
    message = await alice.post(channel, "A message")
    mine = (await owner.post(channel, "Another one"))["id"]
    await owner.command("moderation.report", message=message["id"], reason="spam")
    role = (await owner.command("role.create", name="A shelf of roles"))["role"]["id"]
    case = (await owner.command("moderation.cases"))["cases"][0]["id"]
    invitation = (await owner.command("invitation.create"))["invitation"]["id"]
    bot = await owner.command("bots.create", handle="almanac", display_name="Almanac")
    hook = await owner.command("bots.webhook_create", channel=channel, name="Weather")
    match = await owner.command("sports_rooms.create", home="Rivage", away="Montclar")
    goal = {"room": match["room_id"], "nonce": "first", "kind": "goal", "side": "home"}
    await owner.command("sports_rooms.clock", room=goal["room"], nonce="start", action="start")
    await owner.command("sports_rooms.moment", **goal)
    planned = {"title": "Open stage", "starts": STARTS, "zone": "Europe/Paris", "lasts_min": 60}
    event = await owner.command("events.plan", **planned, rule="FREQ=WEEKLY")
    address = (await owner.command("events.make_address", holds="all"))["address"]["id"]
    peer = (await owner.command("room.join", room=room))["peer"]
    await owner.command("recording.switch", enabled=True)
    take = (await owner.command("recording.start", room=room))["take"]["id"]
    show = (await owner.command("recording.shows"))["shows"][0]["id"]
    return {
        "channel": channel, "room": room, "category": category, "message": mine, "peer": peer,
        "sdp": "v=0", "reply_to": mine, "account": alice.id, "invitation": invitation,
        "participant.account": owner.id, "bot": bot["bot"]["id"],
        "webhook": hook["webhook"]["id"], "role_ids": [], "case": case,
        "moderation.message": message["id"], "reason": "spam", "decision": "dismiss",
        "sports_rooms.room": match["room_id"], "sports_rooms.kind": "goal", "moment": "1",
        "side": "home", "action": "pause", "silenced": True, "choice": "on", "enabled": True,
        "take": take, "segments": [{"take": take, "start_s": 0.0, "end_s": 10.0}],
        "segment": {"take": take, "start_s": 0.0, "end_s": 10.0}, "show": show, "piece": "1",
        "slots": [], "rows": [], "approved": True, "chosen": True, "slug": "late", "revision": 1,
        "session": "1", "plugin": "bots",
        "recording.answer": "yes",
        "role": role, "place": channel, "target": "role", "target_id": role,
        "allow": [], "deny": [], "messages": ["1"], "starts": STARTS, "zone": "Europe/Paris",
        "lasts_min": 60, "occurrence": event["occurrence_id"], "holds": "mine",
        "begins": f"{STARTS}:00Z", "ends": f"{STARTS}:30Z", "events.address": address,
    }  # fmt: skip


def fields_of(name: str, model: type[BaseModel], right: Mapping[str, Any]) -> dict[str, Any]:
    """Right values of all fields that have to be there."""
    plugin = name.partition(".")[0]
    return {
        field: right.get(f"{plugin}.{field}", right.get(field, f"a-{field}-{new_secret(6)}"))
        for field, about in model.model_fields.items()
        if about.is_required()
    }


async def ask(person: Person, name: str, fields: Mapping[str, Any]) -> str:
    try:
        await person.command(name, **{k: v for k, v in fields.items() if v is not MISSING})
    except Refused as refused:
        return refused.code if refused.error["message"] else "no message"
    return "ok"


@pytest.mark.parametrize("who", ["the owner", "a member", "somebody in time out"])
async def test_no_wrong_field_of_any_command_is_a_fault_of_ours(
    server: Server, people: Mapping[str, Person], right: Mapping[str, Any], who: str
) -> None:
    person = people[who]
    faults = []
    for name, model in commands(server).items():
        for field in [*model.model_fields, *UNKNOWN]:
            server.clock.advance(seconds=20)  # so that nobody is too fast
            for what, value in HOSTILE.items():
                code = await ask(person, name, {**fields_of(name, model, right), field: value})
                if code not in CODES | {"ok"}:
                    faults.append((name, field, what, code))
    await server.settled()
    faulty = [(s.name, s.where) for s in server.app.host.statuses() if s.faults]
    assert (faults, faulty) == ([], [])
    assert (await person.command("ping"))["seq"] > 0


BROKEN: Mapping[str, tuple[int, str | bytes]] = {
    "no JSON": (1002, '{"id": 2, "type": "ping"'),
    "nothing": (1002, ""),
    "a list": (1002, "[]"),
    "null": (1002, "null"),
    "an end and more": (1002, '{"id": 2, "type": "ping"}{}'),
    "NaN": (1002, '{"id": 2, "type": "ping", "x": NaN}'),
    "an infinity": (1002, '{"id": 2, "type": "ping", "x": -Infinity}'),
    "a float over all": (1002, '{"id": 2, "type": "ping", "x": 1e999}'),
    "an integer over 2^53": (1002, '{"id": 2, "type": "ping", "x": 9007199254740993}'),
    "an integer of 2^63": (1002, '{"id": 2, "type": "ping", "x": -9223372036854775808}'),
    "an integer of many digits": (1002, '{"id": 2, "type": "ping", "x": 1%s}' % ("0" * 5_000)),
    "half a character": (1002, '{"id": 2, "type": "ping", "x": "\\ud800"}'),
    "half a character in a key": (1002, '{"id": 2, "type": "ping", "\\udc00": 1}'),
    "a NUL": (1002, '{"id": 2, "type": "ping", "x": "\\u0000"}'),
    "a key twice": (1002, '{"id": 2, "type": "ping", "type": "message.post"}'),
    "a key twice inside": (1002, '{"id": 2, "type": "ping", "x": [{"a": 1, "\\u0061": 2}]}'),
    "33 levels": (1002, '{"id": 2, "type": "ping", "x": ' + "[" * 32 + "]" * 32 + "}"),
    "no id": (1002, '{"type": "ping"}'),
    "no number as id": (1002, '{"id": "2", "type": "ping"}'),
    "a float as id": (1002, '{"id": 2.0, "type": "ping"}'),
    "a truth as id": (1002, '{"id": true, "type": "ping"}'),
    "null as id": (1002, '{"id": null, "type": "ping"}'),
    "a negative id": (1002, '{"id": -2, "type": "ping"}'),
    "an id again": (1002, '{"id": 1, "type": "ping"}'),
    "an id over 2^53": (1002, '{"id": 9223372036854775808, "type": "ping"}'),
    "over 64 KiB": (1009, '{"id": 2, "type": "ping", "x": "%s"}' % ("x" * 100_000)),
    "bytes": (1003, b'{"id": 2, "type": "ping"}'),
}
NO_COMMANDS: tuple[Any, ...] = (
    None,
    True,
    2,
    0.5,
    "",
    " ping",
    "PING",
    "hello",
    "x" * 60_000,
    [],
    {"a": 1},
    "\u202e",
)


async def test_a_broken_frame_closes_its_socket_and_no_other(owner: Person, alice: Person) -> None:
    closed = {}
    for what, (_code, frame) in BROKEN.items():
        await alice.send(frame)
        closed[what] = await alice.expect_close()
        await alice.open()
    assert closed == {what: code for what, (code, _frame) in BROKEN.items()}
    assert (await owner.command("ping"))["seq"] > 0


async def test_what_is_no_command_is_invalid_and_the_socket_stays(alice: Person) -> None:
    for name in NO_COMMANDS:
        with pytest.raises(Refused) as refused:
            await alice.command(name)
        assert (refused.value.code, refused.value.error["field"]) == ("invalid", "type")
        assert len(json.dumps(refused.value.error)) < ERROR_MAX_BYTES
    assert (await alice.command("ping"))["seq"] > 0


NO_SEQS: tuple[Any, ...] = (None, True, -1, -(2**53), 2**53, 0.5, "400", [])


async def hello(person: Person, **fields: Any) -> tuple[dict[str, Any] | None, int | None]:
    """Return the answer to a first frame, or the code with which the socket was closed."""
    async with person.web.ws_connect("/socket", origin=person.url, max_msg_size=0) as socket:
        await socket.send_json({"id": 1, **fields})
        told = await socket.receive()
        return json.loads(told.data) if told.type is WSMsgType.TEXT else None, socket.close_code


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "ping", "ticket": "x"},
        {"type": "hello"},
        {"type": "hello", "ticket": "x" * 43},
        {"type": "hello", "ticket": "x" * 60_000},
        {"type": "hello", "ticket": {"a": []}},
    ],
    ids=lambda fields: repr(fields)[:50],
)
async def test_a_hello_without_a_good_ticket_is_told_to_sign_in(
    owner: Person, fields: dict[str, Any]
) -> None:
    assert await hello(owner, **fields) == (None, 4001)


async def test_who_comes_back_with_nonsense_is_told_everything_anew(owner: Person) -> None:
    for epoch in (owner.welcome["epoch"], None, 7, "x" * 60_000):
        for seq in NO_SEQS:
            async with owner.web.post("/api/ticket", headers={"Origin": owner.url}) as response:
                ticket = (await response.json())["ticket"]
            known = {"type": "hello", "ticket": ticket, "epoch": epoch, "seq": seq}
            answer, _code = await hello(owner, **known)
            assert answer is not None
            assert answer["result"]["snapshot"] is not None
            assert not answer["result"]["resumed"]
