"""What goes to a push service: sealed for the device alone, signed as this server's.

RFC 8291 in the one record of RFC 8188, and RFC 8292. Both are a few calls of `cryptography`, which
is here anyway: `pywebpush` brings `requests` and goes out by itself, past our own door.
"""

import base64
import os
import re
from datetime import datetime, timedelta

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from yarl import URL

CONTENT_MAX = 2_048  # bytes; all that is sealed is padded to this, so that its size tells nothing
RECORD_BYTES = 4_096  # what every push service takes (RFC 8030, 7.2)
POINT_BYTES = 65
SECRET_BYTES = 16
KEY_BYTES = 32
SALT_BYTES = 16
LAST_RECORD = b"\x02"
JWT_HEADER = {"typ": "JWT", "alg": "ES256"}
VALID_FOR = timedelta(hours=12)  # at most 24 h (RFC 8292, 2)

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


class ServerKey:
    """The key pair by which push services know this server."""

    def __init__(self, private: bytes) -> None:
        """`private` is the number, 32 bytes, big-endian."""
        self._private = ec.derive_private_key(int.from_bytes(private), ec.SECP256R1())
        self.public = encoded(point_of(self._private.public_key()))

    @staticmethod
    def fresh() -> bytes:
        """Return the private number of a new pair."""
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        return number.to_bytes(KEY_BYTES)

    def authorization(self, endpoint: str, now: datetime, contact: str) -> str:
        """Return the header that says who sends, for one push service (RFC 8292, 3)."""
        claims = {
            "aud": str(URL(endpoint).origin()),
            "exp": int((now + VALID_FOR).timestamp()),
            "sub": contact,
        }
        signed = ".".join(encoded(orjson.dumps(part)) for part in (JWT_HEADER, claims))
        signature = self._private.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        both = b"".join(n.to_bytes(KEY_BYTES) for n in decode_dss_signature(signature))
        return f"vapid t={signed}.{encoded(both)}, k={self.public}"


def seal(
    content: bytes,
    public: bytes,
    secret: bytes,
    *,
    padded_to: int = CONTENT_MAX,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return the content for one device (RFC 8291, 3.4). `own` and `salt` are new each time."""
    if len(content) > padded_to:
        raise ValueError(f"expected at most {padded_to} bytes, got {len(content)}")
    own = own or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(SALT_BYTES)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    mine = point_of(own.public_key())
    shared = own.exchange(ec.ECDH(), theirs)
    keying = _derive(shared, secret, b"WebPush: info\x00" + public + mine, KEY_BYTES)
    key = _derive(keying, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(keying, salt, b"Content-Encoding: nonce\x00", 12)
    padded = content + LAST_RECORD + bytes(padded_to - len(content))
    header = salt + RECORD_BYTES.to_bytes(4) + bytes((len(mine),)) + mine
    return header + AESGCM(key).encrypt(nonce, padded, None)


def is_point(public: bytes) -> bool:
    """Whether these bytes are a public key that something can be sealed for."""
    if len(public) != POINT_BYTES:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(value: bytes) -> str:
    """Return base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(text: str) -> bytes | None:
    """Return what base64url says, padded or not; None for what is none."""
    bare = text.rstrip("=")
    if not _BASE64URL.fullmatch(bare):
        return None
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except ValueError:
        return None


def _derive(keying: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(keying)
