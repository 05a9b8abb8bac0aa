"""Writes faults to the log: at most once a minute for each place, however often it fails."""

import structlog

from salon.host.contain import Call, Misbehaved, place_of

PAUSE_S = 60.0
PLACES_MAX = 1_000

log = structlog.get_logger(__name__)


class FaultLog:
    """Owned by the host. The text of a foreign exception may quote a message, so it stays out."""

    def __init__(self) -> None:
        self._written_s: dict[Call, float] = {}
        self._kept_back: dict[Call, int] = {}

    def write(self, call: Call, error: BaseException, now_s: float) -> None:
        """Log a fault, with the number of those before that were kept back."""
        written_s = self._written_s.get(call)
        if written_s is not None and now_s - written_s < PAUSE_S:
            self._kept_back[call] = self._kept_back.get(call, 0) + 1
            return
        if len(self._written_s) >= PLACES_MAX:  # task names are the plugin's, and may be endless
            self._written_s.clear()
            self._kept_back.clear()
        self._written_s[call] = now_s
        log.warning(
            "a plugin failed",
            plugin=call.plugin,
            where=call.what,
            error=str(error) if isinstance(error, Misbehaved) else type(error).__name__,
            at=place_of(error),
            kept_back=self._kept_back.pop(call, 0),
        )
        log.debug("the plugin's fault in full", plugin=call.plugin, exc_info=error)
