"""The relay as its customer sees it: what may be asked, and what it tells.

Plain values in, plain values out, so that the same words can later be messages to another process.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from salon.relay.audio import PACKET_SAMPLES, SINK_PACKETS, AudioSink
from salon.relay.measures import WorkerMeasures

CANDIDATES = 16  # addresses told; more only make the offer long: each line repeats them


@dataclass(frozen=True, slots=True)
class SpeakingChanged:
    """Who talks now, by peer id, sorted. At most five times a second and room."""

    room_id: int
    speaking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlotsChanged:
    """Whose voice each slot carries, by peer id. A voice keeps its slot until another needs it."""

    room_id: int
    slots: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class PeerConnected:
    """The handshake is done and the certificate is the one the answer promised: sound flows."""

    room_id: int
    peer_id: str


@dataclass(frozen=True, slots=True)
class PeerLost:
    """The connection ended by itself and is forgotten; a new peer is the only way back."""

    room_id: int
    peer_id: str


@dataclass(frozen=True, slots=True)
class LevelsHeard:
    """How loud each voice of a watched room was, by peer id: the loudest packet's level.

    Five times a second, in dBov: -127 (silent) to 0. Who sent nothing, or tells no level, is left
    out; an empty one is told once.
    """

    room_id: int
    levels_dbov: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PeerMoving:
    """Where the server is reached has changed: the page goes there by this new offer.

    Answered as the first one was. Until its first check there, all goes on as before.
    """

    room_id: int
    peer_id: str
    offer: str


RelayEvent = SpeakingChanged | SlotsChanged | PeerConnected | PeerLost | LevelsHeard | PeerMoving


class Attachment(Protocol):
    """A sink that listens to a room."""

    @property
    def is_open(self) -> bool:
        """False once it was closed, by whoever attached it or with its room."""

    @property
    def dropped_packets(self) -> int:
        """Packets lost because the sink was too slow, or had failed."""

    async def close(self) -> None:
        """Stop listening and return when the last packet has been handed over. Twice is once."""


class Source(Protocol):
    """A voice that the server itself speaks with."""

    @property
    def peer_id(self) -> str:
        """The name of this voice in `SpeakingChanged` and `SlotsChanged`."""

    @property
    def is_open(self) -> bool:
        """False once it, or its room, was closed: then nothing is sent any more."""

    def put(
        self, opus: bytes, *, samples: int = PACKET_SAMPLES, level_dbov: int | None = None
    ) -> None:
        """Send one Opus packet of `samples` at 48 kHz now. Raises Invalid if it is none.

        Paced by the caller; what exceeds a voice's budget is dropped and counted. After `close`
        nothing is sent.
        """

    async def close(self) -> None:
        """Fall silent and leave the slot. Twice is once."""


class Relay(Protocol):
    """Rooms of voices."""

    def listen(self, callback: Callable[[RelayEvent], None]) -> None:
        """Tell this customer too what happens: in order, from the loop, never inside a call."""

    async def start(self) -> None:
        """Prove that the guard is in front, then be ready.

        Raises RuntimeError if it is not; Unavailable if a worker cannot be started.
        """

    async def stop(self) -> None:
        """Say goodbye to everybody and close every socket. Twice is once."""

    async def rebind(
        self, addresses: Sequence[str], port: int, announced: Sequence[str] = ()
    ) -> None:
        """Listen on one socket per IP address, and after a while on no other.

        Sockets that are wanted and open stay as they are, and so do their peers. Those on others,
        and all when an announced address is gone, are asked to move (`PeerMoving`); who is still
        on a socket that is wanted no more ten seconds later is lost. `announced` stands in new
        offers instead of `addresses`. An address that the machine does not have is left out.
        Raises Invalid (no IP address; a wildcard with nothing announced) and Unavailable (the port
        is in use, or no address is there): then everything is as before.
        """

    async def open_room(self, room_id: int, *, slots: int) -> None:
        """Open a room. Once it is open, nothing happens. Raises Invalid."""

    async def close_room(self, room_id: int) -> None:
        """Remove its peers and sources, let its sinks finish. No room: nothing happens."""

    async def add_peer(
        self, room_id: int, peer_id: str, owner: str, *, may_speak: bool, music: bool = False
    ) -> str:
        """Return the SDP offer. Raises NotFound (no such room), Conflict (full, known peer).

        `music`: the microphone is asked for stereo without pauses, and may send more.
        """

    async def answer(self, peer_id: str, sdp: str) -> None:
        """Take a page's answer to the latest offer.

        Raises Invalid, NotFound (has ended), Conflict (was answered).
        """

    async def remove_peer(self, peer_id: str) -> None:
        """End a connection without an event. Unknown: nothing happens."""

    async def allow(self, peer_id: str, *, speak: bool, hear: bool) -> None:
        """Say what a peer may do, from the next packet on. Unknown: nothing happens."""

    async def attach(
        self, room_id: int, sink: AudioSink, *, capacity_packets: int = SINK_PACKETS
    ) -> Attachment:
        """Let a sink receive what everybody who may speak says. Raises NotFound, Invalid."""

    async def watch_levels(self, room_id: int, *, told: bool) -> None:
        """Tell `LevelsHeard` of a room, or no more. Raises NotFound for a room to be watched."""

    async def open_source(self, room_id: int, owner: str) -> Source:
        """Add a voice without a peer connection. Raises NotFound, Conflict (full)."""

    def counters(self) -> Mapping[str, int]:
        """Return what was counted since the start.

        Of `received` each datagram once as `taken.<kind>` or `dropped.<reason>`; `forwarded`, and
        as `unheard.<reason>` what was taken and nobody was sent; `faults` are ours.
        """

    async def measure(self, room_id: int | None = None) -> Sequence[WorkerMeasures]:
        """Return how each worker is and its rooms are; of the room asked for, each line too.

        Nothing is counted for it on a packet's way that is not counted anyway.
        """
