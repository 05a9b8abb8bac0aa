"""What a block keeps away: one pure function, whatever the way on which somebody would be reached.

Who is blocked is not told, and goes on in the places that both may see. What is done by office,
such as a sanction or a report, is no way to reach somebody and asks nobody here
(docs/decisions/block.md).
"""

from enum import StrEnum


class Way(StrEnum):
    """How one person would reach another. What is between two people is kept from both."""

    CONVERSATION = "conversation"  # begun, or written in
    COMPANY = "company"  # to come into the same group
    NOTICE = "notice"  # the inbox, a push, a sound, a letter, whatever called for it
    REACTION = "reaction"  # under what they wrote


_FROM_BOTH = frozenset({Way.CONVERSATION, Way.COMPANY})


def reaches(way: Way, *, receiver_blocks: bool, sender_blocks: bool) -> bool:
    """Whether something goes from a sender to a receiver, of whom either may block the other."""
    return not receiver_blocks and not (sender_blocks and way in _FROM_BOTH)
