"""What happens to the cards of links."""

from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.events.base import Event, Place, Scope
from salon.domain.link_cards import LinkCard


@dataclass(frozen=True, slots=True)
class LinkCardsChanged(Event):
    """All cards that a message has now."""

    name: ClassVar[str] = "card.changed"
    durable: ClassVar[bool] = False
    channel_id: int
    message_id: int
    cards: tuple[LinkCard, ...]

    @property
    def scope(self) -> Scope:
        return Place(self.channel_id)

    def body(self) -> dict[str, Any]:
        return {
            "channel_id": str(self.channel_id),
            "message_id": str(self.message_id),
            "cards": [wire.link_card(card) for card in self.cards],
        }
