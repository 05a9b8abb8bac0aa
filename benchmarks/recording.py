"""From a take to an episode: what keeping voices costs, making it, and telling it in a feed.

Ten voices of speech are handed to a capture as the relay hands them over, as fast as it takes them,
and the CPU is set against the time that they last. Four voices of an hour, who speak at once for
most of it, become an episode in the process that the server would start; loudness and true peak
are measured by the `ffmpeg` of the system, which is not the one that made them.
"""

import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import av
from _feed import measure_feed
from _figures import SCRATCH, Figure, NotPossible, at_least, at_most, figure, note, publish, scaled

from salon.plugin import AudioPacket, Voice
from salon_recording.capture import Capture, TakeFiles
from salon_recording.ogg import PACKET_SAMPLES, SAMPLE_RATE_HZ, OggOpusWriter

HOUR_S = 3_600
VOICES, CAPTURED_VOICES = 4, 10
CAPTURED_S = 300
PACKETS_PER_S = SAMPLE_RATE_HZ // PACKET_SAMPLES
FLUSHES_PER_S = 2
SPEED_LIMIT = 20.0
MEMORY_LIMIT_MB = 300.0
CAPTURE_LIMIT_PERCENT = 3.0
LOUDNESS_LUFS, LOUDNESS_OFF_LU = -16.0, 0.5
TRUE_PEAK_DBTP = -1.0
TEXT = "Six people, one cake and forty minutes in a lift that would not move. " * 4
LANGUAGES = ("en-gb", "en-us", "en-gb-scotland", "fr-fr")


async def measure() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory(dir=SCRATCH) as name:
        folder = Path(name)
        said = [await speech(folder / f"{voice}.wav", voice) for voice in LANGUAGES]
        captured = await captured_percent(folder / "take", said[0], scaled(CAPTURED_S, least=5))
        made = await produced(folder, said, scaled(HOUR_S, least=60))
    return [
        figure(
            f"CPU of keeping {CAPTURED_VOICES} voices", captured, "% of a core",
            ("limit", CAPTURE_LIMIT_PERCENT), at_most(1),
        ),
        *made,
        *await measure_feed(),
    ]  # fmt: skip


async def speech(path: Path, voice: str) -> list[bytes]:
    """Return what espeak-ng says, as Opus packets of 20 ms."""
    try:
        process = await asyncio.create_subprocess_exec(
            "espeak-ng", "-v", voice, "-w", str(path), TEXT
        )
    except FileNotFoundError as error:
        raise NotPossible("espeak-ng is not installed") from error
    await process.wait()
    return await asyncio.to_thread(_encoded, path)


def _encoded(path: Path) -> list[bytes]:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE_HZ, "mono", "s16"
    encoder.bit_rate = 32_000
    resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE_HZ, PACKET_SAMPLES)
    packets: list[bytes] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            for piece in resampler.resample(frame):
                packets += [bytes(packet) for packet in encoder.encode(piece)]
    return packets


# -- keeping voices


async def captured_percent(folder: Path, said: Sequence[bytes], seconds: int) -> float:
    """Return what share of a core ten voices cost beside the relay, files and disk included."""

    def failed(error: OSError) -> None:
        raise NotPossible(str(error)) from error

    capture = Capture(TakeFiles(folder), failed)
    voices = [Voice(f"peer{number}", str(number)) for number in range(1, CAPTURED_VOICES + 1)]
    for voice in voices:
        capture.agree(int(voice.owner), 0.0)
    capture.begin(0.0)
    before_s = time.process_time()
    for number in range(seconds * PACKETS_PER_S):
        now_s = (number + 1) / PACKETS_PER_S
        opus, at = said[number % len(said)], number * PACKET_SAMPLES
        await capture.receive([AudioPacket(one, opus, number, at, now_s, -20) for one in voices])
        if number % (PACKETS_PER_S // FLUSHES_PER_S) == 0:
            await capture.drain()
            await asyncio.to_thread(capture.files.flush, to_disk=True)
    await capture.drain()
    await asyncio.to_thread(capture.files.close)
    percent = 100 * (time.process_time() - before_s) / seconds
    note(f"kept: {CAPTURED_VOICES} voices for {seconds} s")
    return percent


# -- an episode


async def produced(folder: Path, said: Sequence[Sequence[bytes]], seconds: int) -> list[Figure]:
    """Make an episode of four voices and return what it cost, and how loud it is."""
    sources = []
    for number, packets in enumerate(said):
        path = folder / f"{number}.opus"
        await asyncio.to_thread(_write_voice, path, packets, seconds)
        sources.append({"path": str(path), "voice": str(number)})
    order = {
        "segments": [{"kind": "take", "parts_s": [[0, seconds]], "sources": sources}],
        "title": "An hour of four voices",
        "chapters": [[at, f"Part {at}"] for at in range(0, seconds, 300)],
        "target": str(folder / "made" / "1-1.mp3"),
    }
    (folder / "made").mkdir()
    (folder / "order.json").write_text(json.dumps(order))
    begun_s = time.monotonic()
    memory_mb = await _run(folder / "order.json")
    speed = seconds / (time.monotonic() - begun_s)
    note(f"made: {seconds} s of {VOICES} voices in three formats")
    figures = [
        figure("an episode of four voices, three formats", speed, "times real time",
               ("limit", SPEED_LIMIT), at_least(1)),
        figure("the same, peak memory", memory_mb, "MB", ("limit", MEMORY_LIMIT_MB), at_most(1)),
    ]  # fmt: skip
    for suffix in ("mp3", "opus", "m4a"):
        loudness, peak = await metered(folder / "made" / f"1-1.{suffix}")
        off, least = abs(loudness - LOUDNESS_LUFS), 10 ** (TRUE_PEAK_DBTP / 20)
        figures += [
            figure(f"{suffix}: away from {LOUDNESS_LUFS:g} LUFS", off, "LU",
                   ("limit", LOUDNESS_OFF_LU), at_most(1)),
            figure(f"{suffix}: true peak, of full scale", 10 ** (peak / 20), "",
                   (f"{TRUE_PEAK_DBTP:g} dBTP", least), at_most(1)),
        ]  # fmt: skip
    return figures


def _write_voice(path: Path, packets: Sequence[bytes], seconds: int) -> None:
    """Say it again and again, with pauses of a third."""
    with path.open("wb") as file:
        writer = OggOpusWriter(file, serial=1, title=path.stem)
        position, last = 0, seconds * SAMPLE_RATE_HZ
        while position < last:
            for packet in packets:
                writer.append(packet, position)
                position += PACKET_SAMPLES
            position += len(packets) * PACKET_SAMPLES // 3
        writer.close()


async def _run(order: Path) -> float:
    """Run the process to its end; return the peak memory, in MB, of it and those it starts."""
    module = "salon_recording.production.produce"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, str(order), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines, memory_mb = [b""], 0.0
    async for line in process.stdout:
        lines.append(line)
        memory_mb = max(memory_mb, sum(map(_peak_mb, [process.pid, *_children(process.pid)])))
    if await process.wait():
        raise NotPossible(lines[-1].decode())
    return memory_mb


def _children(pid: int) -> list[int]:
    try:
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return []


def _peak_mb(pid: int) -> float:
    """Return the most that a process has held, by the kernel's account of its memory."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    return 0.0 if match is None else int(match[1]) * 1_024 / 1e6


async def metered(path: Path) -> tuple[float, float]:
    """Return the loudness in LUFS and the true peak in dBTP that the system's FFmpeg finds."""
    meter = ("-map", "0:a", "-af", "ebur128=peak=true", "-f", "null", "-")
    process = await asyncio.create_subprocess_exec(
        "ffmpeg", "-hide_banner", "-nostats", "-i", str(path), *meter,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, told = await process.communicate()
    summary = told.decode().rsplit("Summary:", 1)[1]
    found = [re.search(what, summary) for what in (r"I:\s+(\S+) LUFS", r"Peak:\s+(\S+) dBFS")]
    loudness, peak = (float(one[1]) for one in found if one is not None)
    return loudness, peak


if __name__ == "__main__":
    publish("recording", measure)
