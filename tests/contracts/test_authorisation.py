"""Who may give each command: docs/authorisation.md, carried out for real.

Each command gets fields that are right, of things that belong to somebody else.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.contracts.authorisation_stage import Stage
from tests.contracts.authorised import MARKS, row, rows, set_up

from salon.ids import new_secret
from salon.testing import Person, Refused, Server
from salon.testing.person import PASSWORD

NOTHING = "nothing"
pytestmark = MARKS

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
    "job": Stage.failed_job,
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
            "stage.wait",
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
    **{f"recording.{name}.room": Stage.open_stage for name in ("order", "order_save", "order_go")},
    "recording.order_save.revision": 0,
    "rows": [],
    "last_s": 30.0,
    "recording.clip_source.slug": "nothing-here",
    "recording.edit_save.revision": 0,
    "recording.edit_save.segments": Stage.segments_of_the_take,
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
    "recording.edit": ("take",),
    "recording.edit_save": ("take",),
    "recording.edit_drop": ("take",),
}


@pytest.fixture
async def stage(server: Server, owner: Person) -> Stage:
    return await set_up(server, owner)


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
