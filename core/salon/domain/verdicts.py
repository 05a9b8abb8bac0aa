"""What a decision hook may answer. No answer (None) means yes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deny:
    """Refuse. The reason is read by the person who asked, together with the plugin's name.

    A plugin with a client module may name a sentence of its words there: `slug` "lent" stands for
    `error.lent`, shown instead of the reason in the reader's language, with the facts filled in.
    """

    reason: str
    slug: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Amend(Generic[T]):
    """Go on with this instead of what was asked."""

    draft: T
