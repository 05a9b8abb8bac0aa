"""What sanctions leave of an account, at any time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from salon.domain.accounts import Account, AccountKind, AccountState
from salon.domain.sanctions import Sanction, SanctionKind, heaviest, judged

NOW = datetime(2026, 11, 25, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALICE = Account(
    2, AccountKind.PERSON, "alice", "Alice", 1, frozenset(), is_owner=False, created_at=NOW
)


def sanction(
    kind: SanctionKind, until: datetime | None = None, *, lifted: bool = False
) -> Sanction:
    ended = NOW if lifted else None
    return Sanction(1, ALICE.id, kind, NOW, until, "", None, ended)


def test_a_time_out_says_until_when_and_nothing_else() -> None:
    paused = judged(ALICE, [sanction(SanctionKind.TIME_OUT, NOW + HOUR)], NOW)
    assert paused == replace(ALICE, timed_out_until=NOW + HOUR)


def test_a_ban_shuts_out_until_its_time_has_come() -> None:
    ban = sanction(SanctionKind.BAN, NOW + HOUR)
    assert judged(ALICE, [ban], NOW).state is AccountState.SUSPENDED
    assert judged(ALICE, [ban], NOW + HOUR).state is AccountState.ACTIVE


def test_nobody_who_is_erased_comes_back_when_a_ban_is_over() -> None:
    gone = replace(ALICE, state=AccountState.DELETED)
    assert judged(gone, [], NOW) == gone


def test_what_lasts_longest_is_what_is_said_at_the_door() -> None:
    kick = sanction(SanctionKind.KICK)
    short = sanction(SanctionKind.SUSPENSION, NOW + HOUR)
    lasting = sanction(SanctionKind.BAN)
    assert heaviest([kick, short, lasting], NOW) == lasting
    assert heaviest([kick, short], NOW) == short
    assert heaviest([kick], NOW) == kick
    assert heaviest([sanction(SanctionKind.TIME_OUT, NOW + HOUR)], NOW) is None


TIMES = st.integers(-3, 3).map(lambda hours: NOW + hours * HOUR)
SANCTIONS = st.builds(
    sanction, st.sampled_from(SanctionKind), st.none() | TIMES, lifted=st.booleans()
)


@given(st.lists(SANCTIONS, max_size=6), TIMES)
def test_somebody_is_in_just_when_nothing_keeps_them_out(
    sanctions: list[Sanction], now: datetime
) -> None:
    is_in = judged(ALICE, sanctions, now).state is AccountState.ACTIVE
    assert is_in == (heaviest(sanctions, now) is None)
