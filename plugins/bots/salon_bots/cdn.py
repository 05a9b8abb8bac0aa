"""The pictures that libraries fetch of people without one: a square of a plain colour."""

import struct
import zlib

from aiohttp import web

SIDE = 64
CACHE_FOR = "public, max-age=86400"
# Six tints of the design tokens' members, as red, green and blue.
COLOURS = ("2f6f5e", "7a4fa3", "b0562c", "2b6aa6", "8a6d1c", "a03a5b")


async def face(request: web.Request, _actor: object) -> web.StreamResponse:
    colour = COLOURS[int(request.match_info["number"]) % len(COLOURS)]
    headers = {"Cache-Control": CACHE_FOR, "Cross-Origin-Resource-Policy": "cross-origin"}
    body = png(bytes.fromhex(colour))
    return web.Response(body=body, content_type="image/png", headers=headers)


def png(colour: bytes) -> bytes:
    """Return a picture of one colour (PNG, 8 bits, RGB, no filter)."""
    head = struct.pack("!IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    rows = (b"\0" + colour * SIDE) * SIDE
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack("!I", len(content)) + checked + struct.pack("!I", zlib.crc32(checked))
