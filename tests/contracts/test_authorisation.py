"""Who may give each command and ask each address: docs/authorisation.md, carried out for real.

The tables there have one row for each command and address of the core and of the bundled plugins;
one without a row fails here, and so does a row whose answers are other ones than the server gives.
The failure prints the rows as they would have to be: whoever changes who may what reads them, and
puts them there on purpose.

Everyone's role gives nothing but seeing. Beside it the member holds nothing, and who has "the
permission" what the row names, no more; somebody in time out and somebody outside hold it as well.
Each command gets fields that are right, of things that belong to somebody else.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import hdrs
from tests.contracts.authorisation_stage import Stage
from yarl import URL

from salon.domain.permissions import EVERYONE_DEFAULT, HOST_DEFAULT, VIEW
from salon.domain.sanctions import SanctionKind
from salon.ids import new_secret
from salon.testing import Person, Refused, Server
from salon.testing.person import PASSWORD
from salon_bots.plugin import BotsPlugin
from salon_events.plugin import EventsPlugin
from salon_moderation.plugin import ModerationPlugin
from salon_recording.plugin import RecordingPlugin
from salon_sports_rooms.plugin import SportsRoomsPlugin

PLUGINS = (ModerationPlugin, RecordingPlugin, SportsRoomsPlugin, BotsPlugin, EventsPlugin)
TABLES = (Path(__file__).resolve().parents[2] / "docs" / "authorisation.md").read_text("utf-8")
NOTHING = "nothing"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)

pytestmark = [
    *(pytest.mark.plugin.with_args(plugin) for plugin in PLUGINS),
    pytest.mark.settings(limits={"frames_per_10_s": 1_000}),
]

# What is asked by somebody who is in the room, if the room lets them in.
FROM_INSIDE = {
    "voice.answer", "voice.set", "room.leave", "hand.raise", "room.let_in", "room.turn_away",
    "room.react",
    "recording.start", "recording.consent", "recording.mark", "recording.clip",
}  # fmt: skip
ANSWERS = {"denied": "no", "not_found": "hidden"}
NOT_INSIDE = ("conflict", "not_in_room")
# What is said only to those who may, when the thing here is not ready for it.
PAST = {
    "mail_off", "no_address", "no_card", "no_guest", "passkeys_off",
    "no_command", "sound_answer", "plugin_not_stopped", "invitation_over", "too_late",
    "nobody_knocks",
    "recording.still_running", "recording.not_begun",
}  # fmt: skip


def rows(section: str) -> Mapping[str, Sequence[str]]:
    """Return the cells of the table under a heading, by the first one."""
    text = TABLES.partition(f"## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {first.strip("` "): rest for first, *rest in cells}


def row(name: str, cells: Sequence[str]) -> str:
    return f"| `{name}` | {' | '.join(cells)} |"


Made = Callable[[Stage], Awaitable[Any]]


def fact(name: str) -> Made:
    async def found(stage: Stage) -> Any:
        return stage.facts[name]

    return found


async def secret(_stage: Stage) -> str:
    return new_secret(9)


async def the_channel(stage: Stage) -> str:
    return stage.channel


async def a_name(_stage: Stage) -> str:
    return f"A name {new_secret(4)}"


async def a_handle(_stage: Stage) -> str:
    return "h" + new_secret(6).lower().replace("_", "x").replace("-", "x")


async def a_slug(_stage: Stage) -> str:
    return (await a_handle(_stage))[:20]


async def a_session(stage: Stage) -> str:
    return str((await stage.eve.command("session.list"))["sessions"][0]["id"])


async def eve_of(stage: Stage) -> str:
    return stage.eve.id


async def of_eve(stage: Stage) -> list[str]:
    return [await stage.message()]


# The right value of a field: by the command and the field, or by the field alone.
RIGHT: Mapping[str, Any] = {
    "channel": the_channel,
    "place": the_channel,
    "entry": Stage.deed,
    "overwrite.follow.place": Stage.grouped,
    "bots.webhook_create.channel": fact("open"),
    "channel.delete.channel": Stage.new_channel,
    "conversation.rename.channel": Stage.conversation,
    "conversation.add.channel": Stage.conversation,
    "conversation.leave.channel": Stage.conversation,
    "conversation.add.account": fact("fay"),
    "conversation.begin.accounts": fact("pair"),
    "message": Stage.message,
    "messages": of_eve,
    "inbox.done.messages": of_eve,
    "reaction.add.emoji": "👍",
    "emoji": "👍",
    "reaction.remove.message": Stage.reacted,
    "reaction.clear.message": Stage.reacted,
    "reaction.people.message": Stage.reacted,
    "url": "https://example.org/",
    "text": "Good evening.",
    "nonce": secret,
    "name": a_name,
    "topic": "A topic",
    "query": "morning",
    "category": Stage.new_category,
    "role": Stage.new_role,
    "role_ids": [],
    "role.order.role_ids": Stage.order,
    "target": "role",
    "target_id": Stage.new_role,
    "allow": [],
    "deny": [],
    "account": eve_of,
    "account.roles.account": fact("gus"),
    "handle": a_handle,
    "invitation": Stage.new_invitation,
    "session": a_session,
    "thread": Stage.thread,
    "follows": True,
    "archived": True,
    "room": Stage.room_with_eve,
    "level": "mentions",
    "state": "away",
    "presence": True,
    "pronouns": "they",
    "accent_hue": 40,
    "peer": "1",
    "sdp": "v=0",
    "silenced": True,
    "muted": True,
    "command": "none-of-this-name",
    "plugin": "bots",
    "display_name": "A name",
    "bot": Stage.bot,
    "webhook": Stage.webhook,
    "home": "Rivage",
    "away": "Montclar",
    "side": "home",
    "kind": "goal",
    "sanction.impose.account": fact("gus"),
    "sanction.lift.account": fact("gus"),
    "sanction.impose.kind": "time_out",
    "sanction.lift.kind": "time_out",
    "lasts_s": 600,
    "action": "pause",
    "moment": fact("moment"),
    "enabled": True,
    **{
        f"sports_rooms.{command}.room": Stage.match
        for command in ("edit", "moment", "correct", "undo", "clock")
    },
    **{
        f"{command}.room": Stage.open_stage
        for command in (
            "stage.open",
            "stage.end",
            "stage.edit",
            "stage.invite",
            "stage.answer",
            "stage.place",
            "stage.mute_all",
            "stage.undo_mute",
            "hand.raise",
            "hand.lower",
            "hand.lower_all",
            "hand.list",
        )
    },
    "accept": True,
    "deafened": True,
    "banned": True,
    "to": Stage.new_room,
    "room.knock.room": Stage.locked_room,
    "room.link.room": Stage.linked_room,
    "key": Stage.key,
    "tag": Stage.new_tag,
    "into": Stage.new_tag,
    "is_hidden": True,
    "room.let_in.room": Stage.locked_room,
    "room.let_in.account": fact("gus"),
    "room.turn_away.room": Stage.locked_room,
    "room.turn_away.account": fact("gus"),
    "part": "listener",
    "chat_open": True,
    "occurrence": Stage.occurrence,
    "events.announce.occurrence": Stage.draft,
    "starts": f"{datetime.now(UTC).year + 1}-06-01T20:00",
    "zone": "Europe/Paris",
    "lasts_min": 60,
    "holds": "all",
    "begins": "2026-11-25T20:45:00Z",
    "ends": "2026-12-25T20:45:00Z",
    "events.revoke_address.address": "1",
    "recording.stop.room": Stage.taken,
    "recording.consent.room": Stage.taken,
    "recording.mark.room": Stage.taken,
    "recording.clip.room": Stage.taken,
    "last_s": 30.0,
    "recording.clip_source.slug": "nothing-here",
    "clip": "1",
    "chosen": True,
    "recording.release.answer": "yes",
    "recording.make_address.show": "1",
    "recording.revoke_address.address": "1",
    "days": 30,
    "for_ever": True,
    "passage": "1",
    "was": "packed",
    "recording.respell.text": "panicked",
    "choice": "on",
    "take": Stage.new_take,
    "segments": Stage.new_segments,
    "segment": Stage.new_segment,
    "recording.begin.show": Stage.show,
    "recording.place.show": Stage.show,
    "recording.show_make.slug": a_slug,
    "show": "1",
    "piece": "1",
    "revision": 1,
    "slots": [],
    "approved": True,
    "episode": "1",
    "title": "A title",
    "start_s": 0.0,
    "end_s": 10.0,
    "reason": "spam",
    "moderation.resolve.reason": "For a reason",
    "application": Stage.application,
    "emoji.add.file": "1",
    "emoji.rename.emoji": "1",
    "emoji.remove.emoji": "1",
    "emoji.add.name": "wave",
    "emoji.rename.name": "wave",
    "file": "1",
    "hours": None,
    "endpoint": "https://push.example/1",
    "public": "x",
    "secret": "x",
    "language": "en",
    "version": 0,
    "password": PASSWORD,
    "sanction.impose.reason": "For a reason",
    "code": "000000",
    "credential": {},
    "from_whom": "everyone",
    "second_step.list.accounts": fact("pair"),
    "passkey": "1",
    "address": "somebody@example.org",
    "digest": True,
    "case": Stage.case,
    "moderation.undo.case": Stage.closed_case,
    "decision": "dismiss",
}
# Fields that may be left out, where a command without them changes nothing.
MORE: Mapping[str, Sequence[str]] = {
    "account.edit": ("pronouns",),
    "community.edit": ("accent_hue",),
    "category.edit": ("name",),
    "channel.edit": ("topic",),
    "role.edit": ("name",),
    "room.edit": ("topic",),
    "sanction.impose": ("lasts_s", "reason"),
    "stage.edit": ("chat_open",),
    "tag.edit": ("is_hidden",),
    "thread.edit": ("archived",),
    "voice.set": ("muted",),
    "privacy.show": ("presence",),
    "sports_rooms.moment": ("side",),
    "sports_rooms.correct": ("text",),
    "moderation.resolve": ("reason",),
    "recording.arrange": ("episode", "revision"),
}


async def role_of(owner: Person, person: Person, name: str, *held: str) -> str:
    made = await owner.command("role.create", name=name, permissions=sorted(held))
    await owner.command("account.roles", account=person.id, role_ids=[made["role"]["id"]])
    return str(made["role"]["id"])


@pytest.fixture
async def stage(server: Server, owner: Person) -> Stage:
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


def commands(server: Server) -> Mapping[str, Any]:
    """Every command with the model of its fields."""
    gateway, host = server.app.front.gateway, server.app.host
    found = {name: known.payload for name, known in gateway.registry.names.items()}
    for contributed in host.contributions.values():
        found |= {command.name: command.payload for command in contributed.commands}
    return dict(sorted(found.items()))


async def fields_of(stage: Stage, command: str, model: Any) -> dict[str, Any]:
    """Right fields for a command: those that have to be there, and what the row says."""
    found = {}
    wanted = {name for name, about in model.model_fields.items() if about.is_required()}
    for name in sorted(wanted | set(MORE.get(command, ())), reverse=True):
        value = RIGHT.get(f"{command}.{name}", RIGHT.get(name))
        found[name] = await value(stage) if callable(value) else value
    return found


PARTS = 4  # of the table: together they take longer than one test may


async def answer(stage: Stage, who: Person, name: str, model: Any) -> str:
    """Return what the server says to this one: yes, no, hidden, or what it should not say."""
    stage.server.clock.advance(seconds=60)  # so that nobody is too fast
    fields = await fields_of(stage, name, model)
    if name in FROM_INSIDE:
        with suppress(Refused):
            joined = await who.command("room.join", room=fields["room"])
            fields |= {"peer": joined["peer"]} if "peer" in fields else {}
    try:
        await who.command(name, **fields)
    except Refused as refused:
        reason = refused.error["reason"]
        if reason in PAST or refused.error.get("field") == "keys":  # of a browser, for push
            return "yes"
        if (refused.code, reason) == NOT_INSIDE:
            return "no"
        return ANSWERS.get(refused.code, f"{refused.code}: {refused.error}")
    return "yes"


@pytest.mark.parametrize("part", range(PARTS))
async def test_each_command_is_for_those_whom_its_row_names(stage: Stage, part: int) -> None:
    stated, wrong = rows("Commands"), []
    known = commands(stage.server)
    for name in sorted(known)[part::PARTS]:
        model = known[name]
        needs = stated.get(name, (NOTHING,))[0]
        held = [] if needs == NOTHING else needs.split(" + ")
        await stage.owner.command("role.edit", role=stage.trial_role, permissions=held)
        given = [await answer(stage, who, name, model) for who in stage.cast.values()]
        if (needs, *given) != tuple(stated.get(name, ())):
            wrong.append(row(name, [needs, *given]))
    assert not wrong, "these are the answers:\n" + "\n".join(wrong)
    assert set(stated) == set(known), "rows of commands that are gone"


def test_what_a_row_needs_makes_the_difference() -> None:
    for name, (needs, _outside, member, holder, *_rest) in rows("Commands").items():
        if needs != NOTHING and holder != "hidden":  # of what is not there, or only its maker's
            assert (member in {"no", "hidden"}, holder) == (True, "yes"), name


# -- addresses

# An address as it is asked: what stands in its holes, by the names of these.
HOLES: Mapping[str, str] = {
    "name": "main.js",
    "kind": "csv",
    "slug": "shelf",
    "show": "episodes",
    "message": "1",
    "thread": "1",
    "channel": "1",
    "step": "you",
    "topic": "members",
    "plugin": "moderation",
    "folder": "app",
    "number": "1",
    "episode": "1",
    "piece": "1",
    "take": "1",
    "account": "1",
    "file": "sound",
    "rest": "users/@me",
    "room": "1",
    "secret": "x",
    "occurrence": "1",
}


@dataclass
class Asker:
    """Asks as one of the actors; each time with a sign-in of its own where the old one may end."""

    server: Server
    web: aiohttp.ClientSession
    handle: str | None
    cookie: str = ""
    token: str = ""

    async def signed_in(self) -> None:
        form = {"handle": self.handle, "password": PASSWORD}
        headers = {"Origin": self.server.url}
        async with self.web.post(
            "/signin", data=form, headers=headers, allow_redirects=False
        ) as answer:
            cookie = answer.cookies.get("salon_s")
        if cookie is not None:
            self.cookie = f"salon_s={cookie.value}"

    async def ask(self, method: str, path: str, body: Mapping[str, str]) -> str:
        self.server.clock.advance(seconds=60)
        headers = {"Origin": self.server.url, "Accept": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.token:
            headers[hdrs.AUTHORIZATION] = f"Bot {self.token}"
        data: dict[str, Any] = {}
        if method == "POST":
            data = {"json": body} if path in JSON else {"data": body}
        if method == "POST" and path.startswith(STREAMED):
            data = {"data": PICTURE}
            headers[hdrs.CONTENT_TYPE] = "application/octet-stream"
        async with self.web.request(
            method, URL(path, encoded=True), headers=headers, allow_redirects=False, **data
        ) as answer:
            if answer.status in {301, 302, 303, 307, 308}:
                return "sign in" if "/signin" in answer.headers[hdrs.LOCATION] else "yes"
            said = HTTP_ANSWERS.get(HTTPStatus(answer.status))
            return said or f"{answer.status}: {(await answer.text())[:100]}"


STREAMED = ("/api/files", "/p/recording/pieces", "/p/recording/shows")
JSON = {
    "/api/password",
    "/api/prove",
    "/api/export",
    "/api/deletion",
    "/api/passkey/challenge",
    "/api/passkey/sign-in",
}
ENDS_SIGN_INS = {"POST /signin", "POST /signout", "POST /api/password"}
OF_LINKS = {
    f"{method} /{page}/{{token}}" for method in ("GET", "POST") for page in ("setup", "reset")
}
HTTP_ANSWERS = {
    HTTPStatus.OK: "yes",
    HTTPStatus.NO_CONTENT: "yes",
    HTTPStatus.UNAUTHORIZED: "sign in",
    HTTPStatus.FORBIDDEN: "no",
    HTTPStatus.NOT_FOUND: "hidden",
    HTTPStatus.CONFLICT: "yes",  # it is not ready for it
    HTTPStatus.BAD_REQUEST: "yes",  # what was sent is looked at
}


@pytest.fixture
async def askers(stage: Stage) -> AsyncIterator[Mapping[str, Asker]]:
    """The actors at the doors: also who is not signed in, whose sign-in has ended, and a bot."""
    made = await stage.owner.command("bots.create", handle="almanac", display_name="Almanac")
    async with aiohttp.ClientSession(stage.server.url, cookie_jar=aiohttp.DummyCookieJar()) as web:
        known = {
            "visitor": Asker(stage.server, web, None),
            "ended": Asker(stage.server, web, "ned"),
            **{who: Asker(stage.server, web, p.handle) for who, p in stage.cast.items()},
            "bot": Asker(stage.server, web, None, token=made["token"]),
        }
        for asker in known.values():
            if asker.handle is not None:
                await asker.signed_in()
        async with web.post(
            "/signout", headers={"Origin": stage.server.url, "Cookie": known["ended"].cookie}
        ) as answer:
            assert answer.status == HTTPStatus.OK
        yield known


def addresses(server: Server) -> Mapping[str, tuple[str, str]]:
    """Every method and address; HEAD is GET without a body."""
    found = {}
    for route in server.app.front.application.router.routes():
        if route.resource is not None and route.method != "HEAD":
            found[f"{route.method} {route.resource.canonical}"] = (
                "GET" if route.method == "*" else route.method, route.resource.canonical,
            )  # fmt: skip
    return dict(sorted(found.items(), key=lambda item: item[0] in ENDS_SIGN_INS))


async def filled(stage: Stage, name: str, pattern: str) -> tuple[str, Mapping[str, str]]:
    """Return the path and the form with which an address is asked rightly."""
    own = {name: stage.facts[name] for name in ("code", "webhook", "token")}
    form: Mapping[str, str] = {"display_name": ""}
    match name:
        case "POST /api/files":
            return f"/api/files?name=a.png&channel={stage.channel}", form
        case _ if name in OF_LINKS:
            own["token"] = new_secret(32)
        case "GET /f/{id}/{name}":
            own["id"] = stage.facts["file"]
        case "POST /api/password":
            form = {"current": PASSWORD, "new": f"{PASSWORD} again"}
    return re.sub(
        r"\{(\w+)\}", lambda hole: own.get(hole[1], HOLES.get(hole[1], "1")), pattern
    ), form


async def test_each_address_is_for_those_whom_its_row_names(
    stage: Stage, askers: Mapping[str, Asker]
) -> None:
    stated, wrong = rows("Addresses"), []
    known = addresses(stage.server)
    await stage.owner.command("role.edit", role=stage.trial_role, permissions=TRIED)
    file = await stage.eve.hand_in(PICTURE, "a.png", channel=stage.channel)
    await stage.eve.post(stage.channel, "A picture.", files=[{"file": file["id"]}])
    stage.facts["file"] = file["id"]
    stage.facts["code"] = (await stage.owner.command("invitation.create"))["invitation"]["code"]
    hook = await stage.owner.command(
        "bots.webhook_create", channel=stage.facts["open"], name="Weather"
    )
    stage.facts["webhook"], stage.facts["token"] = URL(hook["url"]).parts[-2:]
    for name, (method, pattern) in known.items():
        given = []
        for who, asker in askers.items():
            path, form = await filled(stage, name, pattern)
            if name == "POST /signin" and asker.handle is not None:
                form = {"handle": asker.handle, "password": PASSWORD}
            given.append(await asker.ask(method, path, form))
            if name in ENDS_SIGN_INS and asker.handle is not None and who != "ended":
                await asker.signed_in()
        if tuple(given) != tuple(stated.get(name, ())):
            wrong.append(row(name, given))
    assert not wrong, "these are the answers:\n" + "\n".join(wrong)
    assert set(stated) == set(known), "rows of addresses that are gone"


TRIED = ["audit.view", "message.attach", "message.post", "moderation.view", "recording.record"]
