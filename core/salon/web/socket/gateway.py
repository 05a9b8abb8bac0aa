"""What all sockets share: tickets, the picture that `hello` gives, who comes and goes."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salon.clock import Clock
from salon.config import Limits
from salon.domain.accounts import Account, Session
from salon.errors import Unavailable
from salon.ids import new_secret
from salon.services.limits import Bucket, Paces
from salon.services.services import Services
from salon.services.sessions import hash_of
from salon.web.socket import picture
from salon.web.socket.registry import Core, Registry

if TYPE_CHECKING:
    from salon.web.socket.connection import Connection

TICKET_FOR_S = 30.0
TICKETS_MAX = 20_000
TICKETS_PER_ACCOUNT = 20
AT_THE_DOOR_S = 5  # as many as come in so long may come at once
BACK_WITHIN_S = 5.0  # who is told to come again, comes at a moment of their own in this time
SOCKETS_BUSY = 3  # frames of so many sockets, each at its limit, are the limit of an account


@dataclass(frozen=True, slots=True)
class _Ticket:
    account_id: int
    session_id: int
    until_s: float


class Gateway:
    """Owns the tickets; asks the services for the rest."""

    def __init__(
        self,
        core: Core,
        registry: Registry,
        clock: Clock,
        limits: Limits,
        client_modules: Callable[[], list[dict[str, Any]]],
    ) -> None:
        self.core = core
        self.registry = registry
        self._clock = clock
        self._tickets: dict[bytes, _Ticket] = {}
        self._opened_per_s = limits.sockets_opened_per_s
        self._door = Bucket(AT_THE_DOOR_S * self._opened_per_s, self._opened_per_s)
        frames = SOCKETS_BUSY * limits.frames_per_10_s
        self._paces = Paces(frames, frames / 10)
        self.client_modules = client_modules

    @property
    def services(self) -> Services:
        return self.core.services

    # -- tickets

    def ticket(self, session: Session) -> str:
        """Return what opens one socket for this session within 30 s.

        Raises Unavailable with the time to wait: after a restart all come back at once.
        """
        now_s = self._clock.monotonic_s()
        wait_s = self._door.take(now_s)
        if wait_s:
            wait_s += random.random() * BACK_WITHIN_S  # noqa: S311 it spreads, it hides nothing
            raise Unavailable(
                "Many people come in. Please try again in a moment.",
                reason="door_busy",
                retry_after_s=wait_s,
            )
        self._forget_old(now_s, session.account_id)
        secret = new_secret()
        ticket = _Ticket(session.account_id, session.id, now_s + TICKET_FOR_S)
        self._tickets[hash_of(secret)] = ticket
        return secret

    def _forget_old(self, now_s: float, account_id: int) -> None:
        """Make room: tickets stand in the order of their end; an account's oldest goes first."""
        while self._tickets:
            key, oldest = next(iter(self._tickets.items()))
            if oldest.until_s > now_s:
                break
            del self._tickets[key]
        mine = [k for k, ticket in self._tickets.items() if ticket.account_id == account_id]
        for key in mine[: max(0, len(mine) + 1 - TICKETS_PER_ACCOUNT)]:
            del self._tickets[key]
        if len(self._tickets) >= TICKETS_MAX:
            raise Unavailable(
                "Many people come in. Please try again in a moment.", reason="door_busy"
            )

    def redeem(self, secret: str) -> tuple[int, int] | None:
        """Take a ticket and return (account id, session id), unless its session has ended."""
        ticket = self._tickets.pop(hash_of(secret[:256]), None)
        if ticket is None or ticket.until_s <= self._clock.monotonic_s():
            return None
        if not self.services.sessions.alive(ticket.session_id):
            return None
        return ticket.account_id, ticket.session_id

    # -- the picture

    def snapshot(self, account: Account) -> dict[str, Any]:
        return picture.snapshot(self.services, account, self.services.directory)

    def live(self, account: Account) -> dict[str, Any]:
        return picture.live(self.services, account, self.services.directory)

    def access_body(self, account_id: int) -> dict[str, Any]:
        """Return the body of `access.changed`."""
        account = self.services.directory.account(account_id)
        if account is None:
            return {}
        return picture.whole(self.services, account, self.services.directory)

    # -- how much

    @property
    def spread_s(self) -> float:
        """In how long those who are here can come back after a restart, each at its own moment."""
        return round(self.services.announcer.open_sockets / self._opened_per_s, 1)

    def take_frame(self, account_id: int) -> None:
        """Count a frame of an account, on all its sockets together. Raises TooMany."""
        self._paces.take(account_id, self._clock.monotonic_s(), message="Too much at once.")

    # -- coming and going

    def came(self, _connection: "Connection") -> None:
        self.services.presence.changed()

    def left(self, connection: "Connection") -> None:
        self.services.announcer.remove(connection)
        self.services.presence.changed()
        self.services.participants.session_lost(connection.account_id, connection.session_id)
