"""The promise of the protocol: what somebody knew, plus the events, is what is."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from salon.domain.events import ChannelChanged
from salon.domain.permissions import VIEW, Overwrite
from salon.store import channels
from salon.testing import Person, Refused, Server

pytestmark = pytest.mark.databases


def applied(snapshot: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: C901, PLR0912 one case per kind of event
    """Bring a snapshot up to date with durable events, as a client would."""
    kinds = {"channel": "channels", "category": "categories", "room": "rooms", "role": "roles",
             "account": "accounts", "conversation": "conversations", "emoji": "emoji"}  # fmt: skip
    for frame in events:
        name, told = frame["event"], frame["data"]
        noun, _, verb = name.partition(".")
        if name == "access.changed":
            snapshot = told["snapshot"]
        elif name == "community.changed":
            snapshot["community"] = told
        elif name == "read.moved":
            snapshot["reads"][told["channel_id"]] = told["message_id"]
        elif name == "message.posted":
            for kind in ("channels", "conversations", "threads"):
                for channel in snapshot[kind]:
                    if channel["id"] == told["channel_id"]:
                        channel["last_message_id"] = told["id"]
                        if kind == "threads":
                            channel["message_count"] += 1
        elif noun == "thread":
            with_threads(snapshot, name, told)
        elif name == "privacy.changed":
            snapshot["privacy"] = told
        elif noun in kinds and name != "account.suspended":
            others = [thing for thing in snapshot[kinds[noun]] if thing["id"] != told["id"]]
            if verb in {"created", "changed", "opened"}:
                before: dict[str, Any] = next(
                    (t for t in snapshot[kinds[noun]] if t["id"] == told["id"]), {}
                )
                kept = (
                    {"last_message_id": before["last_message_id"]}
                    if noun == "channel" and before
                    else {}
                )
                others.append({**told, **kept})
            snapshot[kinds[noun]] = others
            if name == "role.deleted":
                for account in snapshot["accounts"]:
                    account["role_ids"] = [id_ for id_ in account["role_ids"] if id_ != told["id"]]
            if name == "channel.deleted":
                gone = [t["id"] for t in snapshot["threads"] if t["parent_id"] == told["id"]]
                for id_ in gone:
                    with_threads(snapshot, "thread.deleted", {"id": id_})
            if name in {"channel.deleted", "conversation.left"}:
                snapshot["reads"].pop(told["id"], None)
    return snapshot


def with_threads(snapshot: dict[str, Any], name: str, told: dict[str, Any]) -> None:
    followed = snapshot["followed_threads"]
    if name == "thread.followed":
        mine = [told["thread_id"]] if told["follows"] else []
        snapshot["followed_threads"] = [t for t in followed if t != told["thread_id"]] + mine
        return
    others = [thread for thread in snapshot["threads"] if thread["id"] != told["id"]]
    is_open = name == "thread.changed" and not told["archived"]
    snapshot["threads"] = [*others, told] if is_open else others
    if name == "thread.deleted":
        snapshot["followed_threads"] = [t for t in followed if t != told["id"]]


def ordered(snapshot: dict[str, Any]) -> dict[str, Any]:
    return {
        key: sorted(value, key=lambda thing: thing.get("id", thing.get("kind", "")))
        if isinstance(value, list)
        else value
        for key, value in snapshot.items()
    }


Deed = Callable[[], Awaitable[Any]]


def deeds(server: Server, chance: random.Random, owner: Person, bob: Person) -> list[Deed]:
    """Return what can be done now that changes durable state."""
    directory = server.app.directory
    texts = [str(c.id) for c in directory.channels.values() if c.room_id is None]
    rooms = [str(id_) for id_ in directory.rooms]
    number = chance.randrange(99)

    async def talk() -> None:
        bobs = bob_account(server, bob)
        channel = chance.choice([t for t in texts if directory.may(bobs, VIEW, int(t))])
        message = await owner.post(channel, f"hello {number}")
        await bob.command("read.move", channel=channel, message=message["id"])

    possible: list[Deed] = [
        talk,
        talk,
        lambda: owner.command("channel.create", name=f"channel {number}"),
        lambda: owner.command("channel.edit", channel=chance.choice(texts), topic=f"t{number}"),
        lambda: owner.command("category.create", name=f"category {number}"),
        lambda: owner.command("room.open", name=f"room {number}", temporary=False),
        lambda: bob.command("account.edit", display_name=f"Bob {number}"),
        lambda: owner.command("community.edit", accent_hue=number),
    ]
    if len(texts) > 2:
        possible.append(lambda: owner.command("channel.delete", channel=chance.choice(texts)))
    if directory.categories:
        category = str(chance.choice(list(directory.categories)))
        possible.append(lambda: owner.command("category.delete", category=category))
        possible.append(
            lambda: owner.command("category.edit", category=category, name=f"c{number}")
        )
        possible.append(
            lambda: owner.command("channel.create", name=f"inside {number}", category=category)
        )
        possible.append(
            lambda: owner.command("channel.edit", channel=chance.choice(texts), category=category)
        )
    roles = [str(id_) for id_ in directory.roles if id_ != directory.community.everyone_role_id]
    possible.append(lambda: owner.command("role.create", name=f"role {number}"))
    possible += between(server, chance, owner, bob)
    if roles:
        role = chance.choice(roles)
        possible += [
            lambda: owner.command("role.edit", role=role, name=f"role {number}"),
            lambda: owner.command("role.delete", role=role),
            lambda: owner.command("role.order", role_ids=chance.sample(roles, len(roles))),
            lambda: owner.command("account.roles", account=bob.id, role_ids=[role]),
            lambda: owner.command(
                "overwrite.set", place=chance.choice(texts), target="role", target_id=role,
                allow=[], deny=chance.choice([["channel.view"], ["message.post"], []]),
            ),
        ]  # fmt: skip
    if len(rooms) > 1:
        possible.append(lambda: owner.command("room.close", room=chance.choice(rooms)))
        possible.append(lambda: owner.command("room.edit", room=chance.choice(rooms), topic="new"))
    return possible


def between(server: Server, chance: random.Random, owner: Person, bob: Person) -> list[Deed]:
    """Return what can be done now between people."""
    directory = server.app.directory
    others = [str(a.id) for a in directory.accounts() if str(a.id) not in {owner.id, bob.id}]
    groups = [str(c.id) for c in directory.conversations_of(int(bob.id)) if c.kind == "group"]
    possible: list[Deed] = [
        lambda: owner.command("conversation.begin", accounts=[bob.id]),
        lambda: bob.command("privacy.block", account=chance.choice(others)),
        lambda: bob.command("privacy.unblock", account=chance.choice(others)),
    ]
    threads = [str(t.id) for t in directory.open_threads()]
    texts = [
        str(channel.id)
        for channel in directory.channels.values()
        if channel.room_id is None and directory.may(bob_account(server, bob), VIEW, channel.id)
    ]
    if texts:
        text = chance.choice(texts)
        possible.append(lambda: owner.command("thread.start", channel=text, name="a thread"))
    if threads:
        thread = chance.choice(threads)
        possible += [
            lambda: owner.post(thread, "hello"),
            lambda: owner.command("thread.edit", thread=thread, name="a seam"),
            lambda: owner.command("thread.follow", thread=thread, follows=False),
            lambda: owner.command("thread.delete", thread=thread),
        ]
    if not directory.privacy(int(bob.id)).blocked:
        possible.append(lambda: bob.command("conversation.begin", accounts=[owner.id, *others]))
    if groups:
        group = chance.choice(groups)
        possible += [
            lambda: owner.post(group, "hello"),
            lambda: bob.command("conversation.rename", channel=group, name="readers"),
            lambda: bob.command("conversation.leave", channel=group),
        ]
    return possible


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.settings(limits={"messages_burst": 100, "messages_per_s": 50, "frames_per_10_s": 1000})
async def test_an_old_snapshot_and_the_events_are_the_new_snapshot(
    server: Server, owner: Person, alice: Person, bob: Person, seed: int
) -> None:
    await alice.command("ping")
    await bob.command("ping")
    known = bob.welcome["snapshot"]
    chance = random.Random(seed)  # noqa: S311 a seed, not a secret
    for _ in range(60):
        await chance.choice(deeds(server, chance, owner, bob))()
    await bob.command("ping")
    events = [frame for frame in bob.events if "seq" in frame or frame["event"] == "access.changed"]
    known = applied(known, events)
    fresh = server.app.front.gateway.snapshot(bob_account(server, bob))
    assert ordered(known) == ordered(fresh)


def bob_account(server: Server, bob: Person) -> Any:
    return server.app.directory.account(int(bob.id))


async def test_who_may_not_see_a_channel_hears_nothing_of_it(
    server: Server, owner: Person, alice: Person
) -> None:
    secret = (await owner.command("channel.create", name="secret"))["channel"]["id"]
    await alice.expect("channel.created")
    await hide(server, int(secret))
    changed = await alice.expect("access.changed")
    assert secret not in {channel["id"] for channel in changed["snapshot"]["channels"]}
    posted = await owner.post(secret, "for our eyes only")
    for fields in (
        {"type_": "message.history", "channel": secret},
        {"type_": "message.post", "channel": secret, "text": "x", "nonce": "n"},
        {"type_": "message.edit", "message": posted["id"], "text": "x"},
        {"type_": "read.move", "channel": secret, "message": posted["id"]},
        {"type_": "typing.start", "channel": secret},
    ):
        with pytest.raises(Refused) as hidden:
            await alice.command(**fields)
        other = {k: "4" if v in {secret, posted["id"]} else v for k, v in fields.items()}
        with pytest.raises(Refused) as missing:
            await alice.command(**other)
        assert hidden.value.error == missing.value.error
    assert alice.heard("message.posted") == []


async def hide(server: Server, channel_id: int) -> None:
    """Let only the owner see a channel."""
    app = server.app
    everyone = app.directory.community.everyone_role_id
    overwrite = Overwrite("role", everyone, frozenset(), frozenset({VIEW}))
    hidden = replace(app.directory.channels[channel_id], overwrites=(overwrite,))

    def save(tx: Any) -> None:
        channels.save_channel(tx, hidden)
        tx.announce(ChannelChanged(hidden))

    await app.store.write(save)
