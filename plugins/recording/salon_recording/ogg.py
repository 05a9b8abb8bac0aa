"""Ogg pages with Opus packets (RFC 3533, RFC 7845): one voice, one file, one clock.

Every file begins at the start of the take. Where a voice said nothing, nothing was received, or
nothing may be kept, the file holds silence, so that all files of a take lie side by side in any
editor: coded silence at first, and then packets of empty frames, an hour of which is 120 kB. A file
that was cut off anywhere is readable up to its last whole page.
"""

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SAMPLE_RATE_HZ = 48_000
PACKET_SAMPLES = 960
SLIVER_SAMPLES = 120  # 2.5 ms, the shortest Opus frame
SILENCE = b"\xf8\xff\xfe"  # 20 ms, CELT, full band
CONCEALED_SAMPLES = 4_800  # 100 ms: longer gaps are no losses
SLIVER_OF_SILENCE = b"\xe0\xff\xfe"
OPUS_SAMPLES_MAX = 5_760  # 120 ms
STILLNESS = b"\xfb\x06"  # 120 ms as six empty frames (RFC 6716, 3.2.5): a decoder goes on as it was
RESTED_SAMPLES = 3 * PACKET_SAMPLES  # of coded silence, after which what goes on is silence
PACKET_BYTES_MAX = 3 * 1_275 + 7
TAGS_BYTES_MAX = 65_536
LEAD_SAMPLES = PACKET_SAMPLES  # one packet of silence, skipped by players, as RFC 7845 expects
FRAMES_CODE = 3  # the bits of an Opus packet's first byte that tell its number of frames
LACING_FULL = 255  # a packet goes on after a lacing value of this
PAGE_SEGMENTS_MAX = 255
PAGE_SAMPLES_MAX = SAMPLE_RATE_HZ  # a page is at most a second of sound
STILL_PAGE_SAMPLES_MAX = 4 * SAMPLE_RATE_HZ  # stillness comes at once; opusinfo warns beyond 5 s
HEADER_BYTES = 27

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_CONTINUED, _BEGIN, _END = 1, 2, 4


def packet_samples(opus: bytes) -> int:
    """Return the length of an Opus packet at 48 kHz (RFC 6716, 3.1). Raises ValueError."""
    if not opus:
        raise ValueError("an Opus packet without a byte")
    frame = _frame_samples(opus[0] >> 3)
    match opus[0] & FRAMES_CODE:
        case 0:
            frames = 1
        case 1 | 2:
            frames = 2
        case _ if len(opus) > 1:
            frames = opus[1] & 0x3F
        case _:
            raise ValueError("an Opus packet without its count of frames")
    if not 0 < frames * frame <= OPUS_SAMPLES_MAX:
        raise ValueError(f"an Opus packet of {frames * frame} samples")
    return frames * frame


def _frame_samples(config: int) -> int:
    silk = (480, 960, 1_920, 2_880) * 3
    hybrid = (480, 960) * 2
    celt = (120, 240, 480, 960) * 4
    return (*silk, *hybrid, *celt)[config]


def page_crc(page: bytes) -> int:
    """Return the checksum of a page whose checksum field is zero.

    Ogg's CRC-32 is zlib's with the bits of every byte, and of the result, the other way round.
    """
    value = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(value.to_bytes(4, "little").translate(_REVERSED), "big")


class OggOpusWriter:
    """Writes one voice; owns its file. Not for two threads at once.

    `append` buffers at most a second of sound; `flush` hands whole pages to the system and
    `sync` to the disk. Packets are placed by their position in samples since the take began.
    """

    def __init__(self, file: BinaryIO, *, serial: int, title: str) -> None:
        self._file = file
        self._serial = serial & 0xFFFFFFFF
        self._sequence = 0
        self._samples = -LEAD_SAMPLES  # where the next packet stands; the lead is before the take
        self._segments = bytearray()
        self._body = bytearray()
        self._page_samples = 0
        self._last_head = self._last_length = 0  # of the last packet that was received
        self._write_page(_head(), flags=_BEGIN, granule=0)
        self._write_page(_tags(title), granule=0)
        self._put(SILENCE, PACKET_SAMPLES)

    @property
    def samples(self) -> int:
        """Return where the next packet would stand without a gap."""
        return self._samples

    def append(self, opus: bytes, position: int) -> bool:
        """Place a packet; silence fills what is missing before it.

        Returns False, and writes nothing, when the packet would lie in what is written already.
        """
        if position < self._samples - SLIVER_SAMPLES:
            return False
        length = packet_samples(opus)
        if len(opus) > PACKET_BYTES_MAX:
            raise ValueError(f"an Opus packet of {len(opus)} bytes")
        if position - self._samples <= CONCEALED_SAMPLES:
            self._conceal(position)
        self.fill(position)
        self._put(opus, length)
        self._last_head, self._last_length = opus[0], length
        return True

    def fill(self, until: int) -> None:
        """Append silence up to a position, to 2.5 ms."""
        if until - self._samples >= RESTED_SAMPLES + OPUS_SAMPLES_MAX:
            for _ in range(RESTED_SAMPLES // PACKET_SAMPLES):
                self._put(SILENCE, PACKET_SAMPLES)
            while until - self._samples >= OPUS_SAMPLES_MAX:
                self._put(STILLNESS, OPUS_SAMPLES_MAX)
        while until - self._samples >= PACKET_SAMPLES:
            self._put(SILENCE, PACKET_SAMPLES)
        while until - self._samples >= SLIVER_SAMPLES:
            self._put(SLIVER_OF_SILENCE, SLIVER_SAMPLES)

    def _conceal(self, until: int) -> None:
        """Stand empty frames where packets were lost: decoders go on with the sound there was.

        RFC 7845, 4.1. Silence would be heard as a click.
        """
        if self._last_head & FRAMES_CODE:  # several frames in a packet: browsers send one
            return
        while 0 < self._last_length <= until - self._samples:
            self._put(bytes((self._last_head,)), self._last_length)

    def flush(self) -> None:
        """Write what is buffered as a page and hand it to the system."""
        if self._segments:
            self._finish_page()
        self._file.flush()

    def close(self) -> None:
        """Write the last page, marked as the last, and close the file."""
        if not self._segments:  # a page without a packet has no position
            self._put(SILENCE, PACKET_SAMPLES)
        self._finish_page(_END)
        self._file.close()

    def _put(self, opus: bytes, length: int) -> None:
        lacing = len(opus) // LACING_FULL + 1
        is_full = len(self._segments) + lacing > PAGE_SEGMENTS_MAX
        most = STILL_PAGE_SAMPLES_MAX if opus is STILLNESS else PAGE_SAMPLES_MAX
        if is_full or self._page_samples + length > most:
            self._finish_page()
        self._segments += b"\xff" * (lacing - 1) + bytes((len(opus) % LACING_FULL,))
        self._body += opus
        self._page_samples += length
        self._samples += length

    def _finish_page(self, flags: int = 0) -> None:
        granule = self._samples + LEAD_SAMPLES
        self._write_page(bytes(self._body), bytes(self._segments), flags=flags, granule=granule)
        self._segments, self._body, self._page_samples = bytearray(), bytearray(), 0

    def _write_page(
        self, body: bytes, segments: bytes | None = None, *, flags: int = 0, granule: int
    ) -> None:
        if segments is None:
            segments = b"\xff" * (len(body) // LACING_FULL) + bytes((len(body) % LACING_FULL,))
        page = bytearray(b"OggS\x00")
        page.append(flags)
        page += granule.to_bytes(8, "little")
        page += self._serial.to_bytes(4, "little")
        page += self._sequence.to_bytes(4, "little")
        page += bytes(4)
        page.append(len(segments))
        page += segments
        page += body
        page[22:26] = page_crc(bytes(page)).to_bytes(4, "little")
        self._file.write(page)
        self._sequence += 1


def _head() -> bytes:
    skipped = LEAD_SAMPLES.to_bytes(2, "little")
    return b"OpusHead\x01\x01" + skipped + SAMPLE_RATE_HZ.to_bytes(4, "little") + bytes(3)


def _tags(title: str) -> bytes:
    vendor, comment = b"Salon", f"TITLE={title[:200]}".encode()
    tags = b"OpusTags" + len(vendor).to_bytes(4, "little") + vendor + (1).to_bytes(4, "little")
    return tags + len(comment).to_bytes(4, "little") + comment


@dataclass(frozen=True, slots=True)
class Placed:
    """One packet of a file and where it stands, in samples since the take began."""

    opus: bytes
    position: int
    samples: int


def read_packets(path: Path, since: int = 0) -> Iterator[Placed]:
    """Yield the packets of a file, up to the first page that is not whole.

    Pages that end before a sample are not read. Raises ValueError when the file does not begin as
    an Ogg/Opus file.
    """
    with path.open("rb") as file:
        pages = _pages(file)
        head = next(pages, None)
        if head is None or not head.startswith(b"OpusHead"):
            raise ValueError(f"{path.name} is no Ogg/Opus file")
        next(pages, None)  # the tags
        position = _passed(file, since)
        for packet in pages:
            samples = packet_samples(packet)
            if position >= 0:
                yield Placed(packet, position, samples)
            position += samples


def length_samples(path: Path) -> int:
    """Return how long a file is, whole pages only."""
    return max((one.position + one.samples for one in read_packets(path)), default=0)


def page_sizes(path: Path) -> Iterator[tuple[int, int]]:
    """Yield where each page of sound ends, in samples since the take began, and its bytes."""
    with path.open("rb") as file:
        while True:
            head = file.read(HEADER_BYTES)
            table = file.read(head[26]) if len(head) == HEADER_BYTES else b""
            if not head.startswith(b"OggS") or len(table) < head[26]:
                return
            size = sum(table)
            file.seek(size, os.SEEK_CUR)
            granule = int.from_bytes(head[6:14], "little")
            if granule:  # the first two pages hold no sound
                yield granule - LEAD_SAMPLES, size


def _passed(file: BinaryIO, since: int) -> int:
    """Go past pages that end before a sample, and return where the next one begins."""
    position = -LEAD_SAMPLES
    while True:
        here = file.tell()
        head = file.read(HEADER_BYTES)
        table = file.read(head[26]) if len(head) == HEADER_BYTES else b""
        end = int.from_bytes(head[6:14], "little") - LEAD_SAMPLES
        goes_on = not table or table[-1] == LACING_FULL
        if goes_on or end >= since or not head.startswith(b"OggS"):
            file.seek(here)
            return position
        file.seek(sum(table), os.SEEK_CUR)
        position = end


def _pages(file: BinaryIO) -> Iterator[bytes]:
    """Yield packets; others' files let one run over the end of a page, we never do."""
    begun = b""
    while True:
        head = file.read(HEADER_BYTES)
        if len(head) < HEADER_BYTES or not head.startswith(b"OggS"):
            return
        if bool(head[5] & _CONTINUED) != bool(begun):
            return
        table = file.read(head[26])
        size = sum(table)
        body = file.read(size)
        if len(table) < head[26] or len(body) < size:
            return
        page = head[:22] + bytes(4) + head[26:] + table + body
        if page_crc(page) != int.from_bytes(head[22:26], "little"):
            return
        whole, begun = _packets(table, begun, body)
        if len(begun) > TAGS_BYTES_MAX:
            return
        yield from whole


def _packets(table: bytes, begun: bytes, body: bytes) -> tuple[list[bytes], bytes]:
    """Return the packets that end in a page, and what has begun in it and goes on in the next."""
    whole = []
    start = end = 0
    for lacing in table:
        end += lacing
        if lacing < LACING_FULL:
            whole.append(begun + body[start:end])
            begun, start = b"", end
    return whole, begun + body[start:]
