"""Icons of an installed app, made of the community's picture: run by the picture worker alone.

PNG, since not every system shows WebP there. Two are cut by the system that shows them, and have no
hole: they lie on the community's colour. Of the maskable one it may leave no more than the inner
circle of 80 % (Web App Manifest, "Icon masks and safe zone"), so the picture is in there, with
round corners as the page shows it.
"""

from collections.abc import Mapping
from io import BytesIO
from math import cos, radians, sin
from typing import Any

MASKABLE = "maskable"
ON_COLOUR = frozenset({MASKABLE, "touch"})
CORNER_SHARE = 0.25  # of a side
SAFE_SHARE = 0.65  # with such corners all of it is in the circle
FINER = 4
ACCENT = (0.43, 0.085)  # lightness and chroma: tokens.css
LINEAR_TO = 0.0031308


def app_icons(picture: Any, sides: Mapping[str, int], hue: int) -> list[tuple[str, bytes]]:
    """Return the icons, by their names and sides in pixels, of a square picture."""
    return [(name, _png(_icon(picture, name, side, hue))) for name, side in sides.items()]


def _icon(picture: Any, name: str, side: int, hue: int) -> Any:
    """Return the picture in a square of this side, on a colour where the system cuts it itself."""
    from PIL import Image, ImageChops

    if name not in ON_COLOUR:
        return _exactly(picture, side).convert("RGBA")
    icon = Image.new("RGB", (side, side), accent(hue))
    if name == MASKABLE:
        shown = _exactly(picture, round(side * SAFE_SHARE)).convert("RGBA")
        cut = ImageChops.multiply(shown.getchannel("A"), _rounded(shown.width))
    else:
        shown = _exactly(picture, side).convert("RGBA")
        cut = shown.getchannel("A")
    margin = (side - shown.width) // 2
    icon.paste(shown.convert("RGB"), (margin, margin), cut)
    return icon


def _exactly(image: Any, side: int) -> Any:
    from PIL import Image

    return image.resize((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _rounded(side: int) -> Any:
    """Return a square with round corners as a mask, drawn larger for the sake of its edges."""
    from PIL import Image, ImageDraw

    large = side * FINER
    mask = Image.new("L", (large, large), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, large - 1, large - 1), large * CORNER_SHARE, 255)
    return _exactly(mask, side)


def accent(hue: int) -> tuple[int, int, int]:
    """Return the accent of `tokens.css` in light, `oklch(.43 .085 hue)`, as sRGB of 8 bits each.

    CSS Color 4, 10.9 (sample code for OKLab to sRGB).
    """
    lightness, chroma = ACCENT
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _on_screen(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _on_screen(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _on_screen(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _on_screen(light: float) -> int:
    """Return a part of 255 of linear light: IEC 61966-2-1."""
    light = min(1.0, max(0.0, light))
    coded = 12.92 * light if light <= LINEAR_TO else 1.055 * light ** (1 / 2.4) - 0.055
    return round(coded * 255)


def _png(image: Any) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
