"""What the socket answers, as finished frames; what comes in is read by `salon.strict_json`."""

from typing import Any

import orjson

from salon.errors import SalonError
from salon.services.announcer import encode_frame

OPCODE_PONG = 0x8A


def answer(id_: int, result: dict[str, Any] | None) -> bytes:
    """Return the finished frame of a result."""
    return encode_frame(orjson.dumps({"id": id_, "ok": True, "result": result or {}}))


def refusal(id_: int, error: SalonError) -> bytes:
    """Return the finished frame of an error."""
    return encode_frame(orjson.dumps({"id": id_, "ok": False, "error": error.body()}))


def pong(payload: bytes) -> bytes:
    """Return the finished frame that answers a ping (RFC 6455, 5.5.3)."""
    return bytes((OPCODE_PONG, len(payload))) + payload
