"""In time out one may read and listen, and nothing else; it is listed, lifted and written down."""

from typing import Any

import pytest
from tests.core.services.test_sanctions import impose

from salon.testing import Person, Refused, Server
from salon.web.socket.commands import core_commands

ALLOWED_IN_TIME_OUT = frozenset(
    {
        "stage.wait",
        "account.keep",
        "account.own_data",
        "sanction.heed",
        "mail.digest",
        "mail.get",
        "mail.remove",
        "mail.want",
        "account.list",
        "card.remove",
        "channel.get",
        "conversation.leave",
        "conversation.list",
        "file.limits",
        "inbox.done",
        "inbox.list",
        "inbox.unread",
        "invitation.list",
        "invitation.revoke",
        "level.set",
        "message.delete",
        "message.history",
        "message.pins",
        "passkey.add",
        "passkey.begin",
        "passkey.list",
        "passkey.remove",
        "passkey.rename",
        "permission.list",
        "presence.set",
        "privacy.block",
        "privacy.first_messages",
        "privacy.show",
        "privacy.unblock",
        "push.change",
        "push.set_quiet_hours",
        "push.show",
        "push.subscribe",
        "push.test",
        "push.unsubscribe",
        "reaction.people",
        "reaction.remove",
        "read.move",
        "room.follow_link",
        "room.join",
        "room.leave",
        "sanction.own",
        "rules.agree",
        "rules.show",
        "search.messages",
        "search.sources",
        "second_step.begin",
        "second_step.confirm",
        "second_step.get",
        "second_step.renew",
        "second_step.turn_off",
        "session.list",
        "session.revoke",
        "slash.list",
        "tag.follow",
        "tag.list",
        "thread.follow",
        "thread.list",
        "trial.answer",
        "trial.begin",
        "trial.end",
        "voice.answer",
        "voice.prepare",
        "voice.set",
    }
)


async def test_in_time_out_every_command_that_is_not_for_reading_and_listening_is_refused(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    """An administrator is put in time out: what is refused is refused for nothing else."""
    admin = (await owner.command("role.create", name="A", permissions=["administrator"]))["role"]
    general, room = owner.channel("#general"), owner.snapshot["rooms"][0]["id"]
    mine = (await alice.post(general, "mine"))["id"]
    theirs = (await bob.post(general, "theirs"))["id"]
    begun = await alice.command("conversation.begin", accounts=[bob.id, owner.id], name="Three")
    group = begun["conversation"]["id"]
    thread = (await alice.command("thread.start", channel=general, name="T"))["thread"]["id"]
    category = (await owner.command("category.create", name="C"))["category"]["id"]
    role = (await owner.command("role.create", name="B"))["role"]["id"]
    await owner.command("account.roles", account=alice.id, role_ids=[admin["id"]])
    await alice.expect("access.changed")
    fields: dict[str, dict[str, Any]] = {
        "account.edit": {"display_name": "Hear me"},
        "account.change_handle": {"handle": "hearme"},
        "account.set_avatar": {},
        "account.reset_link": {"account": bob.id},
        "account.roles": {"account": bob.id, "role_ids": []},
        "audit.list": {},
        "audit.check": {},
        "audit.undo": {"entry": "1"},
        "invitation.create": {},
        "community.edit": {"name": "Mine"},
        "community.set_icon": {},
        "category.create": {"name": "x"},
        "category.edit": {"category": category, "name": "x"},
        "category.delete": {"category": category},
        "channel.create": {"name": "x"},
        "channel.edit": {"channel": general, "name": "x"},
        "channel.delete": {"channel": general},
        "place.move": {"place": general},
        "plugin.list": {},
        "plugin.resume": {"plugin": "x"},
        "conversation.begin": {"accounts": [bob.id]},
        "conversation.rename": {"channel": group, "name": "x"},
        "conversation.add": {"channel": group, "account": bob.id},
        "message.post": {"channel": general, "text": "x", "nonce": "x"},
        "message.edit": {"message": mine, "text": "x"},
        "message.delete_many": {"channel": general, "messages": [theirs]},
        "message.pin": {"message": theirs},
        "message.unpin": {"message": theirs},
        "message.former_texts": {"message": theirs},
        "message.list_deleted": {"channel": general},
        "typing.start": {"channel": general},
        "reaction.add": {"message": theirs, "emoji": "👏"},
        "reaction.clear": {"message": theirs, "emoji": "👏"},
        "role.create": {"name": "x"},
        "role.edit": {"role": role, "name": "x"},
        "role.order": {"role_ids": [admin["id"], role]},
        "role.delete": {"role": role},
        "role.view": {"role": role},
        "overwrite.follow": {"place": general},
        "overwrite.set": {
            "place": general, "target": "account", "target_id": bob.id, "allow": [], "deny": []
        },
        "room.open": {"name": "x"},
        "room.edit": {"room": room, "topic": "x"},
        "room.close": {"room": room},
        "room.link": {"room": room},
        "stage.open": {"room": room},
        "stage.end": {"room": room},
        "stage.edit": {"room": room, "chat_open": False},
        "stage.invite": {"room": room, "account": bob.id},
        "stage.answer": {"room": room, "accept": True},
        "stage.place": {"room": room, "account": bob.id, "part": "listener"},
        "stage.mute_all": {"room": room},
        "stage.undo_mute": {"room": room},
        "hand.raise": {"room": room},
        "hand.lower": {"room": room},
        "hand.lower_all": {"room": room},
        "hand.list": {"room": room},
        "participant.silence": {"room": room, "account": bob.id, "silenced": True},
        "participant.remove": {"room": room, "account": bob.id},
        "participant.deafen": {"room": room, "account": bob.id, "deafened": True},
        "participant.ban": {"room": room, "account": bob.id, "banned": True},
        "room.bans": {"room": room},
        "participant.move": {"room": room, "account": bob.id, "to": room},
        "room.knock": {"room": room},
        "room.react": {"room": room, "emoji": "👏"},
        "room.let_in": {"room": room, "account": bob.id},
        "room.turn_away": {"room": room, "account": bob.id},
        "sanction.impose": {"account": bob.id, "kind": "kick"},
        "sanction.lift": {"account": bob.id, "kind": "kick"},
        "sanction.list": {},
        "application.list": {},
        "application.let_in": {"application": role},
        "application.refuse": {"application": role},
        "account.stay": {"handle": "alix", "password": "seven grey geese"},
        "rules.list": {},
        "emoji.add": {"name": "x", "file": role},
        "emoji.rename": {"emoji": role, "name": "x"},
        "emoji.remove": {"emoji": role},
        "tag.edit": {"tag": role, "is_hidden": True},
        "tag.merge": {"tag": role, "into": room},
        "second_step.list": {"accounts": [bob.id]},
        "server.examine": {},
        "server.overview": {},
        "job.list": {},
        "job.retry": {"job": "1"},
        "server.measure": {},
        "slash.run": {"channel": general, "command": "x", "arguments": {}},
        "thread.start": {"channel": general, "name": "x"},
        "thread.edit": {"thread": thread, "name": "x"},
        "thread.delete": {"thread": thread},
    }  # fmt: skip
    assert fields.keys() | ALLOWED_IN_TIME_OUT == core_commands().names.keys()
    await owner.join(room)
    await bob.join(room)
    await impose(owner, alice, "time_out", lasts_s=600, reason="Breathe")
    for command, given in fields.items():
        server.clock.advance(seconds=1)  # there is a pace for all commands
        with pytest.raises(Refused) as refused:
            await alice.command(command, **given)
        assert refused.value.code in {"denied", "not_found"}, (command, refused.value.error)
    with pytest.raises(Refused):
        await alice.command("message.delete", message=theirs)
    with pytest.raises(Refused):
        await alice.command("reaction.remove", message=theirs, emoji="👏", account=bob.id)
    held = (await alice.command("sanction.own"))["sanctions"]
    assert [(each["kind"], each["reason"]) for each in held] == [("time_out", "Breathe")]


async def test_a_time_out_is_lifted_and_listed_and_written_down(
    owner: Person, alice: Person
) -> None:
    await impose(owner, alice, "time_out", lasts_s=600, reason="Noise")
    listed = (await owner.command("sanction.list", holding=True))["sanctions"]
    assert [(each["account_id"], each["by_account_id"]) for each in listed] == [
        (alice.id, owner.id)
    ]
    await owner.command("sanction.lift", account=alice.id, kind="time_out")
    await alice.expect("account.changed", timed_out_until=None)
    assert (await owner.command("sanction.list", holding=True))["sanctions"] == []
    before = (await owner.command("sanction.list", account=alice.id))["sanctions"]
    assert [each["ended_by_id"] for each in before] == [owner.id]
    entries = (await owner.command("audit.list", action="account."))["entries"]
    assert [each["action"] for each in entries] == ["account.time_out_lifted", "account.time_out"]
    assert entries[1]["details"]["reason"] == "Noise"
