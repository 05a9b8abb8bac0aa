"""Chains of FFmpeg's filters, and sound as frames for them. No knowledge of episodes."""

from array import array
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.filter import Graph

from salon_recording.ogg import SAMPLE_RATE_HZ
from salon_recording.production.work import to_disk

SAMPLE_BYTES = 2
SECOND_SAMPLES = SAMPLE_RATE_HZ
TIME_BASE = Fraction(1, SAMPLE_RATE_HZ)

Chain = tuple[tuple[str, str], ...]


def chain(text: str) -> Chain:
    """Return the filters of "name=arguments,name=arguments"; no argument holds a comma."""
    parts = [one.partition("=") for one in text.split(",")]
    return tuple((name, arguments) for name, _, arguments in parts)


def frame_of(pcm: "bytes | array[float]", position: int, layout: str) -> av.AudioFrame:
    """Return samples as a frame: 16 bits where they are bytes, else floats."""
    channels = 2 if layout == "stereo" else 1
    size, kind = (SAMPLE_BYTES, "s16") if isinstance(pcm, bytes) else (1, "flt")
    samples = len(pcm) // (size * channels)
    frame = av.AudioFrame(format=kind, layout=layout, samples=samples, align=1)
    frame.planes[0].update(pcm if isinstance(pcm, bytes) else pcm.tobytes())
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE_HZ, position, TIME_BASE
    return frame


def frames_of(pieces: Iterable[bytes], layout: str = "mono") -> Iterator[av.AudioFrame]:
    """Yield samples of 16 bits as frames of a second: small ones cost as much each."""
    position, gathered = 0, bytearray()
    for pcm in pieces:
        gathered += pcm
        if len(gathered) >= SECOND_SAMPLES * SAMPLE_BYTES:
            yield (frame := frame_of(bytes(gathered), position, layout))
            position += frame.samples
            gathered.clear()
    if gathered:
        yield frame_of(bytes(gathered), position, layout)


def add_source(graph: Graph, name: str, layout: str, sample_format: str) -> Any:
    """Return a new input of a graph."""
    return graph.add_abuffer(
        sample_rate=SAMPLE_RATE_HZ,
        format=sample_format,
        layout=layout,
        name=name,
        time_base=TIME_BASE,
    )


def link(graph: Graph, first: Any, filters: Chain) -> None:
    """Put filters after one another, and the sink after the last. The graph is complete by it."""
    for name, arguments in filters:
        following: Any = graph.add(name, arguments or None)
        first.link_to(following)
        first = following
    first.link_to(graph.add("abuffersink"))
    graph.configure()


def pulled(graph: Graph) -> Iterator[av.AudioFrame]:
    """Yield what has come through."""
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        if isinstance(frame, av.AudioFrame):
            yield frame


def filtered(frames: Iterable[av.AudioFrame], filters: Chain) -> Iterator[av.AudioFrame]:
    """Yield frames after a chain of filters."""
    graph = Graph()
    source: Any = None
    for frame in frames:
        if source is None:
            source = add_source(graph, "in", frame.layout.name, frame.format.name)
            link(graph, source, filters)
        source.push(frame)
        yield from pulled(graph)
    if source is not None:
        source.push(None)
        yield from pulled(graph)


def write_flac(frames: Iterable[av.AudioFrame], target: Path) -> None:
    """Write frames, with 24 bits of each sample, and bring them to the disk."""
    with av.open(str(target), "w", format="flac") as container:
        stream: Any = None
        position = 0
        for frame in frames:
            if stream is None:
                layout = frame.layout.name
                stream = container.add_stream(
                    "flac", rate=SAMPLE_RATE_HZ, layout=layout, format="s32"
                )
            frame.pts = position
            position += frame.samples
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    to_disk(target)
