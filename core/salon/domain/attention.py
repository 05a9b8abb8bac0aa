"""Who is told of a message, and why: one pure function, whatever way they are told.

A level is chosen for each channel. `mentions` is for those who chose nothing: who is named, or
answered, is told. `everything` adds every message, as it is between people from the beginning.
`nothing`, and a channel that is muted for a while, stay quiet: who is named themselves finds it
in the inbox, and a call to everyone, to those here or to a role does not reach them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from salon.domain.accounts import Account
from salon.domain.blocks import Way, reaches
from salon.domain.mentions import Mentions, Reason

TO_ONESELF: frozenset[str] = frozenset({"account", "reply"})


class Level(StrEnum):
    EVERYTHING = "everything"
    MENTIONS = "mentions"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to be told of a channel."""

    level: Level
    muted_until: datetime | None = None

    def is_quiet(self, now: datetime) -> bool:
        is_muted = self.muted_until is not None and now < self.muted_until
        return is_muted or self.level is Level.NOTHING


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may read a message. `was_here`: when it was written, for what says `here`."""

    account: Account
    choice: Choice | None
    was_here: bool
    blocks_author: bool


@dataclass(frozen=True, slots=True)
class Said:
    """Of a message what it takes to know who is told."""

    author_id: int
    mentions: Mentions
    is_between: bool  # in a direct or group conversation


@dataclass(frozen=True, slots=True)
class Notice:
    """`aloud`: by a sound or a push, and not only in the inbox."""

    reason: Reason | Literal["message"]
    aloud: bool


def notice_for(said: Said, reader: Reader, now: datetime) -> Notice | None:
    """Return why somebody is told of a message; None for whoever is not."""
    is_reached = reaches(
        Way.NOTICE,
        receiver_blocks=reader.blocks_author,
        sender_blocks=False,  # nor would it matter
    )
    if said.author_id == reader.account.id or not is_reached:
        return None
    named = named_as(said.mentions, reader)
    is_quiet = reader.choice is not None and reader.choice.is_quiet(now)
    if is_quiet:
        return Notice(named, aloud=False) if named in TO_ONESELF and named else None
    if named is not None:
        return Notice(named, aloud=True)
    level = reader.choice.level if reader.choice else None
    wants_all = level is Level.EVERYTHING or (level is None and said.is_between)
    return Notice("message", aloud=True) if wants_all else None


def named_as(mentions: Mentions, reader: Reader) -> Reason | None:
    """Return how a message names somebody, the most personal way first."""
    account = reader.account
    if account.id in mentions.account_ids:
        return "account"
    if account.id == mentions.answered_id:
        return "reply"
    if account.role_ids.intersection(mentions.role_ids):
        return "role"
    if mentions.here and reader.was_here:
        return "here"
    return "everyone" if mentions.everyone else None
