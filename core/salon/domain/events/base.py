"""What every event has, and who may ever see one."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain.permissions import Overwrite


@dataclass(frozen=True, slots=True)
class Everyone:
    """Every signed-in account."""


@dataclass(frozen=True, slots=True)
class Place:
    """Accounts that may view this channel or room now."""

    id: int


@dataclass(frozen=True, slots=True)
class FormerPlace:
    """Accounts that might view a place that is gone, judged by the overwrites it had."""

    id: int
    overwrites: tuple[Overwrite, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Accounts that may view something in this category now, or manage channels."""

    id: int


@dataclass(frozen=True, slots=True)
class Only:
    """One account, on all its devices."""

    account_id: int


@dataclass(frozen=True, slots=True)
class OnlySession(Only):
    """One account, where it is signed in by this session; nothing durable."""

    session_id: int


@dataclass(frozen=True, slots=True)
class Holders:
    """Accounts that hold this permission now."""

    permission: str


Scope = Everyone | Place | FormerPlace | Section | Only | Holders


@dataclass(frozen=True, slots=True)
class Event(ABC):
    """Base of everything that can happen."""

    name: ClassVar[str]
    durable: ClassVar[bool] = True

    @property
    def wire_name(self) -> str:
        """Return what stands in the frame."""
        return self.name

    @property
    def scope(self) -> Scope:
        return Everyone()

    @abstractmethod
    def body(self) -> dict[str, Any]:
        """Return the `data` of the frame: JSON-ready, the same for every receiver."""
