"""The relay inside the server's own process: rooms, peers, one port, one clock tick."""

import asyncio
import heapq
import ipaddress
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import structlog

from salon.clock import Clock
from salon.errors import Conflict, Invalid, NotFound, Unavailable
from salon.ids import new_secret
from salon.relay import rtcp, stun
from salon.relay.audio import SINK_PACKETS, AudioPacket, AudioSink, Voice
from salon.relay.beat import Beat
from salon.relay.control import PeerConnected, PeerLost, PeerMoving, RelayEvent
from salon.relay.dtls import Identity
from salon.relay.files import allow_files
from salon.relay.guard import Guard, Kind, prove_guarded
from salon.relay.levels import LevelMeter
from salon.relay.measures import (
    ROOMS_TOLD,
    LineMeasures,
    RoomMeasures,
    WorkerMeasures,
    dropped,
    process,
    worst_of,
)
from salon.relay.moves import Moves
from salon.relay.peer import Peer, PeerState
from salon.relay.port import Port, SocketPath
from salon.relay.room import SLOTS_MAX
from salon.relay.sdp import Host, facts_of, offer
from salon.relay.taps import LocalSource, Tap
from salon.relay.tcp import Line, TcpPort
from salon.relay.voices import VoiceBudget, Voices

BESIDE_SEATS = 100  # lines at the door, second peers of those who come back
SINKS_PER_ROOM = 16
PEER_ID_CHARACTERS = 64
TICKS_PER_REPORT = 10  # a page that hears nothing for 1.5 s comes again
# Looked after in one tick as long as all have room: the first costs 150 µs, the others 20.
PEERS_A_TURN = 25
TICKS_PER_SWEEP = 50  # what asks each door, or the kernel about each queue
ERROR_LOG_EVERY_S = 60.0

log = structlog.get_logger(__name__)


class LocalRelay:
    """Implements `control.Relay`. Everything runs in the loop that called `start`."""

    def __init__(
        self,
        clock: Clock,
        *,
        slots_default: int = 4,
        packed_from: int = 0,
        voice_max_kbit_per_s: int = 128,
        voice_packets_per_s: int = 100,
        room_seats: int = 100,
    ) -> None:
        self._clock = clock
        self._slots_default = slots_default
        self._packed_from = packed_from
        self._voice_max_kbit_per_s = voice_max_kbit_per_s
        self._voice_packets_per_s = voice_packets_per_s
        self._peers_per_room = room_seats + BESIDE_SEATS
        self._counts: Counter[str] = Counter()
        self._guard = Guard(self._counts, self._unproven)
        self._port = Port(self._receive)
        self._tcp = TcpPort(self._receive, self._counts)
        self._moves = Moves(self._port, self._tcp, self._ask_to_move)
        self._announced: tuple[str, ...] = ()
        self._identity: Identity | None = None
        self._rooms: dict[int, Voices] = {}
        self._peers: dict[str, Peer] = {}
        self._sources: dict[str, LocalSource] = {}
        self._source_rooms: dict[str, int] = {}
        self._callbacks: list[Callable[[RelayEvent], None]] = []
        self._beat = Beat(clock.monotonic_s, lambda: self._do(self._port.look), self._tick)
        self._ticks = 0
        self._by_turn: list[dict[str, Peer]] = [{} for _ in range(TICKS_PER_REPORT)]
        self._error_logged_s = -ERROR_LOG_EVERY_S

    # -- start and stop

    @property
    def port(self) -> int:
        """The UDP port in use, 0 while there is none."""
        return self._port.number

    def listen(self, callback: Callable[[RelayEvent], None]) -> None:
        self._callbacks.append(callback)

    async def start(self) -> None:
        if self._identity is not None:
            return
        allow_files()
        await prove_guarded(self._receive, self._counts)
        self._identity = Identity()
        self._beat.start()

    async def stop(self) -> None:
        for room_id in list(self._rooms):
            await self.close_room(room_id)
        self._beat.stop()
        self._identity = None
        self._port.close()
        self._tcp.close()

    async def rebind(
        self, addresses: Sequence[str], port: int, announced: Sequence[str] = ()
    ) -> None:
        if self._identity is None:
            raise RuntimeError("start() proves the guard; only then may anybody reach the port")
        for address in announced or addresses:
            _check_reachable(address)
        self._port.bind(addresses, port)
        await self._tcp.bind(self._port.addresses, self._port.number)
        before, self._announced = self._announced, tuple(announced)
        # Which of the announced addresses somebody came by is not known here.
        is_gone = not set(before) <= set(self._announced or self._port.addresses)
        self._moves.begin(self._peers.values(), self._clock.monotonic_s(), everybody=is_gone)

    # -- rooms

    async def open_room(self, room_id: int, *, slots: int | None = None) -> None:
        slots = self._slots_default if slots is None else slots
        if not 1 <= slots <= SLOTS_MAX:
            raise Invalid(f"a room has 1 to {SLOTS_MAX} slots, not {slots}", field="slots")
        if room_id not in self._rooms:
            self._rooms[room_id] = Voices(
                room_id,
                slots=slots,
                packed_from=self._packed_from,
                monotonic_s=self._clock.monotonic_s,
                send=self._port.send,
                tell=self._tell,
            )

    async def close_room(self, room_id: int) -> None:
        voices = self._rooms.pop(room_id, None)
        if voices is None:
            return
        for peer in [p for p in self._peers.values() if p.voices is voices]:
            await self.remove_peer(peer.voice.peer_id)
        for peer_id in [id_ for id_, of in self._source_rooms.items() if of == room_id]:
            await self._sources[peer_id].close()
        self._counts += voices.counts
        await asyncio.gather(*(tap.close() for tap in list(voices.taps)))

    def _room(self, room_id: int) -> Voices:
        voices = self._rooms.get(room_id)
        if voices is None:
            raise NotFound("This room is not open for voices.", reason="voices_closed")
        return voices

    def _room_with_place(self, room_id: int) -> Voices:
        voices = self._room(room_id)
        if voices.size >= self._peers_per_room:
            raise Conflict(
                f"A room carries {self._peers_per_room} voices; this one is full.",
                full=True,
                reason="room_full",
                seats=self._peers_per_room,
            )
        return voices

    # -- peers

    async def add_peer(
        self, room_id: int, peer_id: str, owner: str, *, may_speak: bool, music: bool = False
    ) -> str:
        voices = self._room_with_place(room_id)
        if peer_id in self._peers or peer_id in self._sources:
            raise Conflict(f"There is a peer {peer_id!r} already.")
        if not 1 <= len(peer_id) <= PEER_ID_CHARACTERS:
            raise Invalid(f"a peer's id has 1 to {PEER_ID_CHARACTERS} characters", field="peer_id")
        if self._identity is None or not self.port:
            raise Unavailable(
                "Voices are not listening yet. Try again in a moment.", reason="voices_soon"
            )
        peer = Peer(
            Voice(peer_id, owner),
            voices,
            identity=self._identity,
            music=music,
            budget=self._budget(music=music),
            send=self._port.send,
            changed=self._peer_changed,
            counts=voices.counts,
            now_s=self._clock.monotonic_s(),
            turn=self._turn(),
        )
        peer.allow(speak=may_speak, hear=True)
        self._peers[peer_id] = self._by_turn[peer.turn][peer_id] = peer
        self._guard.expect(peer_id, peer.credentials)
        return self._offer(peer, self._identity)

    def _turn(self) -> int:
        """Return the tick in which one more is looked after: the fullest that has room."""
        counts = [len(peers) for peers in self._by_turn]
        room = [count for count in counts if count < PEERS_A_TURN]
        return counts.index(max(room) if room else min(counts))

    def _offer(self, peer: Peer, identity: Identity) -> str:
        return offer(
            slots=peer.voices.slots,
            credentials=peer.credentials_there or peer.credentials,
            fingerprint=identity.fingerprint,
            host=self._host(),
            version=peer.offers,
            music_bits_per_s=self._voice_max_kbit_per_s * 1_000 if peer.is_music else None,
        )

    def _host(self) -> Host:
        bound, listening = self._port.addresses, self._tcp.addresses
        if not self._announced:
            return Host(bound, self.port, listening)
        # What is announced and is not the machine's leads to any of its addresses.
        elsewhere = set(self._announced).difference(bound) if listening else set()
        tcp = [a for a in self._announced if a in listening or a in elsewhere]
        return Host(self._announced, self.port, tcp)

    def _budget(self, *, music: bool = False) -> VoiceBudget:
        """Music is asked for what a voice may send; it varies, and is sent twice on a bad line."""
        most_kbit_per_s = self._voice_max_kbit_per_s * (5 if music else 2) // 2
        return VoiceBudget(max_kbit_per_s=most_kbit_per_s, packets_per_s=self._voice_packets_per_s)

    async def answer(self, peer_id: str, sdp: str) -> None:
        peer = self._peers.get(peer_id)
        if peer is None:
            raise NotFound(
                "This connection has ended. Join the room again.", reason="connection_gone"
            )
        if not peer.owes_answer:
            raise Conflict("This connection was answered already.", reason="connection_gone")
        peer.promise(facts_of(sdp, slots=peer.voices.slots))
        if peer.state is PeerState.GONE:
            raise Invalid(
                "the connection's certificate is not the answer's",
                field="sdp",
                reason="sound_answer",
            )

    async def remove_peer(self, peer_id: str) -> None:
        peer = self._take_out(peer_id)
        if peer is not None:
            peer.close()  # first: its goodbye takes the path
            self._guard.forget(peer.credentials)

    def _take_out(self, peer_id: str) -> Peer | None:
        peer = self._peers.pop(peer_id, None)
        if peer is not None:
            del self._by_turn[peer.turn][peer_id]
        return peer

    async def allow(self, peer_id: str, *, speak: bool, hear: bool) -> None:
        peer = self._peers.get(peer_id)
        if peer is not None:
            peer.allow(speak=speak, hear=hear)
            if speak and peer.path is not None:
                self._port.hurry(peer.path)

    def _ask_to_move(self, peer: Peer) -> None:
        if self._identity is None:
            return
        if peer.credentials_there is not None:
            self._guard.retire(peer.credentials_there)
        peer_id, before = peer.voice.peer_id, peer.credentials
        self._guard.expect(peer_id, peer.ask_to_move(), beside=before)
        self._tell(PeerMoving(peer.voices.room_id, peer_id, self._offer(peer, self._identity)))

    def _peer_changed(self, peer: Peer) -> None:
        room_id, peer_id = peer.voices.room_id, peer.voice.peer_id
        if peer.state is PeerState.CONNECTED:
            self._moves.connected(peer)
            self._tell(PeerConnected(room_id, peer_id))
        elif self._take_out(peer_id) is not None:
            self._guard.forget(peer.credentials)
            self._tell(PeerLost(room_id, peer_id))

    # -- the server's own ears and voices

    async def attach(
        self, room_id: int, sink: AudioSink, *, capacity_packets: int = SINK_PACKETS
    ) -> Tap[AudioPacket]:
        taps = self._room(room_id).taps
        if len(taps) >= SINKS_PER_ROOM:
            raise Conflict(f"A room has at most {SINKS_PER_ROOM} sinks.")

        def ended(tap: Tap[AudioPacket]) -> None:
            if tap in taps:
                taps.remove(tap)

        tap = Tap(sink, capacity_packets, ended)
        taps.append(tap)
        return tap

    async def watch_levels(self, room_id: int, *, told: bool) -> None:
        if not told and room_id not in self._rooms:
            return
        taps = self._room(room_id).taps
        meters = [tap for tap in taps if isinstance(tap, LevelMeter)]
        if told and not meters:
            taps.append(LevelMeter(room_id, self._tell))
        for meter in () if told else meters:
            taps.remove(meter)
            await meter.close()

    async def open_source(self, room_id: int, owner: str) -> LocalSource:
        voices = self._room_with_place(room_id)
        voice = Voice(new_secret(16), owner)
        talker = voices.add(voice)
        budget = self._budget()

        def say(packet: AudioPacket, samples: int) -> None:
            if budget.take(packet.received_s, len(packet.opus)):
                voices.say(talker, packet, samples)
            else:
                voices.counts["dropped.source"] += 1

        def ended() -> None:
            del self._sources[voice.peer_id], self._source_rooms[voice.peer_id]
            voices.leave(talker)

        source = LocalSource(voice, monotonic_s=self._clock.monotonic_s, say=say, ended=ended)
        self._sources[voice.peer_id] = source
        self._source_rooms[voice.peer_id] = room_id
        return source

    # -- the way of a datagram

    def _receive(self, datagram: bytes, path: SocketPath) -> None:
        now_s = self._clock.monotonic_s()
        try:
            self._dispatch(datagram, path, now_s - self._port.waited_s)
        except Exception:  # the outermost line: a datagram ends nothing but itself
            self._counts["dropped.error"] += 1
            if self._may_log_error():
                log.exception("a datagram met a fault of ours; more are counted for a minute")
        if now_s >= self._beat.due_s:
            self._beat.take(now_s)

    def _dispatch(self, datagram: bytes, path: SocketPath, now_s: float) -> None:
        admitted = self._guard.admit(datagram, path, now_s)
        if admitted is None:
            return
        peer = self._peers[admitted.peer_id]  # who is not there, the guard does not expect
        if admitted.kind is Kind.MEDIA:
            peer.receive(datagram, now_s)
        elif admitted.kind is Kind.DTLS:
            peer.shake(datagram)
        elif admitted.request is not None and admitted.key is not None:
            self._counts["taken.check"] += 1
            self._check(peer, admitted.request, admitted.key, path, now_s)

    def _check(
        self,
        peer: Peer,
        request: stun.BindingRequest,
        key: stun.Key,
        path: SocketPath,
        now_s: float,
    ) -> None:
        there = peer.credentials_there
        if there is not None and request.ufrag == there.ufrag:
            self._guard.retire(peer.arrive())
        ip, port = path[1][:2]
        self._port.send(stun.success(request, ip, port, key), path)
        peer.checked(path, now_s, use_candidate=request.use_candidate)
        if isinstance(path[0], Line):
            path[0].prove()
        elif request.use_candidate:
            self._port.keep_apart(path, speaks=peer.may_speak, is_patient=peer.only_hears)

    def _unproven(self, path: Hashable, may_return: bool) -> None:  # noqa: FBT001 the guard says both
        """Hang up on a connection that is nobody's any more, or let it prove itself again."""
        if not isinstance(path, tuple):
            return
        if not isinstance(path[0], Line):
            self._port.let_go(path)
        elif may_return:
            path[0].doubt()
        else:
            path[0].hang_up()

    def _may_log_error(self) -> bool:
        now_s = self._clock.monotonic_s()
        if now_s - self._error_logged_s < ERROR_LOG_EVERY_S:
            return False
        self._error_logged_s = now_s
        return True

    # -- time

    def _tick(self, now_s: float) -> None:
        for voices in self._rooms.values():
            self._do(voices.tick, now_s)
        self._do(self._moves.tick, self._peers.values(), now_s)
        self._ticks += 1
        if self._ticks % TICKS_PER_SWEEP == 0:
            self._do(self._guard.expire, now_s)
            self._do(self._note_overflow)
        self._report(self._ticks % TICKS_PER_REPORT, now_s)

    def _note_overflow(self) -> None:
        self._counts["dropped.overflow"] = self._port.overflowed

    def _do(self, step: Callable[..., None], *given: Any) -> None:
        """Do one thing of a tick: a fault in it is not the others'."""
        try:
            step(*given)
        except Exception:  # the outermost line: without ticks every page thinks its line dead
            self._counts["faults"] += 1
            if self._may_log_error():
                log.exception("a tick met a fault of ours; more are counted for a minute")

    def _report(self, turn: int, now_s: float) -> None:
        """Look after those whose turn it is: a large room at once would hold its own packets up."""
        peers = list(self._by_turn[turn].values())
        if not peers:
            return
        ntp = rtcp.ntp_of(self._clock.now())
        for peer in peers:
            self._do(peer.expire, now_s)
            self._do(peer.report, ntp, now_s)

    # -- telling

    def _tell(self, event: RelayEvent) -> None:
        # From the loop, so that a listener never finds the relay in the middle of something.
        loop = asyncio.get_running_loop()
        for callback in self._callbacks:
            loop.call_soon(callback, event)

    def counters(self) -> Mapping[str, int]:
        counts = self._counted()
        return {**counts, "rooms": len(self._rooms), "peers": len(self._peers)}

    def _counted(self) -> Counter[str]:
        """Return what was counted since the start, in rooms that have closed too."""
        counts = Counter(self._counts)
        for voices in self._rooms.values():
            counts.update(voices.counts)
        counts["received"] = self._port.received + self._tcp.received
        counts["dropped.unsent"] += self._port.unsent
        return counts

    async def measure(self, room_id: int | None = None) -> tuple[WorkerMeasures, ...]:
        cpu_s, memory_bytes = await asyncio.to_thread(process)
        self._note_overflow()
        counts, now_s = self._counted(), self._clock.monotonic_s()
        measured = WorkerMeasures(
            self.port,
            is_apart=False,
            has_tcp=bool(self._tcp.addresses),
            at_s=now_s,
            cpu_s=cpu_s,
            memory_bytes=memory_bytes,
            peers=len(self._peers),
            received=counts["received"],
            forwarded=counts["forwarded"],
            dropped=dropped(counts),
            rooms=self._measured_rooms(room_id, now_s),
        )
        return (measured,)

    def _measured_rooms(self, room_id: int | None, now_s: float) -> tuple[RoomMeasures, ...]:
        lines: dict[Voices, list[LineMeasures]] = {voices: [] for voices in self._rooms.values()}
        for peer in self._peers.values():
            line = peer.measure(now_s)
            if line is not None:
                lines[peer.voices].append(line)
        worst = worst_of(line for of_room in lines.values() for line in of_room)
        are_worst = {line.peer_id for line in worst}
        fullest = heapq.nlargest(ROOMS_TOLD, lines, key=lambda voices: len(lines[voices]))
        asked = [voices for voices in lines if voices.room_id == room_id]
        return tuple(
            voices.measure(
                lines[voices],
                worst_of(lines[voices])
                if voices in asked
                else [line for line in lines[voices] if line.peer_id in are_worst],
            )
            for voices in dict.fromkeys((*asked, *fullest))
        )


def _check_reachable(address: str) -> None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError as error:
        raise Invalid(f"{address!r} is no IP address") from error
    if parsed.is_unspecified:
        raise Invalid(f"{address} says no browser where to send; announce an address")
