"""Pictures of rooms: whatever a room is called, there is one of the right size."""

from io import BytesIO

import pytest
from PIL import Image

from salon.files.pictures import Pictures, Unreadable
from salon.files.room_pictures import HEIGHT, WIDTH, RoomPicture, drawn, shown


def face() -> bytes:
    out = BytesIO()
    Image.new("RGB", (512, 512), (200, 30, 30)).save(out, "WEBP")
    return out.getvalue()


@pytest.mark.parametrize(
    "name",
    ["", "é" * 64, "W" * 64, "日本語", "a b " * 16, "\u202e\u200f", "🎉🎉", "\x00\uffff", "… …"],
)
def test_no_name_is_too_long_or_too_foreign(name: str) -> None:
    room = RoomPicture(name, name, name * 8, 165, name or "Live", (0,), (name[:1],), 900)
    assert Image.open(BytesIO(drawn(room, b""))).size == (WIDTH, HEIGHT)


async def test_faces_are_drawn_by_a_process_of_its_own() -> None:
    pictures = Pictures(megapixels=1)
    sizes, sent = shown([face(), None])
    room = RoomPicture("Les Voisins", "Table", "", 165, "", sizes, ("A", "B"))
    png = await pictures.draw(room, sent)
    image = Image.open(BytesIO(png)).convert("RGB")
    reds = [image.getpixel((x, 500)) for x in range(90, 200)]
    assert any(red > 180 and green < 60 for red, green, _blue in reds)  # type: ignore[misc]
    with pytest.raises(Unreadable):
        await pictures.draw(room, b"x" * len(sent))
