"""The clock of a match of two halves: a pure state machine over what keepers pressed.

Time is not counted, it is derived: a clock knows when it was set going and what it showed then.
The second half begins at the length of a half, whatever the first one took, so that a minute means
the same everywhere.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from salon.plugin import Conflict, Invalid

ELAPSED_MAX_S = 4 * 3_600


class Phase(StrEnum):
    """Where a match is."""

    BEFORE = "before"
    FIRST_HALF = "first_half"
    HALF_TIME = "half_time"
    SECOND_HALF = "second_half"
    AFTER = "after"


class Press(StrEnum):
    """What a keeper can do to the clock."""

    START = "start"
    PAUSE = "pause"
    HALF = "half"
    END = "end"
    SET = "set"


PLAYED = frozenset({Phase.FIRST_HALF, Phase.SECOND_HALF})

_REFUSED = {
    Press.START: "The clock runs already.",
    Press.PAUSE: "The clock does not run.",
    Press.HALF: "Only the first half has a half-time.",
    Press.END: "The match is not being played.",
    Press.SET: "The clock can be set during a half.",
}


@dataclass(frozen=True, slots=True)
class Minute:
    """`45+2`: minute 45, two of added time."""

    minute: int
    added: int = 0


@dataclass(frozen=True, slots=True)
class MatchClock:
    """What the clock showed (`base_s`) when it was last set going or stopped.

    `since` is None while it stands.
    """

    half_s: int
    phase: Phase = Phase.BEFORE
    base_s: int = 0
    since: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.since is not None

    def elapsed_s(self, at: datetime) -> int:
        """Return the whole seconds it shows; never less than when it was set going."""
        if self.since is None:
            return self.base_s
        return self.base_s + max(0, int((at - self.since).total_seconds()))

    def minute(self, at: datetime) -> Minute:
        """Return the minute that runs, or the last one that did; what is added counts from a half.

        As in football the first is minute 1, and 0 is only before it.
        """
        played_s = self.elapsed_s(at)
        begun = played_s // 60 + 1 if self.phase in PLAYED else -(-played_s // 60)
        halves = 2 if self.phase in {Phase.SECOND_HALF, Phase.AFTER} else 1
        last = halves * self.half_s // 60
        return Minute(min(begun, last), max(0, begun - last))

    def pressed(self, press: Press, at: datetime, elapsed_s: int | None = None) -> "MatchClock":
        """Return the clock afterwards. Raises Conflict (not now), Invalid (`elapsed_s`)."""
        if (elapsed_s is not None) != (press is Press.SET):
            raise Invalid(
                "`elapsed_s` belongs to `set`, and to nothing else.",
                field="elapsed_s",
                reason="malformed",
            )
        match press:
            case Press.START if self.phase is Phase.BEFORE:
                return replace(self, phase=Phase.FIRST_HALF, since=at)
            case Press.START if self.phase is Phase.HALF_TIME:
                return MatchClock(self.half_s, Phase.SECOND_HALF, self.half_s, at)
            case Press.START if self.phase in PLAYED and not self.is_running:
                return replace(self, since=at)
            case Press.PAUSE if self.is_running:
                return self._stopped(self.phase, at)
            case Press.HALF if self.phase is Phase.FIRST_HALF:
                return self._stopped(Phase.HALF_TIME, at)
            case Press.END if self.phase in PLAYED or self.phase is Phase.HALF_TIME:
                return self._stopped(Phase.AFTER, at)
            case Press.SET if elapsed_s is not None and self.phase in PLAYED:
                return self._set(elapsed_s, at)
        raise Conflict(_REFUSED[press], reason="sports_rooms.not_now")

    def _stopped(self, phase: Phase, at: datetime) -> "MatchClock":
        return MatchClock(self.half_s, phase, self.elapsed_s(at), None)

    def _set(self, elapsed_s: int, at: datetime) -> "MatchClock":
        least_s = self.half_s if self.phase is Phase.SECOND_HALF else 0
        if not least_s <= elapsed_s <= ELAPSED_MAX_S:
            raise Invalid(
                f"The clock can be set to {least_s} to {ELAPSED_MAX_S} seconds in this half.",
                field="elapsed_s",
                reason="sports_rooms.clock_range",
                least=least_s // 60,
                most=ELAPSED_MAX_S // 60,
            )
        return replace(self, base_s=elapsed_s, since=at if self.is_running else None)
