"""The relay in a media worker, as the core sees it: asks it, watches it, starts it again.

A worker that ends, or says nothing for three seconds, is replaced: its peers are told as lost,
which makes pages come again by themselves; rooms, sinks and sources are opened in the new one as
they were in the old. Meanwhile whoever comes in is asked to try again in a moment. The process is
`supervisor.py`'s.
"""

import asyncio
import itertools
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from salon.errors import Conflict, Invalid, NotFound, SalonError, Unavailable
from salon.relay import wire
from salon.relay.audio import PACKET_SAMPLES, SINK_PACKETS, AudioSink
from salon.relay.control import (
    PeerConnected,
    PeerLost,
    PeerMoving,
    RelayEvent,
    SlotsChanged,
    SpeakingChanged,
)
from salon.relay.measures import WorkerMeasures
from salon.relay.room import SLOTS_MAX
from salon.relay.supervisor import START_WITHIN_S, Away, Supervisor, away
from salon.relay.taps import Tap, check_spoken

MEASURED_WITHIN_S = 2.0  # somebody looks at a page; one who stands still is seen by that
PRESENT = frozenset({"rooms", "peers"})  # what is counted now, not since the start

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker is started with; see `LocalRelay`."""

    packed_from: int = 0
    voice_max_kbit_per_s: int = 128
    voice_packets_per_s: int = 100
    room_seats: int = 100
    log_level: str = "info"
    log_format: str = "auto"


class RemoteAttachment:
    """A sink in the core that hears a room in a worker. Implements `control.Attachment`."""

    def __init__(
        self, relay: "RemoteRelay", number: int, room_id: int, sink: AudioSink, capacity: int
    ) -> None:
        self.room_id = room_id
        self.capacity_packets = capacity
        self.tap = Tap(sink, capacity, lambda _tap: None)
        self._relay = relay
        self._number = number
        self.is_closing = False  # a new worker is not told of it
        self._lost_before = 0  # in workers that have ended
        self._lost = 0

    @property
    def dropped_packets(self) -> int:
        return self.tap.dropped_packets + self._lost_before + self._lost

    @property
    def is_open(self) -> bool:
        return not self.is_closing

    def lost(self, packets: int) -> None:
        """Take what the worker has lost so far."""
        self._lost = max(self._lost, packets)

    def moved(self) -> None:
        """Another worker counts from nothing."""
        self._lost_before, self._lost = self._lost_before + self._lost, 0

    async def close(self) -> None:
        try:
            await self._relay.detach(self._number)
        finally:
            await self.tap.close()


class RemoteSource:
    """A voice of the server's in a worker. Implements `control.Source`."""

    def __init__(self, relay: "RemoteRelay", number: int, room_id: int, owner: str) -> None:
        self.peer_id = ""
        self.room_id = room_id
        self.owner = owner
        self._relay = relay
        self._number = number
        self._is_open = True

    @property
    def is_open(self) -> bool:
        return self._is_open

    def put(
        self, opus: bytes, *, samples: int = PACKET_SAMPLES, level_dbov: int | None = None
    ) -> None:
        check_spoken(opus, samples, level_dbov)
        if self._is_open:
            self._relay.speak(wire.spoken_frame(self._number, samples, level_dbov, bytes(opus)))

    async def close(self) -> None:
        if self._is_open:
            self._is_open = False
            await self._relay.close_source(self._number)


@dataclass(slots=True)
class _Rooms:
    """What a new worker has to be told: all that was opened and not closed."""

    slots: dict[int, int] = field(default_factory=dict)  # by room
    peers: dict[str, int] = field(default_factory=dict)  # the room of each
    attachments: dict[int, RemoteAttachment] = field(default_factory=dict)
    sources: dict[int, RemoteSource] = field(default_factory=dict)
    watched: set[int] = field(default_factory=set)  # rooms whose levels are told
    bound: tuple[list[str], int, list[str]] | None = None


class RemoteRelay:
    """Implements `control.Relay` by a worker of its own."""

    name = "media worker"
    command = (sys.executable, "-P", "-m", "salon.relay.worker")

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._worker = Supervisor(self)
        self._kept = _Rooms()
        self._callbacks: list[Callable[[RelayEvent], None]] = []
        self._numbers = itertools.count(1)
        self._counted: Counter[str] = Counter()  # of this worker
        self._counted_before: Counter[str] = Counter()
        self._restarts = 0

    # -- start and stop

    @property
    def process_id(self) -> int | None:
        """The worker's, while there is one."""
        return self._worker.process_id

    @property
    def port(self) -> int:
        """The UDP port in use, 0 while there is none."""
        return 0 if self._kept.bound is None else self._kept.bound[1]

    @property
    def bound(self) -> tuple[list[str], int, list[str]] | None:
        """What `rebind` was last told, with the port in use."""
        return self._kept.bound

    def listen(self, callback: Callable[[RelayEvent], None]) -> None:
        self._callbacks.append(callback)

    async def start(self) -> None:
        try:
            await self._worker.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        try:
            await _close_all(self._kept.attachments.values())
        finally:
            await self._worker.stop()
            self._kept = _Rooms()

    # -- what the supervisor asks and tells

    async def begin(self) -> None:
        """Make a new worker what the last one was. Raises what it refuses with."""
        given, kept = self._settings, self._kept
        await self._worker.ask(
            "begin",
            within_s=START_WITHIN_S,
            version=wire.VERSION,
            logs=(given.log_level, given.log_format),
            packed_from=given.packed_from,
            voice_max_kbit_per_s=given.voice_max_kbit_per_s,
            voice_packets_per_s=given.voice_packets_per_s,
            room_seats=given.room_seats,
        )
        if kept.bound is not None:
            addresses, port, announced = kept.bound
            await self._worker.ask("rebind", addresses=addresses, port=port, announced=announced)
        for room_id, slots in list(kept.slots.items()):
            if room_id in kept.slots:
                await _again(self._worker.ask("open_room", room_id=room_id, slots=slots))
        for room_id in kept.watched & kept.slots.keys():
            await _again(self._worker.ask("watch_levels", room_id=room_id, told=True))
        for number, attachment in list(kept.attachments.items()):
            attachment.moved()
            if not attachment.is_closing:
                await _again(self._open_attachment(number, attachment))
        for number, source in list(kept.sources.items()):
            if number in kept.sources:
                await _again(self._open_source(number, source))

    def ended(self) -> None:
        self._restarts += 1
        self._counted_before += Counter(
            {key: count for key, count in self._counted.items() if key not in PRESENT}
        )
        self._counted = Counter()
        lost, self._kept.peers = self._kept.peers, {}
        for peer_id, room_id in lost.items():
            self._tell(PeerLost(room_id, peer_id))
        for room_id, slots in self._kept.slots.items():
            self._tell(SpeakingChanged(room_id, ()))
            self._tell(SlotsChanged(room_id, (None,) * slots))
        self._counted_before["lost.worker"] += len(lost)

    def heard_sound(self, kind: int, body: bytes) -> None:
        if kind != wire.PACKETS:
            raise wire.Garbled(f"a frame of kind {kind} from a worker")
        number, lost, packets = wire.packets_of(body)
        attachment = self._kept.attachments.get(number)
        if attachment is not None:
            attachment.lost(lost)
            for packet in packets:
                attachment.tap.put(packet)

    def heard(self, said: Mapping[str, Any]) -> None:
        if "told" in said:
            self._told(wire.event_of(said))
        else:
            self._counted = wire.counted_of(said)

    def _told(self, event: RelayEvent) -> None:
        if isinstance(event, PeerLost) and self._kept.peers.pop(event.peer_id, None) is None:
            return  # it was removed while the event was on its way
        if isinstance(event, PeerConnected | PeerMoving) and event.peer_id not in self._kept.peers:
            return
        self._tell(event)

    def _tell(self, event: RelayEvent) -> None:
        loop = asyncio.get_running_loop()
        for callback in self._callbacks:
            loop.call_soon(callback, event)

    # -- what it is asked

    async def rebind(
        self, addresses: Sequence[str], port: int, announced: Sequence[str] = ()
    ) -> None:
        if not self._worker.is_started:
            raise RuntimeError("start() proves the guard; only then may anybody reach the port")
        try:  # a new worker is first told where the last one listened
            async with asyncio.timeout(START_WITHIN_S):
                await self._worker.ready.wait()
        except TimeoutError:
            raise away() from None
        bound = list(addresses), port, list(announced)
        port = await self._worker.ask("rebind", addresses=bound[0], port=port, announced=bound[2])
        self._kept.bound = bound[0], port, bound[2]

    async def open_room(self, room_id: int, *, slots: int) -> None:
        if not 1 <= slots <= SLOTS_MAX:
            raise Invalid(f"a room has 1 to {SLOTS_MAX} slots, not {slots}", field="slots")
        if room_id not in self._kept.slots:
            self._kept.slots[room_id] = slots
            await self._worker.ask_if_there("open_room", room_id=room_id, slots=slots)

    async def close_room(self, room_id: int) -> None:
        kept = self._kept
        kept.slots.pop(room_id, None)
        kept.watched.discard(room_id)
        kept.peers = {id_: of for id_, of in kept.peers.items() if of != room_id}
        sources = [one for one in kept.sources.values() if one.room_id == room_id]
        attachments = [one for one in kept.attachments.values() if one.room_id == room_id]
        for attachment in attachments:
            attachment.is_closing = True
        await self._worker.ask_if_there("close_room", room_id=room_id)  # sinks may take their time
        await _close_all([*sources, *attachments])

    async def add_peer(
        self, room_id: int, peer_id: str, owner: str, *, may_speak: bool, music: bool = False
    ) -> str:
        self._check_room(room_id)
        if peer_id in self._kept.peers:
            raise Conflict(f"There is a peer {peer_id!r} already.")
        self._kept.peers[peer_id] = room_id
        ask = self._worker.ask(
            "add_peer",
            room_id=room_id,
            peer_id=peer_id,
            owner=owner,
            may_speak=may_speak,
            music=music,
        )
        try:
            offer = await self._worker.ask_or_undo("remove_peer", {"peer_id": peer_id}, ask)
        except BaseException:
            self._kept.peers.pop(peer_id, None)
            raise
        if peer_id not in self._kept.peers:  # removed, or lost with its worker, meanwhile
            raise away()
        return str(offer)

    async def answer(self, peer_id: str, sdp: str) -> None:
        await self._worker.ask("answer", peer_id=peer_id, sdp=sdp)

    async def remove_peer(self, peer_id: str) -> None:
        if self._kept.peers.pop(peer_id, None) is not None:
            await self._worker.ask_if_there("remove_peer", peer_id=peer_id)

    async def allow(self, peer_id: str, *, speak: bool, hear: bool) -> None:
        await self._worker.ask_if_there("allow", peer_id=peer_id, speak=speak, hear=hear)

    def _check_room(self, room_id: int) -> None:
        if room_id not in self._kept.slots:
            raise NotFound("This room is not open for voices.", reason="voices_closed")
        if not self._worker.ready.is_set():
            raise away()

    # -- the server's own ears and voices

    async def attach(
        self, room_id: int, sink: AudioSink, *, capacity_packets: int = SINK_PACKETS
    ) -> RemoteAttachment:
        self._check_room(room_id)
        number = next(self._numbers)
        attachment = RemoteAttachment(self, number, room_id, sink, capacity_packets)
        self._kept.attachments[number] = attachment  # first: packets may come with the answer
        try:
            ask = self._open_attachment(number, attachment)
            await self._worker.ask_or_undo("detach", {"number": number}, ask)
        except BaseException:
            self._kept.attachments.pop(number, None)
            await attachment.tap.close()
            raise
        return attachment

    async def _open_attachment(self, number: int, attachment: RemoteAttachment) -> None:
        await self._worker.ask(
            "attach",
            number=number,
            room_id=attachment.room_id,
            capacity_packets=attachment.capacity_packets,
        )

    async def detach(self, number: int) -> None:
        """Let a sink hear no more; what was heard has been handed over then. Twice is once."""
        attachment = self._kept.attachments.get(number)
        if attachment is None:
            return
        attachment.is_closing = True
        try:
            lost = await self._worker.ask_if_there("detach", number=number)
            if isinstance(lost, int):
                attachment.lost(lost)
        finally:
            self._kept.attachments.pop(number, None)

    async def watch_levels(self, room_id: int, *, told: bool) -> None:
        if not told:
            self._kept.watched.discard(room_id)
        elif room_id in self._kept.slots:
            self._kept.watched.add(room_id)
        else:
            raise NotFound("This room is not open for voices.", reason="voices_closed")
        await self._worker.ask_if_there("watch_levels", room_id=room_id, told=told)

    async def open_source(self, room_id: int, owner: str) -> RemoteSource:
        self._check_room(room_id)
        number = next(self._numbers)
        source = RemoteSource(self, number, room_id, owner)
        self._kept.sources[number] = source
        try:
            ask = self._open_source(number, source)
            await self._worker.ask_or_undo("close_source", {"number": number}, ask)
        except BaseException:
            self._kept.sources.pop(number, None)
            raise
        return source

    async def _open_source(self, number: int, source: RemoteSource) -> None:
        source.peer_id = await self._worker.ask(
            "open_source", number=number, room_id=source.room_id, owner=source.owner
        )

    def speak(self, frame: bytes) -> None:
        """Hand over a source's packet; while no worker reads, nobody would hear it."""
        if not self._worker.write(frame):
            self._counted_before["dropped.unsent"] += 1

    async def close_source(self, number: int) -> None:
        if self._kept.sources.pop(number, None) is not None:
            await self._worker.ask_if_there("close_source", number=number)

    def counters(self) -> Mapping[str, int]:
        """Return what all workers so far have counted, up to a second ago."""
        counts = Counter(self._counted_before)
        counts.update(self._counted)
        return counts

    async def measure(self, room_id: int | None = None) -> tuple[WorkerMeasures, ...]:
        try:
            got = await self._worker.ask("measure", within_s=MEASURED_WITHIN_S, room_id=room_id)
            measured = wire.measures_of(got)
        except (Unavailable, wire.Garbled):
            measured = WorkerMeasures(self.port, is_there=False)
        return (replace(measured, is_apart=True, restarts=self._restarts),)


async def _again(ask: Awaitable[Any]) -> None:
    """Open what was open before. One thing that is refused leaves the others their voices."""
    try:
        await ask
    except Away:
        raise
    except SalonError as error:
        log.warning("a new media worker did not open all that was open", reason=error.message)


async def _close_all(these: Iterable[RemoteAttachment | RemoteSource]) -> None:
    await asyncio.gather(*(one.close() for one in list(these)))
