"""What happens to channels and categories."""

from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.channels import Category, Channel
from salon.domain.events.base import Event, FormerPlace, Holders, Place, Scope, Section


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
