"""How far the making of an episode is, and how long it may still take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

STEPS: Mapping[str, tuple[float, float]] = {  # where each begins, and its share of the whole
    "level": (0.0, 0.2),
    "mix": (0.2, 0.15),
    "measure": (0.35, 0.15),
    "encode": (0.5, 0.5),
}
SURE_FROM_S = 5.0  # a guess before that would jump about


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` is of the whole, `within` of the step, 0 to 1; `left_s` is None while it is unsure."""

    step: str
    within: float
    done: float
    left_s: int | None = None


class Pace:
    """Guesses from how long what was done has taken. What a crash left done costs no time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun: tuple[float, float] | None = None  # when, and how far it was then

    def progress(self, step: str, done: float) -> Progress:
        """Return how far it is; `done` is of the step, 0 to 1."""
        first, share = STEPS[step]
        whole, now_s = first + share * done, self._clock()
        if self._begun is None:
            self._begun = now_s, whole
        since_s, moved = now_s - self._begun[0], whole - self._begun[1]
        if since_s < SURE_FROM_S or moved <= 0:
            return Progress(step, done, whole)
        return Progress(step, done, whole, round((1 - whole) * since_s / moved))
