"""Connectivity checks as an independent implementation writes them."""

from aioice import stun

from salon.relay.ice import Credentials


def check(
    credentials: Credentials, *, password: str | None = None, use_candidate: bool = False
) -> bytes:
    """Return a check; with another password: a forged one."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{credentials.ufrag}:them"
    message.attributes["PRIORITY"] = 1_862_270_975
    message.attributes["ICE-CONTROLLING"] = 7
    if use_candidate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity((password or credentials.password).encode())
    return bytes(message)
