"""What people write."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag
from typing import Literal

from salon.domain.files import File
from salon.domain.mentions import NOBODY, Mentions

TEXT_MAX_CHARACTERS = 4_000

MessageKind = Literal["text", "pin"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What an author wants to say; hooks may deny or amend it before it is stored.

    With files the text may be empty. Files can be looked at, and not exchanged.
    """

    text: str
    reply_to_id: int | None = None
    shown_as: str | None = None
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message. `html` is sanitised and ready to show.

    `shown_as` is set for posts by webhooks: the name under which the account speaks this once.
    One of the kind "pin" has no text: its author pinned the message it replies to.
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
    kind: MessageKind = "text"
    pinned_at: datetime | None = None
    files: tuple[File, ...] = ()
    mentions: Mentions = NOBODY


class Beside(IntFlag):
    """What may stand beside a message; what it says stays when that has gone again."""

    REACTIONS = 1
    CARDS = 2
    THREAD = 4


@dataclass(frozen=True, slots=True)
class FormerText:
    """What a message said before it was changed or deleted."""

    message_id: int
    text: str
    written_at: datetime
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class DeletedMessage:
    """A message that members no longer get; `message.text` is what it said last.

    `deleted_by` is None when that person was erased.
    """

    message: Message
    deleted_at: datetime
    deleted_by: int | None
