"""Makes one picture anew: a process of its own, with little memory and time, for a single picture.

`python -m salon.files.picture_worker SPEC`, started by `pictures.py`. The picture comes by standard
input; by standard output goes one line of JSON that says what follows (a `Sheet`) or why there is
nothing, then the renditions one after the other, all of them WebP (RFC 9649).

Nothing of the original is taken over but its pixels: turned as its EXIF says, moved into sRGB by
its colour profile, without either. Whatever a hostile picture does to a decoder, it does it here,
to a process that holds nothing else and is gone a moment later.
"""

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from salon.files.app_icons import app_icons
from salon.files.confinement import confine
from salon.files.room_pictures import HEIGHT, WIDTH, RoomPicture, drawn

MEMORY_BYTES = 1024 * 1024 * 1024  # of addresses; a progressive JPEG of 60 megapixels needs half
CPU_S = 20
FRAMES_MAX = 200
FRAMES_PIXELS_MAX = 200_000_000  # of all frames as they come
MOVING_PIXELS_MAX = 24_000_000  # of all frames as they go
MOVING_SIDE_MAX = 640
MOVING = ("GIF", "PNG", "WEBP")
QUALITY = 82  # of 100; about a tenth of a PNG's size, and no difference to the eye
SHARP_QUALITY = 92  # for what came without loss: screens and drawings, where edges show
EFFORT = 4  # of 6
LEAST_FRAME_MS = 20  # what browsers make of less
USUAL_FRAME_MS = 100


@dataclass(frozen=True, slots=True)
class Spec:
    """What is wanted: `sizes` are the longest sides in pixels by name, the largest first."""

    media_type: str
    sizes: dict[str, int]
    square: bool
    pixels_max: int
    shrunk_pixels_max: int  # of a JPEG, which is decoded smaller at once
    is_still: bool = False  # what moves shows how it begins
    hue: int | None = None  # icons of an app are made, where it has a colour on this one
    room: dict[str, Any] | None = None  # a `RoomPicture` is drawn, of faces


class Refused(Exception):
    """This is no picture that can be taken; the argument is the reason."""


def renditions(content: bytes, spec: Spec) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """Return what the full rendition is like, and every rendition. Raises Refused."""
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # judged below, before anything is decoded
    try:
        if spec.room is not None:
            picture = drawn(RoomPicture(**spec.room), content)
            return {"width": WIDTH, "height": HEIGHT, "moves": False}, [("", picture)]
        image = _opened(content, spec)
        still = _upright(image, spec)
        if spec.hue is not None:
            facts = {"width": still.width, "height": still.height, "moves": False}
            return facts, app_icons(still, spec.sizes, spec.hue)
        moving = None if spec.is_still else _moving(image, still.size, spec)
        return _encoded(still, moving, spec)
    except Refused:
        raise
    except MemoryError as error:
        raise Refused("large") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused("broken") from error
    except Exception as error:  # decoders raise whatever they like
        raise Refused("broken") from error


def _opened(content: bytes, spec: Spec) -> Any:
    from PIL import Image

    image = Image.open(BytesIO(content), formats=(spec.media_type.removeprefix("image/").upper(),))
    pixels = image.width * image.height
    is_jpeg = spec.media_type == "image/jpeg"
    if pixels > (spec.shrunk_pixels_max if is_jpeg else spec.pixels_max):
        raise Refused("large")
    if is_jpeg:  # by 2, 4 or 8 at once, never below what is wanted
        side = min(image.size) if spec.square else max(image.size)
        shrink = max(spec.sizes.values()) / side
        image.draft(None, (int(image.width * shrink), int(image.height * shrink)))
    if image.width * image.height > spec.pixels_max:
        raise Refused("large")
    return image


def _upright(image: Any, spec: Spec) -> Any:
    """Return the first frame as it is meant to be seen, in the colours of a screen."""
    from PIL import ImageOps

    image.load()
    plain = _in_screen_colours(ImageOps.exif_transpose(image))
    return _square(plain) if spec.square else plain


def _in_screen_colours(image: Any) -> Any:
    from PIL import Image, ImageCms

    has_alpha = "A" in image.getbands() or "transparency" in image.info
    mode = "RGBA" if has_alpha else "RGB"
    if image.mode.startswith("I;16"):  # which Pillow would cut off instead of scaling it
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            srgb = ImageCms.createProfile("sRGB")
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            kept = image.getchannel("A") if image.mode == "RGBA" else None
            moved = ImageCms.profileToProfile(
                image.convert("RGB") if kept is not None else image, own, srgb, outputMode="RGB"
            )
            if moved is not None:
                if kept is not None:
                    moved.putalpha(kept)
                image = moved
    plain = image.convert(mode)
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)  # pixels only: nothing that a file said about itself comes along
    return bare


def _square(image: Any) -> Any:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _fitted(image: Any, side_max: int) -> Any:
    """Return the picture no longer than this on either side; never larger than it is."""
    from PIL import Image

    longest = max(image.size)
    if longest <= side_max:
        return image
    size = tuple(max(1, round(side * side_max / longest)) for side in image.size)
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


# -- what moves


@dataclass(frozen=True, slots=True)
class _Moving:
    frames: list[Any]
    durations_ms: list[int]
    loops: int


def _moving(image: Any, size: tuple[int, int], spec: Spec) -> _Moving | None:
    """Return the frames, small enough to be kept together; None for what stands still.

    What has too many frames stands still too: it shows how it begins.
    """
    if image.format not in MOVING or not getattr(image, "is_animated", False):
        return None
    count = _frames(image)
    if not 1 < count <= FRAMES_MAX or count * image.width * image.height > FRAMES_PIXELS_MAX:
        return None
    side_max = min(MOVING_SIDE_MAX, max(spec.sizes.values()))
    shrink = min(1.0, side_max / max(size))
    area = count * size[0] * size[1] * shrink**2
    if area > MOVING_PIXELS_MAX:
        side_max = int(max(size) * shrink * (MOVING_PIXELS_MAX / area) ** 0.5)
    frames, durations_ms = [], []
    for number in range(count):
        image.seek(number)
        plain = _in_screen_colours(image)
        frames.append(_fitted(_square(plain) if spec.square else plain, side_max))
        told_ms = int(image.info.get("duration", USUAL_FRAME_MS) or USUAL_FRAME_MS)
        durations_ms.append(told_ms if told_ms >= LEAST_FRAME_MS else USUAL_FRAME_MS)
    return _Moving(frames, durations_ms, int(image.info.get("loop", 1)))


def _frames(image: Any) -> int:
    """Count, to one more than are taken."""
    for number in range(FRAMES_MAX + 1):
        try:
            image.seek(number)
        except EOFError:
            return number
    return FRAMES_MAX + 1


# -- encoding


def _encoded(
    still: Any, moving: _Moving | None, spec: Spec
) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    quality = QUALITY if spec.media_type == "image/jpeg" else SHARP_QUALITY
    made: list[tuple[str, bytes]] = []
    full, *smaller = spec.sizes.items()
    largest = _fitted(still, full[1])
    if moving is None:
        made.append((full[0], _webp(largest, quality)))
    else:
        largest = moving.frames[0]
        made.append((full[0], _moving_webp(moving)))
    for name, side_max in smaller:
        smaller_one = _fitted(still, side_max)
        if smaller_one.size != largest.size or moving is not None:
            made.append((name, _webp(smaller_one, quality)))
    facts = {"width": largest.width, "height": largest.height, "moves": moving is not None}
    return facts, made


def _webp(image: Any, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=quality, method=EFFORT)
    return out.getvalue()


def _moving_webp(moving: _Moving) -> bytes:
    out = BytesIO()
    first, *others = moving.frames
    first.save(
        out,
        "WEBP",
        save_all=True,
        append_images=others,
        duration=moving.durations_ms,
        loop=moving.loops,
        quality=QUALITY,
        method=EFFORT - 2,
    )
    return out.getvalue()


def _answer(content: bytes, spec: Spec) -> Iterator[bytes]:
    try:
        facts, made = renditions(content, spec)
    except Refused as refused:
        yield json.dumps({"refused": str(refused)}).encode() + b"\n"
        return
    facts["renditions"] = [[name, len(encoded)] for name, encoded in made]
    yield json.dumps(facts).encode() + b"\n"
    for _name, encoded in made:
        yield encoded


def _main(spec: Spec) -> None:
    confine(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S, written_bytes=0)
    warnings.simplefilter("ignore")  # of decoders, about the pictures of strangers
    content = sys.stdin.buffer.read()
    for part in _answer(content, spec):
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    _main(Spec(**json.loads(sys.argv[1])))
