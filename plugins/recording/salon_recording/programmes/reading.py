"""The process that reads a file that somebody brought: `python -m … REQUEST`, for one file.

Sound becomes Ogg/Opus of 48 kHz and two channels, a picture a square PNG: what is kept was written
here, and says nothing of where it came from. The process takes memory and time from itself before
it reads a byte, and FFmpeg may only try formats that hold sound themselves: lists of other files
(concat, HLS) would let a stranger's file name ours. By standard output goes one line of JSON.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, BinaryIO

import av
import av.filter
import av.logging

from salon.plugin import confine

MEMORY_BYTES = 1_536 * 1024 * 1024  # of addresses
CPU_S = 900
WRITTEN_BYTES = 1024 * 1024 * 1024
SOUND_FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,caf,flac,matroska,webm,mov,mp4,3gp,3g2,mp3,mpc,mpc8,ogg,tta,"
    "w64,wav,wv"
)
PICTURE_FORMATS = "png_pipe,jpeg_pipe,webp_pipe,gif,bmp_pipe,tiff_pipe"
RATE_HZ = 48_000
BIT_RATE = 160_000
LONGEST_MS = 4 * 3_600_000
SHORTEST_MS = 200
COVER_PIXELS = 1_400  # on each side; what directories of podcasts ask for at least
PIXELS_MAX = 64_000_000


class Refused(Exception):
    """It cannot be used; the argument is the reason."""


def read_sound(source: BinaryIO, target: str) -> dict[str, Any]:
    """Write the first sound of a file anew. Raises Refused, av.FFmpegError, OSError."""
    with _opened(source, SOUND_FORMATS) as container, av.open(target, "w", format="ogg") as made:
        if not container.streams.audio:
            raise Refused("no_sound")
        stream: Any = made.add_stream("libopus", rate=RATE_HZ, layout="stereo")
        stream.bit_rate = BIT_RATE
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE_HZ)
        samples = 0
        for frame in _frames(container, resampler):
            samples += frame.samples
            if samples * 1_000 > LONGEST_MS * RATE_HZ:
                raise Refused("too_long")
            frame.pts = None
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    duration_ms = samples * 1_000 // RATE_HZ
    if duration_ms < SHORTEST_MS:
        raise Refused("no_sound")
    return {"duration_ms": duration_ms}


def _frames(container: Any, resampler: Any) -> Iterator[av.AudioFrame]:
    for packet in container.demux(container.streams.audio[0]):
        try:
            decoded = packet.decode()
        except av.InvalidDataError:  # a torn packet is a gap, not the end
            continue
        for frame in decoded:
            frame.pts = None
            yield from resampler.resample(frame)
    yield from resampler.resample(None)


def read_cover(source: BinaryIO, target: str) -> dict[str, Any]:
    """Write the middle of a picture as a square PNG. Raises Refused, av.FFmpegError, OSError."""
    with _opened(source, PICTURE_FORMATS) as container:
        video = next(iter(container.streams.video), None)
        if video is None or not 0 < video.width * video.height <= PIXELS_MAX:
            raise Refused("no_picture")
        frame: Any = next(container.decode(video), None)
    if frame is None:
        raise Refused("no_picture")
    side = min(frame.width, frame.height)
    graph: Any = av.filter.Graph()
    first = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format.name, time_base=Fraction(1)
    )
    for name, arguments in (
        ("crop", f"{side}:{side}"),
        ("scale", f"{COVER_PIXELS}:{COVER_PIXELS}"),
        ("format", "rgb24"),
        ("buffersink", None),
    ):
        following: Any = graph.add(name, arguments)
        first.link_to(following)
        first = following
    graph.configure()
    graph.push(frame)
    encoder: Any = av.CodecContext.create("png", "w")
    encoder.width = encoder.height = COVER_PIXELS
    encoder.pix_fmt, encoder.time_base = "rgb24", Fraction(1)
    packets = [*encoder.encode(graph.pull()), *encoder.encode(None)]
    with open(target, "wb") as file:  # noqa: PTH123 a name of ours
        file.writelines(bytes(packet) for packet in packets)
    return {}


def _opened(source: BinaryIO, formats: str) -> Any:
    try:
        return av.open(source, container_options={"format_whitelist": formats})
    except (av.FFmpegError, ValueError) as error:
        raise Refused("no_sound" if formats is SOUND_FORMATS else "no_picture") from error


READERS: Mapping[str, Callable[[BinaryIO, str], dict[str, Any]]] = {
    "sound": read_sound,
    "cover": read_cover,
}


def main(arguments: list[str]) -> int:
    kind, path, target = arguments
    confine(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S, written_bytes=WRITTEN_BYTES)
    av.logging.set_level(None)
    try:
        with open(path, "rb") as source:  # noqa: PTH123 a name of ours
            said: dict[str, Any] = READERS[kind](source, target)
    except Refused as error:
        said = {"refused": str(error)}
    except OSError:
        said = {"refused": "full"}
    except (av.FFmpegError, ValueError, ArithmeticError, MemoryError):
        said = {"refused": "no_sound" if kind == "sound" else "no_picture"}
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
