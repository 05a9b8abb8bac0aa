"""What is left of a take, and where things then stand."""

from hypothesis import given
from hypothesis import strategies as st

from salon_recording.parts import are_within, joined, length, place, without

moments = st.integers(min_value=0, max_value=50)
spans = st.tuples(moments, moments).map(sorted).filter(lambda it: it[0] < it[1]).map(tuple)


def _heard(parts: tuple[tuple[int, int], ...]) -> list[int]:
    return [at for start, end in parts for at in range(start, end)]


@given(spans, st.lists(spans, max_size=6))
def test_what_is_left_is_the_whole_without_what_was_cut(
    whole: tuple[int, int], cuts: list[tuple[int, int]]
) -> None:
    left = without(whole, cuts)
    gone = set(_heard(joined(cuts)))
    assert _heard(left) == [at for at in range(*whole) if at not in gone]
    assert length(left) == len(_heard(left))
    assert are_within(left, [whole])


@given(spans, st.lists(spans, max_size=6))
def test_a_moment_stands_after_what_is_heard_before_it(
    whole: tuple[int, int], cuts: list[tuple[int, int]]
) -> None:
    left = without(whole, cuts)
    for at in range(60):
        assert place(at, left) == sum(heard < at for heard in _heard(left))


def test_parts_that_touch_are_one() -> None:
    assert joined([(5, 9), (0, 3), (3, 4), (8, 12)]) == ((0, 4), (5, 12))


def test_more_than_was_agreed_to_is_not_within_it() -> None:
    assert are_within([(1, 2), (5, 6)], [(0, 3), (5, 9)])
    assert not are_within([(1, 4)], [(0, 3), (3, 9)])
    assert not are_within([(9, 10)], [])
