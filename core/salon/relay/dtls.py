"""The server's side of the DTLS handshake, over memory buffers of pyOpenSSL.

One certificate and one context per process (0.66 ms of CPU per join against 1.35 with a context per
connection; measured). A handshake may start before the answer is known; whether the certificate is
the promised one is asked afterwards, by whoever owns the peer.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from enum import Enum

from aiortc.rtcdtlstransport import (
    X509_DIGEST_ALGORITHMS,
    RTCCertificate,
    RTCDtlsFingerprint,
    certificate_digest,
    generate_certificate,
)
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from salon.relay import srtp

MTU_BYTES = 1_200  # every path carries it, also through tunnels
RESEND_S = 0.1  # OpenSSL itself would wait for a second
RESENDS = 6  # 0.1 s, doubled: after 6.3 s the page has given up or comes again

_DTLS_1_2 = 0xFEFD
_CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305"
_RECORD_HEADER_BYTES = 13
_ALERT = 21
_READ_BYTES = 65_536


class Identity:
    """Who the server is towards every peer of this process."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = generate_certificate(key)
        fingerprints = RTCCertificate(key, certificate).getFingerprints()
        self.fingerprint: RTCDtlsFingerprint = fingerprints[0]  # sha-256
        self.context = SSL.Context(SSL.DTLS_METHOD)
        self.context.set_min_proto_version(_DTLS_1_2)
        self.context.set_max_proto_version(_DTLS_1_2)
        self.context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
        # Any certificate is taken here: it is self-signed, and the answer's fingerprint decides.
        demand = SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT
        self.context.set_verify(demand, lambda *_: True)
        self.context.use_certificate(certificate)
        self.context.use_privatekey(key)
        self.context.set_cipher_list(_CIPHERS)
        self.context.set_tlsext_use_srtp(b":".join(p.openssl_name for p in srtp.PROFILES))


class HandshakeState(Enum):
    """`SHAKING` leads to `DONE` or `FAILED`; `DONE` to `CLOSED`, when the peer says goodbye."""

    SHAKING = "shaking"
    DONE = "done"
    FAILED = "failed"
    CLOSED = "closed"


class Handshake:
    """One peer's handshake. `changed` is called after each change of `state`, in the loop."""

    def __init__(
        self,
        identity: Identity,
        *,
        send: Callable[[bytes], None],
        changed: Callable[[], None],
    ) -> None:
        self.state = HandshakeState.SHAKING
        self._send = send
        self._changed = changed
        self._flight: tuple[bytes, ...] = ()
        self._timer: asyncio.TimerHandle | None = None
        self._resends = 0
        self._ssl = SSL.Connection(identity.context, None)
        self._ssl.set_accept_state()
        self._ssl.set_ciphertext_mtu(MTU_BYTES)

    def receive(self, datagram: bytes) -> bool:
        """Take what came from the peer's proven address. False: there was nothing in it to take.

        Never raises.
        """
        if self.state in {HandshakeState.FAILED, HandshakeState.CLOSED}:
            return False
        # An alert in the clear proves nothing and would end the handshake: anybody can write one.
        records = b"".join(r for r in _records(datagram) if not _is_plain_alert(r))
        if not records:
            return False
        self._ssl.bio_write(records)
        if self.state is not HandshakeState.SHAKING:
            return self._read()
        self._shake()
        return True

    def _shake(self) -> None:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            if self._flush():
                self._resends = 0
                self._arm()
        except SSL.Error:
            self._flush()
            self._become(HandshakeState.FAILED)
        else:
            self._flush()
            self._become(HandshakeState.DONE)

    def _read(self) -> bool:
        """Return whether there was anything but what is not authentic, or of no use."""
        try:
            while True:  # to the last record, or they would pile up
                self._ssl.recv(_READ_BYTES)  # no application uses this channel; alerts do
        except SSL.WantReadError:
            # A repeated last message of the peer's means that ours was lost.
            return self._flush()
        except SSL.Error:
            self._become(HandshakeState.CLOSED)
            return True

    def _flush(self) -> bool:
        """Send what OpenSSL has written and keep it for repetition. False: there was nothing."""
        try:
            written = self._ssl.bio_read(_READ_BYTES)
        except SSL.Error:
            return False
        self._flight = tuple(_datagrams(written))
        for datagram in self._flight:
            self._send(datagram)
        return True

    def _arm(self) -> None:
        self._disarm()
        if self._resends < RESENDS:
            delay_s = RESEND_S * 2**self._resends
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._resend)

    def _resend(self) -> None:
        self._resends += 1
        if self._ssl.DTLSv1_get_timeout() == 0:
            self._ssl.DTLSv1_handle_timeout()
            self._flush()
        else:
            for datagram in self._flight:
                self._send(datagram)
        self._arm()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _become(self, state: HandshakeState) -> None:
        self._disarm()
        self.state = state
        self._changed()

    def close(self) -> None:
        """Say goodbye if there was a hello, and end the timer. Calls nobody back."""
        self._disarm()
        if self.state is HandshakeState.DONE:
            try:
                self._ssl.shutdown()
            except SSL.Error:
                pass
            else:
                self._flush()
        self.state = HandshakeState.CLOSED

    def is_from(self, fingerprints: Mapping[str, str]) -> bool:
        """Whether the peer's certificate has every one of these (algorithm to upper-case value)."""
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        return (
            certificate is not None
            and bool(fingerprints)
            and all(
                name in X509_DIGEST_ALGORITHMS and certificate_digest(certificate, name) == value
                for name, value in fingerprints.items()
            )
        )

    def keys(self) -> srtp.Keys | None:
        """Return the keys of a finished handshake; None if the peer speaks no SRTP that we do."""
        name = self._ssl.get_selected_srtp_profile()
        profile = next((p for p in srtp.PROFILES if p.openssl_name == name), None)
        if profile is None:
            return None
        material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", profile.material_bytes)
        return srtp.Keys.from_material(profile, material)


def _records(datagrams: bytes) -> Iterator[bytes]:
    """Split at the records' ends; what is cut is left out, as RFC 6347 (4.1.2.7) asks."""
    at = 0
    while at + _RECORD_HEADER_BYTES <= len(datagrams):
        size = int.from_bytes(datagrams[at + 11 : at + 13])
        end = at + _RECORD_HEADER_BYTES + size
        if end > len(datagrams):
            return
        yield datagrams[at:end]
        at = end


def _is_plain_alert(record: bytes) -> bool:
    return record[0] == _ALERT and record[3:5] == b"\x00\x00"  # epoch 0


def _datagrams(written: bytes) -> Iterator[bytes]:
    """Put records into datagrams again: a memory buffer has lost where each ended."""
    datagram = b""
    for record in _records(written):
        if datagram and len(datagram) + len(record) > MTU_BYTES:
            yield datagram
            datagram = b""
        datagram += record
    if datagram:
        yield datagram
