"""What happens to rooms."""

from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.captions import Caption
from salon.domain.events.base import Event, FormerPlace, Only, Place, Scope
from salon.domain.reactions import Reacted
from salon.domain.rooms import Room


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
class RoomLive(Event):
    """A room is open now: of a tag that one follows, or, without one, for one's role."""

    name: ClassVar[str] = "room.live"
    durable: ClassVar[bool] = False
    account_id: int
    room_id: int
    tag_id: int | None

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return {"room_id": str(self.room_id), "tag_id": wire.id_or_none(self.tag_id)}


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


@dataclass(frozen=True, slots=True)
class RoomReacted(Event):
    """What people in a room answered with pictures just now; at most five a second and room.

    `more` are those that `reactions` leaves out.
    """

    name: ClassVar[str] = "room.reacted"
    durable: ClassVar[bool] = False
    room_id: int
    reactions: tuple[Reacted, ...]
    more: int = 0

    @property
    def scope(self) -> Scope:
        return Place(self.room_id)

    def body(self) -> dict[str, Any]:
        return {
            "room_id": str(self.room_id),
            "reactions": [
                {"account_id": str(each.account_id), "emoji": each.emoji} for each in self.reactions
            ],
            "more": self.more,
        }


@dataclass(frozen=True, slots=True)
class RoomCaptioned(Event):
    """What people in a room said just now, as text; told to who is in it, and kept nowhere."""

    name: ClassVar[str] = "room.captioned"
    durable: ClassVar[bool] = False
    room_id: int
    captions: tuple[Caption, ...]

    @property
    def scope(self) -> Scope:
        return Place(self.room_id)

    def body(self) -> dict[str, Any]:
        return {
            "room_id": str(self.room_id),
            "captions": [wire.caption(each) for each in self.captions],
        }
