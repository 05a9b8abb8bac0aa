"""The decoder: packets become samples in a process of their own, for whoever wants to understand.

`python -m salon.relay.decoder FD`, started by `decoding.py` with one end of a socket pair, and
only while somebody listens. Whatever a packet does to libopus, it does it here. It reads, decodes
and writes in turn; while the core does not read, it stands still, and the core loses what it
cannot hand over. It is nicer than the others (`nice`): captions may be late, voices may not.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from av import AudioResampler, CodecContext, Packet

from salon.logs import configure
from salon.relay import wire
from salon.relay.audio import PACKET_SAMPLES, SAMPLE_RATE_HZ, AudioPacket, SampleBlock
from salon.relay.rtp import opus_samples

READ_BYTES = 65_536
NICER = 5
VOICES_MAX = 64  # that are decoded at the same time; each has some kilobytes of memory
IDLE_S = 10.0  # after which a voice's decoder is forgotten
CONCEALED_MAX = 5  # packets: 100 ms; longer gaps are only to be seen in the timestamps
_CODE_OF_ONE_FRAME = 0xFC  # of a packet's first byte (RFC 6716, 3.1)

log = structlog.get_logger(__name__)


class VoiceDecoder:
    """One voice's packets in, its samples out, in mono. A loss is concealed as libopus does it."""

    def __init__(self, rate_hz: int) -> None:
        self.heard_s = 0.0
        self._rate_hz = rate_hz
        self._codec = CodecContext.create("libopus", "r")  # FFmpeg's own differs in speech modes
        self._codec.sample_rate = SAMPLE_RATE_HZ
        self._codec.layout, self._codec.format = "mono", "s16"
        self._resampler = AudioResampler("s16", "mono", rate_hz)
        self._sequence: int | None = None
        self._due = 0  # the timestamp that follows
        self._samples = PACKET_SAMPLES  # of the last packet
        self._first_byte = 0

    def decode(self, packet: AudioPacket) -> Iterator[SampleBlock]:
        """Yield the samples of what is missing before a packet, and its own. Raises ValueError.

        One that comes after a later one yields nothing: its place has been concealed.
        """
        if self._sequence is not None and packet.sequence <= self._sequence:
            return
        samples = opus_samples(packet.opus)
        if self._sequence is not None and packet.sequence > self._sequence + 1:
            yield from self._concealed(packet)
        yield self._block(packet, packet.opus, packet.timestamp, is_concealed=False)
        self._sequence, self._due = packet.sequence, packet.timestamp + samples
        self._samples, self._first_byte = samples, packet.opus[0]

    def _concealed(self, packet: AudioPacket) -> Iterator[SampleBlock]:
        missing = min((packet.timestamp - self._due) // self._samples, CONCEALED_MAX)
        for number in range(missing):
            # A frame of no bytes is a lost one (RFC 6716, 3.2.1): libopus goes on with the sound.
            nothing = bytes((self._first_byte & _CODE_OF_ONE_FRAME,))
            at = self._due + number * self._samples
            yield self._block(packet, nothing, at, is_concealed=True)

    def _block(
        self, packet: AudioPacket, opus: bytes, timestamp: int, *, is_concealed: bool
    ) -> SampleBlock:
        frames = [
            resampled
            for decoded in self._codec.decode(Packet(opus))
            for resampled in self._resampler.resample(decoded)
        ]
        samples = b"".join(bytes(frame.planes[0])[: 2 * frame.samples] for frame in frames)
        return SampleBlock(
            packet.voice, samples, self._rate_hz, timestamp, packet.received_s, is_concealed
        )


@dataclass(slots=True)
class _Customer:
    """One sink of the core's."""

    rate_hz: int
    taken: int = 0  # packets that nothing more comes of
    lost: int = 0  # of those
    voices: dict[str, VoiceDecoder] = field(default_factory=dict)


class Decoder:
    """Carries out what the core asks, in the order in which it asks."""

    def __init__(self, core: socket.socket, *, monotonic_s: Callable[[], float]) -> None:
        self._core = core
        self._monotonic_s = monotonic_s
        self._customers: dict[int, _Customer] = {}
        self._counted_s = 0.0
        self._asked: Mapping[str, Callable[..., Any]] = {
            "begin": self._begin,
            "open": self._open,
            "close": self._close,
        }

    def run(self) -> None:
        """Work until the core says goodbye or has gone."""
        frames = wire.Frames()
        self._core.settimeout(wire.COUNT_EVERY_S)
        try:
            while self._read(frames):
                self._count()
        except (ConnectionError, wire.Garbled) as error:
            log.warning("the decoder lost the core", reason=str(error))

    def _read(self, frames: wire.Frames) -> bool:
        try:
            received = self._core.recv(READ_BYTES)
        except TimeoutError:
            return True
        for kind, body in frames.feed(received):
            if kind == wire.PACKETS:
                self._take(body)
            else:
                self._answer(wire.json_of(body))
        return bool(received)

    def _say(self, frame: bytes) -> None:
        self._core.settimeout(None)
        self._core.sendall(frame)
        self._core.settimeout(wire.COUNT_EVERY_S)

    def _count(self) -> None:
        """Once a second: say that it lives, and forget who is silent."""
        now_s = self._monotonic_s()
        if now_s - self._counted_s < wire.COUNT_EVERY_S:
            return
        self._counted_s = now_s
        for customer in self._customers.values():
            customer.voices = {
                peer_id: voice
                for peer_id, voice in customer.voices.items()
                if now_s - voice.heard_s < IDLE_S
            }
        self._say(wire.json_frame({"counted": {"voices": self._voices}}))

    @property
    def _voices(self) -> int:
        return sum(len(customer.voices) for customer in self._customers.values())

    # -- what is asked

    def _answer(self, said: Mapping[str, Any]) -> None:
        id_, name, given = said.get("id"), said.get("ask"), said.get("with")
        asked = self._asked.get(str(name))
        if not isinstance(id_, int) or asked is None or not isinstance(given, dict):
            raise wire.Garbled("no question")
        asked(**given)
        self._say(wire.json_frame({"id": id_, "got": None}))

    def _begin(self, *, version: int, logs: tuple[Any, Any]) -> None:
        if version != wire.VERSION:
            raise wire.Garbled(f"version {version}; this decoder speaks {wire.VERSION}")
        configure(*logs)

    def _open(self, *, number: int, rate_hz: int) -> None:
        self._customers.setdefault(number, _Customer(rate_hz))

    def _close(self, *, number: int) -> None:
        self._customers.pop(number, None)

    # -- packets

    def _take(self, body: bytes) -> None:
        number, _, packets = wire.packets_of(body)
        customer = self._customers.get(number)
        if customer is None:  # closed while these were on their way
            return
        blocks = [block for packet in packets for block in self._decoded(customer, packet)]
        for frame in wire.samples_frames(number, customer.taken, customer.lost, blocks):
            self._say(frame)

    def _decoded(self, customer: _Customer, packet: AudioPacket) -> list[SampleBlock]:
        customer.taken += 1
        voice = customer.voices.get(packet.voice.peer_id)
        if voice is None and self._voices >= VOICES_MAX:
            customer.lost += 1
            return []
        if voice is None:
            voice = customer.voices[packet.voice.peer_id] = VoiceDecoder(customer.rate_hz)
        voice.heard_s = self._monotonic_s()
        try:
            return list(voice.decode(packet))
        except ValueError:  # libopus refuses it
            customer.lost += 1
            return []


def _main(fd: int) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICER)
    with socket.socket(fileno=fd) as core:
        Decoder(core, monotonic_s=time.monotonic).run()


if __name__ == "__main__":
    _main(int(sys.argv[1]))
