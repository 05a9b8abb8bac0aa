"""The picture that stands for a public room where its link is shown: made by the picture worker.

PNG of 1200 by 630 pixels, which is what makers of cards expect (ogp.me). On it stand the community,
the room's name and topic, a sign when somebody is in, and the faces of those who are shown outside.
Signs that the font lacks are left out; a line of which most is lacking is not drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from salon.files.app_icons import accent

WIDTH, HEIGHT = 1200, 630
MARGIN = 84
FACE = 128
FACES_MAX = 6
SIGN = 260  # across, at most
LINE_HEIGHT = 1.16
INK = (255, 255, 255)
SOFT = (222, 232, 226)
LIVE = (196, 43, 48)
TINT = (255, 255, 255, 46)
FINER = 3
DRAWN_LEAST = 0.5  # of the letters of a line
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class RoomPicture:
    """What is drawn. `faces`: the bytes that each takes of what is sent; 0 shows its letter.

    `letters` stand for who has no picture; an empty one for who is not named. `more` are not shown.
    """

    community: str
    name: str
    topic: str
    hue: int
    live: str  # the word of the sign; empty while nobody is in
    faces: tuple[int, ...] = ()
    letters: tuple[str, ...] = ()
    more: int = 0


def drawn(picture: RoomPicture, faces: bytes) -> bytes:
    """Return the picture as PNG."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), accent(picture.hue))
    pen = ImageDraw.Draw(image, "RGBA")
    pen.ellipse((-320, -560, WIDTH + 320, 260), fill=(255, 255, 255, 18))
    inner = WIDTH - 2 * MARGIN
    _text(pen, picture.community, 70, _font("SemiBold", 36), SOFT, width=inner - SIGN, lines=1)
    if picture.live:
        _sign(pen, picture.live)
    bottom = _text(pen, picture.name, 150, _font("Bold", 82), INK, width=inner, lines=2)
    lines = 1 if bottom > HEIGHT // 2 else 2
    _text(pen, picture.topic, bottom + 20, _font("Medium", 38), SOFT, width=inner, lines=lines)
    _row(image, pen, picture, faces)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _font(weight: str, size: int) -> Any:
    import font_manrope
    from PIL import ImageFont

    return ImageFont.truetype(f"{font_manrope.font_directory}/Manrope-{weight}.ttf", size)


# -- words


def _drawable(text: str, font: Any) -> str:
    """Return what the font has of a text; nothing when that is less than half."""
    lacking = font.getmask("\uffff").getbbox(), bytes(font.getmask("\uffff"))
    kept = [sign for sign in text if sign.isspace() or _is_in(sign, font, lacking)]
    return "".join(kept).strip() if len(kept) >= DRAWN_LEAST * len(text) else ""


def _is_in(sign: str, font: Any, lacking: tuple[Any, bytes]) -> bool:
    mask = font.getmask(sign)
    return (mask.getbbox(), bytes(mask)) != lacking


def _text(  # noqa: PLR0913 where, how and how much
    pen: Any, text: str, top: int, font: Any, ink: Any, *, width: int, lines: int
) -> int:
    """Write a text in so many lines at most; return where it ends."""
    for line in _wrapped(_drawable(text, font), font, width, lines):
        pen.text((MARGIN, top), line, font=font, fill=ink)
        top += round(font.size * LINE_HEIGHT)
    return top


def _wrapped(text: str, font: Any, width: int, lines: int) -> list[str]:
    made: list[str] = []
    rest = text.split()
    while rest and len(made) < lines:
        line = ""
        while rest and font.getlength(f"{line} {rest[0]}".strip()) <= width:
            line = f"{line} {rest.pop(0)}".strip()
        if not line:  # one word that is wider than the picture
            line, rest = _cut(rest[0], font, width), rest[1:]
        made.append(line)
    if rest and made:
        made[-1] = _cut(f"{made[-1]} {rest[0]}", font, width, is_over=True)
    return made


def _cut(line: str, font: Any, width: int, *, is_over: bool = False) -> str:
    if font.getlength(line) <= width and not is_over:
        return line
    while line and font.getlength(line + ELLIPSIS) > width:
        line = line[:-1]
    return line.rstrip() + ELLIPSIS


def _sign(pen: Any, word: str) -> None:
    font = _font("Bold", 32)
    said = "".join(_wrapped(_drawable(word, font), font, SIGN - 80, 1))
    left = WIDTH - MARGIN - round(font.getlength(said)) - 76
    pen.rounded_rectangle((left, 62, WIDTH - MARGIN, 122), 30, fill=LIVE)
    pen.ellipse((left + 24, 84, left + 40, 100), fill=INK)
    pen.text((left + 54, 92), said, font=font, fill=INK, anchor="lm")


# -- faces


def _row(image: Any, pen: Any, picture: RoomPicture, faces: bytes) -> None:
    top, left = HEIGHT - MARGIN - FACE + 24, MARGIN
    at = 0
    for size, letter in zip(picture.faces, picture.letters, strict=True):
        if size:
            _face(image, faces[at : at + size], (left, top))
            at += size
        else:
            _disc(pen, (left, top), letter)
        left += FACE + 20
    if picture.more:
        _disc(pen, (left, top), f"+{picture.more}")


def _disc(pen: Any, at: tuple[int, int], word: str) -> None:
    left, top = at
    pen.ellipse((left, top, left + FACE, top + FACE), fill=TINT)
    font = _font("Bold", 52 if len(word) < 2 else 40)  # noqa: PLR2004 one letter
    middle = (left + FACE // 2, top + FACE // 2)
    if word and _drawable(word, font):
        pen.text(middle, word, font=font, fill=INK, anchor="mm")
    else:  # somebody: a head and shoulders
        x, y = middle
        pen.ellipse((x - 20, y - 36, x + 20, y + 4), fill=SOFT)
        pen.pieslice((x - 38, y + 12, x + 38, y + 88), 180, 360, fill=SOFT)


def _face(image: Any, content: bytes, at: tuple[int, int]) -> None:
    from PIL import Image, ImageDraw

    face = Image.open(BytesIO(content), formats=("WEBP",)).convert("RGB").resize((FACE, FACE))
    mask = Image.new("L", (FACE * FINER, FACE * FINER), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, FACE * FINER - 1, FACE * FINER - 1), fill=255)
    image.paste(face, at, mask.resize((FACE, FACE), Image.Resampling.LANCZOS))


def shown(faces: Sequence[bytes | None]) -> tuple[tuple[int, ...], bytes]:
    """Return what is sent of faces to be drawn: their sizes, and all of them in a row."""
    return tuple(len(face or b"") for face in faces), b"".join(face or b"" for face in faces)
