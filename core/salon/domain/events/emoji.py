"""What happens to the community's own emoji."""

from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.emoji import Emoji
from salon.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class EmojiChanged(Event):
    """An emoji was added or renamed."""

    name: ClassVar[str] = "emoji.changed"
    emoji: Emoji

    def body(self) -> dict[str, Any]:
        return wire.emoji(self.emoji)


@dataclass(frozen=True, slots=True)
class EmojiRemoved(Event):
    name: ClassVar[str] = "emoji.removed"
    emoji_id: int

    def body(self) -> dict[str, Any]:
        return {"id": str(self.emoji_id)}
