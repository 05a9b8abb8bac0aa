"""What happens to tags, and to who follows them."""

from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.events.base import Event, Only, Scope
from salon.domain.tags import Tag


@dataclass(frozen=True, slots=True)
class TagChanged(Event):
    """A tag is new, is called otherwise, was hidden or shown, or merged into another."""

    name: ClassVar[str] = "tag.changed"
    tag: Tag

    def body(self) -> dict[str, Any]:
        """Without the name of one that is hidden: everybody is told."""
        told = wire.tag(self.tag)
        return told | {"name": ""} if self.tag.is_hidden else told


@dataclass(frozen=True, slots=True)
class TagFollowed(Event):
    """Somebody follows a tag, or no more; told on all their devices."""

    name: ClassVar[str] = "tag.followed"
    account_id: int
    tag_id: int
    follows: bool

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return {"tag_id": str(self.tag_id), "follows": self.follows}
