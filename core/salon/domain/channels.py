"""Places for text, the categories that order them, and who may do what in each kind of place.

A text channel is the community's. A thread stands in a text channel and is read by those who read
the channel. A conversation, direct (of two) or of a group, is for its members only: nobody else
reads it, whatever they may do elsewhere, the owner included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from salon.domain.accounts import Account
from salon.domain.permissions import (
    VIEW,
    Overwrite,
    Role,
    permissions_of,
    permissions_of_everyone,
)

GROUP_MAX = 10
THREAD_MEMBERS_MAX = 1_000
HELD_IN_CONVERSATIONS = frozenset(
    {VIEW, "message.post", "message.attach", "message.pin", "reaction.add"}
)
"""What each member of a conversation may do in it; nobody there is above another."""


@dataclass(frozen=True, slots=True)
class Category:
    """A heading in the sidebar, and what new places under it say of roles and people.

    A place whose overwrites are the category's is in step with it: it follows when they change.
    """

    id: int
    name: str
    position: int
    overwrites: tuple[Overwrite, ...] = ()

    def leads(self, overwrites: Sequence[Overwrite]) -> bool:
        """Whether a place with these is in step."""
        return frozenset(overwrites) == frozenset(self.overwrites)


class ChannelKind(StrEnum):
    TEXT = "text"
    DIRECT = "direct"
    GROUP = "group"
    THREAD = "thread"


CONVERSATIONS = frozenset({ChannelKind.DIRECT, ChannelKind.GROUP})


@dataclass(frozen=True, slots=True)
class Channel:
    """A place for text. A room's chat is the channel with the room's id and `room_id` set.

    A thread stands in `parent_id`; one that was started from a message has the message's id. In a
    conversation `member_ids` are those whose it is, in a thread those who follow it.
    `slow_mode_s`: how long everybody waits between two messages; 0 for not at all. `is_public`: it
    may be read without an account, as long as everyone's role may see it.
    """

    id: int
    slug: str
    name: str
    topic: str
    category_id: int | None
    position: int
    overwrites: tuple[Overwrite, ...] = ()
    room_id: int | None = None
    last_message_id: int | None = None
    kind: ChannelKind = ChannelKind.TEXT
    parent_id: int | None = None
    member_ids: frozenset[int] = frozenset()
    started_by: int | None = None
    archived: bool = False
    message_count: int = 0
    slow_mode_s: int = 0
    is_public: bool = False

    @property
    def is_conversation(self) -> bool:
        """Whether it is for its members only."""
        return self.kind in CONVERSATIONS


@dataclass(frozen=True, slots=True)
class Rules:
    """What permissions are judged by, apart from the person and the place."""

    roles: Mapping[int, Role]
    everyone_role_id: int
    now: datetime


def permissions_in(
    account: Account, channel: Channel, parent: Channel | None, rules: Rules, *, is_open: bool
) -> frozenset[str] | None:
    """Return what the account may do in a channel of any kind; None means everything.

    `parent` is a thread's channel; without it there is nothing. `is_open` says whether the other
    one of a direct conversation can be written to. Being in time out allows reading only. Visitors
    read public text channels that everyone's role sees, and nothing else.
    """
    if account.is_visitor:
        return _held_by_visitors(channel, rules)
    if channel.is_conversation:
        if not account.is_usable(rules.now) or account.id not in channel.member_ids:
            return frozenset()
        silent = account.is_timed_out(rules.now) or not is_open
        return frozenset({VIEW}) if silent else HELD_IN_CONVERSATIONS
    place = parent if channel.kind is ChannelKind.THREAD else channel
    if place is None:
        return frozenset()
    return permissions_of(account, rules.roles, rules.everyone_role_id, place.overwrites, rules.now)


def _held_by_visitors(channel: Channel, rules: Rules) -> frozenset[str]:
    is_text = channel.kind is ChannelKind.TEXT and channel.room_id is None
    if not (channel.is_public and is_text):
        return frozenset()
    held = permissions_of_everyone(
        rules.roles, rules.everyone_role_id, channel.overwrites, rules.now
    )
    return held & {VIEW}
