"""How many of the packets before are sent with each, judged by what a listener reports.

On a noisy line repeats bring back what is lost. On a full one they make it worse: so when much more
is lost with them than was without, they end for a while, unless as much is lost all the same.
"""

import math

LOSS_FROM = 0.02  # a share from which each packet is sent twice
MUCH_LOSS_FROM = 0.08  # and three times; reports of a tenth lost differ by some hundredths
FULL_LOSS = 0.1  # more, and twice what was lost without repeats: the line is full
FULL_S = 60.0


class Repeating:
    """Owns what is remembered of one listener's line."""

    def __init__(self) -> None:
        self.repeats = 0
        self._loss_without = 0.0
        self._full_loss = 0.0
        self._full_until_s = -math.inf

    def note(self, share: float, now_s: float) -> None:
        """Take a share that was lost since the last report."""
        if self.repeats and share > 2 * self._loss_without + FULL_LOSS:
            self._full_loss, self._full_until_s = share, now_s + FULL_S
            self.repeats = 0
        elif share >= LOSS_FROM and not self._is_full(share, now_s):
            if not self.repeats:
                self._loss_without = share
            self.repeats = 2 if share >= MUCH_LOSS_FROM else 1

    def _is_full(self, share: float, now_s: float) -> bool:
        """Whether it is better without repeats than it was with them."""
        return now_s < self._full_until_s and share < self._full_loss / 2

    def end(self) -> None:
        """Nothing was lost for a while."""
        self.repeats = 0
