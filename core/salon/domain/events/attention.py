"""What happens to what somebody wants to know; told to their own devices."""

from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.attention import Choice
from salon.domain.events.base import Event, Only, Scope


@dataclass(frozen=True, slots=True)
class LevelChanged(Event):
    name: ClassVar[str] = "level.changed"
    account_id: int
    channel_id: int
    choice: Choice

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return wire.level(self.channel_id, self.choice)


@dataclass(frozen=True, slots=True)
class InboxDone(Event):
    """Messages of the inbox need no more attention."""

    name: ClassVar[str] = "inbox.done"
    account_id: int
    message_ids: tuple[int, ...]

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return {"message_ids": [str(id_) for id_ in self.message_ids]}
