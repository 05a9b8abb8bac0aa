"""What a decision hook may answer. No answer (None) means yes."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deny:
    """Refuse. The reason is read by the person who asked, together with the plugin's name."""

    reason: str


@dataclass(frozen=True, slots=True)
class Amend(Generic[T]):
    """Go on with this instead of what was asked."""

    draft: T
