"""What people write."""

from dataclasses import dataclass
from datetime import datetime

TEXT_MAX_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What an author wants to say; hooks may deny or amend it before it is stored."""

    text: str
    reply_to_id: int | None = None
    shown_as: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message. `html` is sanitised and ready to show.

    `shown_as` is set for posts by webhooks: the name under which the account speaks this once.
    """

    id: int
    channel_id: int
    author_id: int
    text: str
    html: str
    posted_at: datetime
    edited_at: datetime | None = None
    reply_to_id: int | None = None
    nonce: str | None = None
    shown_as: str | None = None
