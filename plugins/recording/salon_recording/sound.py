"""Voices to one sound: decode, align, balance, mix, bring to a loudness, encode as MP3.

Runs in a process of its own: it decodes what strangers sent. Sound moves in pieces of one second,
so memory does not grow with the length of an episode.
"""

import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.filter import Graph

from salon_recording.ogg import SAMPLE_RATE_HZ, read_packets

PIECE_SAMPLES = SAMPLE_RATE_HZ
SAMPLE_BYTES = 2
FADE_SAMPLES = 960  # 20 ms on each side of a seam
WARM_UP_SAMPLES = 3_840  # what an Opus decoder needs to find its state (RFC 7845, 4.6)

LOUDNESS_LUFS = -16.0  # EBU R128 for the ear, at the level podcasts are played
TRUE_PEAK_DBTP = -1.5
LIMIT_DB = -2.3  # before MP3, which adds a little
VOICE_LUFS = -20.0
VOICE_GAIN_MAX_DB = 10.0
GAIN_MAX_DB = 40.0
MEASUREMENTS_MAX = 4
LIMITED = 1.3  # a limited sound needs more gain than it lacks loudness
NOTHING_LUFS = -69.0  # ebur128 says -70 when nothing passed its gate
FLOOR_LUFS = -120.0
CLOSE_ENOUGH_LU = 0.3
ENCODER_DB = 0.446  # LAME makes everything 5 % quieter at this bit rate
BOTH_EARS = "aformat=sample_fmts=fltp,pan=stereo|c0=c0|c1=c0"  # a plain conversion costs 3 dB
HEADROOM_DB = -12.0  # of the mix, before it is measured
MP3_BIT_RATE = 128_000
MP3_FRAME_SAMPLES = 1_152
BARS = 160

Progress = Callable[[float], None]


class NothingSaid(Exception):
    """The window holds no voice."""


@dataclass(frozen=True, slots=True)
class Window:
    """The parts of a take that become a segment, in samples since the take began, in order.

    Its sound is faded in where something comes `before` it, and out where something comes `after`.
    """

    parts: tuple[tuple[int, int], ...]
    before: bool = False
    after: bool = False

    @property
    def samples(self) -> int:
        return sum(end - start for start, end in self.parts)


@dataclass(frozen=True, slots=True)
class Segment:
    """Voices of a take, or a piece, and the window that is heard; all have the take's clock."""

    voices: tuple[Path, ...]
    window: Window
    is_piece: bool = False

    def pcm(self, path: Path) -> Iterator[bytes]:
        """Yield a source's window as pieces of a second, 16 bit mono, silence to the end."""
        return whole((piece_pcm if self.is_piece else _decoded)(path, self.window), self.window)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a measurement found."""

    loudness_lufs: float
    true_peak_dbtp: float
    momentary_lufs: tuple[float, ...]  # one each 100 ms


def whole(decoded: Iterator[bytes], window: Window) -> Iterator[bytes]:
    """Yield sound as pieces of a second, silence to the end."""
    wanted = window.samples * SAMPLE_BYTES
    waiting = bytearray()
    given = 0
    for pcm in decoded:
        waiting += pcm
        while len(waiting) >= PIECE_SAMPLES * SAMPLE_BYTES:
            yield bytes(waiting[: PIECE_SAMPLES * SAMPLE_BYTES])
            del waiting[: PIECE_SAMPLES * SAMPLE_BYTES]
            given += PIECE_SAMPLES * SAMPLE_BYTES
    while given < wanted:
        piece = min(PIECE_SAMPLES * SAMPLE_BYTES, wanted - given)
        waiting += bytes(max(0, piece - len(waiting)))
        yield bytes(waiting[:piece])
        del waiting[:piece]
        given += piece


def _decoded(path: Path, window: Window) -> Iterator[bytes]:
    """Yield a voice's parts one after the other; seams are faded, so that nothing clicks."""
    for number, (start, end) in enumerate(window.parts):
        at = start
        is_last = number == len(window.parts) - 1
        has_seam = number > 0 or window.before, not is_last or window.after
        for position, pcm in _decoded_part(path, start, end):
            since = position - start if has_seam[0] else FADE_SAMPLES
            until = end - position if has_seam[1] else None
            yield _faded(pcm, since, until)
            at = position + len(pcm) // SAMPLE_BYTES
        if not is_last:  # the last one is filled by who asked
            yield from _silence(end - at)


def _silence(samples: int) -> Iterator[bytes]:
    for at in range(0, samples, PIECE_SAMPLES):
        yield bytes(min(PIECE_SAMPLES, samples - at) * SAMPLE_BYTES)


def _faded(pcm: bytes, since: int, until: int | None) -> bytes:
    """Return sound that begins so many samples after a seam and ends before one, faded by them."""
    count = len(pcm) // SAMPLE_BYTES
    if since >= FADE_SAMPLES and (until is None or until - count >= FADE_SAMPLES):
        return pcm
    samples = array("h", pcm)
    for number, sample in enumerate(samples):
        gain = min(1.0, (since + number) / FADE_SAMPLES)
        if until is not None:
            gain = min(gain, (until - number) / FADE_SAMPLES)
        samples[number] = round(sample * gain)
    return samples.tobytes()


def _decoded_part(path: Path, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield sound with its position in the take."""
    decoder: Any = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = SAMPLE_RATE_HZ, "mono"
    for one in read_packets(path):
        if one.position + one.samples <= start - WARM_UP_SAMPLES:
            continue
        if one.position >= end:
            return
        pcm = _decode(decoder, one.opus, one.samples)
        first = max(0, start - one.position)
        last = min(one.samples, end - one.position)
        if first < last:
            yield one.position + first, pcm[first * SAMPLE_BYTES : last * SAMPLE_BYTES]


def _decode(decoder: Any, opus: bytes, samples: int) -> bytes:
    """Return exactly `samples`; a packet that cannot be decoded is silence, not the end."""
    try:
        frames = decoder.decode(av.Packet(opus))
    except av.FFmpegError:
        frames = []
    pcm = b"".join(bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES] for frame in frames)
    return pcm[: samples * SAMPLE_BYTES].ljust(samples * SAMPLE_BYTES, b"\0")


def piece_pcm(path: Path, window: Window) -> Iterator[bytes]:
    """Yield the first part of a piece, faded where something is beside it."""
    ((start, end),) = window.parts[:1]
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)
    at = 0
    for frame in _resampled(path, resampler):
        pcm = bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES]
        first, last = max(0, start - at), min(frame.samples, end - at)
        if first < last:
            since = at + first - start if window.before else FADE_SAMPLES
            until = end - at - first if window.after else None
            yield _faded(pcm[first * SAMPLE_BYTES : last * SAMPLE_BYTES], since, until)
        at += frame.samples
        if at >= end:
            return


def _resampled(path: Path, resampler: Any) -> Iterator[av.AudioFrame]:
    for frame in _decoded_file(path):
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def mix(
    segments: Sequence[Segment], target: Path, progress: Progress
) -> tuple[tuple[float, ...], ...]:
    """Write the balanced sum of each segment's voices as FLAC, one segment after the other.

    Returns each voice's loudness in LUFS, segment by segment. Raises NothingSaid.
    """
    count, heard = len(segments), []
    for number, segment in enumerate(segments):
        heard.append(_loudnesses(segment))
        progress((number + 1) / count / 2)
    if all(lufs <= NOTHING_LUFS for of_segment in heard for lufs in of_segment):
        raise NothingSaid("Nobody is heard in this part of the recording.")
    with av.open(str(target), "w", format="flac") as container:
        stream: Any = container.add_stream("flac", rate=SAMPLE_RATE_HZ, layout="mono", format="s32")
        for number, (segment, of_segment) in enumerate(zip(segments, heard, strict=True)):
            for done, frames in _mixed(segment, of_segment):
                _encode(container, stream, frames)
                progress(0.5 + (number + done) / count / 2)
        container.mux(stream.encode(None))
    return tuple(heard)


def _loudnesses(segment: Segment) -> tuple[float, ...]:
    return tuple(
        measure(_frames(segment.pcm(path)), "anull").loudness_lufs for path in segment.voices
    )


def _mixed(
    segment: Segment, heard: Sequence[float]
) -> Iterator[tuple[float, Iterable[av.AudioFrame]]]:
    """Yield the mix of a segment a second at a time, with how far it is."""
    spoken = [
        (path, lufs)
        for path, lufs in zip(segment.voices, heard, strict=True)
        if lufs > NOTHING_LUFS
    ]
    window = segment.window
    if not spoken:
        spoken = [(segment.voices[0], VOICE_LUFS)]  # its silence
    graph, inputs = _mixer([_balance_db(lufs) for _, lufs in spoken])
    sources = [_frames(segment.pcm(path)) for path, _ in spoken]
    seconds = max(1, -(-window.samples // PIECE_SAMPLES))
    for number, frames in enumerate(zip(*sources, strict=True)):
        for each, frame in zip(inputs, frames, strict=True):
            each.push(frame)
        yield (number + 1) / seconds, _pulled(graph)
    for each in inputs:
        each.push(None)
    yield 1.0, _pulled(graph)


def _balance_db(lufs: float) -> float:
    wanted = VOICE_LUFS - lufs
    return max(-VOICE_GAIN_MAX_DB, min(VOICE_GAIN_MAX_DB, wanted)) + HEADROOM_DB


def _mixer(gains_db: Sequence[float]) -> tuple[Graph, list[Any]]:
    graph = Graph()
    total: Any = graph.add("amix", f"inputs={len(gains_db)}:normalize=0:duration=longest")
    inputs = []
    for number, gain_db in enumerate(gains_db):
        source: Any = _add_source(graph, f"voice{number}")
        level: Any = graph.add("volume", f"volume={gain_db:.2f}dB:precision=float")
        source.link_to(level)
        level.link_to(total, 0, number)
        inputs.append(source)
    _link(graph, total, ("aformat", "sample_fmts=s32:channel_layouts=mono"))
    return graph, inputs


def _add_source(graph: Graph, name: str, layout: str = "mono", sample_format: str = "s16") -> Any:
    return graph.add_abuffer(
        sample_rate=SAMPLE_RATE_HZ,
        format=sample_format,
        layout=layout,
        name=name,
        time_base=Fraction(1, SAMPLE_RATE_HZ),
    )


def _link(graph: Graph, first: Any, *filters: tuple[str, str]) -> None:
    for name, arguments in filters:
        following: Any = graph.add(name, arguments or None)
        first.link_to(following)
        first = following
    first.link_to(graph.add("abuffersink"))
    graph.configure()


def _frames(pieces: Iterable[bytes]) -> Iterator[av.AudioFrame]:
    position = 0
    for pcm in pieces:
        samples = len(pcm) // SAMPLE_BYTES
        frame = av.AudioFrame(format="s16", layout="mono", samples=samples, align=1)
        frame.planes[0].update(pcm)
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, position
        frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
        position += samples
        yield frame


def _pulled(graph: Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        if isinstance(frame, av.AudioFrame):
            yield frame


def _filtered(
    frames: Iterable[av.AudioFrame], *filters: tuple[str, str]
) -> Iterator[av.AudioFrame]:
    """Yield the frames after a chain of filters."""
    graph = Graph()
    source: Any = None
    for frame in frames:
        if source is None:
            source = _add_source(graph, "in", frame.layout.name, frame.format.name)
            _link(graph, source, *filters)
        source.push(frame)
        yield from _pulled(graph)
    if source is not None:
        source.push(None)
        yield from _pulled(graph)


def measure(frames: Iterable[av.AudioFrame], chain: str) -> Heard:
    """Return the loudness and true peak (EBU R128) of frames, after a chain of filters."""
    momentary: list[float] = []
    loudness_lufs, peak = FLOOR_LUFS, 0.0
    meter = ("ebur128", "metadata=1:peak=true:framelog=quiet")
    for frame in _filtered(frames, *_chain(chain), meter):
        facts = frame.metadata
        if "lavfi.r128.I" not in facts:  # the last one, when it is shorter than 100 ms
            continue
        loudness_lufs = _lufs(facts["lavfi.r128.I"])
        momentary.append(_lufs(facts["lavfi.r128.M"]))
        peak = max(peak, float(facts.get("lavfi.r128.true_peak", "0")))
    peak_dbtp = 20 * math.log10(max(peak, 1e-6))
    return Heard(loudness_lufs, peak_dbtp, tuple(momentary))


def _lufs(text: str) -> float:
    value = float(text)
    return FLOOR_LUFS if math.isnan(value) else max(FLOOR_LUFS, value)


def _chain(text: str) -> list[tuple[str, str]]:
    parts = [one.partition("=") for one in text.split(",")]
    return [(name, arguments) for name, _, arguments in parts]


def mastering(gain_db: float) -> str:
    """Return the filters that bring a mix to loudness: a gain, and a limiter on true peaks."""
    return (
        f"volume={gain_db:.2f}dB:precision=float,aresample=192000,"
        f"alimiter=limit={10 ** (LIMIT_DB / 20):.4f}:level=0:attack=5:release=60,"
        f"aresample={SAMPLE_RATE_HZ},{BOTH_EARS}"
    )


def find_gain_db(mixed: Path, progress: Progress) -> tuple[float, Heard]:
    """Return the gain after which the limited mix has the wanted loudness, and what it then has."""
    raw = measure(_decoded_file(mixed), BOTH_EARS)
    if raw.loudness_lufs <= NOTHING_LUFS:
        raise NothingSaid("Nobody is heard in this part of the recording.")
    gain_db = min(GAIN_MAX_DB, LOUDNESS_LUFS - raw.loudness_lufs)
    heard = raw
    for attempt in range(MEASUREMENTS_MAX):  # the limiter takes some of the gain away
        progress((attempt + 1) / MEASUREMENTS_MAX)
        heard = measure(_decoded_file(mixed), mastering(gain_db))
        missing = LOUDNESS_LUFS - heard.loudness_lufs
        is_last = attempt == MEASUREMENTS_MAX - 1
        if abs(missing) <= CLOSE_ENOUGH_LU or gain_db >= GAIN_MAX_DB or is_last:
            break
        gain_db = min(GAIN_MAX_DB, gain_db + missing * LIMITED)
    return gain_db, heard


def _decoded_file(path: Path) -> Iterator[av.AudioFrame]:
    with av.open(str(path)) as container:
        yield from container.decode(audio=0)


@dataclass(frozen=True, slots=True)
class Tags:
    """What the file says about itself."""

    title: str
    artist: str
    album: str
    comment: str
    date: str
    chapters: tuple[tuple[int, str], ...]  # (ms from the beginning, title), sorted


def encode_mp3(
    mixed: Path, samples: int, gain_db: float, tags: Tags, target: Path, progress: Progress
) -> None:
    """Write the episode: 128 kbit/s joint stereo with ID3 tags and chapters."""
    options = {"id3v2_version": "3", "write_id3v1": "0"}
    with av.open(str(target), "w", format="mp3", options=options) as container:
        stream: Any = container.add_stream("libmp3lame", rate=SAMPLE_RATE_HZ, layout="stereo")
        stream.bit_rate = MP3_BIT_RATE
        container.metadata.update(
            {
                "title": tags.title,
                "artist": tags.artist,
                "album": tags.album,
                "comment": tags.comment,
                "date": tags.date,
                "genre": "Podcast",
            }
        )
        container.set_chapters(_chapters(tags.chapters, samples))
        frames = _filtered(
            _decoded_file(mixed),
            *_chain(mastering(gain_db)),
            ("volume", f"volume={ENCODER_DB}dB:precision=float"),
            ("asetnsamples", f"n={MP3_FRAME_SAMPLES}:p=0"),
        )
        for number, frame in enumerate(frames):
            container.mux(stream.encode(frame))
            if number % 200 == 0:
                progress(min(1.0, number * MP3_FRAME_SAMPLES / max(1, samples)))
        container.mux(stream.encode(None))


def _chapters(chapters: Sequence[tuple[int, str]], samples: int) -> list[Any]:
    if not chapters:
        return []
    ends = [at for at, _ in chapters[1:]] + [samples * 1_000 // SAMPLE_RATE_HZ]
    return [
        {
            "id": number,
            "start": at,
            "end": max(end, at + 1),
            "time_base": Fraction(1, 1_000),
            "metadata": {"title": title},
        }
        for number, ((at, title), end) in enumerate(zip(chapters, ends, strict=True))
    ]


def _encode(container: Any, stream: Any, frames: Iterable[av.AudioFrame]) -> None:
    for frame in frames:
        container.mux(stream.encode(frame))


def bars(momentary_lufs: Sequence[float], count: int = BARS) -> list[int]:
    """Return the shape of a sound as numbers from 3 to 100, for a picture of it."""
    if not momentary_lufs:
        return []
    count = min(count, len(momentary_lufs))
    step = len(momentary_lufs) / count
    loudest = [
        max(momentary_lufs[int(at * step) : max(int(at * step) + 1, int((at + 1) * step))])
        for at in range(count)
    ]
    return [max(3, min(100, round((lufs + 45) / 35 * 100))) for lufs in loudest]
