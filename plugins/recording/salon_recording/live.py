"""One recording while it runs: its clock, what is told of it, and what its journal says.

Time is the monotonic clock's since the recording began; the wall's is kept beside it, and noted
again when somebody sets it. Who is in the room, whose microphone is open and who may speak is
looked at when somebody comes or goes and at each flush, and each difference is a line.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salon.plugin import Attachment, Participant
from salon_recording.capture import Capture, TakeFiles
from salon_recording.journal import Entry, Happened
from salon_recording.marks import Mark
from salon_recording.takes import Choice, Reason, Take

MARKS_SHOWN = 5  # the latest, to everybody in the room
CLOCK_SET_S = 1.0  # a wall clock that is this far from where it was has been set


@dataclass(slots=True)
class Live:
    """A take, its files, and how far it is."""

    take: Take
    capture: Capture
    files: TakeFiles
    answers: dict[int, Choice] = field(default_factory=dict)
    closing: "asyncio.Task[Take] | None" = None
    attachment: Attachment | None = None
    begun_s: float | None = None
    reason: Reason | None = None
    people: Mapping[int, Participant] = field(default_factory=dict)
    host_ids: frozenset[int] = frozenset()  # who led the stage at any moment of it
    marks: deque[Mark] = field(default_factory=lambda: deque(maxlen=MARKS_SHOWN))
    noted_s: float = 0.0  # the last line's time in the journal, which never goes back
    is_warned: bool = False  # that the disk runs full
    wall_off_s: float = 0.0  # how far the wall clock was set since the recording began

    @property
    def is_ending(self) -> bool:
        return self.reason is not None

    def elapsed_s(self, now_s: float) -> float:
        """Return the take's own time at a monotonic time; 0 before it began."""
        return 0.0 if self.begun_s is None else now_s - self.begun_s

    def note(self, now_s: float, what: Happened, **facts: Any) -> None:
        """Add a line to the journal; before it began there is nothing to tell."""
        if self.begun_s is None:
            return
        self.noted_s = max(self.noted_s, self.elapsed_s(now_s))
        self.files.note(Entry(self.noted_s, what.value, facts))

    def look(self, now_s: float, people: Sequence[Participant]) -> None:
        """Note what is different in the room."""
        before, self.people = self.people, {one.account_id: one for one in people}
        for account_id in before.keys() - self.people.keys():
            self.note(now_s, Happened.LEFT, account=account_id)
        for account_id, person in self.people.items():
            for what in _differences(before.get(account_id), person):
                self.note(now_s, what, account=account_id)

    def look_at_clock(self, now_s: float, now: datetime) -> None:
        """Note the wall's time when it was set."""
        off_s = (now - self.take.begun_at).total_seconds() - self.elapsed_s(now_s)
        if abs(off_s - self.wall_off_s) >= CLOCK_SET_S:
            self.wall_off_s = off_s
            self.note(now_s, Happened.CLOCK, at=now.isoformat())

    def state(self) -> dict[str, Any]:
        """Return what the room's people are told."""
        return {
            "take_id": str(self.take.id),
            "by": str(self.take.started_by),
            "phase": "countdown" if self.begun_s is None else "recording",
            "begun_at": self.take.begun_at.isoformat(),
            "marks": [{"at_s": one.at_ms / 1_000, "title": one.title} for one in self.marks],
            "answers": {str(id_): choice.value for id_, choice in self.answers.items()},
        }


def _differences(before: Participant | None, now: Participant) -> Sequence[Happened]:
    if before is None:
        here = [Happened.JOINED]
        if now.may_speak:
            here.append(Happened.ON_STAGE)
        if _is_open(now):
            here.append(Happened.UNMUTED)
        return here
    found = []
    if before.may_speak != now.may_speak:
        found.append(Happened.ON_STAGE if now.may_speak else Happened.OFF_STAGE)
    if _is_open(before) != _is_open(now):
        found.append(Happened.UNMUTED if _is_open(now) else Happened.MUTED)
    return found


def _is_open(person: Participant) -> bool:
    return not person.muted and not person.silenced
