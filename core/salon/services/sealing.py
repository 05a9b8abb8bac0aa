"""What the database keeps sealed: secrets that the server itself has to read again.

AES-256-GCM (NIST SP 800-38D) under a key in a file of the data folder, mode 0600, made at the first
start. Whoever has a copy of the database alone, a dump of PostgreSQL or a lost disk of it, has no
secret. Whoever has the data folder as well has both. Without the key nothing sealed can be opened:
it belongs into every backup.
"""

import hashlib
import hmac
import os
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from salon.errors import Unavailable

FILE = "secrets.key"
KEY_BYTES = 32
NONCE_BYTES = 12


class Seal:
    """Seals and opens short secrets; `place` is where one stands, and opens it there only."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._signing_key = hashlib.sha256(b"sign" + key).digest()

    @classmethod
    def of(cls, directory: Path) -> Self:
        """Read the key of a data folder, or make it. Blocks. Raises Unavailable."""
        file = directory / FILE
        try:
            if not file.exists():
                _make(file)
            key = file.read_bytes()
        except OSError as error:
            raise Unavailable(
                f"{file} cannot be read: {error.strerror}.", reason="sealed"
            ) from error
        if len(key) != KEY_BYTES:
            raise Unavailable(f"{file} is not a key of {KEY_BYTES} bytes.", reason="sealed")
        return cls(key)

    def sign(self, text: bytes) -> bytes:
        """Return 32 bytes that nobody else can make of this text (HMAC-SHA-256)."""
        return hmac.digest(self._signing_key, text, "sha256")

    def seal(self, secret: bytes, place: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Return the secret. Raises Unavailable under another key, or at another place."""
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, text, place.encode())
        except InvalidTag as error:
            raise Unavailable(
                f"The server has lost the key to this ({FILE} of its data).", reason="sealed"
            ) from error


def _make(file: Path) -> None:
    """Write a key so that it is there whole or not at all."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        written.write(os.urandom(KEY_BYTES))
        written.flush()
        os.fsync(written.fileno())
    draft.replace(file)
