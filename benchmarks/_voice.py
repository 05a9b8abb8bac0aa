"""A voice at the level of packets: ICE by aioice, DTLS by OpenSSL, SRTP by libsrtp, no codec.

The measurements need to know when a packet left and when it came; a browser would hide both behind
its jitter buffer.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any, Protocol

from _shake import (
    MTU_BYTES,
    OPUS_PAYLOAD_TYPE,
    Sessions,
    client,
    identity,
    is_report,
    sessions_of,
)
from aioice import stun
from aiortc.rtp import RtpPacket
from OpenSSL import SSL
from pylibsrtp import Error as NotAuthentic

CONNECT_WITHIN_S = 10.0
CHECK_EVERY_S = 2.0
AGAIN_S = 0.1  # until connected
RECEIVE_BYTES = 2_000
SSRC = 5
OUR_UFRAG, OUR_PASSWORD = "them", "p" * 24
HEAD = b"\x78"  # of an Opus packet with one frame of 20 ms (RFC 6716, 3.1); nobody decodes it here
FRAME_BYTES = 79  # 32 kbit/s
FILLER = b"\x55"  # mumble refuses a block of zeros
STAMP_BYTES = 8  # at the end of a frame

Heard = Callable[[float], None]


class Asks(Protocol):
    """Somebody with a socket of the server's."""

    async def command(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Ask and return the result."""


def sound() -> bytes:
    """Return an Opus packet of one frame that says when it was made."""
    return HEAD + time.time_ns().to_bytes(STAMP_BYTES).rjust(FRAME_BYTES, FILLER)


def frames_in(opus: bytes) -> int:
    """Return how many frames of ours a packet holds; none in one that ends a sound."""
    if len(opus) < FRAME_BYTES:
        return 0
    code = opus[0] & 3
    return opus[1] & 63 if code == 3 else (1, 2, 2)[code]


def made_ns(opus: bytes) -> int | None:
    """Return when the last frame in it was made; None for one that ends a sound."""
    return int.from_bytes(opus[-STAMP_BYTES:]) if frames_in(opus) else None


def opus_of(packet: bytes) -> bytes:
    payload: bytes = RtpPacket.parse(packet).payload
    return payload


class Packets:
    """Protected packets that say when they were made, and how old those are that come."""

    def __init__(self, sessions: Sessions) -> None:
        self.outgoing, self.incoming = sessions.outgoing, sessions.incoming
        self._sequence = 0

    def make(self) -> bytes:
        self._sequence += 1
        packet = RtpPacket(
            payload_type=OPUS_PAYLOAD_TYPE,
            sequence_number=self._sequence & 0xFFFF,
            timestamp=self._sequence * 960 & 0xFFFFFFFF,
            ssrc=SSRC,
        )
        packet.payload = sound()
        sealed: bytes = self.outgoing.protect(packet.serialize())
        return sealed

    def age_ms(self, datagram: bytes) -> float | None:
        """Return how long a packet was on its way; None for what is no sound of ours."""
        now_ns = time.time_ns()
        if datagram[0] >> 6 != 2 or is_report(datagram):
            return None
        try:
            then_ns = made_ns(opus_of(self.incoming.unprotect(datagram)))
        except NotAuthentic:
            return None
        return None if then_ns is None else (now_ns - then_ns) / 1e6


class Voice:
    """One person in a room. `heard` is called with the age of each packet, in ms."""

    def __init__(self, heard: Heard = lambda _age_ms: None) -> None:
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)  # noqa: FBT003 the socket's own signature
        self._fingerprint = identity().fingerprint
        self._ssl = client()
        self._ufrag = self._password = ""  # the server's
        self._packets: Packets
        self._connected = asyncio.Event()
        self._checks: asyncio.Task[None] | None = None

    async def speak(self, person: Asks, room: str) -> None:
        """Join and open the microphone."""
        await self.join(person, room)
        await person.command("voice.set", room=room, muted=False)

    async def join(self, person: Asks, room: str, *, port: int | None = None) -> None:
        """Go in through the person's socket and be connected; the microphone is closed.

        With `port`, voices are sent to that one of this machine instead of the one offered.
        """
        await self.accept(person, await person.command("room.join", room=room), port=port)

    async def accept(
        self, person: Asks, joined: dict[str, Any], *, port: int | None = None
    ) -> None:
        """Answer what a join has brought, and be connected."""
        self.reach(joined["offer"], port=port)
        answer, room = self.answer(joined["offer"]), joined["room"]["id"]
        await person.command("voice.answer", room=room, peer=joined["peer"], sdp=answer)
        await self.connected()

    def reach(self, description: str, *, port: int | None = None) -> None:
        """Send checks to where a server's offer or answer says, with its credentials."""
        lines = description.splitlines()
        self._ufrag, self._password = _first(lines, "ice-ufrag"), _first(lines, "ice-pwd")
        host, offered = _candidate(lines)
        self._socket.connect((host, port or offered))
        self._loop.add_reader(self._socket, self._readable)
        self._checks = asyncio.create_task(self._check(), name="voice.checks")

    async def connected(self) -> None:
        async with asyncio.timeout(CONNECT_WITHIN_S):
            await self._connected.wait()

    def say(self) -> None:
        self._socket.send(self._packets.make())

    def hand_over(self) -> tuple[socket.socket, bytes, Any]:
        """Stop hearing; return the socket, a check that keeps its path, and what opens packets."""
        self._rest()
        return self._socket, self._question(), self._packets.incoming

    def _rest(self) -> None:
        if self._checks is not None:
            self._checks.cancel()
        self._loop.remove_reader(self._socket)

    def close(self) -> None:
        self._rest()
        self._socket.close()

    def answer(self, offer: str) -> str:
        """Return the answer to a server's offer: nothing is sent in lines that only we hear."""
        mids = [line[6:] for line in offer.splitlines() if line.startswith("a=mid:")]
        return self._description(mids, "recvonly" if "a=sendonly" in offer else "sendrecv")

    def offer(self) -> str:
        """Return an offer of one voice, for servers that want to be offered."""
        return self._description(["0"], "sendonly")

    def _description(self, mids: list[str], direction: str) -> str:
        lines = [
            "v=0",
            "o=- 1 1 IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            f"a=group:BUNDLE {' '.join(mids)}",
        ]
        for mid in mids:
            lines += [
                "m=audio 9 UDP/TLS/RTP/SAVPF 111",
                "c=IN IP4 0.0.0.0",
                f"a=mid:{mid}",
                f"a={direction}",
                "a=rtcp-mux",
                f"a=ice-ufrag:{OUR_UFRAG}",
                f"a=ice-pwd:{OUR_PASSWORD}",
                "a=setup:active",
                f"a=fingerprint:sha-256 {self._fingerprint}",
                "a=rtpmap:111 opus/48000/2",
                f"a=ssrc:{SSRC} cname:voice",
            ]
        return "\r\n".join(lines) + "\r\n"

    async def _check(self) -> None:
        question = self._question()
        while True:
            self._socket.send(question)
            if self._connected.is_set():
                await asyncio.sleep(CHECK_EVERY_S)
                continue
            await asyncio.sleep(AGAIN_S)
            if self._ssl.DTLSv1_handle_timeout():  # a flight was lost
                self._flush()

    def _question(self) -> bytes:
        """Return a check; nothing forbids to send the same one again."""
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{self._ufrag}:{OUR_UFRAG}"
        message.attributes["PRIORITY"] = 1_862_270_975
        message.attributes["ICE-CONTROLLING"] = 7
        message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(self._password.encode())
        return bytes(message)

    def _readable(self) -> None:
        while True:
            try:
                datagram = self._socket.recv(RECEIVE_BYTES)
            except BlockingIOError:
                return
            if datagram[0] == 0:
                self.confirm(datagram)
            elif not self._connected.is_set():
                self._shake(datagram)
            elif (age_ms := self._packets.age_ms(datagram)) is not None:
                self._heard(age_ms)

    def confirm(self, datagram: bytes) -> None:
        """Answer a check of a server that sends its own."""
        asked = stun.parse_message(datagram)
        message = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, asked.transaction_id)
        message.attributes["XOR-MAPPED-ADDRESS"] = self._socket.getpeername()
        message.add_message_integrity(OUR_PASSWORD.encode())
        self._socket.send(bytes(message))

    def _shake(self, datagram: bytes) -> None:
        """Go on with the handshake; the answer to the first check begins it."""
        if 20 <= datagram[0] <= 63:
            self._ssl.bio_write(datagram)
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            self._flush()
            return
        self._flush()
        self._packets = Packets(sessions_of(self._ssl))
        self._connected.set()

    def _flush(self) -> None:
        with contextlib.suppress(SSL.WantReadError):
            while flight := self._ssl.bio_read(MTU_BYTES):
                self._socket.send(flight)


def _first(offer: list[str], attribute: str) -> str:
    start = f"a={attribute}:"
    return next(line[len(start) :] for line in offer if line.startswith(start))


def _candidate(offer: list[str]) -> tuple[str, int]:
    """Return the loopback address among the candidates, else the first that UDP reaches."""
    fields = [line.split() for line in offer if line.startswith("a=candidate:")]
    found = [(each[4], int(each[5])) for each in fields if each[2].lower() == "udp"]
    return next((each for each in found if each[0] == "127.0.0.1"), found[0])
