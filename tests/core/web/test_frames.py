"""The socket's own rules (RFC 6455), broken by a writer of frames that is not ours or aiohttp's.

Each sequence opens a socket of its own; what comes back is read by the same independent library.
"""

import asyncio
import json
import zlib
from collections.abc import Sequence
from itertools import chain

from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.typing import Origin
from websockets.uri import parse_uri

from salon.testing import Person, Server

PING = b'{"id": 2, "type": "ping"}'
BOMB = zlib.compress(bytes(64 * 1024 * 1024), 9)
LIMIT = 65_536
NO_OPCODES = (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
NO_CODES = (0, 999, 1004, 1005, 1015, 1016, 2999)
CODES = (1000, 1001, 1006, 3000, 4999, 5000, 65_535)  # the rest is not ours to judge: it ends
NO_TEXTS = {
    "a lone half": b"\x80",
    "a character that is cut off": b"\xe2\x82",
    "two bytes for one": b"\xc0\x80",
    "half of a pair": b"\xed\xa0\x80",
    "a pair of halves": b"\xed\xa0\xbd\xed\xb8\x80",
    "past the last character": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "a byte that is never one": b"\xfe",
}


def raw(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0) -> bytes:
    """Return a frame, also of an opcode that there is not: its first byte is put in its place."""
    made = bytearray(Frame(Opcode.BINARY, payload).serialize(mask=True))
    made[0] = fin << 7 | rsv << 4 | opcode
    return bytes(made)


def text(payload: bytes, *, fin: bool = True, rsv: int = 0) -> bytes:
    return raw(Opcode.TEXT, payload, fin=fin, rsv=rsv)


def rest(payload: bytes, *, fin: bool = True, rsv: int = 0) -> bytes:
    return raw(Opcode.CONT, payload, fin=fin, rsv=rsv)


def goodbye(code: int, why: bytes = b"") -> bytes:
    return raw(Opcode.CLOSE, code.to_bytes(2, "big") + why)


SEQUENCES: dict[str, tuple[int, Sequence[bytes]]] = {
    **{f"text that is {what}": (1007, [text(bad)]) for what, bad in NO_TEXTS.items()},
    **{
        f"text that is {what}, in two pieces": (1007, [text(b"{", fin=False), rest(bad)])
        for what, bad in NO_TEXTS.items()
    },
    **{f"opcode {n}": (1002, [raw(n, b"x")]) for n in NO_OPCODES},
    **{f"reserved bits {n:03b}": (1002, [text(PING, rsv=n)]) for n in range(1, 8)},
    **{f"a ping with reserved bits {n:03b}": (1002, [raw(9, rsv=n)]) for n in range(1, 8)},
    **{f"a goodbye of {code}": (1002, [goodbye(code)]) for code in NO_CODES},
    **{f"a goodbye of {code}": (1000, [goodbye(code)]) for code in CODES},
    "a goodbye of nothing": (1000, [raw(Opcode.CLOSE)]),
    "a goodbye of one byte": (1002, [raw(Opcode.CLOSE, b"\x03")]),
    "a goodbye that is no text": (1007, [goodbye(1000, b"\xff")]),
    "a goodbye too long": (1002, [goodbye(1000, b"x" * 124)]),
    "a goodbye in pieces": (1002, [raw(Opcode.CLOSE, b"\x03\xe8", fin=False)]),
    "a ping too long": (1002, [raw(Opcode.PING, b"x" * 126)]),
    "a pong too long": (1002, [raw(Opcode.PONG, b"x" * 126)]),
    "a ping in pieces": (1002, [raw(Opcode.PING, fin=False)]),
    "a pong in pieces": (1002, [raw(Opcode.PONG, fin=False)]),
    "a rest of nothing": (1002, [rest(b"x")]),
    "a rest after a goodbye": (1000, [goodbye(1000), rest(b"x"), text(PING)]),
    "a text within a text": (1002, [text(b"{", fin=False), text(b"{}")]),
    "bytes within a text": (1002, [text(b"{", fin=False), raw(Opcode.BINARY, b"x")]),
    "bytes": (1003, [raw(Opcode.BINARY, PING)]),
    "bytes in pieces": (1003, [raw(Opcode.BINARY, b"a", fin=False), rest(b"b")]),
    "a packed bomb that nobody agreed on": (1002, [text(BOMB[:LIMIT], rsv=4)]),
    "one byte too many": (1009, [text(b" " * (LIMIT + 1))]),
    "one byte too many in pieces": (1009, [text(b" " * LIMIT, fin=False), rest(b" ")]),
    "pieces without an end": (1009, [text(b" ", fin=False), *[rest(b" " * 999, fin=False)] * 70]),
    "a length that is a lie": (1009, [text(b"")[:1] + b"\xff" + b"\x7f" + b"\xff" * 7]),
    "a length below nothing": (1009, [text(b"")[:1] + b"\xff" + b"\xff" * 8]),
    "nothing in a thousand pieces": (1002, [text(b"", fin=False), *[rest(b"", fin=False)] * 999,
                                             rest(b"")]),
    "no JSON": (1002, [text(b"[")]),
    "a key twice": (1002, [text(b'{"id": 2, "id": 3, "type": "ping"}')]),
    "nothing": (1002, [text(b"")]),
}  # fmt: skip


async def closed_with(server: Server, person: Person, frames: bytes) -> tuple[int | None, int]:
    """Say hello and then these; return the code of the goodbye, and how many answers came."""
    async with person.web.post("/api/ticket", headers={"Origin": person.url}) as response:
        ticket = (await response.json())["ticket"]
    protocol = ClientProtocol(
        parse_uri(f"ws://127.0.0.1:{server.port}/socket"),
        origin=Origin(server.url),
        extensions=[ClientPerMessageDeflateFactory()],
        max_size=None,
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    protocol.send_request(protocol.connect())
    writer.write(b"".join(protocol.data_to_send()))
    protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
    assert (protocol.handshake_exc, protocol.extensions) == (None, [])  # nothing is packed here
    writer.write(text(json.dumps({"id": 1, "type": "hello", "ticket": ticket}).encode()) + frames)
    async with asyncio.timeout(10):
        while got := await received(reader):
            protocol.receive_data(got)
            writer.write(b"".join(protocol.data_to_send()))
    writer.close()
    told = [event for event in protocol.events_received() if isinstance(event, Frame)]
    answers = [each for each in told if each.opcode is Opcode.TEXT and b'"id"' in each.data[:8]]
    bye = protocol.close_rcvd
    return None if bye is None else bye.code, len(answers)


async def received(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(65_536)
    except ConnectionError:
        return b""


async def test_every_broken_sequence_ends_its_socket_with_its_code_and_no_other(
    server: Server, owner: Person
) -> None:
    wrong = {}
    for what, (code, frames) in SEQUENCES.items():
        told, answers = await closed_with(server, owner, b"".join(frames))
        if (told, answers) != (code, 1):  # hello is answered, what is broken is not
            wrong[what] = (told, answers)
    assert len(SEQUENCES) > 60
    assert not wrong, wrong
    assert (await owner.command("ping"))["seq"] > 0


async def test_what_the_rules_allow_is_understood(server: Server, owner: Person) -> None:
    """Pieces of any size with pings between them, also where they cut a character in two."""
    whole = '{"id": 2, "type": "ping", "x": "\u00e9\U0001f600"}'.encode()
    pieces = [
        text(whole[:1], fin=False),
        *chain(*((rest(whole[n : n + 1], fin=False), raw(Opcode.PING)) for n in range(1, 40))),
        rest(whole[40:]),
    ]
    after = raw(Opcode.PONG, b"not asked for") + goodbye(1000)
    assert await closed_with(server, owner, b"".join(pieces) + after) == (1000, 2)
