"""The relay in a media worker, as the core sees it: asks it, watches it, starts it again.

A worker that ends, or says nothing for three seconds, is replaced: its peers are told as lost,
which makes pages come again by themselves; rooms, sinks and sources are opened in the new one as
they were in the old. Meanwhile whoever comes in is asked to try again in a moment.
"""

import asyncio
import contextlib
import itertools
import socket
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from salon.errors import NotFound, SalonError, Unavailable
from salon.relay import wire
from salon.relay.audio import PACKET_SAMPLES, SINK_PACKETS, AudioSink
from salon.relay.control import (
    PeerConnected,
    PeerLost,
    RelayEvent,
    SlotsChanged,
    SpeakingChanged,
)
from salon.relay.taps import Tap, check_spoken

START_WITHIN_S = 30.0  # a small machine reads libraries for seconds
ANSWER_WITHIN_S = 10.0
SILENT_LOOKS = 3  # seconds; it counts every second
STARTING_LOOKS = 30
END_WITHIN_S = 3.0
AGAIN_S = (0.0, 0.2, 1.0, 5.0)  # before each new start; the last one from then on
PRESENT = frozenset({"rooms", "peers"})  # what is counted now, not since the start
READ_BYTES = 65_536
WAITING_MAX_BYTES = 4 << 20  # that a worker has not read yet; then sources are not heard

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker is started with; see `LocalRelay` for the limits of a voice."""

    voice_max_kbit_per_s: int = 128
    voice_packets_per_s: int = 100
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
        self._lost_before = 0  # in workers that have ended
        self._lost = 0

    @property
    def dropped_packets(self) -> int:
        return self.tap.dropped_packets + self._lost_before + self._lost

    def lost(self, packets: int) -> None:
        """Take what the worker has lost so far."""
        self._lost = packets

    def moved(self) -> None:
        """Another worker counts from nothing."""
        self._lost_before, self._lost = self._lost_before + self._lost, 0

    async def close(self) -> None:
        await self._relay.detach(self._number)
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
    bound: tuple[list[str], int, list[str]] | None = None


class RemoteRelay:
    """Implements `control.Relay` by a worker of its own."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._kept = _Rooms()
        self._callbacks: list[Callable[[RelayEvent], None]] = []
        self._numbers = itertools.count(1)
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._watch: asyncio.Task[None] | None = None
        self._beginning: asyncio.Task[None] | None = None
        self._is_ready = False
        self._was_heard = False
        self._counted: Counter[str] = Counter()  # of this worker
        self._counted_before: Counter[str] = Counter()

    # -- start, watch, stop

    @property
    def process_id(self) -> int | None:
        """The worker's, while there is one."""
        return None if self._process is None else self._process.pid

    @property
    def port(self) -> int:
        """The UDP port in use, 0 while there is none."""
        return 0 if self._kept.bound is None else self._kept.bound[1]

    def listen(self, callback: Callable[[RelayEvent], None]) -> None:
        self._callbacks.append(callback)

    async def start(self) -> None:
        if self._watch is not None:
            return
        reader, writer = await self._spawn()
        begun = asyncio.create_task(self._begin(writer), name="relay.begin")
        self._watch = asyncio.create_task(self._keep(reader), name="relay.watch")
        try:
            await begun
        except SalonError as error:
            await self.stop()
            raise RuntimeError(f"no media worker could be started: {error.message}") from error

    async def stop(self) -> None:
        tasks = [task for task in (self._watch, self._beginning) if task is not None]
        self._watch = self._beginning = None
        for attachment in list(self._kept.attachments.values()):
            await attachment.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._end()
        self._kept = _Rooms()

    async def _spawn(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Start a process and return both ends of the talk with it. Raises Unavailable."""
        ours, theirs = socket.socketpair()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "salon.relay.worker",
                str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            ours.close()
            raise Unavailable(
                f"The media worker did not start: {error.strerror}.", reason="voices_soon"
            ) from error
        finally:
            theirs.close()
        return await asyncio.open_unix_connection(sock=ours)

    async def _begin(self, writer: asyncio.StreamWriter) -> None:
        """Make a new worker what the last one was. Raises what it refuses with."""
        self._writer = writer  # whoever asks from here on asks after `begin`
        given, kept = self._settings, self._kept
        await self._ask(
            "begin",
            within_s=START_WITHIN_S,
            version=wire.VERSION,
            logs=(given.log_level, given.log_format),
            voice_max_kbit_per_s=given.voice_max_kbit_per_s,
            voice_packets_per_s=given.voice_packets_per_s,
        )
        if kept.bound is not None:
            addresses, port, announced = kept.bound
            await self._ask("rebind", addresses=addresses, port=port, announced=announced)
        for room_id, slots in list(kept.slots.items()):
            if room_id in kept.slots:
                await self._ask("open_room", room_id=room_id, slots=slots)
        for number, attachment in list(kept.attachments.items()):
            attachment.moved()
            if number in kept.attachments:
                await self._open_attachment(number, attachment)
        for number, source in list(kept.sources.items()):
            if number in kept.sources:
                await self._open_source(number, source)
        self._is_ready = True

    async def _begin_or_end(self, writer: asyncio.StreamWriter) -> None:
        try:
            await self._begin(writer)
        except SalonError as error:
            log.warning("a media worker could not begin", reason=error.message)
            writer.close()  # it ends, and another is started

    async def _keep(self, reader: asyncio.StreamReader) -> None:
        """Listen to the worker; when it ends, start another."""
        tries = 0
        while True:
            reason = await self._listen(reader)
            log.error("a media worker has ended and is started again", reason=reason)
            tries = 0 if self._is_ready else tries + 1
            await self._end()
            self._lose_peers()
            reader, writer = await self._spawn_at_last(tries)
            self._beginning = asyncio.create_task(self._begin_or_end(writer), name="relay.begin")

    async def _spawn_at_last(self, tries: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            await asyncio.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)])
            try:
                return await self._spawn()
            except Unavailable as error:
                log.warning("no media worker", reason=error.message)
                tries += 1

    async def _listen(self, reader: asyncio.StreamReader) -> str:
        """Take what the worker says until it says no more; return why."""
        frames = wire.Frames()
        watching = asyncio.create_task(self._kill_when_silent(), name="relay.silence")
        try:
            while received := await reader.read(READ_BYTES):
                self._was_heard = True
                for kind, body in frames.feed(received):
                    self._take(kind, body)
        except (ConnectionError, wire.Garbled) as error:
            return str(error)
        finally:
            watching.cancel()
        return "it ended"

    async def _kill_when_silent(self) -> None:
        """End a worker that stands still. Looks are counted, so that our own stops do not count."""
        looks = 0
        while looks < (SILENT_LOOKS if self._is_ready else STARTING_LOOKS):
            self._was_heard = False
            await asyncio.sleep(wire.COUNT_EVERY_S)
            looks = 0 if self._was_heard else looks + 1
        log.error("a media worker says nothing", seconds=looks)
        if self._process is not None:
            self._process.kill()

    async def _end(self) -> None:
        """End the process, if there is one, and whoever waits for its answers."""
        self._is_ready = False
        process, self._process = self._process, None
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()  # it says goodbye to everybody and ends
        if process is not None:
            try:
                async with asyncio.timeout(END_WITHIN_S):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(_away())
        self._counted_before += Counter(
            {key: count for key, count in self._counted.items() if key not in PRESENT}
        )
        self._counted = Counter()

    def _lose_peers(self) -> None:
        lost, self._kept.peers = self._kept.peers, {}
        for peer_id, room_id in lost.items():
            self._tell(PeerLost(room_id, peer_id))
        for room_id, slots in self._kept.slots.items():
            self._tell(SpeakingChanged(room_id, ()))
            self._tell(SlotsChanged(room_id, (None,) * slots))
        self._counted_before["lost.worker"] += len(lost)

    # -- what it says

    def _take(self, kind: int, body: bytes) -> None:
        if kind == wire.PACKETS:
            number, lost, packets = wire.packets_of(body)
            attachment = self._kept.attachments.get(number)
            if attachment is not None:
                attachment.lost(lost)
                for packet in packets:
                    attachment.tap.put(packet)
            return
        said = wire.json_of(body)
        if "told" in said:
            self._told(wire.event_of(said))
        elif isinstance(said.get("counted"), dict):
            self._counted = Counter(said["counted"])
        else:
            self._answered(said)

    def _told(self, event: RelayEvent) -> None:
        if isinstance(event, PeerLost) and self._kept.peers.pop(event.peer_id, None) is None:
            return  # it was removed while the event was on its way
        if isinstance(event, PeerConnected) and event.peer_id not in self._kept.peers:
            return
        self._tell(event)

    def _tell(self, event: RelayEvent) -> None:
        loop = asyncio.get_running_loop()
        for callback in self._callbacks:
            loop.call_soon(callback, event)

    def _answered(self, said: Mapping[str, Any]) -> None:
        answer = self._waiting.pop(said.get("id", 0), None)
        if answer is None or answer.done():
            return
        if "refused" in said:
            answer.set_exception(wire.error_of(said["refused"]))
        else:
            answer.set_result(said.get("got"))

    # -- what it is asked

    async def _ask(self, name: str, *, within_s: float = ANSWER_WITHIN_S, **given: Any) -> Any:
        """Ask and return the answer. Raises what the worker refuses with, Unavailable."""
        if self._writer is None:
            raise _away()
        id_ = next(self._ids)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = answer
        self._writer.write(wire.json_frame({"id": id_, "ask": name, "with": given}))
        try:
            async with asyncio.timeout(within_s):
                return await answer
        except TimeoutError:
            raise _away() from None
        finally:
            self._waiting.pop(id_, None)

    async def _ask_if_there(self, name: str, **given: Any) -> Any:
        """Ask; without a worker nothing is to be done: a new one is told what is kept."""
        with contextlib.suppress(Unavailable):
            return await self._ask(name, **given)
        return None

    async def rebind(
        self, addresses: Sequence[str], port: int, announced: Sequence[str] = ()
    ) -> None:
        if self._watch is None:
            raise RuntimeError("start() proves the guard; only then may anybody reach the port")
        bound = list(addresses), port, list(announced)
        port = await self._ask("rebind", addresses=bound[0], port=port, announced=bound[2])
        self._kept.bound = bound[0], port, bound[2]

    async def open_room(self, room_id: int, *, slots: int) -> None:
        await self._ask("open_room", room_id=room_id, slots=slots)
        self._kept.slots.setdefault(room_id, slots)

    async def close_room(self, room_id: int) -> None:
        kept = self._kept
        kept.slots.pop(room_id, None)
        kept.peers = {id_: of for id_, of in kept.peers.items() if of != room_id}
        for source in [one for one in kept.sources.values() if one.room_id == room_id]:
            await source.close()
        for attachment in [one for one in kept.attachments.values() if one.room_id == room_id]:
            await attachment.close()
        await self._ask_if_there("close_room", room_id=room_id)

    async def add_peer(self, room_id: int, peer_id: str, owner: str, *, may_speak: bool) -> str:
        self._check_room(room_id)
        offer = await self._ask(
            "add_peer", room_id=room_id, peer_id=peer_id, owner=owner, may_speak=may_speak
        )
        self._kept.peers[peer_id] = room_id
        return str(offer)

    async def answer(self, peer_id: str, sdp: str) -> None:
        await self._ask("answer", peer_id=peer_id, sdp=sdp)

    async def remove_peer(self, peer_id: str) -> None:
        if self._kept.peers.pop(peer_id, None) is not None:
            await self._ask_if_there("remove_peer", peer_id=peer_id)

    async def allow(self, peer_id: str, *, speak: bool, hear: bool) -> None:
        await self._ask_if_there("allow", peer_id=peer_id, speak=speak, hear=hear)

    def _check_room(self, room_id: int) -> None:
        if room_id not in self._kept.slots:
            raise NotFound("This room is not open for voices.", reason="voices_closed")
        if not self._is_ready:
            raise _away()

    # -- the server's own ears and voices

    async def attach(
        self, room_id: int, sink: AudioSink, *, capacity_packets: int = SINK_PACKETS
    ) -> RemoteAttachment:
        self._check_room(room_id)
        number = next(self._numbers)
        attachment = RemoteAttachment(self, number, room_id, sink, capacity_packets)
        self._kept.attachments[number] = attachment  # first: packets may come with the answer
        try:
            await self._open_attachment(number, attachment)
        except SalonError:
            self._kept.attachments.pop(number, None)
            await attachment.tap.close()
            raise
        return attachment

    async def _open_attachment(self, number: int, attachment: RemoteAttachment) -> None:
        await self._ask(
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
        lost = await self._ask_if_there("detach", number=number)
        if isinstance(lost, int):
            attachment.lost(lost)
        self._kept.attachments.pop(number, None)

    async def open_source(self, room_id: int, owner: str) -> RemoteSource:
        self._check_room(room_id)
        number = next(self._numbers)
        source = RemoteSource(self, number, room_id, owner)
        await self._open_source(number, source)
        self._kept.sources[number] = source
        return source

    async def _open_source(self, number: int, source: RemoteSource) -> None:
        source.peer_id = await self._ask(
            "open_source", number=number, room_id=source.room_id, owner=source.owner
        )

    def speak(self, frame: bytes) -> None:
        """Hand over a source's packet; while no worker reads, nobody would hear it."""
        writer = self._writer
        if writer is None or writer.transport.get_write_buffer_size() > WAITING_MAX_BYTES:
            self._counted_before["dropped.unsent"] += 1
        else:
            writer.write(frame)

    async def close_source(self, number: int) -> None:
        if self._kept.sources.pop(number, None) is not None:
            await self._ask_if_there("close_source", number=number)

    def counters(self) -> Mapping[str, int]:
        """Return what all workers so far have counted, up to a second ago."""
        counts = Counter(self._counted_before)
        counts.update(self._counted)
        return counts


def _away() -> Unavailable:
    return Unavailable("Voices are not listening yet. Try again in a moment.", reason="voices_soon")
