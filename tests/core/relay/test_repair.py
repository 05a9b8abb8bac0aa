"""What a voice's line loses comes back out of the repeats after it, once and in order."""

from salon.relay.repair import Repair, Sound


def sound(sequence: int) -> Sound:
    return Sound(sequence, sequence * 960, b"\x78%d" % sequence)


class Voice:
    """A voice whose packets carry so many of those before them."""

    def __init__(self, repeats: int) -> None:
        self._repeats = repeats
        self._repair = Repair()
        self.heard: list[Sound] = []

    def arrive(self, *sequences: int) -> None:
        for sequence in sequences:
            earlier = [
                (960 * back, sound(sequence - back).opus) for back in range(self._repeats, 0, -1)
            ]
            self.heard += self._repair.missing_before(sound(sequence), earlier)
            if self._repair.is_new(sound(sequence)):
                self.heard.append(sound(sequence))


def test_where_nothing_is_lost_nothing_is_added() -> None:
    voice = Voice(repeats=1)
    voice.arrive(1, 2, 3)
    assert voice.heard == [sound(1), sound(2), sound(3)]


def test_a_lost_packet_is_heard_before_the_one_that_repeats_it() -> None:
    voice = Voice(repeats=1)
    voice.arrive(1, 3)
    assert voice.heard == [sound(1), sound(2), sound(3)]


def test_of_a_longer_loss_as_much_comes_back_as_is_repeated() -> None:
    one, two = Voice(repeats=1), Voice(repeats=2)
    one.arrive(1, 4)
    two.arrive(1, 4)
    assert one.heard == [sound(1), sound(3), sound(4)]
    assert two.heard == [sound(1), sound(2), sound(3), sound(4)]


def test_a_packet_that_comes_after_its_repeat_is_not_heard_twice() -> None:
    voice = Voice(repeats=1)
    voice.arrive(1, 3, 2, 4)
    assert voice.heard == [sound(1), sound(2), sound(3), sound(4)]


def test_a_late_packet_brings_nothing_back() -> None:
    voice = Voice(repeats=1)
    voice.arrive(1, 5, 3)
    assert voice.heard == [sound(1), sound(4), sound(5), sound(3)]


def test_what_was_said_before_the_first_packet_is_not_missing() -> None:
    voice = Voice(repeats=2)
    voice.arrive(7)
    assert voice.heard == [sound(7)]


def test_an_empty_repeat_brings_nothing_back() -> None:
    repair = Repair()
    assert repair.missing_before(sound(1), []) == []
    assert repair.missing_before(sound(3), [(960, b"")]) == []
