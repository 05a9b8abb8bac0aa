"""The only user of pylibsrtp: keys out of a handshake, and the two directions of one peer."""

from dataclasses import dataclass
from typing import Any

import pylibsrtp
from pylibsrtp import Policy, Session

REPLAY_WINDOW_PACKETS = 1_024
# Of what we send. It is shifted with each packet, and nothing goes out further behind the last than
# `room.LATE_PACKETS`.
SENT_WINDOW_PACKETS = 128
TRAILER_BYTES_MAX = 144  # that libsrtp may write after a packet (SRTP_MAX_TRAILER_LEN)

Refused = pylibsrtp.Error  # not authentic, a repetition, too old


@dataclass(frozen=True, slots=True)
class Profile:
    """One protection profile of RFC 5764 and RFC 7714."""

    openssl_name: bytes
    number: int
    key_bytes: int
    salt_bytes: int

    @property
    def material_bytes(self) -> int:
        return 2 * (self.key_bytes + self.salt_bytes)


# In order of preference: GCM costs a quarter less than CM with SHA-1 (measured).
PROFILES = (
    Profile(b"SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    Profile(b"SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
)


@dataclass(frozen=True, slots=True)
class Keys:
    """Master key and salt of each direction."""

    profile: Profile
    client: bytes
    server: bytes

    @classmethod
    def from_material(cls, profile: Profile, material: bytes) -> "Keys":
        """Cut what the handshake exported (RFC 5764, 4.2): both keys, then both salts."""
        key, salt = profile.key_bytes, profile.salt_bytes
        client = material[:key] + material[2 * key : 2 * key + salt]
        server = material[key : 2 * key] + material[2 * key + salt :]
        return cls(profile, client, server)

    def incoming(self) -> Session:
        """What the peer, always the handshake's client, protects."""
        return Session(self._policy(self.client, Policy.SSRC_ANY_INBOUND))

    def outgoing(self) -> Session:
        return Session(self._policy(self.server, Policy.SSRC_ANY_OUTBOUND, SENT_WINDOW_PACKETS))

    def _policy(
        self, key: bytes, ssrc_type: int, window_packets: int = REPLAY_WINDOW_PACKETS
    ) -> Policy:
        policy = Policy(key=key, ssrc_type=ssrc_type, srtp_profile=self.profile.number)
        policy.window_size = window_packets
        return policy


def binding() -> tuple[Any, Any]:
    """Return (ffi, lib) of the binding beneath pylibsrtp, or (None, None) if it is another.

    Private to that library: `batch.py` says why it is used, and a test fails when it changes.
    """
    try:
        from pylibsrtp._binding import ffi, lib

        address_of(Session())
        lib.srtp_protect  # noqa: B018 whether it is there
    except (ImportError, AttributeError):
        return None, None
    return ffi, lib


def address_of(session: Session) -> Any:
    """Return the `srtp_t` of a session; valid as long as the session is kept."""
    return session._srtp[0]  # noqa: SLF001 see above
