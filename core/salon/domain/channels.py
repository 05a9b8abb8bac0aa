"""Places for text, and the categories that order them."""

from dataclasses import dataclass

from salon.domain.permissions import Overwrite


@dataclass(frozen=True, slots=True)
class Category:
    """A heading in the sidebar."""

    id: int
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Channel:
    """A place for text. A room's chat is the channel with the room's id and `room_id` set."""

    id: int
    slug: str
    name: str
    topic: str
    category_id: int | None
    position: int
    overwrites: tuple[Overwrite, ...] = ()
    room_id: int | None = None
    last_message_id: int | None = None
