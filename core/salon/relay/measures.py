"""What the relay tells of itself when somebody looks: counts, and how each line is.

A share goes from 0.0 to 1.0, times are in seconds. None is not known, which is not the same as
good.
"""

import heapq
import os
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

KNOWN_S = (
    15.0  # what was said of a line longer ago says nothing of it now; browsers report each 5 s
)
# An answer stays under what a frame holds (`wire.py`), with the longest names and all reasons.
LINES_TOLD = 250  # of the room that was asked for, and as many of all rooms, the worst first
ROOMS_TOLD = 500  # those with most peers

_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class LineMeasures:
    """How packets arrive from one peer (up) and at it (down)."""

    peer_id: str
    owner: str
    transport: str  # `udp` or `tcp`
    loss_up: float | None
    loss_down: float | None
    jitter_up_s: float | None
    jitter_down_s: float | None
    round_trip_s: float | None

    @property
    def loss_worst(self) -> float | None:
        return worst(self.loss_up, self.loss_down)

    @property
    def jitter_worst_s(self) -> float | None:
        return worst(self.jitter_up_s, self.jitter_down_s)

    @property
    def badness(self) -> tuple[float, float]:
        """What lines are compared by: what they lose, and of equals how unsteady they are."""
        return self.loss_worst or 0.0, self.jitter_worst_s or 0.0


@dataclass(frozen=True, slots=True)
class RoomMeasures:
    """Counted since the room was opened.

    `lines`: of the room that was asked for; of any other those that are among the worst of all.
    """

    room_id: int
    peers: int  # connected
    received: int  # packets of sound and reports, from its peers
    forwarded: int
    dropped: Mapping[str, int]  # by reason
    loss_worst: float | None
    jitter_worst_s: float | None
    lines: tuple[LineMeasures, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkerMeasures:
    """Counted since the worker started. `at_s` is its own clock's: two answers make a rate."""

    port: int
    is_there: bool = True
    is_apart: bool = True  # a process of its own; else `cpu_s` and the memory are the core's too
    has_tcp: bool = False
    restarts: int = 0
    at_s: float = 0.0
    cpu_s: float = 0.0
    memory_bytes: int = 0
    peers: int = 0
    received: int = 0  # datagrams, whoever sent them
    forwarded: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    rooms: tuple[RoomMeasures, ...] = ()  # the fullest of them


class Losses:
    """The share of packets that were lost lately, from what each report adds."""

    def __init__(self) -> None:
        self._told: deque[tuple[float, int, int]] = deque(maxlen=32)  # when, expected, lost

    def add(self, expected: int, lost: int, now_s: float) -> None:
        if expected > 0:
            self._told.append((now_s, expected, min(max(0, lost), expected)))

    def share(self, now_s: float) -> float | None:
        """Return None when nothing was to come lately."""
        recent = [told for told in self._told if told[0] > now_s - KNOWN_S]
        expected = sum(told[1] for told in recent)
        return sum(told[2] for told in recent) / expected if expected else None


def worst_of(lines: Iterable[LineMeasures]) -> list[LineMeasures]:
    """Return the worst, at first the worst of all; of many not all."""
    return heapq.nlargest(LINES_TOLD, lines, key=lambda line: line.badness)


def worst(*figures: float | None) -> float | None:
    """Return the greatest that is known."""
    return max((figure for figure in figures if figure is not None), default=None)


def dropped(counts: Mapping[str, int]) -> dict[str, int]:
    """Return what was dropped by its reason."""
    prefix = "dropped."
    return {key[len(prefix) :]: n for key, n in counts.items() if key.startswith(prefix) and n}


def received(counts: Mapping[str, int]) -> int:
    """Return how many datagrams of sound and reports came from a room's peers, used or not."""
    ours = {"unsent", "source"}  # were on their way out, or never came over a line
    not_used = sum(n for reason, n in dropped(counts).items() if reason not in ours)
    return counts.get("taken.sound", 0) + counts.get("taken.report", 0) + not_used


def process() -> tuple[float, int]:
    """Return this process's CPU seconds and the bytes of memory it holds; reads a file."""
    try:
        pages = int(_STATM.read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):  # another system tells it in another way
        pages = 0
    return time.process_time(), pages * os.sysconf("SC_PAGE_SIZE")
