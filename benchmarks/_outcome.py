"""What became of the sentences under one condition, and what may be said of it.

Words are compared with those that are recognised of the same sentences where nothing is lost. How
far that share may be from the true one is found by drawing anew from what each sentence, every time
that it was said, gave (bootstrap, percentile interval): chance decides which packets are lost.
"""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from _speech import Verdict

DRAWS = 2_000
EDGE = 0.025  # of the draws, at either end: an interval of 95 %
HEADINGS = (
    "condition",
    "PESQ",
    "words",
    "concealed",
    "buffer",
    "mouth to ear",
    "speaker sends",
    "lost up / down",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the listener got. `verdicts`: of each time that all sentences were said, in order."""

    verdicts: Sequence[Sequence[Verdict]]
    concealed: float  # the share of the talk
    buffered_ms: float
    sent_kbit_per_s: float  # by the speaker
    lost: tuple[float, float]  # by the line up, and down

    @property
    def pesq(self) -> float:
        return statistics.median(each.pesq for time in self.verdicts for each in time)

    @property
    def delay_ms(self) -> float:
        return statistics.median(each.delay_ms for time in self.verdicts for each in time)

    @property
    def words(self) -> float:
        """Return the share of those said that were recognised."""
        said = sum(each.words for time in self.verdicts for each in time)
        return sum(each.words_right for time in self.verdicts for each in time) / said

    def row(self, condition: str) -> str:
        """Return it as a line of a table under `HEADINGS`."""
        return _line(
            condition,
            f"{self.pesq:.2f}",
            f"{self.words:.0%}",
            f"{self.concealed:.1%}",
            f"{self.buffered_ms:.0f} ms",
            f"{self.delay_ms:.0f} ms",
            f"{self.sent_kbit_per_s:.0f} kbit/s",
            " / ".join(f"{share:.1%}" for share in self.lost),
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """The share of words that are still recognised: measured, and the ends of its interval."""

    share: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.share:.1%} (95 % interval: {self.least:.1%} to {self.most:.1%})"


def heading() -> str:
    return f"{_line(*HEADINGS)}\n{_line(*('---' for _ in HEADINGS))}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def kept_words(lossy: Outcome, fine: Outcome) -> Kept:
    """Return how many of the words recognised where nothing is lost are recognised here as well."""
    chance = random.Random(1)
    drawn = sorted(_drawn_words(lossy, chance) / _drawn_words(fine, chance) for _ in range(DRAWS))
    edge = round(EDGE * DRAWS)
    return Kept(lossy.words / fine.words, drawn[edge], drawn[-1 - edge])


def _drawn_words(outcome: Outcome, chance: random.Random) -> float:
    """Return the share recognised when each sentence's times are drawn anew.

    One fewer than there are: of so few, as many would differ too little from each other.
    """
    said = right = 0
    for times in zip(*outcome.verdicts, strict=True):
        for verdict in chance.choices(times, k=max(1, len(times) - 1)):
            said += verdict.words
            right += verdict.words_right
    return right / said
