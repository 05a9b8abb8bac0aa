"""JSON of programs that were written for Discord, read as strictly as the server reads all other.

One thing is wider: libraries send ids as numbers (`message_reference`, `allowed_mentions`), and an
id has 63 bits.
"""

from typing import Any

from salon.plugin import decode_json

ID_MAX = 2**63 - 1


def read(raw: str | bytes, *, max_bytes: int) -> Any:
    """Return what the JSON says. Raises Invalid."""
    return decode_json(raw, max_bytes=max_bytes, max_integer=ID_MAX)
