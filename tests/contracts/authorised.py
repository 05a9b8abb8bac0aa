"""The tables of docs/authorisation.md, and the server on which they are carried out for real.

They have one row for each command and address of the core and of the bundled plugins; one without
a row fails, and so does a row whose answers are other ones than the server gives. The failure
prints the rows as they would have to be: whoever changes who may what reads them, and puts them
there on purpose.

Everyone's role gives nothing but seeing. Beside it the member holds nothing, and who has "the
permission" what the row names, no more; somebody in time out and somebody outside hold it as well.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from tests.contracts.authorisation_stage import Stage

from salon.domain.permissions import EVERYONE_DEFAULT, HOST_DEFAULT, VIEW
from salon.domain.sanctions import SanctionKind
from salon.testing import Person, Server
from salon_bots.plugin import BotsPlugin
from salon_events.plugin import EventsPlugin
from salon_moderation.plugin import ModerationPlugin
from salon_recording.plugin import RecordingPlugin
from salon_sports_rooms.plugin import SportsRoomsPlugin

PLUGINS = (ModerationPlugin, RecordingPlugin, SportsRoomsPlugin, BotsPlugin, EventsPlugin)
TABLES = (Path(__file__).resolve().parents[2] / "docs" / "authorisation.md").read_text("utf-8")
MARKS = [
    *(pytest.mark.plugin.with_args(plugin) for plugin in PLUGINS),
    pytest.mark.settings(limits={"frames_per_10_s": 1_000}),
]


def rows(section: str) -> Mapping[str, Sequence[str]]:
    """Return the cells of the table under a heading, by the first one."""
    text = TABLES.partition(f"## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {first.strip("` "): rest for first, *rest in cells}


def row(name: str, cells: Sequence[str]) -> str:
    return f"| `{name}` | {' | '.join(cells)} |"


async def role_of(owner: Person, person: Person, name: str, *held: str) -> str:
    made = await owner.command("role.create", name=name, permissions=sorted(held))
    await owner.command("account.roles", account=person.id, role_ids=[made["role"]["id"]])
    return str(made["role"]["id"])


async def set_up(server: Server, owner: Person) -> Stage:
    """Let people in who hold nothing, each thing or everything, and open what is asked about."""
    names = ("otto", "mia", "hope", "paul", "mona", "adela", "eve", "fay", "gus", "ned")
    people = {name: await server.member(name, owner) for name in names}
    roles = owner.snapshot["roles"]
    everyone = next(role["id"] for role in roles if not role["position"])
    await owner.command("role.edit", role=everyone, permissions=[VIEW])
    await role_of(owner, people["adela"], "All", "administrator")
    held = (EVERYONE_DEFAULT | HOST_DEFAULT) - {VIEW}
    moderator = next(role for role in roles if "room.manage" in role["permissions"])
    held |= set(moderator["permissions"])
    await role_of(owner, people["mona"], "Moderators", *held)
    trial = await role_of(owner, people["hope"], "On trial")
    for name in ("otto", "paul"):
        await owner.command("account.roles", account=people[name].id, role_ids=[trial])
    usual = EVERYONE_DEFAULT - {VIEW}
    role = await role_of(owner, people["eve"], "Usual", *usual)
    await owner.command("account.roles", account=people["ned"].id, role_ids=[role])
    until = server.clock.now() + timedelta(days=28)
    await server.app.services.sanctions.impose(
        None, int(people["paul"].id), SanctionKind.TIME_OUT, until=until, reason="for a while"
    )
    await owner.command("recording.switch", enabled=True)
    stage = Stage(
        server, owner,
        {
            "outside": people["otto"], "member": people["mia"],
            "with it": people["hope"], "in time out": people["paul"],
            "moderator": people["mona"], "administrator": people["adela"], "owner": owner,
        },
        people["eve"], people["ned"], people["otto"], trial,
        channel="", category="",
    )  # fmt: skip
    stage.channel = await stage.new_channel()
    stage.facts |= {name: people[name].id for name in names}
    stage.facts["pair"] = [stage.eve.id, people["fay"].id]
    stage.facts["open"] = await stage.new_channel()
    await owner.command(
        "overwrite.set", place=stage.facts["open"], target="role", target_id=everyone,
        allow=["message.post"], deny=[],
    )  # fmt: skip
    await stage.taken()
    return stage
