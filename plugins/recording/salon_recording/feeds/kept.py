"""A feed that was written, kept for all who ask until something changes."""

import gzip
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

TAG_DIGITS = 32
LEVEL = 6  # of gzip: 9 costs twice the time for a hundredth of the size


@dataclass(frozen=True, slots=True)
class Kept:
    """The bytes, as they are and packed; `tag` is the entity tag, without quotes.

    `written_at` is when they last became what they are.
    """

    body: bytes
    packed: bytes | None
    tag: str
    written_at: datetime

    @classmethod
    def of(cls, body: bytes, now: datetime, *, but_for: str | None = None) -> "Kept":
        """Keep a feed; the tag is the same whatever stands for `but_for`, and then none is packed.

        A secret is not packed beside what others wrote: the size would tell of it.
        """
        known = body if but_for is None else body.replace(but_for.encode(), b"")
        tag = hashlib.sha256(known).hexdigest()[:TAG_DIGITS]
        packed = gzip.compress(body, LEVEL, mtime=0) if but_for is None else None
        return cls(body, packed, tag, now.replace(microsecond=0))

    def with_secret(self, place: str, secret: str) -> "Kept":
        """Return a member's own, with their secret in its addresses."""
        return replace(self, body=self.body.replace(place.encode(), secret.encode()))
