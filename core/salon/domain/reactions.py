"""Pictures that people leave under a message.

A picture is a Unicode emoji, or one of the community's own, which is written as its id.
"""

from dataclasses import dataclass

KINDS_MAX = 20  # of one message


@dataclass(frozen=True, slots=True)
class Reaction:
    """One picture under a message: how many left it, and whether the one who looks did."""

    emoji: str
    count: int
    mine: bool


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody and the picture they left, or took back."""

    emoji: str
    account_id: int
