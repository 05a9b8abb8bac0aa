"""A peer that can misbehave: its own socket, DTLS by OpenSSL, SRTP by libsrtp, any packet."""

import asyncio
import contextlib
import socket
from typing import Any

from aiortc.rtp import RtcpPacket, RtcpReceiverInfo, RtcpRrPacket, RtpPacket
from OpenSSL import SSL
from pylibsrtp import Policy, Session
from tests.core.relay.checks import check

from salon.relay import dtls, rtp
from salon.relay.ice import Credentials
from salon.relay.srtp import PROFILES, Keys

ANSWER_S = 5.0


def value_of(offer: str, attribute: str) -> str:
    """Return the first such attribute of an offer."""
    start = f"a={attribute}:"
    return next(line[len(start) :] for line in offer.splitlines() if line.startswith(start))


class RawPage:
    """Made from an offer. `sequence` counts on with each packet said."""

    def __init__(self, offer: str, srtp_names: bytes | None = None) -> None:
        self.follow(offer)
        self.identity = dtls.Identity()
        if srtp_names is not None:
            self.identity.context.set_tlsext_use_srtp(srtp_names)
        self.ssl = SSL.Connection(self.identity.context, None)
        self.ssl.set_connect_state()
        self.ssl.set_ciphertext_mtu(dtls.MTU_BYTES)
        self.sequence = 0
        lines = offer.splitlines()
        self._mids = [line[6:] for line in lines if line.startswith("a=mid:")]
        named = (line[7:].partition(" ")[0] for line in lines if line.startswith("a=ssrc:"))
        self.ssrcs = set(map(int, named))  # of others' voices, by the offer
        self._socket = self._new_socket()
        self._left: list[socket.socket] = []
        self._outgoing: Any = None
        self._incoming: Any = None

    def _new_socket(self) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.settimeout(0)
        opened.bind(("127.0.0.1", 0))
        return opened

    def follow(self, offer: str) -> None:
        """Go where an offer leads, with its credentials."""
        self.credentials = Credentials(value_of(offer, "ice-ufrag"), value_of(offer, "ice-pwd"))
        candidate = value_of(offer, "candidate").split()
        self.server = (candidate[4], int(candidate[5]))

    def move(self) -> None:
        """Go on from another port, as a NAT makes it."""
        self._left.append(self._socket)
        self._socket = self._new_socket()

    def send_from_before(self, datagram: bytes) -> None:
        """Send from the port where the page was at first."""
        self._left[0].sendto(datagram, self.server)

    def close(self) -> None:
        for opened in (*self._left, self._socket):
            opened.close()

    def answer(self) -> str:
        lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
        for mid in self._mids:
            lines += [
                "m=audio 9 UDP/TLS/RTP/SAVPF 111",
                f"a=mid:{mid}",
                "a=setup:active",
                f"a=fingerprint:sha-256 {self.identity.fingerprint.value}",
                "a=rtpmap:111 opus/48000/2",
            ]
        return "\r\n".join(lines) + "\r\n"

    def send(self, datagram: bytes) -> None:
        self._socket.sendto(datagram, self.server)

    async def receive(self) -> bytes:
        async with asyncio.timeout(ANSWER_S):
            return await asyncio.get_running_loop().sock_recv(self._socket, 2_000)

    async def prove(self) -> None:
        """Send a nominating check and wait for its answer."""
        self.send(check(self.credentials, use_candidate=True))
        while (await self.receive())[0] != 1:
            pass

    def flight(self) -> bytes:
        """Return what the handshake wants to say now; nothing if it waits."""
        with contextlib.suppress(SSL.WantReadError):
            self.ssl.do_handshake()
        try:
            return self.ssl.bio_read(65_536)
        except SSL.Error:
            return b""

    async def connect(self) -> None:
        """Prove the address and shake hands; the answer is the test's business."""
        await self.prove()
        self.send(self.flight())
        while self.ssl.get_selected_srtp_profile() == b"" or self._outgoing is None:
            datagram = await self.receive()
            if not 20 <= datagram[0] <= 63:
                continue
            self.ssl.bio_write(datagram)
            if more := self.flight():
                self.send(more)
            self._take_keys()

    def _take_keys(self) -> None:
        name = self.ssl.get_selected_srtp_profile()
        profile = next((p for p in PROFILES if p.openssl_name == name), None)
        if (
            profile is None
            or self.ssl.get_state_string() != b"SSL negotiation finished successfully"
        ):
            return
        material = self.ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", profile.material_bytes)
        keys = Keys.from_material(profile, material)
        self._outgoing = Session(keys._policy(keys.client, Policy.SSRC_ANY_OUTBOUND))
        self._incoming = Session(keys._policy(keys.server, Policy.SSRC_ANY_INBOUND))

    def say(self, opus: bytes, *, ssrc: int = 5, payload_type: int = 111) -> bytes:
        """Protect and send one packet, without a level. Returns it as it was sent."""
        self.sequence += 1
        packet = RtpPacket(
            payload_type=payload_type,
            sequence_number=self.sequence & 0xFFFF,
            timestamp=self.sequence * 960 & 0xFFFFFFFF,
            ssrc=ssrc,
        )
        packet.payload = opus
        datagram: bytes = self._outgoing.protect(packet.serialize())
        self.send(datagram)
        return datagram

    def report_loss(self, ssrc: int, fraction: int) -> None:
        """Say how many 256ths of what the server sends there are lost."""
        info = RtcpReceiverInfo(ssrc, fraction, 0, 0, 0, 0, 0)
        self.wish(bytes(RtcpRrPacket(5, [info])))

    def wish(self, report: bytes) -> None:
        """Protect and send a report, whatever it says."""
        self.send(self._outgoing.protect_rtcp(report))

    async def report(self) -> list[Any]:
        """Return what the server's next report holds."""
        while True:
            datagram = await self.receive()
            if datagram[0] >> 6 == 2 and rtp.is_rtcp(datagram):
                return list(RtcpPacket.parse(self._incoming.unprotect_rtcp(datagram)))

    async def hear(self) -> rtp.RtpPacket:
        """Return the next packet of sound."""
        while True:
            datagram = await self.receive()
            if datagram[0] >> 6 == 2 and not rtp.is_rtcp(datagram):
                return rtp.parse(self._incoming.unprotect(datagram))


class StreamPage(RawPage):
    """The same over TCP, each datagram after its length (RFC 4571)."""

    def __init__(self, offer: str) -> None:
        self._rest = b""
        super().__init__(offer)

    def follow(self, offer: str) -> None:
        super().follow(offer)
        if hasattr(self, "_socket"):
            self.move()

    def _new_socket(self) -> socket.socket:
        opened = socket.create_connection(self.server, timeout=ANSWER_S)
        opened.settimeout(0)
        self._rest = b""
        return opened

    def send(self, datagram: bytes) -> None:
        self._socket.sendall(len(datagram).to_bytes(2) + datagram)

    async def receive(self) -> bytes:
        async with asyncio.timeout(ANSWER_S):
            while len(self._rest) < 2 + int.from_bytes(self._rest[:2]):
                came = await asyncio.get_running_loop().sock_recv(self._socket, 2_000)
                if not came:
                    raise ConnectionResetError
                self._rest += came
        end = 2 + int.from_bytes(self._rest[:2])
        datagram, self._rest = self._rest[2:end], self._rest[end:]
        return datagram
