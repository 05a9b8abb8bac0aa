"""Which state each plugin is in and why, and what its faults add up to."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from salon.errors import Conflict
from salon.plugin.base import Capability

SHOWN_FAULTS = 3
SHOWN_WINDOW_S = 3_600.0
SUSPENDING_FAULTS = 20
SUSPENDING_WINDOW_S = 600.0


class PluginState(StrEnum):
    OFF = "off"  # installed, and not listed in the configuration
    REFUSED = "refused"  # cannot run as it is
    STARTING = "starting"
    RUNNING = "running"
    FAILED = "failed"  # did not start
    SUSPENDED = "suspended"  # failed too often; as if absent until the owner resumes it
    STOPPED = "stopped"  # the server goes down


class Cause(StrEnum):
    """Why a plugin does not run, as the page says it in the reader's language."""

    NOT_LISTED = "not_listed"
    UNFIT = "unfit"  # its code or its configuration
    NEEDS = "needs"  # another plugin
    STARTUP = "startup"
    FAILING = "failing"  # again and again


_ALLOWED: Mapping[PluginState, frozenset[PluginState]] = {
    PluginState.OFF: frozenset(),
    PluginState.REFUSED: frozenset(),
    PluginState.STARTING: frozenset(
        {PluginState.RUNNING, PluginState.REFUSED, PluginState.FAILED, PluginState.STOPPED}
    ),
    PluginState.RUNNING: frozenset({PluginState.SUSPENDED, PluginState.STOPPED}),
    PluginState.FAILED: frozenset({PluginState.STARTING, PluginState.STOPPED}),
    PluginState.SUSPENDED: frozenset({PluginState.STARTING, PluginState.STOPPED}),
    PluginState.STOPPED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure of foreign code."""

    at_s: float
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class PluginStatus:
    """What the owner sees of a plugin.

    `reason` is for who mends it, in English: the page has words for `cause`. `faults` counts the
    last hour, `where` is the place of the last one, `lost_notices` counts since the start.
    """

    name: str
    title: str
    version: str
    state: PluginState
    reason: str
    cause: Cause | None = None
    faults: int = 0
    where: str = ""
    lost_notices: int = 0
    capabilities: tuple[Capability, ...] = ()

    @property
    def needs_attention(self) -> bool:
        """Whether the owner should look: it does not run, or fails again and again."""
        broken = self.state in {PluginState.REFUSED, PluginState.FAILED, PluginState.SUSPENDED}
        return broken or self.faults >= SHOWN_FAULTS

    def body(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "version": self.version,
            "state": self.state.value,
            "reason": self.cause and self.cause.value,
            "detail": self.reason,
            "faults": self.faults,
            "where": self.where,
            "lost_notices": self.lost_notices,
            "capabilities": list(self.capabilities),
        }


class Standing:
    """One plugin's state and its newest faults; owned by the host, used in the loop's thread."""

    def __init__(self, state: PluginState, cause: Cause | None = None, reason: str = "") -> None:
        self.state = state
        self.cause = cause
        self.reason = reason
        self._faults: deque[Fault] = deque(maxlen=SUSPENDING_FAULTS)

    def move_to(self, state: PluginState, cause: Cause | None = None, reason: str = "") -> None:
        """Change the state. Raises Conflict for a step that no plugin can take."""
        if state not in _ALLOWED[self.state]:
            raise Conflict(f"a plugin that is {self.state.value} cannot become {state.value}")
        self.state = state
        self.cause = cause
        self.reason = reason

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def forget_faults(self) -> None:
        self._faults.clear()

    def recent_faults(self, now_s: float, window_s: float = SHOWN_WINDOW_S) -> int:
        """Count the faults of the last `window_s`; the count ends at twenty."""
        return sum(1 for fault in self._faults if now_s - fault.at_s < window_s)

    def is_intolerable(self, now_s: float) -> bool:
        """Whether the plugin has failed so often that it has to be suspended."""
        return self.recent_faults(now_s, SUSPENDING_WINDOW_S) >= SUSPENDING_FAULTS

    @property
    def last_fault(self) -> Fault | None:
        return self._faults[-1] if self._faults else None
