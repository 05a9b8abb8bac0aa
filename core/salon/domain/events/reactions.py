"""What happens to reactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain.events.base import Event, Place, Scope
from salon.domain.reactions import Reacted


@dataclass(frozen=True, slots=True)
class ReactionChanged(Event):
    """Who left which pictures under a message, and who took theirs back, since the last time.

    `counts` is what stands there now, the first left first. Many at once are told together.
    """

    name: ClassVar[str] = "reaction.changed"
    channel_id: int
    message_id: int
    added: tuple[Reacted, ...]
    removed: tuple[Reacted, ...]
    counts: tuple[tuple[str, int], ...]

    @property
    def scope(self) -> Scope:
        return Place(self.channel_id)

    def body(self) -> dict[str, Any]:
        return {
            "channel_id": str(self.channel_id),
            "message_id": str(self.message_id),
            "added": _told(self.added),
            "removed": _told(self.removed),
            "counts": [{"emoji": emoji, "count": count} for emoji, count in self.counts],
        }


def _told(reacted: Sequence[Reacted]) -> list[dict[str, str]]:
    return [{"emoji": each.emoji, "account_id": str(each.account_id)} for each in reacted]
