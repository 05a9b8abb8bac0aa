"""What is done to people who went too far: pure rules of what holds, and for how long.

warning     is read, and said to have been read; nothing follows from it
time out    reads and listens; writes, reacts, speaks and knocks nowhere; 28 days at most
kick        signed out, out of every room; comes back at once where everybody may sign up, elsewhere
            by an invitation, with the same account
suspension  signed out, and cannot sign in
ban         a suspension whose handle and mail address stay refused when the account is erased; may
            take back what was written in the last days

One of each kind holds for an account at most; the next of its kind ends the one before. The account
itself says what follows from them (`judged`), so that every permission is judged by that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from salon.domain.accounts import Account, AccountState

TIME_OUT_MAX = timedelta(days=28)
LASTS_MAX = timedelta(days=3_650)
TAKEN_BACK_MAX = timedelta(days=7)
REASON_MAX = 512


class SanctionKind(StrEnum):
    WARNING = "warning"
    TIME_OUT = "time_out"
    KICK = "kick"
    SUSPENSION = "suspension"
    BAN = "ban"


KEEPS_OUT = frozenset({SanctionKind.KICK, SanctionKind.SUSPENSION, SanctionKind.BAN})
NEEDS: Mapping[SanctionKind, str] = {
    SanctionKind.WARNING: "member.time_out",
    SanctionKind.TIME_OUT: "member.time_out",
    SanctionKind.KICK: "member.kick",
    SanctionKind.SUSPENSION: "member.suspend",
    SanctionKind.BAN: "member.ban",
}


@dataclass(frozen=True, slots=True)
class Sanction:
    """One of them. `until` None lasts until it is lifted; `by_account_id` None is the server.

    `ended_at` is when it was lifted, by whom or by the next of its kind.
    """

    id: int
    account_id: int
    kind: SanctionKind
    began_at: datetime
    until: datetime | None
    reason: str
    by_account_id: int | None
    ended_at: datetime | None = None
    ended_by_id: int | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is neither lifted nor run out."""
        return self.ended_at is None and (self.until is None or now < self.until)


def judged(account: Account, sanctions: Iterable[Sanction], now: datetime) -> Account:
    """Return the account as these leave it now; one that is deleted stays so."""
    if account.state is AccountState.DELETED:
        return account
    holding = [each for each in sanctions if each.holds(now)]
    is_out = any(each.kind in KEEPS_OUT for each in holding)
    pauses = [each.until for each in holding if each.kind is SanctionKind.TIME_OUT]
    return replace(
        account,
        state=AccountState.SUSPENDED if is_out else AccountState.ACTIVE,
        timed_out_until=max((until for until in pauses if until is not None), default=None),
    )


def heaviest(sanctions: Iterable[Sanction], now: datetime) -> Sanction | None:
    """Return what keeps somebody out now: the one that lasts longest."""
    holding = [s for s in sanctions if s.holds(now) and s.kind in KEEPS_OUT]
    return max(holding, key=_how_long, default=None)


def _how_long(sanction: Sanction) -> tuple[bool, bool, float]:
    """A kick ends by an invitation, so everything else is longer."""
    is_kick, until = sanction.kind is SanctionKind.KICK, sanction.until
    return not is_kick, until is None, 0 if until is None else until.timestamp()
