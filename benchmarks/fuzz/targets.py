"""What strangers' bytes reach: each parser takes any input and raises nothing undocumented.

A target is a function of bytes. It swallows the errors that its parser promises; whatever else it
raises is a finding, and so is a broken promise about what came out.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from aioice.stun import Class, Message, Method

from salon import strict_json
from salon.errors import Invalid
from salon.relay import rtcp, rtp, sdp, stun, wire
from salon.relay.audio import SILENT_DBOV, AudioPacket, Voice
from salon.relay.decoder import VoiceDecoder
from salon.relay.dtls import Handshake, HandshakeState, Identity
from salon.relay.guard import Guard, Kind
from salon.relay.ice import Credentials
from salon.relay.packing import Packer
from salon.relay.repair import Repair, Sound
from salon.relay.room import Slot
from salon.relay.tcp import Line, TcpPort

UFRAG, PASSWORD = "ufrag", b"password"
KEY = stun.Key(PASSWORD.decode())
SLOTS = 4
FRAME_BYTES = 64 * 1024
_IDENTITY = Identity()
_VOICE = Voice("anna", "1")


class _Socket:
    """Takes the options that a connection sets."""

    def setsockopt(self, *option: int) -> None:
        """Do nothing."""


class _Transport(asyncio.Transport):
    """A connection that only knows whether it is closed."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.7", 9), "socket": _Socket()})
        self._is_closed = False

    def is_closing(self) -> bool:
        return self._is_closed

    def abort(self) -> None:
        self._is_closed = True

    close = abort


def _run(work: Coroutine[Any, Any, None]) -> None:
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(work)
    finally:
        loop.close()


def checks(data: bytes) -> None:
    """Parse a check, also as one of a known form, and look at its integrity; answer it."""
    known = _authentic_check()
    again = stun.Form.of(known, stun.parse_request(known)).read(data)
    try:
        request = stun.parse_request(data)
    except ValueError:
        assert again is None
        return
    assert again in {None, request}
    assert request.ufrag
    if stun.is_authentic(data, request, KEY):
        stun.success(request, "2001:db8::7", 65_535, KEY)


def guard(data: bytes) -> None:
    """Show it to the guard, from a stranger and from an address that was proven."""
    counts: Counter[str] = Counter()
    watched = Guard(counts)
    watched.expect("anna", Credentials(UFRAG, PASSWORD.decode()))
    assert watched.admit(_authentic_check(), "page", 0.0) is not None
    for path in ("stranger", "page"):
        before = counts.total()
        admitted = watched.admit(data, path, 1.0)
        assert (admitted is None) == (counts.total() == before + 1)
        if path == "stranger" and admitted is not None:
            assert admitted.kind is Kind.CHECK


@cache
def _authentic_check() -> bytes:
    message = Message(Method.BINDING, Class.REQUEST)
    message.attributes["USERNAME"] = f"{UFRAG}:them"
    message.add_message_integrity(PASSWORD)
    return bytes(message)


def handshake(data: bytes) -> None:
    """Give it to a handshake that has not begun, record by record as it was cut."""
    _run(_shake(data))


async def _shake(data: bytes) -> None:
    changes: list[HandshakeState] = []
    server = Handshake(
        _IDENTITY, send=lambda _sent: None, changed=lambda: changes.append(server.state)
    )
    for part in _parts(data):
        server.receive(part)
    assert HandshakeState.DONE not in changes
    assert len(changes) <= 1
    server.close()


def sound(data: bytes) -> None:
    """Parse packets of one voice after the other, with all that is made of them."""
    unroller, reception, repair, slot = rtp.Unroller(), rtcp.Reception(), Repair(), Slot(0)
    packer = Packer(slot)
    for now_s, part in enumerate(_parts(data)):
        try:
            packet = rtp.parse(part)
            is_red = packet.payload_type == rtp.RED_PAYLOAD_TYPE
            opus, earlier = rtp.unred(packet.payload) if is_red else (packet.payload, [])
            rtp.opus_samples(opus)
        except ValueError:
            continue
        assert packet.level_dbov is None or SILENT_DBOV <= packet.level_dbov <= 0
        sequence, timestamp = unroller.unroll(packet, float(now_s))
        reception.note(packet.ssrc, sequence, timestamp, float(now_s))
        came = Sound(sequence, timestamp, opus)
        for each in (*repair.missing_before(came, earlier), came):
            _pass_on(slot, packer, each, float(now_s))
    rtcp.receiver_report(reception.report(0.5, 100.0))


def _pass_on(slot: Slot, packer: Packer, came: Sound, now_s: float) -> None:
    """Number it for listeners, and see that what they get is sound again."""
    samples = rtp.opus_samples(came.opus)
    stamp = slot.stamp(came.sequence, came.timestamp, samples, now_s)
    if stamp is None:
        return
    for _, packed in packer.take(stamp, came.opus):
        assert 0 < rtp.opus_samples(packed) <= rtp.OPUS_SAMPLES_MAX
    repeated = rtp.red(came.opus, [(960, came.opus)])
    assert repeated is None or rtp.unred(repeated) == (came.opus, [(960, came.opus)])


def reports(data: bytes) -> None:
    try:
        heard = rtcp.parse(data)
    except ValueError:
        return
    reception = rtcp.Reception()
    reception.note_sender(heard, 1.0)
    rtcp.sender_report(1, rtcp.ntp_of(datetime(2026, 1, 1, tzinfo=UTC)), 0, 0, 0)


def answers(data: bytes) -> None:
    try:
        facts = sdp.facts_of(data.decode("utf-8", "surrogateescape"), slots=SLOTS)
    except Invalid:
        return
    assert facts.fingerprints


def control(data: bytes) -> None:
    """Read it as what a media worker says, and as what it is asked."""
    try:
        for kind, body in wire.Frames().feed(data):
            _READS[kind](body)
    except wire.Garbled:
        return


def _json(body: bytes) -> None:
    said = wire.json_of(body)
    if "told" in said:
        wire.event_of(said)
    if "counted" in said:
        wire.counted_of(said)
    if "refused" in said:
        wire.error_of(said["refused"])
    if "got" in said:
        wire.measures_of(said["got"])


_READS: Final[Mapping[int, Callable[[bytes], Any]]] = {
    wire.JSON: _json,
    wire.PACKETS: wire.packets_of,
    wire.SPOKEN: wire.spoken_of,
    wire.SAMPLES: wire.samples_of,
}


def decoding(data: bytes) -> None:
    """Decode packets of one voice that have the form of Opus; a byte before each is a gap."""
    decoder, sequence, timestamp = VoiceDecoder(16_000), 0, 0
    for part in _parts(data):
        try:
            samples = rtp.opus_samples(part[1:])
        except ValueError:
            continue
        sequence, timestamp = sequence + 1 + part[0] % 4, timestamp + samples * (1 + part[0] % 4)
        packet = AudioPacket(_VOICE, part[1:], sequence, timestamp, 0.0, None)
        try:
            blocks = list(decoder.decode(packet))
        except ValueError:
            continue
        assert all(len(block.samples) <= 2 * rtp.OPUS_SAMPLES_MAX for block in blocks)


def stream(data: bytes) -> None:
    """Let it come over a connection, cut as its first byte says."""
    if data:
        _run(_stream(data))


async def _stream(data: bytes) -> None:
    line, transport = Line(TcpPort(lambda _datagram, _path: None, Counter())), _Transport()
    line.connection_made(transport)
    step = 1 + 4 * data[0]
    for begin in range(1, len(data), step):
        part = data[begin : begin + step]
        while part and not transport.is_closing():
            room = line.get_buffer(len(part))
            assert len(room) > 0
            taken, part = part[: len(room)], part[len(room) :]
            room[: len(taken)] = taken
            line.buffer_updated(len(taken))
    line.connection_lost(None)


def commands(data: bytes) -> None:
    """Read it as a frame of the socket."""
    try:
        decoded = strict_json.decode_object(data, max_bytes=FRAME_BYTES)
    except Invalid:
        return
    assert isinstance(decoded, dict)


def _parts(data: bytes) -> list[bytes]:
    """Cut an input at its lengths of two bytes, as connections carry datagrams."""
    parts, at = [], 0
    while at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2])
        parts.append(data[at + 2 : end])
        at = end
    return parts


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    target.__name__: target
    for target in (
        checks,
        guard,
        handshake,
        sound,
        reports,
        answers,
        control,
        decoding,
        stream,
        commands,
    )
}
