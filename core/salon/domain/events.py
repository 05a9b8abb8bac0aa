"""One class per thing that can happen.

One name, three spellings: class `MessagePosted`, hook `message_posted`, wire `message.posted`.
A *durable* event gets a `seq` inside the commit that makes it true, stands in the event log and is
replayed to whoever was away. An *ephemeral* one (typing, speaking, who sits where) has none: it is
told to those who are here, and whoever comes back is told the present state instead.

`scope` says who may ever see it; it is asked again for each receiver when the event is delivered.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.accounts import Account, Community
from salon.domain.channels import Category, Channel
from salon.domain.messages import Message
from salon.domain.permissions import Overwrite, Role
from salon.domain.rooms import Participant, Room


@dataclass(frozen=True, slots=True)
class Everyone:
    """Every signed-in account."""


@dataclass(frozen=True, slots=True)
class Place:
    """Accounts that may view this channel or room now."""

    id: int


@dataclass(frozen=True, slots=True)
class FormerPlace:
    """Accounts that might view a place that is gone, judged by the overwrites it had."""

    id: int
    overwrites: tuple[Overwrite, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Accounts that may view something in this category now, or manage channels."""

    id: int


@dataclass(frozen=True, slots=True)
class Only:
    """One account, on all its devices."""

    account_id: int


@dataclass(frozen=True, slots=True)
class Holders:
    """Accounts that hold this permission now."""

    permission: str


Scope = Everyone | Place | FormerPlace | Section | Only | Holders


@dataclass(frozen=True, slots=True)
class Event:
    """Base of everything that can happen."""

    name: ClassVar[str]
    durable: ClassVar[bool] = True

    @property
    def wire_name(self) -> str:
        """Return what stands in the frame."""
        return self.name

    @property
    def scope(self) -> Scope:
        return Everyone()

    def body(self) -> dict[str, Any]:
        """Return the `data` of the frame: JSON-ready, the same for every receiver."""
        raise NotImplementedError


# -- messages


@dataclass(frozen=True, slots=True)
class MessagePosted(Event):
    name: ClassVar[str] = "message.posted"
    message: Message

    @property
    def scope(self) -> Scope:
        return Place(self.message.channel_id)

    def body(self) -> dict[str, Any]:
        return wire.message(self.message)


@dataclass(frozen=True, slots=True)
class MessageEdited(MessagePosted):
    name: ClassVar[str] = "message.edited"


@dataclass(frozen=True, slots=True)
class MessageDeleted(Event):
    name: ClassVar[str] = "message.deleted"
    message: Message
    deleted_by: int

    @property
    def scope(self) -> Scope:
        return Place(self.message.channel_id)

    def body(self) -> dict[str, Any]:
        return {"id": str(self.message.id), "channel_id": str(self.message.channel_id)}


@dataclass(frozen=True, slots=True)
class ReadMoved(Event):
    """Somebody has read a channel up to a message; told to that account's other devices."""

    name: ClassVar[str] = "read.moved"
    account_id: int
    channel_id: int
    message_id: int

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return {"channel_id": str(self.channel_id), "message_id": str(self.message_id)}


@dataclass(frozen=True, slots=True)
class TypingStarted(Event):
    name: ClassVar[str] = "typing.started"
    durable: ClassVar[bool] = False
    channel_id: int
    account_id: int

    @property
    def scope(self) -> Scope:
        return Place(self.channel_id)

    def body(self) -> dict[str, Any]:
        return {"channel_id": str(self.channel_id), "account_id": str(self.account_id)}


# -- the house: community, categories, channels, rooms, roles


@dataclass(frozen=True, slots=True)
class CommunityChanged(Event):
    name: ClassVar[str] = "community.changed"
    community: Community

    def body(self) -> dict[str, Any]:
        return wire.community(self.community)


@dataclass(frozen=True, slots=True)
class CategoryChanged(Event):
    """A category was created or changed."""

    name: ClassVar[str] = "category.changed"
    category: Category

    @property
    def scope(self) -> Scope:
        return Section(self.category.id)

    def body(self) -> dict[str, Any]:
        return wire.category(self.category)


@dataclass(frozen=True, slots=True)
class CategoryDeleted(Event):
    """Those who saw something in it are told anew what they see, since that has moved."""

    name: ClassVar[str] = "category.deleted"
    category_id: int

    @property
    def scope(self) -> Scope:
        return Holders("channel.manage")

    def body(self) -> dict[str, Any]:
        return {"id": str(self.category_id)}


@dataclass(frozen=True, slots=True)
class ChannelCreated(Event):
    name: ClassVar[str] = "channel.created"
    channel: Channel

    @property
    def scope(self) -> Scope:
        return Place(self.channel.id)

    def body(self) -> dict[str, Any]:
        return wire.channel(self.channel)


@dataclass(frozen=True, slots=True)
class ChannelChanged(ChannelCreated):
    name: ClassVar[str] = "channel.changed"


@dataclass(frozen=True, slots=True)
class ChannelDeleted(Event):
    """Told with the channel as it was, so that those who could see it hear of its end."""

    name: ClassVar[str] = "channel.deleted"
    channel: Channel

    @property
    def scope(self) -> Scope:
        return FormerPlace(self.channel.id, self.channel.overwrites)

    def body(self) -> dict[str, Any]:
        return {
            "id": str(self.channel.id),
            "category_id": wire.id_or_none(self.channel.category_id),
        }


@dataclass(frozen=True, slots=True)
class RoomOpened(Event):
    """A room exists from now on, persistent or on the spot."""

    name: ClassVar[str] = "room.opened"
    room: Room

    @property
    def scope(self) -> Scope:
        return Place(self.room.id)

    def body(self) -> dict[str, Any]:
        return wire.room(self.room)


@dataclass(frozen=True, slots=True)
class RoomChanged(RoomOpened):
    name: ClassVar[str] = "room.changed"


@dataclass(frozen=True, slots=True)
class RoomClosed(Event):
    """A room and its chat are gone."""

    name: ClassVar[str] = "room.closed"
    room: Room

    @property
    def scope(self) -> Scope:
        return FormerPlace(self.room.id, self.room.overwrites)

    def body(self) -> dict[str, Any]:
        return {"id": str(self.room.id), "category_id": wire.id_or_none(self.room.category_id)}


@dataclass(frozen=True, slots=True)
class RoleChanged(Event):
    """A role was created or changed."""

    name: ClassVar[str] = "role.changed"
    role: Role

    def body(self) -> dict[str, Any]:
        return wire.role(self.role)


@dataclass(frozen=True, slots=True)
class RoleDeleted(Event):
    name: ClassVar[str] = "role.deleted"
    role_id: int

    def body(self) -> dict[str, Any]:
        return {"id": str(self.role_id)}


# -- accounts


@dataclass(frozen=True, slots=True)
class AccountCreated(Event):
    name: ClassVar[str] = "account.created"
    account: Account

    def body(self) -> dict[str, Any]:
        return wire.account(self.account)


@dataclass(frozen=True, slots=True)
class AccountChanged(AccountCreated):
    """Profile, roles or state; also a time-out, a suspension and a deletion."""

    name: ClassVar[str] = "account.changed"


@dataclass(frozen=True, slots=True)
class AccountSuspended(AccountCreated):
    """A time-out or a suspension began; `until` None means until it is lifted."""

    name: ClassVar[str] = "account.suspended"
    until: datetime | None
    reason: str
    by_account_id: int | None

    @property
    def scope(self) -> Scope:
        """Only the person reads why; the others see `account.changed`."""
        return Only(self.account.id)

    def body(self) -> dict[str, Any]:
        until = wire.time(self.until) if self.until else None
        return {"account": wire.account(self.account), "until": until, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class PresenceChanged(Event):
    """Who came (here) or went; coalesced."""

    name: ClassVar[str] = "presence.changed"
    durable: ClassVar[bool] = False
    here: tuple[int, ...]
    gone: tuple[int, ...]

    def body(self) -> dict[str, Any]:
        return {"here": [str(id_) for id_ in self.here], "gone": [str(id_) for id_ in self.gone]}


# -- voice


@dataclass(frozen=True, slots=True)
class ParticipantJoined(Event):
    name: ClassVar[str] = "participant.joined"
    durable: ClassVar[bool] = False
    participant: Participant

    @property
    def scope(self) -> Scope:
        return Place(self.participant.room_id)

    def body(self) -> dict[str, Any]:
        return wire.participant(self.participant)


@dataclass(frozen=True, slots=True)
class ParticipantChanged(ParticipantJoined):
    """Muted, deafened, silenced, connected, may speak."""

    name: ClassVar[str] = "participant.changed"


@dataclass(frozen=True, slots=True)
class ParticipantLeft(Event):
    """`reason` is "left", "lost", "removed", "moved", "closed" or "shutdown"."""

    name: ClassVar[str] = "participant.left"
    durable: ClassVar[bool] = False
    participant: Participant
    reason: str

    @property
    def scope(self) -> Scope:
        return Place(self.participant.room_id)

    def body(self) -> dict[str, Any]:
        return {
            "room_id": str(self.participant.room_id),
            "account_id": str(self.participant.account_id),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class SpeakingChanged(Event):
    """Everybody in the room who is talking now; at most five a second and room."""

    name: ClassVar[str] = "speaking.changed"
    durable: ClassVar[bool] = False
    room_id: int
    account_ids: tuple[int, ...]

    @property
    def scope(self) -> Scope:
        return Place(self.room_id)

    def body(self) -> dict[str, Any]:
        speaking = [str(id_) for id_ in self.account_ids]
        return {"room_id": str(self.room_id), "account_ids": speaking}


@dataclass(frozen=True, slots=True)
class SlotsChanged(Event):
    """Which participant's voice comes out of which slot (m-line `s0`, `s1`, ...)."""

    name: ClassVar[str] = "slots.changed"
    durable: ClassVar[bool] = False
    room_id: int
    slots: tuple[int | None, ...]

    @property
    def scope(self) -> Scope:
        return Place(self.room_id)

    def body(self) -> dict[str, Any]:
        slots = [None if id_ is None else str(id_) for id_ in self.slots]
        return {"room_id": str(self.room_id), "slots": slots}


@dataclass(frozen=True, slots=True)
class VoiceMoved(Event):
    """Another sign-in of an account has taken over its place; told to all devices of it."""

    name: ClassVar[str] = "voice.moved"
    durable: ClassVar[bool] = False
    account_id: int
    room_id: int
    session_id: int

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return {"room_id": str(self.room_id), "session_id": str(self.session_id)}


@dataclass(frozen=True, slots=True)
class RoomStateChanged(Event):
    """A part of a room's live state, keyed by the plugin that owns it.

    `state` None removes the part. Late joiners find the parts in the snapshot.
    """

    name: ClassVar[str] = "room.state_changed"
    durable: ClassVar[bool] = False
    room_id: int
    key: str
    state: dict[str, Any] | None

    @property
    def scope(self) -> Scope:
        return Place(self.room_id)

    def body(self) -> dict[str, Any]:
        return {"room_id": str(self.room_id), "key": self.key, "state": self.state}


# -- plugins


@dataclass(frozen=True, slots=True)
class PluginEvent(Event):
    """What a plugin announced: `<plugin>.<name>`, to whom it chose."""

    name: ClassVar[str] = "plugin.event"
    full_name: str
    seen_by: Scope
    content: dict[str, Any]

    @property
    def wire_name(self) -> str:
        return self.full_name

    @property
    def scope(self) -> Scope:
        return self.seen_by

    def body(self) -> dict[str, Any]:
        return self.content


@dataclass(frozen=True, slots=True)
class PluginsChanged(Event):
    """A plugin failed, was suspended or came back: told to those who can act."""

    name: ClassVar[str] = "plugins.changed"
    durable: ClassVar[bool] = False
    plugins: tuple[dict[str, Any], ...]

    @property
    def scope(self) -> Scope:
        return Holders("server.manage")

    def body(self) -> dict[str, Any]:
        return {"plugins": list(self.plugins)}


@dataclass(frozen=True, slots=True)
class ServerStopping(Event):
    """The server goes down in order; clients come back by themselves."""

    name: ClassVar[str] = "server.stopping"
    durable: ClassVar[bool] = False

    def body(self) -> dict[str, Any]:
        return {}
