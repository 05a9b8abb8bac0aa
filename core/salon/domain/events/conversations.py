"""What happens to conversations between people, to threads, and to whom somebody hears."""

from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.accounts import Privacy
from salon.domain.channels import Channel
from salon.domain.events.base import Event, Only, Place, Scope


@dataclass(frozen=True, slots=True)
class ConversationChanged(Event):
    """A conversation began, got another name, or somebody came or left."""

    name: ClassVar[str] = "conversation.changed"
    channel: Channel

    @property
    def scope(self) -> Scope:
        return Place(self.channel.id)

    def body(self) -> dict[str, Any]:
        return wire.conversation(self.channel)


@dataclass(frozen=True, slots=True)
class ConversationLeft(Event):
    """Somebody is in a conversation no more; told to them, the others hear that it changed."""

    name: ClassVar[str] = "conversation.left"
    account_id: int
    channel_id: int

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return {"id": str(self.channel_id)}


@dataclass(frozen=True, slots=True)
class ThreadChanged(Event):
    """A thread was started, renamed, closed or opened again."""

    name: ClassVar[str] = "thread.changed"
    thread: Channel

    @property
    def scope(self) -> Scope:
        return Place(self.thread.id)

    def body(self) -> dict[str, Any]:
        return wire.thread(self.thread)


@dataclass(frozen=True, slots=True)
class ThreadDeleted(Event):
    name: ClassVar[str] = "thread.deleted"
    thread_id: int
    parent_id: int

    @property
    def scope(self) -> Scope:
        return Place(self.parent_id)

    def body(self) -> dict[str, Any]:
        return {"id": str(self.thread_id), "parent_id": str(self.parent_id)}


@dataclass(frozen=True, slots=True)
class ThreadFollowed(Event):
    """Somebody follows a thread, or does not any more; told to their devices."""

    name: ClassVar[str] = "thread.followed"
    account_id: int
    thread_id: int
    follows: bool

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return {"thread_id": str(self.thread_id), "follows": self.follows}


@dataclass(frozen=True, slots=True)
class PrivacyChanged(Event):
    """Whom somebody blocks, and whether strangers may write first; told to their devices."""

    name: ClassVar[str] = "privacy.changed"
    account_id: int
    privacy: Privacy

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return wire.privacy(self.privacy)
