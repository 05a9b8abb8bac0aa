"""The shape of a show's episodes: what they begin with, where a part goes, and when one is due."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from salon_recording.programmes.template import (
    Schedule,
    Slot,
    digest,
    opened,
    placed,
    schedule_of,
    slots_of,
)
from salon_recording.segments import Segment, heard_of, own_chapters

PIECES = {1: ("Intro", 24_000), 2: ("Short door", 4_000), 3: ("Outro", 18_000)}
SLOTS = (
    Slot("Intro", piece_id=1),
    Slot("The conversation", between_id=2, length_ms=600_000),
    Slot("One question", length_ms=240_000),
    Slot("Outro", piece_title="Outro"),
)


def _talk(take_id: int, slot: str = "") -> Segment:
    return Segment(take_id=take_id, start_ms=0, end_ms=1_000, slot=slot)


def _order(segments: tuple[Segment, ...]) -> list[str]:
    return [
        f"take {one.take_id}"
        if one.take_id
        else f"piece {one.piece_id}"
        if one.piece_id
        else "hole"
        for one in segments
    ]


def test_an_episode_begins_with_the_pieces_and_a_place_for_each_talk() -> None:
    begun = tuple(opened(SLOTS, PIECES))
    assert _order(begun) == ["piece 1", "hole", "hole", "piece 3"]
    assert [one.slot for one in begun] == [slot.title for slot in SLOTS]
    assert [one.end_ms for one in begun] == [24_000, 600_000, 240_000, 18_000]
    gone = tuple(opened(SLOTS, {1: PIECES[1]}))
    assert _order(gone) == ["piece 1", "hole", "hole", "hole"]


def test_a_part_fills_the_first_place_that_is_empty_or_the_one_it_names() -> None:
    begun = tuple(opened(SLOTS, PIECES))
    first = placed(begun, _talk(7), SLOTS, PIECES)
    assert _order(first) == ["piece 1", "take 7", "hole", "piece 3"]
    assert first[1].slot == "The conversation"
    named = placed(begun, _talk(7, "One question"), SLOTS, PIECES)
    assert _order(named) == ["piece 1", "hole", "take 7", "piece 3"]


def test_a_second_part_of_a_slot_follows_with_its_jingle_between() -> None:
    begun = placed(tuple(opened(SLOTS, PIECES)), _talk(7), SLOTS, PIECES)
    both = placed(begun, _talk(8, "The conversation"), SLOTS, PIECES)
    assert _order(both) == ["piece 1", "take 7", "piece 2", "take 8", "hole", "piece 3"]
    full = placed(both, _talk(9), SLOTS, PIECES)
    assert _order(full)[4] == "take 9"
    more = placed(full, _talk(10), SLOTS, PIECES)
    assert _order(more)[4:] == ["take 9", "take 10", "piece 3"]


def test_a_jingle_of_the_configuration_is_found_by_its_title() -> None:
    slots = (Slot("Talk", between_title="Short door"),)
    one = placed((), _talk(7, "Talk"), slots, PIECES)
    assert _order(placed(one, _talk(8, "Talk"), slots, PIECES)) == ["take 7", "piece 2", "take 8"]
    assert _order(placed(one, _talk(8, "Talk"), slots, {1: PIECES[1]})) == ["take 7", "take 8"]


def test_without_a_template_parts_follow_one_another() -> None:
    one = placed((), _talk(7), (), {})
    assert _order(placed(one, _talk(8), (), {})) == ["take 7", "take 8"]


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-11-25T12:00", "2026-11-27T18:00"),  # a Wednesday: Friday at 19:00 in Paris
        ("2026-11-27T17:59", "2026-11-27T18:00"),
        ("2026-11-27T18:00", "2026-12-04T18:00"),
        ("2026-07-01T00:00", "2026-07-03T17:00"),  # summer time
    ],
)
def test_an_episode_is_due_by_the_clocks_of_its_place(moment: str, due: str) -> None:
    schedule = Schedule(weekday=4, hour=19, minute=0, zone="Europe/Paris")
    found = schedule.next_after(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_an_hour_that_the_clocks_leave_out_comes_an_hour_later() -> None:
    schedule = Schedule(weekday=6, hour=2, minute=30, zone="Europe/Paris")
    found = schedule.next_after(datetime(2027, 3, 27, 12, tzinfo=UTC))
    assert found == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_what_is_approved_is_this_template_and_no_other() -> None:
    friday = Schedule(4, 19, 0, "UTC")
    approved = digest(SLOTS, friday)
    assert approved == digest(SLOTS, friday)
    assert approved != digest(SLOTS[1:], friday)
    assert approved != digest(SLOTS, Schedule(4, 20, 0, "UTC"))
    assert slots_of("[]") == ()
    assert schedule_of(None) is None


def test_chapters_stand_where_their_segment_stands_and_leave_with_it() -> None:
    first = Segment(take_id=1, start_ms=10_000, end_ms=20_000, cuts=((12_000, 14_000),),
                    chapters=((10_000, "One"), (15_000, "Two")))  # fmt: skip
    second = Segment(take_id=2, start_ms=0, end_ms=5_000, chapters=((0, "Three"),))
    piece = Segment(piece_id=3, end_ms=1_000)
    assert own_chapters((piece, first, second)) == (
        (1_000, "One"),
        (4_000, "Two"),
        (9_000, "Three"),
    )
    assert own_chapters((second, first)) == ((0, "Three"), (5_000, "One"), (8_000, "Two"))
    silent = replace(second, is_silent=True)
    assert own_chapters((first, silent)) == ((0, "One"), (3_000, "Two"))


def test_the_same_moment_twice_is_asked_about_once() -> None:
    twice = (
        Segment(take_id=1, start_ms=0, end_ms=2_000),
        Segment(take_id=1, start_ms=1_000, end_ms=3_000),
    )
    assert heard_of(twice) == {1: ((0, 3_000),)}
