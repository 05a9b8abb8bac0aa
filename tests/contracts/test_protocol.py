"""docs/protocol.md against the code: what it names exists, and what exists it names."""

import ast
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSCloseCode

from salon.domain import wire
from salon.domain.accounts import (
    Account,
    AccountKind,
    AccountState,
    Community,
    Invitation,
    Passkey,
    Privacy,
    Session,
)
from salon.domain.channels import Category, Channel
from salon.domain.events import Event, PluginEvent
from salon.domain.files import File, FileKind
from salon.domain.messages import Message
from salon.domain.permissions import Overwrite, Role
from salon.domain.rooms import Participant, Room
from salon.domain.sanctions import Sanction, SanctionKind
from salon.errors import SalonError
from salon.relay.measures import (
    KNOWN_S,
    LINES_TOLD,
    ROOMS_TOLD,
    LineMeasures,
    RoomMeasures,
    WorkerMeasures,
)
from salon.services import doorstep, graces, measures, participants
from salon.services.files import FileMeasures
from salon.services.live import REMOVED_FOR_S
from salon.services.measures import ParticipantLine
from salon.testing import Person, Server
from salon.web.socket import connection, gateway
from salon.web.socket.commands import core_commands

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core" / "salon"
TEXT = (ROOT / "docs" / "protocol.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"(?ms)^## (\d)\. .*?\n(.*?)(?=^## |\Z)", TEXT))
AT = datetime(2026, 11, 25, tzinfo=UTC)


def subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for below in kind.__subclasses__():
        yield below
        yield from subclasses(below)


def test_every_code_of_a_refusal_is_named_and_no_other() -> None:
    named = re.search(r"Codes are stable: (.*?)\n\n", SECTIONS["1"], re.DOTALL)
    assert named is not None
    said = set(re.findall(r"`([a-z_]+)`", named[1])) - {"plugin", "request_id"}
    raised = {kind.code for kind in subclasses(SalonError) if "code" in vars(kind)}
    assert said == raised


def close_codes() -> set[int]:
    """Every number that the core hands to a socket's `close`, by name or as it stands."""
    found = {int(WSCloseCode.OK)}  # whoever says goodbye gets it back
    found |= {int(WSCloseCode.INVALID_TEXT), int(WSCloseCode.MESSAGE_TOO_BIG)}  # aiohttp's own
    for file in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Attribute(value=ast.Name("WSCloseCode"), attr=name):
                    found.add(int(WSCloseCode[name]))
                case (
                    ast.Assign(targets=[ast.Name(name)], value=ast.Constant(int(code)))
                    | ast.AnnAssign(target=ast.Name(name), value=ast.Constant(int(code)))
                ) if name.startswith(("CLOSE_", "GOING_AWAY")):
                    found.add(code)
    return found


def test_every_close_code_is_named_and_no_other() -> None:
    said = re.search(r"Close codes: (.*?)\n\n", SECTIONS["1"], re.DOTALL)
    assert said is not None
    assert {int(code) for code in re.findall(r"\b(10\d\d|4\d\d\d)\b", said[1])} == close_codes()


SHAPES: Mapping[str, Mapping[str, Any]] = {
    "Community": wire.community(Community(1, "", 0, "en", "", 1, None)),
    "Account": wire.account(
        Account(1, AccountKind.PERSON, "", "", 1, frozenset(), is_owner=False, created_at=AT)
    ),
    "Role": wire.role(Role(1, "", 0, frozenset(), 1)),
    "Category": wire.category(Category(1, "", 0)),
    "Channel": wire.channel(Channel(1, "", "", "", 1, 0, ())),
    "Conversation": wire.conversation(Channel(1, "", "", "", 1, 0)),
    "Thread": wire.thread(Channel(1, "", "", "", 1, 0)),
    "Privacy": wire.privacy(Privacy()),
    "Room": wire.room(Room(1, "", "", "", "talk", 1, 0, 1, 1)),
    "Message": wire.message(Message(1, 1, 1, "", "", AT)),
    "File": wire.file(File(1, "", FileKind.OTHER, "", 1)),
    "Participant": wire.participant(Participant(1, 1, "", AT, may_speak=True)),
    "Invitation": wire.invitation(Invitation(1, "", 1, AT, AT, 0, 1)),
    "Sanction": wire.sanction(Sanction(1, 1, SanctionKind.BAN, AT, None, "", 1)),
    "Session": wire.session(Session(1, 1, "", AT, AT, AT), is_current=True),
    "Passkey": wire.passkey(Passkey(1, 1, b"", b"", 0, "", is_synced=True, created_at=AT)),
}


@pytest.mark.parametrize("noun", SHAPES)
def test_a_noun_has_the_fields_that_are_named(noun: str) -> None:
    said = re.search(rf"\b{noun} `\{{(.*?)\}}`(?: ·|;|\.)", SECTIONS["3"])
    assert said is not None
    flat = re.sub(r"\[\{.*?\}\]", "", said[1])  # what stands in lists is looked at below
    names = [re.split(r"[ :]", part.strip())[0] for part in flat.split(",")]
    assert names == list(SHAPES[noun])


def test_an_overwrite_and_the_states_are_as_named() -> None:
    overwrite = wire.overwrite(Overwrite("role", 1, frozenset(), frozenset()))
    assert f"[{{target: role|account, {', '.join(list(overwrite)[1:])}}}]" in SECTIONS["3"]
    for kinds in (AccountState, AccountKind):
        assert "|".join(kinds) in SECTIONS["3"]


def rows(section: str) -> Iterator[list[str]]:
    for line in SECTIONS[section].splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.split("|")[1:-1]]


def named(cell: str) -> list[str]:
    """Return the types in a cell; `.edit` after `room.open` is `room.edit`."""
    found: list[str] = []
    for name in re.findall(r"`([a-z_.]+)`", cell):
        found.append(found[0].partition(".")[0] + name if name.startswith(".") else name)
    return found


def test_every_command_of_the_core_is_named_with_its_fields() -> None:
    known = core_commands().names
    said = [name for types, *_ in rows("4") for name in named(types)]
    assert sorted(said) == sorted([*known, "ping"])
    for types, fields_, *_ in rows("4"):
        models = [known[name].payload for name in named(types) if name != "ping"]
        wanted = {field for model in models for field in model.model_fields}
        quoted = " ".join(re.findall(r"`(.*?)`", re.sub(r"\(.*?\)", "", fields_)))
        quoted = re.sub(r"= \S+", "", quoted)
        assert set(re.findall(r"[a-z_]+", quoted)) == wanted, types


def test_every_event_of_the_core_is_named_as_durable_or_not() -> None:
    durable, ephemeral = SECTIONS["6"].split("Ephemeral:")
    events = {kind for kind in subclasses(Event) if kind.name != PluginEvent.name}
    name = re.compile(r"`([a-z]+\.[a-z_]+)[ `]")
    others = {"access.changed", "channel.manage"}  # no event of its own; a permission
    assert set(name.findall(durable)) - others == {e.name for e in events if e.durable}
    assert set(name.findall(ephemeral)) - others == {e.name for e in events if not e.durable}


async def test_the_welcome_has_what_is_named(owner: Person) -> None:
    answer = re.search(r"```json\n(.*?)```", SECTIONS["2"], re.DOTALL)
    assert answer is not None
    flat = re.sub(r'("plugins": ).*?\}\]\}', r"\1", answer[1], flags=re.DOTALL)
    assert set(re.findall(r'"([a-z_]+)":', flat)) == set(owner.welcome)
    for kind, told in (("Snapshot", owner.snapshot), ("Live", owner.welcome["live"])):
        said = re.search(rf"^{kind}.*?`(\{{.*?\}})`", SECTIONS["2"], re.DOTALL | re.MULTILINE)
        assert said is not None
        flat = re.sub(r"\[.*?\]", "", said[1], flags=re.DOTALL)
        assert set(re.findall(r'"([a-z_]+)"', flat)) == set(told)


async def test_going_in_answers_with_what_is_named(owner: Person) -> None:
    joined = await owner.command("room.join", room=owner.snapshot["rooms"][0]["id"])
    said = re.search(r"`room.join` answers `\{(.*?)\}`", SECTIONS["5"])
    assert said is not None
    assert re.findall(r'"([a-z_]+)"', said[1]) == list(joined)


def test_measures_have_the_fields_that_are_named() -> None:
    line = ParticipantLine(1, 1, LineMeasures("", "", "udp", *[None] * 5))
    shapes = {
        "workers": measures._worker(WorkerMeasures(1)),
        "rooms": measures._room(RoomMeasures(1, 0, 0, 0, {}, None, None), 0),
        "lines": measures._line(line),
        "files": measures._files(FileMeasures(0, 0, 0, 0)),
    }
    for name, shape in shapes.items():
        said = re.search(rf"`{name}`: `\{{(.*?)\}}`", SECTIONS["8"])
        assert said is not None
        flat = re.sub(r"\{.*?\}", "", said[1])
        names = [re.split(r"[ :]", part.strip())[0] for part in flat.split(",")]
        assert names == list(shape)
    prose = " ".join(SECTIONS["8"].split())
    assert f"the worst {LINES_TOLD} of them" in prose
    assert f"of a worker the fullest {ROOMS_TOLD}" in prose
    assert (measures.WORST_TOLD, "the ten worst lines" in prose) == (10, True)
    assert f"talked in the last {KNOWN_S:.0f} s" in SECTIONS["8"]


def test_times_are_as_named() -> None:
    prose = " ".join(TEXT.split())
    for told in (
        f"no hello within {connection.HELLO_WITHIN_S:.0f} s",
        f"no sign of life for {connection.SILENT_FOR_S:.0f} s",
        f'"heartbeat_s": {connection.HEARTBEAT_S}',
        f"one use, {gateway.TICKET_FOR_S:.0f} s",
        f"with that `peer` within {doorstep.STANDS_S:.0f} s",
        f"the choices and the participant stay ({graces.GRACE_S:.0f} s)",
        f"cannot come back for {REMOVED_FOR_S:.0f} s",
        f"together: {participants.VOICE_BURST} at once",
    ):
        assert told in prose


def addresses_of(cell: str) -> Iterator[tuple[str, str]]:
    """Yield (method, address) of a cell: a method holds for what follows it, until the next."""
    method, address = "GET", ""
    for words in re.findall(r"`(.*?)`", cell):
        for word in words.split():
            if word in {"GET", "POST"}:
                method = word
                if words == word:
                    yield method, address
            else:
                address = re.sub(r"<(\w+)>", r"{\1}", word)
                yield method, address


async def test_every_address_of_the_core_is_named_and_no_other(server: Server) -> None:
    front = server.app.front
    shown_by = {
        (route.method, resource.canonical): route.handler
        for resource in front.application.router.resources()
        for route in resource
        if route.method != "HEAD" and not resource.canonical.startswith("/p/")
    }
    shell = {where for where, handler in shown_by.items() if handler.__name__ == "shell"}
    said = {where for cell, _ in rows("7") for where in addresses_of(cell)}
    said = {(method, path) for method, path in said if not path.startswith("/p/")}
    assert said - {("GET", "/")} == set(shown_by) - shell
