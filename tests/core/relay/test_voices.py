"""What a room tells of itself, and how often."""

from typing import Any

from salon.relay.audio import AudioPacket, Voice
from salon.relay.control import RelayEvent, SlotsChanged, SpeakingChanged
from salon.relay.outlet import Form, Outlet
from salon.relay.room import TALK_HANG_S, Talker
from salon.relay.srtp import PROFILES, Keys
from salon.relay.voices import PASSIVE_S, Voices

ROOM = 7
SOUND, DTX = b"\x78sound", b"\x78"


class Nowhere:
    """What is sent with, if anything were."""

    def sendto(self, _datagram: bytes, _address: Any) -> None:
        raise OSError


class Scene:
    """A room, its events, and a clock that the test moves."""

    def __init__(self, packed_from: int = 0) -> None:
        self.told: list[RelayEvent] = []
        self.now_s = 100.0
        self.voices = Voices(
            ROOM,
            slots=2,
            packed_from=packed_from,
            monotonic_s=lambda: self.now_s,
            send=lambda _d, _p: True,
            tell=self.told.append,
        )

    def say(self, talker: Talker, level_dbov: int | None, opus: bytes = SOUND) -> None:
        number = round(self.now_s * 50)
        packet = AudioPacket(talker.voice, opus, number, number * 960, self.now_s, level_dbov)
        self.voices.say(talker, packet, 960)

    def listener(self, name: str) -> tuple[Talker, Outlet]:
        """Let somebody be connected."""
        keys = Keys.from_material(PROFILES[0], bytes(PROFILES[0].material_bytes))
        outlet = Outlet(keys, (Nowhere(), name), [0, 0])
        talker = self.voices.add(Voice(name, name))
        self.voices.connect(talker, outlet, hears=True)
        return talker, outlet

    @property
    def speaking(self) -> list[tuple[str, ...]]:
        return [event.speaking for event in self.told if isinstance(event, SpeakingChanged)]


def form_of(outlet: Outlet) -> str:
    return outlet.form.value


def test_speaking_is_told_at_most_five_times_a_second() -> None:
    scene = Scene()
    talkers = [scene.voices.add(Voice(f"peer {number}", "1")) for number in range(10)]
    for step in range(1_000):
        scene.now_s += 0.01
        if step % 10 == 0:
            scene.say(talkers[step // 10 % 10], -30)
        scene.voices.tick(scene.now_s)
    assert 20 < len(scene.speaking) <= 5 * 10 + 1


def test_sound_that_nobody_is_sent_is_counted() -> None:
    scene = Scene()
    anna, ben, cleo = (scene.voices.add(Voice(name, "1")) for name in ("anna", "ben", "cleo"))
    scene.say(anna, -30)
    scene.say(anna, -30)  # under the same number
    scene.say(ben, -30)
    scene.say(cleo, -60)  # both slots are taken by louder ones
    assert (scene.voices.counts["unheard.late"], scene.voices.counts["unheard.quiet"]) == (1, 1)


def test_somebody_who_stops_is_not_speaking_any_more_after_the_hang_over() -> None:
    scene = Scene()
    anna = scene.voices.add(Voice("anna", "1"))
    scene.say(anna, -30)
    scene.voices.tick(scene.now_s)
    scene.now_s += TALK_HANG_S
    scene.voices.tick(scene.now_s)
    assert scene.speaking == [("anna",), ()]


def test_a_browser_that_tells_no_level_is_heard_while_its_packets_carry_sound() -> None:
    scene = Scene()
    anna, ben = scene.voices.add(Voice("anna", "1")), scene.voices.add(Voice("ben", "2"))
    scene.say(ben, None, DTX)
    scene.say(anna, None)
    assert scene.told == [SlotsChanged(ROOM, ("anna", None))]


def test_a_voice_that_leaves_is_told_out_of_its_slot_once() -> None:
    scene = Scene()
    anna = scene.voices.add(Voice("anna", "1"))
    scene.say(anna, -30)
    scene.voices.leave(anna)
    scene.voices.leave(anna)
    slots = [event.slots for event in scene.told if isinstance(event, SlotsChanged)]
    assert slots == [("anna", None), (None, None)]


def test_listeners_get_packed_packets_once_a_room_has_enough_of_them() -> None:
    scene = Scene(packed_from=4)
    everybody = [scene.listener(name) for name in ("anna", "ben", "cleo")]
    for talker, outlet in everybody:
        scene.voices.settle(talker, outlet, scene.now_s)
    assert {outlet.form for _, outlet in everybody} == {Form.SINGLE}
    everybody.append(scene.listener("dora"))
    for talker, outlet in everybody:
        scene.voices.settle(talker, outlet, scene.now_s)
    assert {outlet.form for _, outlet in everybody} == {Form.PACKED}


def test_one_who_goes_changes_nothing_for_the_others_and_many_do() -> None:
    scene = Scene(packed_from=4)
    everybody = [scene.listener(name) for name in ("anna", "ben", "cleo", "dora")]
    talker, outlet = everybody[0]
    scene.voices.settle(talker, outlet, scene.now_s)
    scene.voices.leave(everybody[3][0])
    scene.voices.settle(talker, outlet, scene.now_s)
    assert form_of(outlet) == "packed"
    scene.voices.leave(everybody[2][0])
    scene.voices.settle(talker, outlet, scene.now_s)
    assert form_of(outlet) == "single"


def test_no_number_of_listeners_is_enough_where_packing_is_off() -> None:
    scene = Scene(packed_from=0)
    assert [scene.listener(str(number))[1].form for number in range(60)] == [Form.SINGLE] * 60


def test_who_speaks_hears_packets_as_they_come_until_half_a_minute_of_listening_has_passed() -> (
    None
):
    scene = Scene(packed_from=1)
    anna, outlet = scene.listener("anna")
    assert form_of(outlet) == "packed"
    scene.say(anna, -30)
    assert form_of(outlet) == "single"
    scene.voices.settle(anna, outlet, scene.now_s + PASSIVE_S - 1)
    assert form_of(outlet) == "single"
    scene.voices.settle(anna, outlet, scene.now_s + PASSIVE_S + 1)
    assert form_of(outlet) == "packed"


def test_an_open_microphone_that_says_nothing_is_a_listeners() -> None:
    scene = Scene(packed_from=1)
    anna, outlet = scene.listener("anna")
    scene.say(anna, -80)
    assert form_of(outlet) == "packed"


def test_who_mutes_between_two_sentences_is_not_packed_for_it() -> None:
    scene = Scene(packed_from=1)
    anna, outlet = scene.listener("anna")
    scene.say(anna, -30)
    scene.voices.hush(anna)
    scene.voices.settle(anna, outlet, scene.now_s + 1)
    assert form_of(outlet) == "single"
