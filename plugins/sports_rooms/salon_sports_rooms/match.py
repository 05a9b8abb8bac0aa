"""A match as the sum of its moments: score, clock and timeline are derived, never stored.

So taking something back is leaving it out of the sum, and two keepers cannot disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from salon.plugin import Conflict, NotFound
from salon_sports_rooms.clock import MatchClock, Minute, Phase, Press


class Kind(StrEnum):
    """What a moment is. `PERIOD` is a press on the clock."""

    GOAL = "goal"
    CARD = "card"
    SUBSTITUTION = "substitution"
    NOTE = "note"
    PERIOD = "period"


class Side(StrEnum):
    HOME = "home"
    AWAY = "away"


class Card(StrEnum):
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, once and at a minute. `by` is None when that account was erased."""

    id: int
    kind: Kind
    at: datetime
    minute: Minute
    side: Side | None = None
    text: str = ""
    card: Card | None = None
    press: Press | None = None
    elapsed_s: int | None = None
    by: int | None = None
    nonce: str = ""
    undone: bool = False


@dataclass(frozen=True)
class Match:
    """A match with everything that was entered, oldest first."""

    room_id: int
    home: str
    away: str
    half_s: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    commentators_only: bool = False
    moments: Sequence[Moment] = field(default=())

    @property
    def standing(self) -> Sequence[Moment]:
        """Return what was not taken back."""
        return [moment for moment in self.moments if not moment.undone]

    @cached_property
    def clock(self) -> MatchClock:
        return clock_of(self.half_s, self.standing)

    @cached_property
    def turns(self) -> Mapping[int, Phase]:
        """Return the phases that presses brought about, by moment; a pause brings about none."""
        clock = MatchClock(self.half_s)
        found: dict[int, Phase] = {}
        for moment in self.standing:
            if moment.press is not None:
                after = clock.pressed(moment.press, moment.at, moment.elapsed_s)
                if after.phase is not clock.phase:
                    found[moment.id] = after.phase
                clock = after
        return found

    def score(self, side: Side) -> int:
        return sum(m.kind is Kind.GOAL and m.side is side for m in self.standing)

    def named(self, side: Side) -> str:
        return self.home if side is Side.HOME else self.away

    def entered(self, nonce: str) -> Moment | None:
        """Return the moment that was already made of this press, or None."""
        return next((moment for moment in self.moments if moment.nonce == nonce), None)

    def moment(self, moment_id: int) -> Moment:
        """Return a moment that stands. Raises NotFound."""
        found = next((moment for moment in self.standing if moment.id == moment_id), None)
        if found is None:
            raise NotFound(
                "There is no such entry, or it was taken back.",
                field="moment",
                reason="sports_rooms.no_moment",
            )
        return found

    def undoable(self, moment_id: int | None) -> Moment:
        """Return what can be taken back now: a moment, or the last one.

        Of the presses on the clock only the last, because the later ones grew from it. Raises
        NotFound, Conflict.
        """
        if moment_id is None:
            if not self.standing:
                raise NotFound(
                    "There is nothing to take back.",
                    field="moment",
                    reason="sports_rooms.nothing_back",
                )
            return self.standing[-1]
        chosen = self.moment(moment_id)
        presses = [moment for moment in self.standing if moment.kind is Kind.PERIOD]
        if chosen.kind is Kind.PERIOD and chosen != presses[-1]:
            raise Conflict(
                "Take back what was done to the clock after it first.",
                reason="sports_rooms.clock_after",
            )
        return chosen


def clock_of(half_s: int, moments: Iterable[Moment]) -> MatchClock:
    """Return the clock after these presses. Raises Conflict or Invalid for an impossible order."""
    clock = MatchClock(half_s)
    for moment in moments:
        if moment.press is not None:
            clock = clock.pressed(moment.press, moment.at, moment.elapsed_s)
    return clock
