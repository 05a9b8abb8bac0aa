"""What is said over the gateway, both ways."""

from enum import IntEnum
from typing import Any

import orjson

from salon.plugin import Invalid
from salon_bots.reading import read

FRAME_MAX_BYTES = 4_096


class Op(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    ACK = 11
    SOUNDBOARD = 31


class Close(IntEnum):
    """Clients do not come back after BAD_TOKEN, SHARD, VERSION, INTENTS and NOT_GRANTED."""

    GOING_AWAY = 1001
    UNKNOWN = 4000
    OPCODE = 4001
    DECODE = 4002
    NOT_IDENTIFIED = 4003
    BAD_TOKEN = 4004
    IDENTIFIED_TWICE = 4005
    BAD_SEQUENCE = 4007
    TOO_MANY = 4008
    TIMEOUT = 4009
    SHARD = 4010
    VERSION = 4012
    INTENTS = 4013
    NOT_GRANTED = 4014


class Closing(Exception):
    """The connection ends with this code."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def encode(op: Op, body: Any = None) -> bytes:
    return orjson.dumps({"op": int(op), "d": body, "s": None, "t": None})


def encode_dispatch(name: str, body: Any, seq: int) -> bytes:
    return orjson.dumps({"op": 0, "d": body, "s": seq, "t": name})


def decode(raw: str | bytes) -> tuple[int, Any]:
    """Return opcode and body. Raises Closing for what is no frame of the gateway."""
    try:
        frame = read(raw, max_bytes=FRAME_MAX_BYTES)
    except Invalid as error:
        raise Closing(Close.DECODE, error.message) from error
    op = frame.get("op") if isinstance(frame, dict) else None
    if not isinstance(op, int) or isinstance(op, bool):
        raise Closing(Close.DECODE, "A frame is an object with an op.")
    return op, frame.get("d")
