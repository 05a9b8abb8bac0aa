"""What happens to messages, and around them."""

from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.events.base import Event, Only, Place, Scope
from salon.domain.messages import Message


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
class MessagesDeleted(Event):
    """Several messages of one channel went at once."""

    name: ClassVar[str] = "messages.deleted"
    channel_id: int
    messages: tuple[Message, ...]
    deleted_by: int

    @property
    def scope(self) -> Scope:
        return Place(self.channel_id)

    def body(self) -> dict[str, Any]:
        ids = [str(message.id) for message in self.messages]
        return {"ids": ids, "channel_id": str(self.channel_id)}


@dataclass(frozen=True, slots=True)
class MessagePinned(MessagePosted):
    name: ClassVar[str] = "message.pinned"


@dataclass(frozen=True, slots=True)
class MessageUnpinned(MessagePosted):
    name: ClassVar[str] = "message.unpinned"


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
    account_ids: tuple[int, ...]

    @property
    def scope(self) -> Scope:
        return Place(self.channel_id)

    def body(self) -> dict[str, Any]:
        writing = [str(id_) for id_ in self.account_ids]
        return {"channel_id": str(self.channel_id), "account_ids": writing}
