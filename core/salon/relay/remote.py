"""The relay in a media worker, as the core sees it: asks it, watches it, starts it again.

A worker that ends, or says nothing for three seconds, is replaced: its peers are told as lost,
which makes pages come again by themselves; rooms, sinks and sources are opened in the new one as
they were in the old. Meanwhile whoever comes in is asked to try again in a moment. Whatever a
worker says or does ends that worker, and never the watch.
"""

import asyncio
import contextlib
import itertools
import socket
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from salon.errors import Conflict, Invalid, NotFound, SalonError, Unavailable
from salon.relay import wire
from salon.relay.audio import PACKET_SAMPLES, SINK_PACKETS, AudioSink
from salon.relay.control import (
    PeerConnected,
    PeerLost,
    RelayEvent,
    SlotsChanged,
    SpeakingChanged,
)
from salon.relay.room import SLOTS_MAX
from salon.relay.taps import Tap, check_spoken

COMMAND = (sys.executable, "-P", "-m", "salon.relay.worker")
START_WITHIN_S = 30.0  # a small machine reads libraries for seconds
ANSWER_WITHIN_S = 10.0
SILENT_LOOKS = 3  # seconds; it counts every second
STARTING_LOOKS = 30
END_WITHIN_S = 3.0
AGAIN_S = (0.0, 0.2, 1.0, 5.0)  # before each new start; the last one from then on
STEADY_S = 10.0  # who has worked for so long is replaced at once again
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
        self.is_closing = False  # a new worker is not told of it
        self._lost_before = 0  # in workers that have ended
        self._lost = 0

    @property
    def dropped_packets(self) -> int:
        return self.tap.dropped_packets + self._lost_before + self._lost

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


class _Away(Unavailable):
    """There is no worker, or it does not answer; what it refuses itself is another error."""


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
        self._ready = asyncio.Event()  # a worker is there, and is what the last one was
        self._ready_s = 0.0
        self._refusal = ""  # why it could not begin
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

    @property
    def bound(self) -> tuple[list[str], int, list[str]] | None:
        """What `rebind` was last told, with the port in use."""
        return self._kept.bound

    def listen(self, callback: Callable[[RelayEvent], None]) -> None:
        self._callbacks.append(callback)

    async def start(self) -> None:
        """Start a worker, or raise Unavailable with what the keeper can do something about."""
        if self._watch is not None:
            return
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watch = asyncio.create_task(self._keep(begun), name="relay.watch")
        try:
            await begun
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        watch, self._watch = self._watch, None
        try:
            await _close_all(self._kept.attachments.values())
        finally:
            if watch is not None:
                watch.cancel()
                await asyncio.wait({watch})
            self._kept = _Rooms()

    async def _keep(self, begun: asyncio.Future[None]) -> None:
        """Let a worker work; when it ends, start another."""
        tries = 0
        try:
            while True:
                reason = await self._work(begun)
                if not begun.done():
                    begun.set_exception(_not_started(reason))
                    return
                log.error("a media worker has ended and is started again", reason=reason)
                tries = 0 if self._was_steady() else tries + 1
                self._lose_peers()
                await asyncio.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)])
        finally:
            if not begun.done():  # stopped while it started
                begun.set_exception(_away())

    def _was_steady(self) -> bool:
        """Whether the last worker worked for a while; one that falls at once is given time."""
        since_s, self._ready_s = self._ready_s, 0.0
        return since_s > 0 and asyncio.get_running_loop().time() - since_s >= STEADY_S

    async def _work(self, begun: asyncio.Future[None]) -> str:
        """Start a worker, tell it what is kept, and listen until it ends; return why it did."""
        self._refusal = reason = ""
        writer: asyncio.StreamWriter | None = None
        tasks: list[asyncio.Task[None]] = []
        try:
            reader, writer = await self._spawn()
            tasks = [
                asyncio.create_task(self._begin_or_end(writer, begun), name="relay.begin"),
                asyncio.create_task(self._kill_when_silent(), name="relay.silence"),
            ]
            await self._listen(reader)
        except (OSError, wire.Garbled) as error:
            reason = getattr(error, "strerror", None) or str(error)
        except Exception as error:  # the outermost line: without the watch there are no voices
            log.exception("a media worker said what the core could not take")
            reason = str(error)
        finally:
            for task in tasks:
                task.cancel()
            if writer is not None:
                writer.close()  # it says goodbye to everybody and ends
            status = await self._end()
        return self._refusal or reason or _ended(status)

    async def _spawn(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Start a process and return both ends of the talk with it. Raises OSError.

        In a session of its own: what is typed in the terminal is said to the core alone.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *COMMAND,
                    str(theirs.fileno()),
                    pass_fds=[theirs.fileno()],
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    start_new_session=True,
                )
                return await asyncio.open_unix_connection(sock=ours)
            except BaseException:
                ours.close()
                raise

    async def _begin_or_end(
        self, writer: asyncio.StreamWriter, begun: asyncio.Future[None]
    ) -> None:
        self._writer = writer  # whoever asks from here on asks after `begin`
        try:
            await self._begin()
        except _Away:
            if self._writer is writer:
                self._refuse("it did not answer in time")
        except SalonError as error:
            self._refuse(error.message.rstrip("."))
        except Exception:  # without the watch there are no voices
            log.exception("a media worker could not be told what is open")
            self._refuse("the core met a fault of its own")
        else:
            self._ready_s = asyncio.get_running_loop().time()
            self._ready.set()
            if not begun.done():
                begun.set_result(None)

    def _refuse(self, reason: str) -> None:
        """Let a worker that cannot begin end; another is started."""
        self._refusal = reason
        if self._writer is not None:
            self._writer.close()

    async def _begin(self) -> None:
        """Make a new worker what the last one was. Raises what it refuses with."""
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
                await _again(self._ask("open_room", room_id=room_id, slots=slots))
        for number, attachment in list(kept.attachments.items()):
            attachment.moved()
            if not attachment.is_closing:
                await _again(self._open_attachment(number, attachment))
        for number, source in list(kept.sources.items()):
            if number in kept.sources:
                await _again(self._open_source(number, source))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Take what the worker says until it says no more. Raises Garbled."""
        frames = wire.Frames()
        with contextlib.suppress(ConnectionError):
            while received := await reader.read(READ_BYTES):
                self._was_heard = True
                for kind, body in frames.feed(received):
                    self._take(kind, body)

    async def _kill_when_silent(self) -> None:
        """End a worker that stands still. Looks are counted, so that our own stops do not count."""
        looks = 0
        while looks < (SILENT_LOOKS if self._ready.is_set() else STARTING_LOOKS):
            self._was_heard = False
            await asyncio.sleep(wire.COUNT_EVERY_S)
            looks = 0 if self._was_heard else looks + 1
        log.error("a media worker says nothing", seconds=looks)
        self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._process is not None:
                self._process.kill()

    async def _end(self) -> int | None:
        """End the process, if there is one, and whoever waits for its answers."""
        self._ready.clear()
        self._writer = None
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(_away())
        self._counted_before += Counter(
            {key: count for key, count in self._counted.items() if key not in PRESENT}
        )
        self._counted = Counter()
        return None if self._process is None else await self._end_process(self._process)

    async def _end_process(self, process: asyncio.subprocess.Process) -> int:
        try:
            async with asyncio.timeout(END_WITHIN_S):
                return await process.wait()
        except TimeoutError:
            self._kill()
            return await process.wait()
        except asyncio.CancelledError:
            self._kill()
            raise
        finally:
            self._process = None

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
        elif "counted" in said:
            self._counted = wire.counted_of(said)
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
        id_ = said.get("id")
        if not isinstance(id_, int):
            raise wire.Garbled("no answer")
        answer = self._waiting.pop(id_, None)
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
        frame = wire.json_frame({"id": id_, "ask": name, "with": given})
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = answer
        self._writer.write(frame)
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

    async def _ask_or_undo(self, undo: str, named: Mapping[str, Any], ask: Awaitable[Any]) -> Any:
        """Return the answer. If nobody waits for it any more, what was asked is taken back."""
        try:
            return await ask
        except (_Away, asyncio.CancelledError):
            if self._writer is not None:
                said = {"id": next(self._ids), "ask": undo, "with": named}
                self._writer.write(wire.json_frame(said))
            raise

    async def rebind(
        self, addresses: Sequence[str], port: int, announced: Sequence[str] = ()
    ) -> None:
        if self._watch is None:
            raise RuntimeError("start() proves the guard; only then may anybody reach the port")
        try:  # a new worker is first told where the last one listened
            async with asyncio.timeout(START_WITHIN_S):
                await self._ready.wait()
        except TimeoutError:
            raise _away() from None
        bound = list(addresses), port, list(announced)
        port = await self._ask("rebind", addresses=bound[0], port=port, announced=bound[2])
        self._kept.bound = bound[0], port, bound[2]

    async def open_room(self, room_id: int, *, slots: int) -> None:
        if not 1 <= slots <= SLOTS_MAX:
            raise Invalid(f"a room has 1 to {SLOTS_MAX} slots, not {slots}", field="slots")
        if room_id not in self._kept.slots:
            self._kept.slots[room_id] = slots
            await self._ask_if_there("open_room", room_id=room_id, slots=slots)

    async def close_room(self, room_id: int) -> None:
        kept = self._kept
        kept.slots.pop(room_id, None)
        kept.peers = {id_: of for id_, of in kept.peers.items() if of != room_id}
        sources = [one for one in kept.sources.values() if one.room_id == room_id]
        attachments = [one for one in kept.attachments.values() if one.room_id == room_id]
        for attachment in attachments:
            attachment.is_closing = True
        await self._ask_if_there("close_room", room_id=room_id)  # sinks may take their time
        await _close_all([*sources, *attachments])

    async def add_peer(self, room_id: int, peer_id: str, owner: str, *, may_speak: bool) -> str:
        self._check_room(room_id)
        if peer_id in self._kept.peers:
            raise Conflict(f"There is a peer {peer_id!r} already.")
        self._kept.peers[peer_id] = room_id
        ask = self._ask(
            "add_peer", room_id=room_id, peer_id=peer_id, owner=owner, may_speak=may_speak
        )
        try:
            offer = await self._ask_or_undo("remove_peer", {"peer_id": peer_id}, ask)
        except BaseException:
            self._kept.peers.pop(peer_id, None)
            raise
        if peer_id not in self._kept.peers:  # removed, or lost with its worker, meanwhile
            raise _away()
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
        if not self._ready.is_set():
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
            ask = self._open_attachment(number, attachment)
            await self._ask_or_undo("detach", {"number": number}, ask)
        except BaseException:
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
        attachment.is_closing = True
        try:
            lost = await self._ask_if_there("detach", number=number)
            if isinstance(lost, int):
                attachment.lost(lost)
        finally:
            self._kept.attachments.pop(number, None)

    async def open_source(self, room_id: int, owner: str) -> RemoteSource:
        self._check_room(room_id)
        number = next(self._numbers)
        source = RemoteSource(self, number, room_id, owner)
        self._kept.sources[number] = source
        try:
            ask = self._open_source(number, source)
            await self._ask_or_undo("close_source", {"number": number}, ask)
        except BaseException:
            self._kept.sources.pop(number, None)
            raise
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


async def _again(ask: Awaitable[Any]) -> None:
    """Open what was open before. One thing that is refused leaves the others their voices."""
    try:
        await ask
    except _Away:
        raise
    except SalonError as error:
        log.warning("a new media worker did not open all that was open", reason=error.message)


async def _close_all(these: Iterable[RemoteAttachment | RemoteSource]) -> None:
    await asyncio.gather(*(one.close() for one in list(these)))


def _ended(status: int | None) -> str:
    """Say of a process how it ended."""
    if status is not None and status < 0:
        return f"it was ended by signal {-status}"
    return f"it ended with status {status}"


def _not_started(reason: str) -> Unavailable:
    return Unavailable(f"No media worker could be started: {reason}.", reason="voices_soon")


def _away() -> _Away:
    return _Away("Voices are not listening yet. Try again in a moment.", reason="voices_soon")
