"""Pictures made anew: their pixels and nothing else; what is hostile is refused in bounded time."""

import asyncio
import io
import struct
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw

from salon.errors import Unavailable
from salon.files import picture_worker, pictures
from salon.files.picture_worker import Spec
from salon.files.pictures import FACE, IN_MESSAGES, ON_CARD, Made, Pictures, Shape, Unreadable

MEGAPIXELS = 25


async def parts_of(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def remade(content: bytes, form: str, shape: Shape = IN_MESSAGES) -> Made:
    return await Pictures(megapixels=MEGAPIXELS).remake(parts_of(content), f"image/{form}", shape)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def png(width: int, height: int, *, body: bytes = b"", depth: int = 8, colour: int = 2) -> bytes:
    """Return a PNG that claims a size, with these (unpacked) bytes of pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(body, 9)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


async def test_a_photo_is_turned_upright_and_says_nothing_of_where_it_was_taken() -> None:
    image = Image.new("RGB", (900, 600), "white")
    ImageDraw.Draw(image).rectangle((0, 0, 100, 100), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010F] = "Canary Camera"
    exif.get_ifd(0x8825)[1] = "N"
    photo = saved(image, "JPEG", exif=exif, quality=95, comment=b"Canary comment")
    assert b"Canary" in photo
    made = await remade(photo, "jpeg")
    assert (made.width, made.height, made.moves) == (600, 900, False)
    assert set(made.renditions) == {"", "medium", "small"}
    for content in made.renditions.values():
        assert content[8:12] == b"WEBP"
        assert not [word for word in (b"Canary", b"EXIF", b"ICCP", b"XMP ") if word in content]
    full = opened(made.renditions[""])
    red = full.getpixel((560, 30))
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert red[1] < 60


async def test_on_a_card_a_picture_is_small_and_stands_still() -> None:
    frames = [Image.new("RGB", (800, 400), colour) for colour in ("teal", "red", "blue")]
    film = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (await remade(film, "gif")).moves
    made = await remade(film, "gif", ON_CARD)
    assert (made.width, made.height, made.moves) == (320, 160, False)
    assert list(made.renditions) == [""]


def test_a_small_picture_is_never_made_larger() -> None:
    made = made_here(saved(Image.new("RGB", (200, 100), "teal"), "PNG"), "png")
    assert made.size == (200, 100)


def test_colours_of_a_profile_become_those_of_a_screen() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with_profile = saved(Image.new("RGB", (64, 64), (10, 200, 30)), "PNG", icc_profile=srgb)
    pixel = made_here(with_profile, "png").convert("RGB").getpixel((32, 32))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) < 8 for a, b in zip(pixel, (10, 200, 30), strict=True))


def made_here(content: bytes, form: str) -> Image.Image:
    """Return the full rendition, made in this process: for pictures of our own."""
    pixels = MEGAPIXELS * pictures.MEGAPIXEL
    spec = Spec(
        f"image/{form}",
        dict(IN_MESSAGES.sizes),
        square=False,
        pixels_max=pixels,
        shrunk_pixels_max=pixels,
    )
    return opened(picture_worker.renditions(content, spec)[1][0][1])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_grey_stays_grey_whatever_the_mode(mode: str) -> None:
    grey = Image.new("L", (40, 40), 255 if mode == "1" else 100)
    if mode == "I;16":
        grey = Image.new("I;16", (40, 40), 100 * 257)
    pixel = made_here(saved(grey.convert(mode), "PNG"), "png").convert("RGB").getpixel((20, 20))
    assert isinstance(pixel, tuple)
    assert all(abs(part - (255 if mode == "1" else 100)) < 6 for part in pixel)


def test_a_photo_for_printers_is_shown_in_the_colours_of_a_screen() -> None:
    made = made_here(saved(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG"), "jpeg")
    pixel = made.convert("RGB").getpixel((20, 20))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 180
    assert pixel[2] < 80


def test_see_through_stays_see_through() -> None:
    made = made_here(saved(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG"), "png")
    pixel = made.convert("RGBA").getpixel((20, 20))
    assert isinstance(pixel, tuple)
    assert pixel[3] == 0


async def test_a_face_is_the_square_middle() -> None:
    made = await remade(saved(Image.new("RGB", (1_200, 700), "teal"), "JPEG"), "jpeg", FACE)
    assert (made.width, made.height) == (512, 512)
    assert opened(made.renditions["small"]).size == (96, 96)


async def test_what_moves_moves_in_full_and_stands_still_when_it_is_small() -> None:
    frames = [Image.new("RGB", (700, 350), (shade, 0, 0)) for shade in range(0, 250, 25)]
    gif = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0)
    made = await remade(gif, "gif")
    assert made.moves
    full = opened(made.renditions[""])
    assert (getattr(full, "n_frames", 1), full.size) == (10, (640, 320))
    assert {
        name: getattr(opened(made.renditions[name]), "n_frames", 1) for name in ("medium",)
    } == {"medium": 1}


async def test_what_moves_for_too_long_shows_how_it_begins() -> None:
    frames = [Image.new("L", (4, 4), shade) for shade in range(250)]
    gif = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=20)
    assert not (await remade(gif, "gif")).moves


async def test_a_large_photo_is_taken_where_a_large_drawing_is_refused() -> None:
    photo = saved(Image.new("RGB", (8_000, 6_000), "teal"), "JPEG", quality=40)
    made = await remade(photo, "jpeg")
    assert (made.width, made.height) == (3_840, 2_880)
    with pytest.raises(Unreadable, match="at most 25 megapixels") as refused:
        await remade(png(8_000, 6_000), "png")
    assert refused.value.reason == "picture_large"


HOSTILE = {
    "fifty thousand pixels each way": ("png", png(50_000, 50_000, body=b"\0" * 1_000)),
    "a bomb of nothing": ("png", png(25_000, 25_000, depth=1, colour=0, body=b"\0" * 78_000_000)),
    "no pixels": ("png", png(0, 0)),
    "the largest number": ("png", png(2**31 - 1, 2**31 - 1)),
    "cut short": ("jpeg", saved(Image.effect_noise((600, 600), 90), "JPEG")[:9_000]),
    "only a signature": ("png", b"\x89PNG\r\n\x1a\n"),
    "a page behind a signature": ("gif", b"GIF89a<script>alert(1)</script>" * 50),
    "an endless header": ("jpeg", b"\xff\xd8" + (b"\xff\xe1\xff\xff" + b"A" * 65_533) * 100),
    "a text of a gigabyte": (
        "png",
        png(4, 4)[:33]
        + struct.pack(">I", 1_000_010)
        + b"zTXt"
        + b"Comment\0\0"
        + zlib.compress(b"A" * 300_000_000, 9)[:1_000_001].ljust(1_000_001, b"\0")
        + b"\0\0\0\0",
    ),
    "another form than it says": ("webp", saved(Image.new("RGB", (4, 4)), "PNG")),
    "a form nobody asked for": ("png", saved(Image.new("RGB", (4, 4)), "TIFF")),
    "frames beyond the picture": (
        "gif",
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\xff\xff\xff\xff\xff\xff\xff\xff\0\x02\x02D\x01\0;",
    ),
    "webp of a wrong size": ("webp", b"RIFF\xff\xff\xff\xffWEBPVP8X\x0a\0\0\0" + b"\xff" * 40),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_picture_is_refused(name: str) -> None:
    form, content = HOSTILE[name]
    with pytest.raises(Unreadable):
        await remade(content, form)


async def test_a_page_that_hides_behind_a_picture_is_not_in_what_is_made() -> None:
    polyglot = saved(Image.new("RGB", (40, 40), "teal"), "GIF") + b"<script>canary()</script>"
    made = await remade(polyglot, "gif")
    assert b"canary" not in b"".join(made.renditions.values())


async def test_a_worker_that_hangs_is_killed_and_the_next_picture_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never() -> AsyncIterator[bytes]:
        yield b"\x89PNG"
        await asyncio.Event().wait()

    makers = Pictures(megapixels=MEGAPIXELS)
    monkeypatch.setattr(pictures, "WITHIN_S", 0.3)
    with pytest.raises(Unreadable):
        await makers.remake(never(), "image/png", IN_MESSAGES)
    assert makers.process_id is None
    monkeypatch.undo()
    small = saved(Image.new("RGB", (4, 4)), "PNG")
    assert (await makers.remake(parts_of(small), "image/png", IN_MESSAGES)).width == 4


async def test_more_pictures_than_may_wait_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "WAITING_MAX", 0)
    with pytest.raises(Unavailable):
        await remade(b"", "png")
