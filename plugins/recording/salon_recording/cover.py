"""The show's picture: the lit door, in the community's colour, as a PNG made without a library."""

import colorsys
import math
import struct
import zlib

SIZE = 1_400  # pixels; what directories of podcasts ask for at least
LAMP = (0xF2, 0xA5, 0x2C)
LIGHT = (0xFF, 0xE9, 0xBD)
WALL_SATURATION, WALL_VALUE = 0.75, 0.38


def cover_png(accent_hue: int) -> bytes:
    """Return the picture; the same hue gives the same bytes."""
    wall = colorsys.hsv_to_rgb((accent_hue % 360) / 360, WALL_SATURATION, WALL_VALUE)
    palette = [tuple(round(255 * part) for part in wall), LAMP, LIGHT]
    rows = b"".join(b"\0" + _row(y) for y in range(SIZE))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(bytes(colour) for colour in palette)),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _row(y: int) -> bytes:
    row = bytearray(SIZE)
    for colour, half_width, top in ((1, 0.29, 0.21), (2, 0.125, 0.44)):
        inside = _half_width(y / SIZE, half_width, top)
        if inside > 0:
            first, last = round((0.5 - inside) * SIZE), round((0.5 + inside) * SIZE)
            row[first:last] = bytes((colour,)) * (last - first)
    return bytes(row)


def _half_width(y: float, half_width: float, top: float) -> float:
    """Return how far an arch reaches from the middle at a height, all as parts of the picture."""
    if y < top:
        return 0.0
    below_centre = y - (top + half_width)
    if below_centre >= 0:
        return half_width
    return math.sqrt(max(0.0, half_width**2 - below_centre**2))


def _chunk(kind: bytes, content: bytes) -> bytes:
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)
