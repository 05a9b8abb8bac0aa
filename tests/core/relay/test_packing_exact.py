"""Speech that was packed decodes to the very same samples, by the decoder that browsers have."""

from collections.abc import Iterable, Mapping

import av
import numpy as np
import pytest
from av.audio.codeccontext import AudioCodecContext

from salon.relay.packing import Packer
from salon.relay.room import Slot, Stamp
from salon.testing.browser import speech
from salon.testing.hearing import RATE_HZ, Samples, read_wave

FRAME = 960
WORDS = "The kettle is on the stove, and nine brown hens walk up and down between the beans."
CONFIGURATIONS: Mapping[str, tuple[str, int, Mapping[str, str]]] = {
    "voip 12 kbit/s": ("mono", 12_000, {"application": "voip"}),
    "voip 32 kbit/s": ("mono", 32_000, {"application": "voip"}),
    "constant bitrate": ("mono", 32_000, {"application": "voip", "vbr": "off"}),
    "in-band FEC": ("mono", 24_000, {"application": "voip", "fec": "1", "packet_loss": "20"}),
    "stereo 64 kbit/s": ("stereo", 64_000, {"application": "audio", "vbr": "constrained"}),
    "stereo 96 kbit/s": ("stereo", 96_000, {"application": "audio", "vbr": "constrained"}),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """A sentence, half a second of silence, and the sentence again."""
    sentence = read_wave(speech(tmp_path_factory.mktemp("said") / "said.wav", WORDS))
    return np.concatenate([sentence, np.zeros(RATE_HZ // 2), sentence])


def encoded(said: Samples, layout: str, bit_rate: int, options: Mapping[str, str]) -> list[bytes]:
    encoder = AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.format, encoder.layout = RATE_HZ, "s16", layout
    encoder.bit_rate, encoder.options = bit_rate, {**options, "frame_duration": "20"}
    sides = [said] if layout == "mono" else [said, np.roll(said, 300) * 0.5]
    samples = (np.stack(sides, axis=1) * 32_767).astype("<i2")
    packets: list[bytes] = []
    for at in range(0, len(samples) - FRAME, FRAME):
        one = np.ascontiguousarray(samples[at : at + FRAME].reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(one, format="s16", layout=layout)
        frame.sample_rate, frame.pts = RATE_HZ, at
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


def decoded(packets: Iterable[bytes], layout: str) -> Samples:
    decoder = AudioCodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = RATE_HZ, layout
    frames = [frame for opus in packets for frame in decoder.decode(av.Packet(opus))]
    return np.concatenate([frame.to_ndarray().ravel() for frame in frames])


def packed(packets: Iterable[bytes]) -> list[bytes]:
    slot = Slot(0)
    packer = Packer(slot)
    ready: list[tuple[Stamp, bytes]] = []
    for number, opus in enumerate(packets):
        ready += packer.take(Stamp(1, number * FRAME, marker=number == 0), opus)
    return [opus for _, opus in [*ready, *packer.flush()]]


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_what_was_packed_sounds_the_same_to_the_last_sample(name: str, said: Samples) -> None:
    layout, bit_rate, options = CONFIGURATIONS[name]
    packets = encoded(said, layout, bit_rate, options)
    fewer = packed(packets)
    assert len(packets) / 3 <= len(fewer) < len(packets) * 0.6
    assert np.array_equal(decoded(fewer, layout), decoded(packets, layout))


def test_a_voice_that_rests_between_its_words_sounds_the_same_too(said: Samples) -> None:
    packets = encoded(said, *CONFIGURATIONS["voip 12 kbit/s"])
    for number, at in enumerate(range(0, len(said) - FRAME, FRAME)):
        if not said[at : at + FRAME].any():
            packets[number] = packets[number][:1]  # as DTX has it: the configuration, no sound
    resting = sum(len(opus) == 1 for opus in packets)
    fewer = packed(packets)
    assert resting > 20
    assert sum(len(opus) == 1 for opus in fewer) == resting
    assert np.array_equal(decoded(fewer, "mono"), decoded(packets, "mono"))


def test_what_was_packed_is_hardly_larger_than_what_is_in_it(said: Samples) -> None:
    packets = encoded(said, *CONFIGURATIONS["voip 32 kbit/s"])
    fewer = packed(packets)
    assert sum(map(len, fewer)) < sum(map(len, packets)) + 2 * len(fewer)
