"""Repeats are sent where they help: on a noisy line, not on a full one."""

from salon.relay.repeating import FULL_S, LOSS_FROM, MUCH_LOSS_FROM, Repeating

REPORT_S = 5.0


class Line:
    """A listener's line, of which a share is reported lost every 5 s."""

    def __init__(self) -> None:
        self._repeating = Repeating()
        self._now_s = 100.0

    def after(self, share: float) -> int:
        self._now_s += REPORT_S
        self._repeating.note(share, self._now_s)
        return self._repeating.repeats


def test_more_loss_gets_more_repeats() -> None:
    assert [Line().after(share) for share in (0.0, LOSS_FROM / 2, LOSS_FROM, MUCH_LOSS_FROM)] == [
        0,
        0,
        1,
        2,
    ]


def test_repeats_follow_the_loss_however_much_it_is() -> None:
    line = Line()
    assert [line.after(share) for share in (0.03, 0.1, 0.03, 0.1)] == [1, 2, 1, 2]
    much = Line()
    assert [much.after(0.3) for _ in range(10)] == [2] * 10


def test_where_repeats_fill_the_line_they_end_and_are_not_tried_again_for_a_minute() -> None:
    line = Line()
    assert line.after(0.03) == 1
    assert line.after(0.4) == 0
    assert [line.after(0.03) for _ in range(int(FULL_S / REPORT_S) - 1)] == [0] * 11
    assert line.after(0.03) == 1


def test_where_as_much_is_lost_without_repeats_they_come_back() -> None:
    line = Line()
    assert line.after(0.03) == 1
    assert [line.after(0.3) for _ in range(3)] == [0, 2, 2]
