"""What rooms and events are about, in a word or two that people follow. They read "topic".

In the code it is a tag, since a room's topic is the line of text below its name. Tags belong to the
whole community: everybody here may read them all, also those of rooms that they do not see.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

NAME_MAX: Final = 32  # characters
KEY_MAX: Final = 128
SHOWN_MAX: Final = 200  # of a community, without those that are hidden or merged
AT_ONE_MAX: Final = 3  # at one room, or one event


@dataclass(frozen=True, slots=True)
class Tag:
    """One of them. `merged_into_id`: it is another one now, and whoever names it means that one.

    One that is `is_hidden` is shown to nobody but those who keep the list, and is not taken.
    """

    id: int
    name: str
    is_hidden: bool = False
    merged_into_id: int | None = None

    @property
    def key(self) -> str:
        """Return what all spellings of its name have in common."""
        return key_of(self.name)

    @property
    def is_shown(self) -> bool:
        """Whether it is offered and shown to everybody."""
        return not self.is_hidden and self.merged_into_id is None


def key_of(name: str) -> str:
    """Return what two names have in common that are the same to people: no case, no form."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
