"""What people hand in: pictures, sounds, films and everything else, always of somebody.

Four kinds, told apart by what a file begins with, never by its name. A picture is made anew before
anybody gets it; sounds and films are written anew and played where they stand; everything else is
only downloaded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FILES_PER_MESSAGE = 10
NAME_MAX = 120
DESCRIPTION_MAX = 1_000
WAITS_FOR = timedelta(days=1)  # to be put where it was meant for


class FileKind(StrEnum):
    PICTURE = "picture"
    SOUND = "sound"
    FILM = "film"
    OTHER = "other"


class Purpose(StrEnum):
    """What a file is handed in for, which decides who may do so and what becomes of a picture."""

    MESSAGE = "message"
    AVATAR = "avatar"  # of the account that hands it in
    ICON = "icon"  # of the community
    EMOJI = "emoji"  # one of the community's own
    CARD = "card"  # of a page that a link leads to: the server gets it, nobody hands it in


class FileState(StrEnum):
    """Whether a file was put where it was meant for, and whether it was taken away again."""

    WAITING = "waiting"
    USED = "used"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class File:
    """One file as everybody who may see it knows it.

    Width and height are in pixels, of pictures. A picture that `moves` does so in its full size
    only; the smaller ones show how it begins.
    """

    id: int
    name: str
    kind: FileKind
    media_type: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    moves: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Rendition:
    """One of the sizes in which a picture is kept; "" is the full one, and what is no picture."""

    size: str
    key: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file with what only the server knows of it.

    `sha256` is that of the full rendition. Files of a message that has gone are used and in none.
    Those of the community belong to nobody (`owner_id` 0).
    """

    file: File
    owner_id: int
    purpose: Purpose
    renditions: tuple[Rendition, ...]
    sha256: bytes
    created_at: datetime
    state: FileState = FileState.WAITING
    message_id: int | None = None

    @property
    def kept_bytes(self) -> int:
        """Return what it takes on the disk, all its sizes together."""
        return sum(rendition.size_bytes for rendition in self.renditions)
