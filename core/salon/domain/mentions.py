"""Whom a message names.

A text names by id, with Discord's spelling, so that who is renamed stays named and texts of bots
need no translation: `<@account>`, `<@&role>`, `<#channel>`; and `@everyone`, `@here`.
"""

from dataclasses import dataclass
from typing import Literal

Reason = Literal["account", "reply", "here", "role", "everyone"]


@dataclass(frozen=True, slots=True)
class Mentions:
    """Those who are told of a message, as it was judged when it was written.

    `answered_id` is who wrote the message that is replied to.
    """

    account_ids: tuple[int, ...] = ()
    role_ids: tuple[int, ...] = ()
    everyone: bool = False
    here: bool = False
    answered_id: int | None = None


NOBODY = Mentions()


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names, before anything is judged."""

    account_ids: tuple[int, ...] = ()
    role_ids: tuple[int, ...] = ()
    all: frozenset[str] = frozenset()
    """`everyone`, `here`."""
