"""One listener's line out of a room, and the form in which packets go through it."""

import math
from collections.abc import Callable
from enum import Enum

from salon.relay.port import SocketPath
from salon.relay.srtp import Keys

LOSS_FROM = 0.02  # a share from which a listener is sent each packet twice, and none packed
MUCH_LOSS_FROM = 0.08  # and three times; reports of a tenth differ by some hundredths
LOSING_S = 15.0  # after a report of loss; browsers report about every 5 s


class Form(Enum):
    """How a listener gets what is said."""

    SINGLE = "single"  # a packet as it came
    DOUBLE = "double"  # each with the one before (RED, RFC 2198)
    TRIPLE = "triple"  # each with the two before
    PACKED = "packed"  # three of them in one (`packing.py`)


REPEATS = {Form.DOUBLE: 1, Form.TRIPLE: 2}  # packets before that come with each once more


class Outlet:
    """What a room sends to one listener: where, with which keys, under which numbers."""

    __slots__ = (
        "_ahead",
        "_form_for_loss",
        "_losing_until_s",
        "_path",
        "_reported",
        "changed",
        "form",
        "losses",
        "numbers",
        "profile",
        "session",
        "skipped",
        "starts",
        "takes_red",
    )

    def __init__(
        self, keys: Keys, path: SocketPath, numbers: list[int], *, takes_red: bool = False
    ) -> None:
        self.session = keys.outgoing()
        self.profile = keys.profile
        self.numbers = numbers  # the last one of each slot when its crowd was made
        self._ahead = [0] * len(numbers)  # since then, the same for all of the crowd
        self.starts = [0] * len(numbers)  # what its numbers are counted from
        self.skipped = [0] * len(numbers)  # of them, for packets that never came here
        self.losses: dict[int, tuple[float, float]] = {}  # slot: (share that no repeat mends, when)
        self.takes_red = takes_red
        self.form = Form.SINGLE
        self.changed: Callable[[], None] = nothing  # set by the fan-out it belongs to
        self._path = path
        self._losing_until_s = -math.inf
        self._form_for_loss = Form.SINGLE
        self._reported = [(0, 0)] * len(numbers)  # numbers and skipped ones at the last report

    @property
    def path(self) -> SocketPath:
        return self._path

    @path.setter
    def path(self, path: SocketPath) -> None:
        if path != self._path:
            self._path = path
            self.changed()

    def follow(self, ahead: list[int]) -> None:
        """Count on with others, from where it is: `ahead` holds how far they are in each slot."""
        self.numbers[:] = map(self.number, range(len(self.numbers)))
        self._ahead = ahead

    def number(self, slot: int) -> int:
        """Return a slot's last number, counted from the first; 0: nothing was sent."""
        return self.numbers[slot] + self._ahead[slot]

    def sent(self, slot: int) -> int:
        """Return how many packets of a slot were sent."""
        return self.number(slot) - self.skipped[slot]

    def note_loss(self, slot: int, share: float, now_s: float) -> None:
        """Keep what the listener reported about a slot."""
        share = max(0.0, share - self._missed(slot))
        if share >= LOSS_FROM:
            self._losing_until_s = now_s + LOSING_S
            self._form_for_loss = self._repeating(share) if self.takes_red else Form.SINGLE
        self.losses[slot] = (share ** (1 + REPEATS.get(self._form_for_loss, 0)), now_s)

    def _repeating(self, share: float) -> Form:
        return Form.TRIPLE if share >= MUCH_LOSS_FROM else Form.DOUBLE

    def _missed(self, slot: int) -> float:
        """Return the share that the speaker's line lost, not this one, since the last report.

        Else one bad line in would have everybody's packets sent twice, which helps nobody.
        """
        number, skipped = self.number(slot), self.skipped[slot]
        number_before, skipped_before = self._reported[slot]
        self._reported[slot] = number, skipped
        # Fewer than before: one came late that counted as missed then.
        return max(0, skipped - skipped_before) / max(1, number - number_before)

    def settle(self, now_s: float, *, may_pack: bool) -> None:
        """Choose the form anew; the one for loss stays until none was reported for a while.

        Not with each report: whoever reports now this and now that would have the room's crowds
        made anew twenty times a second.
        """
        if now_s > self._losing_until_s:
            self._form_for_loss = Form.SINGLE
            self._take(Form.PACKED if may_pack else Form.SINGLE)
        else:
            self._take(self._form_for_loss)

    def unpack(self) -> None:
        """Go back to packets as they come, from the next one on."""
        if self.form is Form.PACKED:
            self._take(Form.SINGLE)

    def _take(self, form: Form) -> None:
        if form is not self.form:
            self.form = form
            self.changed()


def nothing() -> None:
    """Nobody has to be told."""
