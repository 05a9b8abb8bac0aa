"""All durable state that somebody may see, as one body: docs/protocol.md, section 2."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salon.domain import wire
from salon.domain.accounts import Account
from salon.domain.channels import Channel
from salon.services.directory import MANAGE, Directory

ACCOUNTS_IN_SNAPSHOT = 1_000
CONVERSATIONS_IN_SNAPSHOT = 200
THREADS_IN_SNAPSHOT = 200


@dataclass(frozen=True, slots=True)
class Own:
    """What is somebody's own: how far they have read, which threads they follow, with channels."""

    reads: Mapping[int, int]
    followed: Mapping[int, int]


def places_of(directory: Directory, account: Account) -> list[Channel]:
    """Return what is read and written in, of all that is told."""
    seen = directory.view(account).places
    return [
        *(channel for channel in directory.channels.values() if channel.id in seen),
        *directory.conversations_of(account.id)[:CONVERSATIONS_IN_SNAPSHOT],
        *directory.open_threads(seen)[:THREADS_IN_SNAPSHOT],
    ]


def snapshot_for(
    directory: Directory,
    account: Account,
    own: Own,
    room_kinds: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """Return all durable state the account may see; docs/protocol.md, section 2."""
    view = directory.view(account)
    seen = view.places
    categories = directory.categories if directory.may(account, MANAGE) else view.categories
    ordered = sorted(directory.accounts(), key=lambda a: (not a.is_owner, a.id))
    conversations = directory.conversations_of(account.id)[:CONVERSATIONS_IN_SNAPSHOT]
    threads = directory.open_threads(seen)[:THREADS_IN_SNAPSHOT]
    followed = (
        id_ for id_, parent in own.followed.items() if parent in seen and directory.is_there(id_)
    )
    current = directory.account(account.id)
    known = {*seen, *(c.id for c in conversations), *(t.id for t in threads)}
    return {
        "community": wire.community(directory.community),
        "accounts": [wire.account(a) for a in ordered[:ACCOUNTS_IN_SNAPSHOT]],
        "roles": [wire.role(role) for role in _by_position(directory.roles.values())],
        "emoji": [wire.emoji(one) for one in directory.emoji.values()],
        "categories": [
            wire.category(c)
            for c in _by_position(directory.categories.values())
            if c.id in categories
        ],
        "channels": [
            wire.channel(c) for c in _by_position(directory.channels.values()) if c.id in seen
        ],
        "rooms": [wire.room(r) for r in _by_position(directory.rooms.values()) if r.id in seen],
        "reads": {str(id_): str(read) for id_, read in own.reads.items() if id_ in known},
        "room_kinds": list(room_kinds),
        "conversations": [wire.conversation(c) for c in conversations],
        "threads": [wire.thread(t) for t in threads],
        "followed_threads": [str(id_) for id_ in sorted(followed, reverse=True)],
        "privacy": wire.privacy(directory.privacy(account.id)),
        "rules_read": 0 if current is None else current.rules_read,
        "has_second_step": current is not None and current.has_second_step,
    }


def _by_position(things: Iterable[Any]) -> list[Any]:
    return sorted(things, key=lambda thing: (thing.position, thing.id))
