"""What happens to accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.accounts import Account
from salon.domain.events.base import Event, Holders, Only, Scope
from salon.domain.sanctions import SanctionKind


@dataclass(frozen=True, slots=True)
class AccountCreated(Event):
    name: ClassVar[str] = "account.created"
    account: Account

    def body(self) -> dict[str, Any]:
        return wire.account(self.account)


@dataclass(frozen=True, slots=True)
class AccountChanged(AccountCreated):
    """Profile, roles or state; also a time-out, a suspension and a deletion."""

    name: ClassVar[str] = "account.changed"


@dataclass(frozen=True, slots=True)
class AccountSuspended(AccountCreated):
    """A warning, time-out, kick, suspension or ban began; `until` None: until it is lifted.

    Announced before the change of the account, or nobody could be told of their own ban.
    """

    name: ClassVar[str] = "account.suspended"
    kind: SanctionKind
    until: datetime | None
    reason: str
    by_account_id: int | None

    @property
    def scope(self) -> Scope:
        """Only the person reads why; the others see `account.changed`."""
        return Only(self.account.id)

    def body(self) -> dict[str, Any]:
        until = wire.time(self.until) if self.until else None
        return {
            "account": wire.account(self.account),
            "kind": self.kind.value,
            "until": until,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class SecondStepChanged(Event):
    """Somebody has a second step now, or none any more; told to their devices."""

    name: ClassVar[str] = "account.second_step"
    account_id: int
    has_second_step: bool

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return {"has_second_step": self.has_second_step}


@dataclass(frozen=True, slots=True)
class ApplicationsChanged(Event):
    """Somebody asks to come in or was answered: told to those who answer."""

    name: ClassVar[str] = "applications.changed"
    waiting: int

    @property
    def scope(self) -> Scope:
        return Holders("member.manage")

    def body(self) -> dict[str, Any]:
        return {"waiting": self.waiting}


@dataclass(frozen=True, slots=True)
class RulesRead(Event):
    """Somebody agreed to a version of the house rules; told to their devices."""

    name: ClassVar[str] = "rules.read"
    account_id: int
    version: int

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return {"version": self.version}


@dataclass(frozen=True, slots=True)
class PresenceChanged(Event):
    """Who is here from now on, or again, and how; and who went. Coalesced, a thousand at most."""

    name: ClassVar[str] = "presence.changed"
    durable: ClassVar[bool] = False
    here: tuple[int, ...]
    away: tuple[int, ...]
    busy: tuple[int, ...]
    gone: tuple[int, ...]

    def body(self) -> dict[str, Any]:
        lists = {"here": self.here, "away": self.away, "busy": self.busy, "gone": self.gone}
        return {how: [str(id_) for id_ in ids] for how, ids in lists.items()}
