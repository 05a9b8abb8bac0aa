"""Whom a room hears."""

from hypothesis import given
from hypothesis import strategies as st

from salon.relay import room
from salon.relay.audio import SILENT_DBOV, Voice
from salon.relay.room import Selection, Talker

LOUD, NORMAL, QUIET = -20, -35, -45
FRAME_S = 0.02


class Scene:
    """A room with two slots and a clock that moves by packets of 20 ms."""

    def __init__(self, slots: int = 2) -> None:
        self.selection = Selection.with_slots(slots)
        self.now_s = 100.0

    def add(self, name: str) -> Talker:
        return self.selection.add(Voice(name, f"of {name}"))

    def talk(self, levels: dict[str, int], for_s: float) -> set[str]:
        """Let these send packets at these levels; return who was heard at the end."""
        heard: set[str] = set()
        for _ in range(max(1, round(for_s / FRAME_S))):
            self.now_s += FRAME_S
            heard = {
                name
                for name, level in levels.items()
                if self.selection.hear(self.selection.talkers[name], level, self.now_s)
            }
            for slot in self.selection.fallen_silent(self.now_s):
                slot.close(self.now_s)
        return heard


def _scene(*names: str) -> Scene:
    scene = Scene()
    for name in names:
        scene.add(name)
    return scene


def test_nobody_is_heard_who_does_not_talk() -> None:
    scene = _scene("anna")
    assert scene.talk({"anna": SILENT_DBOV}, 1.0) == set()
    assert scene.selection.holders() == (None, None)


def test_the_first_packet_of_talk_is_heard() -> None:
    scene = _scene("anna")
    assert scene.talk({"anna": NORMAL}, FRAME_S) == {"anna"}
    assert scene.selection.has_moved


def test_of_three_the_loudest_two_are_heard() -> None:
    scene = _scene("anna", "ben", "cleo")
    levels = {"anna": QUIET, "ben": NORMAL, "cleo": LOUD}
    assert scene.talk(levels, 3.0) == {"ben", "cleo"}


def test_a_little_louder_does_not_take_a_slot_away() -> None:
    scene = _scene("anna", "ben", "cleo")
    scene.talk({"anna": -30, "ben": -30}, 2.0)
    assert scene.talk({"anna": -30, "ben": -30, "cleo": -26}, 2.0) == {"anna", "ben"}


def test_a_voice_keeps_its_new_slot_for_a_moment() -> None:
    scene = _scene("anna", "ben", "cleo")
    levels = {"anna": QUIET, "ben": QUIET, "cleo": LOUD}
    assert scene.talk(levels, room.HOLD_S / 2) == {"anna", "ben"}


def test_who_claims_to_be_the_loudest_all_the_time_cannot_hold_the_floor() -> None:
    scene = Scene(slots=1)
    scene.add("mallory")
    scene.add("anna")
    scene.talk({"mallory": 0}, room.FLOOR_S)
    assert scene.talk({"mallory": 0, "anna": -25}, 0.1) == {"anna"}


def test_among_equals_the_floor_goes_round_and_not_faster() -> None:
    scene = _scene("anna", "ben", "cleo")
    levels = {"anna": LOUD, "ben": LOUD, "cleo": LOUD}
    assert scene.talk(levels, room.FLOOR_S - 0.5) == {"anna", "ben"}
    assert scene.talk(levels, 1.0) != {"anna", "ben"}
    changes = 0
    for _ in range(500):
        before = scene.selection.holders()
        scene.talk(levels, FRAME_S)
        changes += before != scene.selection.holders()
    assert changes <= 2


def test_a_pause_between_sentences_keeps_the_slot_open() -> None:
    scene = _scene("anna")
    scene.talk({"anna": NORMAL}, 1.0)
    assert scene.talk({"anna": -70}, 0.6) == {"anna"}


def test_a_long_pause_closes_the_slot_but_its_voice_keeps_it() -> None:
    scene = _scene("anna")
    scene.talk({"anna": NORMAL}, 1.0)
    assert scene.talk({"anna": -70}, 2.0) == set()
    assert scene.selection.holders() == ("anna", None)


def test_a_microphone_that_is_taken_away_closes_the_slot() -> None:
    scene = _scene("anna")
    scene.talk({"anna": NORMAL}, 1.0)
    closed = scene.selection.fallen_silent(scene.now_s + room.GAP_S + 0.01)
    assert [slot.index for slot in closed] == [0]


def test_a_voice_that_said_it_rests_keeps_its_slot_open_for_a_pause_between_sentences() -> None:
    scene = _scene("anna")
    scene.talk({"anna": NORMAL}, 1.0)
    talked_s = scene.now_s
    scene.selection.hear(scene.selection.talkers["anna"], SILENT_DBOV, talked_s, rests=True)
    assert scene.selection.fallen_silent(talked_s + room.CLOSE_AFTER_S - 0.01) == []
    assert len(scene.selection.fallen_silent(talked_s + room.CLOSE_AFTER_S + 0.01)) == 1


def test_a_newcomer_takes_the_slot_that_was_silent_for_the_longest() -> None:
    scene = _scene("anna", "ben", "cleo")
    scene.talk({"anna": NORMAL}, 1.0)
    scene.talk({"ben": NORMAL}, 3.0)
    scene.talk({"cleo": NORMAL}, 0.1)
    assert scene.selection.holders() == ("cleo", "ben")


def test_a_newcomer_takes_an_empty_slot_before_a_remembered_one() -> None:
    scene = _scene("anna", "ben")
    scene.talk({"anna": NORMAL}, 1.0)
    scene.talk({"ben": NORMAL}, 3.0)
    assert scene.selection.holders() == ("anna", "ben")


def test_speaking_hangs_over_a_breath_and_then_ends() -> None:
    scene = _scene("anna", "ben")
    scene.talk({"ben": NORMAL, "anna": NORMAL}, 0.1)
    assert scene.selection.speaking(scene.now_s + room.TALK_HANG_S - 0.01) == ("anna", "ben")
    assert scene.selection.speaking(scene.now_s + room.TALK_HANG_S) == ()


def test_a_muted_voice_stops_speaking_at_once_and_its_slot_is_to_be_closed() -> None:
    scene = _scene("anna")
    scene.talk({"anna": NORMAL}, 0.1)
    slot = scene.selection.hush(scene.selection.talkers["anna"])
    assert slot is not None
    assert slot.index == 0
    assert scene.selection.speaking(scene.now_s) == ()


def test_a_voice_that_leaves_frees_its_slot() -> None:
    scene = _scene("anna")
    anna = scene.selection.talkers["anna"]
    scene.talk({"anna": NORMAL}, 0.1)
    scene.selection.remove(anna)
    scene.selection.remove(anna)
    assert scene.selection.holders() == (None, None)
    assert scene.selection.talkers == {}


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.integers(-127, 0), st.floats(0, 0.7)),
        max_size=200,
    )
)
def test_nobody_ever_sits_in_two_slots_and_who_is_heard_sits_in_one(
    packets: list[tuple[str, int, float]],
) -> None:
    scene = _scene(*"abcdef")
    for name, level, pause_s in packets:
        scene.now_s += pause_s
        talker = scene.selection.talkers[name]
        slot = scene.selection.hear(talker, level, scene.now_s)
        assert slot is None or (slot.holder is talker and talker.slot is slot and slot.is_open)
        seated = [holder for holder in scene.selection.holders() if holder is not None]
        assert len(seated) == len(set(seated))


def _open_slot() -> room.Slot:
    slot = room.Slot(0)
    slot.open()
    return slot


def test_a_slot_begins_with_the_marker_and_counts_on() -> None:
    slot = _open_slot()
    first = slot.stamp(70_000, 1_000_000, 960, 10.0)
    second = slot.stamp(70_001, 1_000_960, 960, 10.02)
    assert first is not None
    assert second is not None
    assert (first.step, first.marker) == (1, True)
    assert (second.step, second.marker) == (1, False)
    assert second.timestamp - first.timestamp == 960


def test_a_loss_on_the_way_here_stays_a_gap_for_listeners() -> None:
    slot = _open_slot()
    slot.stamp(1, 0, 960, 10.0)
    stamp = slot.stamp(4, 2_880, 960, 10.06)
    assert stamp is not None
    assert stamp.step == 3


def test_a_packet_that_overtook_another_leaves_it_its_place() -> None:
    slot = _open_slot()
    steps = [slot.stamp(number, number * 960, 960, 10.0) for number in (1, 3, 2, 4)]
    assert [stamp and stamp.step for stamp in steps] == [1, 2, -1, 1]


def test_a_repeated_packet_and_one_from_before_the_opening_are_left_out() -> None:
    slot = _open_slot()
    slot.stamp(10, 9_600, 960, 10.0)
    assert slot.stamp(10, 9_600, 960, 10.0) is None
    assert slot.stamp(9, 8_640, 960, 10.0) is None


def test_the_slots_time_runs_on_between_two_voices() -> None:
    slot = _open_slot()
    last = slot.stamp(1, 500_000, 960, 10.0)
    silence = slot.close(10.02)
    slot.open()
    after = slot.stamp(9_000, 33, 960, 12.0)
    assert last is not None
    assert after is not None
    assert silence.timestamp - last.timestamp == 960
    assert (after.step, after.marker) == (1, True)
    assert after.timestamp - last.timestamp == 2 * 48_000


def test_the_silence_that_closes_a_slot_is_stamped_with_the_time_it_is_sent() -> None:
    slot = _open_slot()
    last = slot.stamp(1, 500_000, 960, 10.0)
    silence = slot.close(10.29)
    assert last is not None
    assert silence.timestamp - last.timestamp == 14 * 960  # in step with the voice, never ahead
    assert slot.timestamp_at(10.5) - last.timestamp == 24_000


def test_a_voice_that_goes_on_after_a_pause_keeps_its_own_time() -> None:
    slot = _open_slot()
    slot.holder = Talker(Voice("anna", "1"))
    last = slot.stamp(1, 500_000, 960, 10.0)
    slot.close(10.02)
    slot.open()
    after = slot.stamp(2, 548_000, 960, 11.03)  # one second later, and 30 ms on the way
    assert last is not None
    assert after is not None
    assert after.timestamp - last.timestamp == 48_000


def test_a_packet_that_was_held_back_does_not_fall_before_the_silence() -> None:
    slot = _open_slot()
    slot.holder = Talker(Voice("anna", "1"))
    slot.stamp(1, 500_000, 960, 10.0)
    silence = slot.close(10.25)
    slot.open()
    after = slot.stamp(2, 500_960, 960, 10.3)
    assert after is not None
    assert after.timestamp > silence.timestamp
