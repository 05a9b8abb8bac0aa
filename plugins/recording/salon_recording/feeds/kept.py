"""A feed that was written, kept for all who ask until something changes."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import datetime

TAG_DIGITS = 32
LEVEL = 6  # of gzip: 9 costs twice the time for a hundredth of the size


@dataclass(frozen=True, slots=True)
class Kept:
    """The bytes, as they are and packed; `tag` is the entity tag, without quotes.

    `written_at` is when they last became what they are.
    """

    body: bytes
    packed: bytes
    tag: str
    written_at: datetime

    @classmethod
    def of(cls, body: bytes, now: datetime) -> "Kept":
        tag = hashlib.sha256(body).hexdigest()[:TAG_DIGITS]
        return cls(body, gzip.compress(body, LEVEL, mtime=0), tag, now.replace(microsecond=0))
