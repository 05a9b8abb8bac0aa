"""What a room tells of itself, and how often."""

from salon.relay.audio import AudioPacket, Voice
from salon.relay.control import RelayEvent, SlotsChanged, SpeakingChanged
from salon.relay.room import TALK_HANG_S, Talker
from salon.relay.voices import Voices

ROOM = 7
SOUND, DTX = b"\x78sound", b"\x78"


class Scene:
    """A room, its events, and a clock that the test moves."""

    def __init__(self) -> None:
        self.told: list[RelayEvent] = []
        self.now_s = 100.0
        self.voices = Voices(
            ROOM,
            slots=2,
            monotonic_s=lambda: self.now_s,
            send=lambda _d, _p: None,
            tell=self.told.append,
        )

    def say(self, talker: Talker, level_dbov: int | None, opus: bytes = SOUND) -> None:
        number = round(self.now_s * 50)
        packet = AudioPacket(talker.voice, opus, number, number * 960, self.now_s, level_dbov)
        self.voices.say(talker, packet, 960)

    @property
    def speaking(self) -> list[tuple[str, ...]]:
        return [event.speaking for event in self.told if isinstance(event, SpeakingChanged)]


def test_speaking_is_told_at_most_five_times_a_second() -> None:
    scene = Scene()
    talkers = [scene.voices.add(Voice(f"peer {number}", "1")) for number in range(10)]
    for step in range(1_000):
        scene.now_s += 0.01
        if step % 10 == 0:
            scene.say(talkers[step // 10 % 10], -30)
        scene.voices.tick(scene.now_s)
    assert 20 < len(scene.speaking) <= 5 * 10 + 1


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
