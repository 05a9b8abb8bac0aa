"""Samples for whoever asks: a decoder that is started with the first sink and ends with the last.

Packets come from the relay like those of any sink, go to the decoder's process, and come back as
samples. A decoder that falls or stands still is replaced; it costs its sinks what was under way,
counted, and nobody else anything.
"""

import asyncio
import itertools
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from salon.errors import Conflict, Invalid
from salon.relay import wire
from salon.relay.audio import (
    SAMPLE_RATE_HZ,
    SPEECH_RATE_HZ,
    AudioPacket,
    AudioSink,
    SampleBlock,
    SampleSink,
)
from salon.relay.control import Attachment
from salon.relay.supervisor import START_WITHIN_S, Supervisor
from salon.relay.taps import Tap

SINKS_MAX = 16
RATES_HZ = (SPEECH_RATE_HZ, SAMPLE_RATE_HZ)


class DecodedAttachment:
    """One sink of samples. Implements `control.Attachment`, and `AudioSink` for its packets."""

    def __init__(
        self,
        decoding: "Decoding",
        number: int,
        rate_hz: int,
        owners: Collection[str] | None,
        tap: Tap[SampleBlock],
    ) -> None:
        self.rate_hz = rate_hz
        self.tap = tap
        self.packets: Attachment | None = None  # at the relay
        self._decoding = decoding
        self._number = number
        self._owners = owners
        self._sent = 0  # to this decoder
        self._taken = 0  # by it
        self._lost_there = 0
        self._lost = 0

    @property
    def dropped_packets(self) -> int:
        at_relay = 0 if self.packets is None else self.packets.dropped_packets
        return at_relay + self._lost + self._lost_there + self.tap.dropped_packets

    async def receive(self, packets: Sequence[AudioPacket]) -> None:
        """Hand packets of the relay's to the decoder."""
        if self.tap.has_failed:  # nobody listens any more
            await self._decoding.detach(self._number)
            self._lost += len(packets)
            return
        wanted = [one for one in packets if self._owners is None or one.voice.owner in self._owners]
        for begin in range(0, len(wanted), wire.BATCH_PACKETS):
            batch = wanted[begin : begin + wire.BATCH_PACKETS]
            (frame,) = wire.packets_frames(self._number, 0, batch)
            if self._decoding.write(frame):
                self._sent += len(batch)
            else:
                self._lost += len(batch)

    def heard(self, taken: int, lost: int, blocks: Sequence[SampleBlock]) -> None:
        """Take what the decoder made of packets."""
        self._taken, self._lost_there = taken, lost
        for block in blocks:
            self.tap.put(block)

    def decoder_ended(self) -> None:
        """What was under way is lost; another decoder counts from nothing."""
        self._lost += self._lost_there + self._sent - self._taken
        self._sent = self._taken = self._lost_there = 0

    async def close(self) -> None:
        if self.packets is not None:
            await self.packets.close()
        await self._decoding.detach(self._number)
        await self.tap.close()


class Decoding:
    """Owns the decoder and who listens to it."""

    name = "decoder"
    command = (sys.executable, "-P", "-m", "salon.relay.decoder")

    def __init__(self, *, log_level: str, log_format: str) -> None:
        self._logs = log_level, log_format
        self._decoder = Supervisor(self)
        self._attached: dict[int, DecodedAttachment] = {}
        self._numbers = itertools.count(1)
        self._change = asyncio.Lock()  # starts and ends, one after the other

    @property
    def process_id(self) -> int | None:
        """The decoder's, while there is one."""
        return self._decoder.process_id

    async def attach(
        self,
        sink: SampleSink,
        attach: Callable[[AudioSink], Awaitable[Attachment]],
        *,
        rate_hz: int,
        owners: Collection[str] | None,
        capacity_packets: int,
    ) -> DecodedAttachment:
        """Let a sink hear the samples of the packets that `attach` gives.

        `owners`: whose voices, everybody's if None. Raises Invalid, Conflict, Unavailable, and what
        `attach` raises.
        """
        if rate_hz not in RATES_HZ:
            raise Invalid(f"samples have a rate of {RATES_HZ}, not {rate_hz}", field="rate_hz")
        await self._leave_rooms_that_closed()
        if len(self._attached) >= SINKS_MAX:
            raise Conflict(f"A server has at most {SINKS_MAX} sinks of samples.")
        number = next(self._numbers)
        tap: Tap[SampleBlock] = Tap(sink, capacity_packets, lambda _tap: None)
        attached = DecodedAttachment(self, number, rate_hz, owners, tap)
        self._attached[number] = attached
        try:
            async with self._change:
                await self._decoder.start()
            await self._decoder.ask_if_there("open", number=number, rate_hz=rate_hz)
            attached.packets = await attach(attached)
        except BaseException:
            await attached.close()
            raise
        return attached

    async def _leave_rooms_that_closed(self) -> None:
        """Whoever attached a sink may not have closed it with its room: it keeps no place."""
        over = [one for one in self._attached.values() if one.packets and not one.packets.is_open]
        await asyncio.gather(*(one.close() for one in over))

    async def detach(self, number: int) -> None:
        """Decode no more for a sink; what was under way has been handed over. Twice is once."""
        if number not in self._attached:
            return
        await self._decoder.ask_if_there("close", number=number)
        self._attached.pop(number, None)
        async with self._change:
            if not self._attached:
                await self._decoder.stop()

    async def stop(self) -> None:
        """Let every sink have its last samples, then end."""
        await asyncio.gather(*(one.close() for one in list(self._attached.values())))

    def write(self, frame: bytes) -> bool:
        """Hand packets to the decoder; False where nobody reads."""
        return self._decoder.write(frame)

    # -- what the supervisor asks and tells

    async def begin(self) -> None:
        await self._decoder.ask(
            "begin", within_s=START_WITHIN_S, version=wire.VERSION, logs=self._logs
        )
        for number, attached in list(self._attached.items()):
            await self._decoder.ask("open", number=number, rate_hz=attached.rate_hz)

    def heard_sound(self, kind: int, body: bytes) -> None:
        if kind != wire.SAMPLES:
            raise wire.Garbled(f"a frame of kind {kind} from the decoder")
        heard = wire.samples_of(body)
        attached = self._attached.get(heard.sink)
        if attached is not None:
            attached.heard(heard.taken, heard.lost, heard.blocks)

    def heard(self, said: Mapping[str, Any]) -> None:
        wire.counted_of(said)

    def ended(self) -> None:
        for attached in self._attached.values():
            attached.decoder_ended()
