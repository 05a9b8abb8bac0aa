"""What the core and a media worker say to each other. Version 2.

Over one stream socket, in frames: four bytes of length (network order, of what follows), one byte
of kind, the body. Both ends drop a stream that says anything else.

| kind | from | body |
|---|---|---|
| 0 | both | one JSON object, see below |
| 1 | worker | packets of a sink: its number u32, packets lost so far u32, then per packet the
|   |        | length of its head u16, the head, the length of its sound u16, the sound |
| 2 | core | a packet of a source: its number u32, samples u16, level i8 (1: none), Opus |
| 3 | decoder | samples of a sink: its number u32, packets taken and lost so far u32 each, the
|   |         | rate u32, then per block the length of its head u16, the head, likewise samples |

JSON from the core: `{"id", "ask", "with"}`; first `begin`, with the version and the settings. Asked
for are the methods of `control.Relay` under their names, with their arguments; `attach` and
`open_source` carry a number that the core chose, `detach` and `close_source` name it again.
`measure` is answered with one `WorkerMeasures`, field by field.

JSON from the worker: `{"id", "got"}` or `{"id", "refused"}`, a `SalonError` as told to browsers;
in between `{"told", ...}` for each `control.RelayEvent`, and once a second `{"counted"}`, which is
also the sign that it lives.

The stream is all that both share: no file, no memory, no descriptor. For a worker on another
machine three things are left, all on the core's side: to open the stream to it, encrypted and with
proof of who is at the other end (`supervisor.py` hands over one end of a socket pair); to ask it
for the addresses that `rebind` names, which are read from the core's own machine; and to take the
difference of the clocks off `received_s`, which is the worker's monotonic clock: on one machine
also the core's.

The decoder (`decoder.py`) is talked with in the same way: it is sent frames of kind 1, answers with
those of kind 3, and is asked to `begin`, to `open` a sink with a rate and to `close` it.
"""

import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

from salon.errors import Conflict, Denied, Invalid, NotFound, SalonError, Unavailable
from salon.relay.audio import SINK_PACKETS_MAX, AudioPacket, SampleBlock, Voice
from salon.relay.control import (
    LevelsHeard,
    PeerConnected,
    PeerLost,
    PeerMoving,
    RelayEvent,
    SlotsChanged,
    SpeakingChanged,
)
from salon.relay.measures import LineMeasures, RoomMeasures, WorkerMeasures

VERSION: Final = 2
JSON: Final = 0
PACKETS: Final = 1
SPOKEN: Final = 2
SAMPLES: Final = 3
FRAME_MAX_BYTES = 1 << 20
BATCH_BLOCKS = 64  # of 120 ms at most
BATCH_PACKETS = 256  # of one frame: with the largest packets still a third of what a frame holds
COUNT_EVERY_S = 1.0

_LENGTH = struct.Struct("!IB")
_SINK = struct.Struct("!II")
_PACKET = struct.Struct("!QQdb")
_PART = struct.Struct("!H")
_SPOKEN = struct.Struct("!IHb")
_DECODED = struct.Struct("!IIII")
_BLOCK = struct.Struct("!Qd?")
_NO_LEVEL = 1  # levels are -127 to 0

_EVENTS: Final[Mapping[str, type[RelayEvent]]] = {
    "speaking": SpeakingChanged,
    "slots": SlotsChanged,
    "connected": PeerConnected,
    "lost": PeerLost,
    "levels": LevelsHeard,
    "moving": PeerMoving,
}
_NAMES = {kind: name for name, kind in _EVENTS.items()}
_ERRORS: Final[Mapping[str, type[SalonError]]] = {
    kind.code: kind for kind in (Invalid, Denied, NotFound, Conflict, Unavailable)
}


class Garbled(ValueError):
    """What came is not of this protocol."""


class TooLong(Garbled):
    """What was to be said is more than a frame holds."""


class Frames:
    """Cuts a stream into frames."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, received: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield (kind, body) of each frame that is complete. Raises Garbled."""
        self._waiting += received
        while len(self._waiting) >= _LENGTH.size:
            length, kind = _LENGTH.unpack_from(self._waiting)
            if not 1 <= length <= FRAME_MAX_BYTES or kind not in {JSON, PACKETS, SPOKEN, SAMPLES}:
                raise Garbled(f"a frame of {length} bytes and kind {kind}")
            end = _LENGTH.size + length - 1
            if len(self._waiting) < end:
                return
            body = bytes(self._waiting[_LENGTH.size : end])
            del self._waiting[:end]
            yield kind, body


def frame(kind: int, body: bytes) -> bytes:
    """Raises TooLong; what browsers send is far smaller."""
    if len(body) >= FRAME_MAX_BYTES:
        raise TooLong(f"{len(body)} bytes in one frame")
    return _LENGTH.pack(len(body) + 1, kind) + body


def json_frame(said: Mapping[str, Any]) -> bytes:
    return frame(JSON, orjson.dumps(said))


def json_of(body: bytes) -> dict[str, Any]:
    """Return the object of a JSON frame. Raises Garbled."""
    try:
        said = orjson.loads(body)
    except ValueError as error:
        raise Garbled("no JSON") from error
    if not isinstance(said, dict):
        raise Garbled("no JSON object")
    return said


# -- events


def told(event: RelayEvent) -> bytes:
    return json_frame({"told": _NAMES[type(event)], **asdict(event)})


def event_of(said: Mapping[str, Any]) -> RelayEvent:
    """Return the event of a `told`. Raises Garbled."""
    fields = {key: _frozen(value) for key, value in said.items() if key != "told"}
    try:
        return _EVENTS[said["told"]](**fields)
    except (KeyError, TypeError) as error:
        raise Garbled(f"no event: {said}") from error


def counted_of(said: Mapping[str, Any]) -> Counter[str]:
    """Return what was counted. Raises Garbled."""
    counted = said["counted"]
    if not isinstance(counted, dict) or not all(isinstance(n, int) for n in counted.values()):
        raise Garbled("no counts")
    return Counter(counted)


def measured(worker: WorkerMeasures) -> dict[str, Any]:
    return asdict(worker)


def measures_of(got: Any) -> WorkerMeasures:
    """Return what a worker measured. Raises Garbled."""
    try:
        rooms = tuple(
            RoomMeasures(**room | {"lines": tuple(LineMeasures(**line) for line in room["lines"])})
            for room in got["rooms"]
        )
        return WorkerMeasures(**got | {"rooms": rooms})
    except (KeyError, TypeError) as error:
        raise Garbled("no measures") from error


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


# -- refusals


def refused(id_: int, error: SalonError) -> bytes:
    return json_frame({"id": id_, "refused": error.body()})


def error_of(body: Any) -> SalonError:
    """Return the refusal as the worker raised it. Raises Garbled."""
    if not isinstance(body, dict) or not isinstance(body.get("code"), str):
        raise Garbled("no refusal")
    facts = dict(body)
    kind = _ERRORS.get(facts.pop("code", ""), Unavailable)
    message, *named = (facts.pop(name, None) for name in ("message", "reason", "field"))
    try:
        return kind(str(message or ""), reason=named[0], field=named[1], **facts)
    except TypeError as error:  # a fact with the name of an argument
        raise Garbled("no refusal") from error


# -- packets


def packets_frames(sink: int, lost: int, packets: Sequence[AudioPacket]) -> Iterator[bytes]:
    """Yield a sink's packets, cut into frames of bounded size."""
    for begin in range(0, len(packets), BATCH_PACKETS):
        parts = [_SINK.pack(sink, lost)]
        for packet in packets[begin : begin + BATCH_PACKETS]:
            level = _NO_LEVEL if packet.level_dbov is None else packet.level_dbov
            numbers = (packet.sequence, packet.timestamp, packet.received_s, level)
            name = orjson.dumps((packet.voice.peer_id, packet.voice.owner))
            head = _PACKET.pack(*numbers) + name
            parts += (_PART.pack(len(head)), head, _PART.pack(len(packet.opus)), packet.opus)
        yield frame(PACKETS, b"".join(parts))


def packets_of(body: bytes) -> tuple[int, int, list[AudioPacket]]:
    """Return (sink, lost, packets). Raises Garbled."""
    voices: dict[bytes, Voice] = {}
    packets: list[AudioPacket] = []
    try:
        sink, lost = _SINK.unpack_from(body)
        at = _SINK.size
        while at < len(body):
            head, at = _part(body, at)
            opus, at = _part(body, at)
            sequence, timestamp, received_s, level = _PACKET.unpack_from(head)
            name = head[_PACKET.size :]
            voice = voices.get(name)
            if voice is None:
                voice = voices[name] = Voice(*orjson.loads(name))
            packets.append(
                AudioPacket(
                    voice,
                    opus,
                    sequence,
                    timestamp,
                    received_s,
                    None if level == _NO_LEVEL else level,
                )
            )
    except (struct.error, ValueError, TypeError) as error:
        raise Garbled("no packets") from error
    if len(packets) > SINK_PACKETS_MAX:
        raise Garbled("more packets than a sink holds")
    return sink, lost, packets


def _part(body: bytes, at: int) -> tuple[bytes, int]:
    (length,) = _PART.unpack_from(body, at)
    begin = at + _PART.size
    if begin + length > len(body):
        raise Garbled("a packet that ends too early")
    return body[begin : begin + length], begin + length


# -- samples


@dataclass(frozen=True, slots=True)
class Decoded:
    """What came of a sink's packets; `taken` and `lost` are packets since the decoder began."""

    sink: int
    taken: int
    lost: int
    blocks: Sequence[SampleBlock]


def samples_frames(
    sink: int, taken: int, lost: int, blocks: Sequence[SampleBlock]
) -> Iterator[bytes]:
    """Yield a sink's samples, cut into frames of bounded size; also without any, for the counts."""
    for begin in range(0, max(1, len(blocks)), BATCH_BLOCKS):
        some = blocks[begin : begin + BATCH_BLOCKS]
        parts = [_DECODED.pack(sink, taken, lost, some[0].rate_hz if some else 0)]
        for block in some:
            name = orjson.dumps((block.voice.peer_id, block.voice.owner))
            head = _BLOCK.pack(block.timestamp, block.received_s, block.is_concealed) + name
            parts += (_PART.pack(len(head)), head, _PART.pack(len(block.samples)), block.samples)
        yield frame(SAMPLES, b"".join(parts))


def samples_of(body: bytes) -> Decoded:
    """Return what the decoder says. Raises Garbled."""
    blocks: list[SampleBlock] = []
    try:
        sink, taken, lost, rate_hz = _DECODED.unpack_from(body)
        at = _DECODED.size
        while at < len(body):
            head, at = _part(body, at)
            samples, at = _part(body, at)
            timestamp, received_s, is_concealed = _BLOCK.unpack_from(head)
            voice = Voice(*orjson.loads(head[_BLOCK.size :]))
            blocks.append(SampleBlock(voice, samples, rate_hz, timestamp, received_s, is_concealed))
    except (struct.error, ValueError, TypeError) as error:
        raise Garbled("no samples") from error
    return Decoded(sink, taken, lost, blocks)


def spoken_frame(source: int, samples: int, level_dbov: int | None, opus: bytes) -> bytes:
    level = _NO_LEVEL if level_dbov is None else level_dbov
    return frame(SPOKEN, _SPOKEN.pack(source, samples, level) + opus)


def spoken_of(body: bytes) -> tuple[int, int, int | None, bytes]:
    """Return (source, samples, level, Opus). Raises Garbled."""
    try:
        source, samples, level = _SPOKEN.unpack_from(body)
    except struct.error as error:
        raise Garbled("no packet of a source") from error
    return source, samples, None if level == _NO_LEVEL else level, body[_SPOKEN.size :]
