"""Voice files: judged by tools that are not ours."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from salon_recording.ogg import (
    PACKET_SAMPLES,
    SAMPLE_RATE_HZ,
    SILENCE,
    OggOpusWriter,
    length_samples,
    packet_samples,
    read_packets,
)

Writing = Callable[..., Path]
Tones = Callable[[float, float], Iterator[bytes]]


class _Kept(BytesIO):
    def close(self) -> None:
        self.kept = self.getvalue()


def test_opusinfo_and_ffprobe_read_a_voice_without_a_complaint(
    tmp_path: Path, write_voice: Writing
) -> None:
    path = write_voice(tmp_path / "voice.opus", (0.5, 1.0, 440), (4.0, 1.5, 880))
    judged = subprocess.run(["opusinfo", path], capture_output=True, text=True, check=True)
    assert "WARNING" not in judged.stdout
    probed = subprocess.run(
        ["ffprobe", "-v", "warning", "-show_format", "-of", "json", path],
        capture_output=True,
        text=True,
        check=True,
    )
    assert probed.stderr == ""
    assert float(json.loads(probed.stdout)["format"]["duration"]) == pytest.approx(5.5, abs=0.05)


def test_a_gap_stands_where_it_was_to_twenty_milliseconds(
    tmp_path: Path, write_voice: Writing
) -> None:
    path = write_voice(tmp_path / "voice.opus", (1.0, 2.0, 440), (6.013, 2.0, 440))
    heard = subprocess.run(
        ["ffmpeg", "-i", path, "-af", "silencedetect=n=-50dB:d=0.3", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    starts = [float(found) for found in re.findall(r"silence_start: (\S+)", heard)]
    ends = [float(found) for found in re.findall(r"silence_end: (\S+)", heard)]
    assert starts == pytest.approx([0.0, 3.0], abs=0.02)
    assert ends == pytest.approx([1.0, 6.013], abs=0.02)


def test_a_lost_packet_is_concealed_and_keeps_its_place(
    tmp_path: Path, tone_packets: Tones
) -> None:
    path = tmp_path / "voice.opus"
    writer = OggOpusWriter(path.open("wb"), serial=1, title="")
    for number, packet in enumerate(tone_packets(440, 2.0)):
        if number not in {30, 50, 51}:
            writer.append(packet, number * PACKET_SAMPLES)
    writer.close()
    judged = subprocess.run(["opusinfo", path], capture_output=True, text=True, check=True)
    assert "WARNING" not in judged.stdout
    filters = ["-af", "silencedetect=n=-50dB:d=0.01", "-f", "null", "-"]
    command = ["ffmpeg", "-c:a", "libopus", "-i", str(path), *filters]  # as we decode
    heard = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert all(float(at) >= 1.95 for at in re.findall(r"silence_start: (\S+)", heard))
    assert length_samples(path) == pytest.approx(2 * SAMPLE_RATE_HZ, abs=PACKET_SAMPLES)


def test_a_file_cut_anywhere_reads_up_to_its_last_whole_page(
    tmp_path: Path, write_voice: Writing
) -> None:
    path = write_voice(tmp_path / "voice.opus", (0.0, 5.0, 440))
    whole, whole_length = path.read_bytes(), length_samples(path)
    for cut in range(200, len(whole), 997):
        path.write_bytes(whole[:cut])
        lost_s = (whole_length - length_samples(path)) / SAMPLE_RATE_HZ
        missing = 1 - cut / len(whole)
        assert lost_s <= missing * 5.2 + 1.0


def test_a_damaged_page_ends_the_reading_instead_of_becoming_noise(
    tmp_path: Path, write_voice: Writing
) -> None:
    path = write_voice(tmp_path / "voice.opus", (0.0, 3.0, 440))
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 0x40
    path.write_bytes(damaged)
    assert 0 < length_samples(path) < 2.5 * SAMPLE_RATE_HZ


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voice.opus"
    path.write_bytes(b"RIFF" * 100)
    with pytest.raises(ValueError, match="no Ogg/Opus file"):
        list(read_packets(path))


def test_a_packet_from_the_past_is_not_written_twice() -> None:
    writer = OggOpusWriter(_Kept(), serial=1, title="")
    assert writer.append(SILENCE, PACKET_SAMPLES * 5)
    assert not writer.append(SILENCE, PACKET_SAMPLES * 5)
    assert writer.samples == PACKET_SAMPLES * 6


def test_what_is_appended_is_in_the_file_after_a_flush(tmp_path: Path, tone_packets: Tones) -> None:
    path = tmp_path / "voice.opus"
    writer = OggOpusWriter(path.open("wb"), serial=1, title="")
    for number, packet in enumerate(tone_packets(440, 0.2)):
        writer.append(packet, number * PACKET_SAMPLES)
    writer.flush()
    assert length_samples(path) == 10 * PACKET_SAMPLES
    writer.close()


@pytest.mark.parametrize(
    ("packet", "samples"),
    [
        (b"\xf8\xff", 960),
        (b"\xe0", 120),
        (b"\x18", 2_880),
        (b"\x79\x00", 1_920),
        (b"\xfb\x03", 2_880),
    ],
)
def test_the_length_of_a_packet_is_told_by_its_first_byte(packet: bytes, samples: int) -> None:
    assert packet_samples(packet) == samples


@pytest.mark.parametrize("packet", [b"", b"\xfb", b"\xfb\x00", b"\x1b\x3f"])
def test_what_is_no_opus_packet_is_refused(packet: bytes) -> None:
    with pytest.raises(ValueError, match="an Opus packet"):
        packet_samples(packet)


HOUR = 3_600 * SAMPLE_RATE_HZ


def _judged(path: Path) -> float:
    """Return how long others find a file, in seconds; it may not give them reason to complain."""
    judged = subprocess.run(["opusinfo", path], capture_output=True, text=True, check=True)
    assert "WARNING" not in judged.stdout
    assert "orrupt" not in judged.stdout
    probed = subprocess.run(
        ["ffprobe", "-v", "warning", "-show_entries", "format=duration", "-of", "csv=p=0", path],
        capture_output=True,
        text=True,
        check=True,
    )
    assert probed.stderr == ""
    return float(probed.stdout)


def test_an_hour_of_silence_costs_little_and_is_silent(
    tmp_path: Path, write_voice: Writing
) -> None:
    path = write_voice(tmp_path / "voice.opus", (0.0, 1.0, 440), (3_601.0, 1.0, 440))
    assert path.stat().st_size < 130_000
    assert _judged(path) == pytest.approx(3_602, abs=0.05)
    assert length_samples(path) == pytest.approx(HOUR + 2 * SAMPLE_RATE_HZ, abs=2 * PACKET_SAMPLES)
    heard = subprocess.run(
        ["ffmpeg", "-ss", "1.1", "-t", "30", "-i", path, "-af", "volumedetect", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    loudest = re.search(r"max_volume: (\S+) dB", heard)
    assert loudest is not None
    assert float(loudest[1]) < -80


ODD_PACKETS = {
    "2.5 ms": (b"\xe0\xff\xfe", 120),
    "120 ms": (b"\xfb\x06" + b"\xff\xfe" * 6, 5_760),
    "stereo": (b"\xfc\xff\xfe", 960),
    "nothing, as DTX sends it": (b"\xf8", 960),
    "60 ms of a low voice": (b"\x18" + bytes(20), 2_880),
    "two frames": (b"\xf9" + b"\xff\xfe" * 2, 1_920),
}


@pytest.mark.parametrize("kind", ODD_PACKETS)
def test_packets_of_every_length_and_kind_are_kept_as_they_are(tmp_path: Path, kind: str) -> None:
    opus, samples = ODD_PACKETS[kind]
    path = tmp_path / "voice.opus"
    writer = OggOpusWriter(path.open("wb"), serial=1, title=kind)
    count = 2 * SAMPLE_RATE_HZ // samples
    for number in range(count):
        writer.append(opus, number * samples)
    writer.close()
    assert _judged(path) == pytest.approx(2.0, abs=0.2)
    kept = list(read_packets(path))
    assert sum(one.opus == opus for one in kept) >= count
    assert [one.position for one in kept if one.opus == opus][:count] == [
        number * samples for number in range(count)
    ]


def test_files_of_other_programs_are_read_too(tmp_path: Path, write_voice: Writing) -> None:
    own = write_voice(tmp_path / "own.opus", (0.0, 3.0, 440))
    theirs = tmp_path / "theirs.opus"
    command = ["ffmpeg", "-v", "error", "-i", str(own), "-c:a", "libopus", "-b:a", "256k"]
    subprocess.run([*command, "-page_duration", "3000000", str(theirs)], check=True)
    assert length_samples(theirs) == pytest.approx(3 * SAMPLE_RATE_HZ, abs=4_800)


def test_reading_from_the_midst_finds_the_packets_where_they_stand(
    tmp_path: Path, write_voice: Writing
) -> None:
    path = write_voice(tmp_path / "voice.opus", (0.5, 2.0, 440), (6.0, 1.0, 440))
    packets = list(read_packets(path))
    for since in (0, SAMPLE_RATE_HZ, 2 * SAMPLE_RATE_HZ + 1, 5 * SAMPLE_RATE_HZ):
        found = list(read_packets(path, since))
        assert found == packets[-len(found) :]
        assert found[0].position <= since
    assert len(found) < len(packets)
