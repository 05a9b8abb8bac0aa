"""A browser's side of DTLS and SRTP (RFC 5764), of OpenSSL and libsrtp alone.

None of it is the relay's own code: a load that shared its idea of keys, certificates or headers
would agree with its faults.
"""

import functools
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL
from pylibsrtp import Policy, Session

OPUS_PAYLOAD_TYPE = 111  # what the load's descriptions call Opus, as browsers do
MTU_BYTES = 1_200
KEY_BYTES = 16
EXPORTED_AS = b"EXTRACTOR-dtls_srtp"
VALID_FOR = timedelta(days=1)
REPLAY_WINDOW_PACKETS = 1_024


@dataclass(frozen=True, slots=True)
class Cipher:
    """By which name it is agreed on, what libsrtp calls it, and how much salt it takes."""

    name: bytes
    number: int
    salt_bytes: int


CIPHERS: Final = (  # the first is preferred, as in browsers
    Cipher(b"SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 12),  # RFC 7714, 12
    Cipher(b"SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 14),  # RFC 5764, 4.1.2
)


@dataclass(frozen=True, slots=True)
class Sessions:
    """What protects packets on their way out, and opens those that come. pylibsrtp has no types."""

    outgoing: Any
    incoming: Any


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate's context, and its fingerprint as descriptions say it (RFC 8122)."""

    context: SSL.Context
    fingerprint: str


@functools.cache
def identity() -> Identity:
    """One certificate for all voices of this process: a key each is their cost, not a server's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - VALID_FOR)
        .not_valid_after(now + VALID_FOR)
        .sign(key, hashes.SHA256())
    )
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_options(SSL.OP_NO_QUERY_MTU)
    context.set_verify(SSL.VERIFY_PEER, lambda *_: True)  # whose it is, signalling has said
    context.use_certificate(certificate)
    context.use_privatekey(key)
    context.set_tlsext_use_srtp(b":".join(cipher.name for cipher in CIPHERS))
    return Identity(context, certificate.fingerprint(hashes.SHA256()).hex(":").upper())


def client() -> SSL.Connection:
    """Return a handshake that begins when it is given something to send."""
    shaking = SSL.Connection(identity().context, None)
    shaking.set_connect_state()
    shaking.set_ciphertext_mtu(MTU_BYTES)
    return shaking


def sessions_of(shaken: SSL.Connection) -> Sessions:
    """Return the sessions of a client whose handshake is done (RFC 5764, 4.2)."""
    name = shaken.get_selected_srtp_profile()
    cipher = next(each for each in CIPHERS if each.name == name)
    size, salt = KEY_BYTES, cipher.salt_bytes
    material = shaken.export_keying_material(EXPORTED_AS, 2 * (size + salt))
    ours = material[:size] + material[2 * size : 2 * size + salt]
    theirs = material[size : 2 * size] + material[2 * size + salt :]
    return _sessions(cipher, ours, theirs)


def echoed_sessions() -> Sessions:
    """Return sessions under which one opens what one has protected."""
    cipher = CIPHERS[0]
    key = secrets.token_bytes(KEY_BYTES + cipher.salt_bytes)
    return _sessions(cipher, key, key)


def _sessions(cipher: Cipher, ours: bytes, theirs: bytes) -> Sessions:
    def session(key: bytes, which: int) -> Any:
        policy = Policy(key=key, ssrc_type=which, srtp_profile=cipher.number)
        policy.window_size = REPLAY_WINDOW_PACKETS
        return Session(policy)

    return Sessions(
        session(ours, Policy.SSRC_ANY_OUTBOUND), session(theirs, Policy.SSRC_ANY_INBOUND)
    )


def is_report(datagram: bytes) -> bool:
    """Whether it is RTCP, of two that share a port (RFC 5761, 4)."""
    return 192 <= datagram[1] <= 223
