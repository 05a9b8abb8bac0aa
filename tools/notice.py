"""Makes the spoken notice of the recording plugin: `python tools/notice.py`.

espeak-ng says it, and the server's own libopus and writer make the file, so that each packet is 20
ms and goes to the relay as it is. The files are kept in the repository; run this to change words.
"""

import subprocess
import wave
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import av

from salon_recording.ogg import PACKET_SAMPLES, SAMPLE_RATE_HZ, OggOpusWriter

HERE = Path(__file__).parent.parent / "plugins/recording/salon_recording/notices"
WORDS_PER_MINUTE = "175"
BITS_PER_S = 32_000
NOTICES = {
    "en": ("en-gb", "This room is recorded. Nothing of you is kept without your yes."),
    "fr": ("fr-fr", "Ce salon est enregistré. Rien de toi n'est gardé sans ton oui."),
}


def main() -> None:
    for language, (voice, words) in NOTICES.items():
        spoken = subprocess.run(
            ["espeak-ng", "-v", voice, "-s", WORDS_PER_MINUTE, "--stdout", words],
            capture_output=True,
            check=True,
        )
        target = HERE / f"{language}.opus"
        with target.open("wb") as file:
            writer = OggOpusWriter(file, serial=1, title=words)
            for number, packet in enumerate(packets(spoken.stdout)):
                writer.append(packet, number * PACKET_SAMPLES)
            writer.close()
        print(f"{target}: {target.stat().st_size} bytes")


def packets(wav: bytes) -> Iterator[bytes]:
    """Yield Opus packets of 20 ms of what espeak-ng wrote, which does not know its own length."""
    with wave.open(BytesIO(wav)) as said:
        rate_hz, pcm = said.getframerate(), said.readframes(said.getnframes())
    pcm = pcm.rstrip(b"\0")  # what comes after the last word keeps everybody waiting
    pcm += bytes(len(pcm) % 2)
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2, align=1)
    frame.planes[0].update(pcm)
    frame.sample_rate = rate_hz
    resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE_HZ, PACKET_SAMPLES)
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE_HZ, "mono", "s16"
    encoder.bit_rate = BITS_PER_S
    encoder.options = {"application": "voip"}
    for piece in (*resampler.resample(frame), *resampler.resample(None)):
        piece.pts = None
        yield from (bytes(packet) for packet in encoder.encode(piece))
    yield from (bytes(packet) for packet in encoder.encode(None))


if __name__ == "__main__":
    main()
