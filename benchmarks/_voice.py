"""A voice at the level of packets: ICE by aioice, DTLS by OpenSSL, SRTP by libsrtp, no codec.

What `delay` needs to know when a packet left and when it came; a browser would hide both behind
its jitter buffer.
"""

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import Callable
from typing import Any

from aioice import stun
from aiortc.rtp import RtpPacket
from OpenSSL import SSL
from pylibsrtp import Error as NotAuthentic

from salon.relay import dtls, rtp, srtp
from salon.relay.ice import Credentials
from salon.testing import Person

CONNECT_WITHIN_S = 10.0
CHECK_EVERY_S = 2.0
AGAIN_S = 0.1  # until connected
RECEIVE_BYTES = 2_000
SSRC = 5
OUR_UFRAG, OUR_PASSWORD = "them", "p" * 24
SILENT = b"\x78" + bytes(2)  # how an Opus packet of 20 ms begins; nobody decodes it here
OPUS_BYTES = 80  # 32 kbit/s
STAMP_BYTES = 8

Heard = Callable[[float], None]


class Packets:
    """Protected packets that say when they were made, and how old those are that come."""

    def __init__(self, keys: srtp.Keys) -> None:
        self._outgoing: Any = keys.outgoing()  # pylibsrtp has no types
        self._incoming: Any = keys.incoming()
        self._sequence = 0

    def make(self) -> bytes:
        self._sequence += 1
        packet = RtpPacket(
            payload_type=rtp.OPUS_PAYLOAD_TYPE,
            sequence_number=self._sequence & 0xFFFF,
            timestamp=self._sequence * 960 & 0xFFFFFFFF,
            ssrc=SSRC,
        )
        stamp = time.perf_counter_ns().to_bytes(STAMP_BYTES)
        packet.payload = (SILENT + stamp).ljust(OPUS_BYTES, b"\0")
        sealed: bytes = self._outgoing.protect(packet.serialize())
        return sealed

    def age_ms(self, datagram: bytes) -> float | None:
        """Return how long a packet was on its way; None for what is no sound of ours."""
        now_ns = time.perf_counter_ns()
        if datagram[0] >> 6 != 2 or rtp.is_rtcp(datagram):
            return None
        try:
            payload = rtp.parse(self._incoming.unprotect(datagram)).payload
        except NotAuthentic:
            return None
        if len(payload) != OPUS_BYTES:  # the silence with which the server ends a sound
            return None
        made_ns = int.from_bytes(payload[len(SILENT) : len(SILENT) + STAMP_BYTES])
        return (now_ns - made_ns) / 1e6


def echoed_keys() -> srtp.Keys:
    """Return keys under which one reads what one has sent."""
    profile = srtp.PROFILES[0]
    key = secrets.token_bytes(profile.key_bytes + profile.salt_bytes)
    return srtp.Keys(profile, client=key, server=key)


class Voice:
    """One person in a room. `heard` is called with the age of each packet, in ms."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)  # noqa: FBT003 the socket's own signature
        identity = dtls.Identity()
        self._fingerprint = identity.fingerprint.value
        self._ssl = SSL.Connection(identity.context, None)
        self._ssl.set_connect_state()
        self._ssl.set_ciphertext_mtu(dtls.MTU_BYTES)
        self._credentials: Credentials
        self._packets: Packets
        self._connected = asyncio.Event()
        self._checks: asyncio.Task[None] | None = None

    async def join(self, person: Person, room: str) -> None:
        """Go in through the person's socket and be connected, with an open microphone."""
        joined = await person.command("room.join", room=room)
        self.reach(joined["offer"])
        answer = self.answer(joined["offer"])
        await person.command("voice.answer", room=room, peer=joined["peer"], sdp=answer)
        await self.connected()
        await person.command("voice.set", room=room, muted=False)

    def reach(self, description: str) -> None:
        """Send checks to where a server's offer or answer says, with its credentials."""
        lines = description.splitlines()
        self._credentials = Credentials(_first(lines, "ice-ufrag"), _first(lines, "ice-pwd"))
        self._socket.connect(_candidate(lines))
        self._loop.add_reader(self._socket, self._readable)
        self._checks = asyncio.create_task(self._check(), name="voice.checks")

    async def connected(self) -> None:
        async with asyncio.timeout(CONNECT_WITHIN_S):
            await self._connected.wait()

    def say(self) -> None:
        self._socket.send(self._packets.make())

    async def close(self) -> None:
        if self._checks is not None:
            self._checks.cancel()
            await asyncio.gather(self._checks, return_exceptions=True)
        self._loop.remove_reader(self._socket)
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
        while True:
            message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
            message.attributes["USERNAME"] = f"{self._credentials.ufrag}:{OUR_UFRAG}"
            message.attributes["PRIORITY"] = 1_862_270_975
            message.attributes["ICE-CONTROLLING"] = 7
            message.attributes["USE-CANDIDATE"] = None
            message.add_message_integrity(self._credentials.password.encode())
            self._socket.send(bytes(message))
            if self._connected.is_set():
                await asyncio.sleep(CHECK_EVERY_S)
                continue
            await asyncio.sleep(AGAIN_S)
            if self._ssl.DTLSv1_handle_timeout():  # a flight was lost
                self._flush()

    def _readable(self) -> None:
        while True:
            try:
                datagram = self._socket.recv(RECEIVE_BYTES)
            except BlockingIOError:
                return
            if datagram[0] == 0:
                self._confirm(datagram)
            elif not self._connected.is_set():
                self._shake(datagram)
            elif (age_ms := self._packets.age_ms(datagram)) is not None:
                self._heard(age_ms)

    def _confirm(self, datagram: bytes) -> None:
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
        name = self._ssl.get_selected_srtp_profile()
        profile = next(p for p in srtp.PROFILES if p.openssl_name == name)
        material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", profile.material_bytes)
        keys = srtp.Keys.from_material(profile, material)
        # The other way round from the server's point of view: it reads what the client protects.
        self._packets = Packets(srtp.Keys(profile, client=keys.server, server=keys.client))
        self._connected.set()

    def _flush(self) -> None:
        with contextlib.suppress(SSL.WantReadError):
            while flight := self._ssl.bio_read(dtls.MTU_BYTES):
                self._socket.send(flight)


def _first(offer: list[str], attribute: str) -> str:
    start = f"a={attribute}:"
    return next(line[len(start) :] for line in offer if line.startswith(start))


def _candidate(offer: list[str]) -> tuple[str, int]:
    """Return the loopback address among the candidates, else the first that UDP reaches."""
    fields = [line.split() for line in offer if line.startswith("a=candidate:")]
    found = [(each[4], int(each[5])) for each in fields if each[2].lower() == "udp"]
    return next((each for each in found if each[0] == "127.0.0.1"), found[0])
