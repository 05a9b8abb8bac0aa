"""The picture of a public room's link."""

import struct

import pytest

from salon.services import room_pictures
from salon.testing import Person, Server


async def picture_of(server: Server) -> tuple[str, bytes]:
    """Return the address that the page names, and what is there."""
    async with server.visitor() as web:
        async with web.get("/listen/kitchen-table") as answer:
            page = await answer.text()
        address = page.split('property="og:image" content="')[1].split('"')[0]
        async with web.get(address) as answer:
            assert answer.content_type == "image/png"
            assert "immutable" in answer.headers["Cache-Control"]
            return address, await answer.read()


async def test_a_link_has_a_picture_whose_address_changes_with_what_is_on_it(
    server: Server, owner: Person, public_room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_pictures, "ANEW_AFTER_S", 0.0)
    before, png = await picture_of(server)
    assert png.startswith(b"\x89PNG")
    assert struct.unpack("!II", png[16:24]) == (1200, 630)
    assert await picture_of(server) == (before, png)
    await owner.command("room.edit", room=public_room, topic="After the match")
    after, other = await picture_of(server)
    assert after != before
    assert other != png
    async with server.visitor() as web, web.get(before) as old:
        assert await old.read() == other
        assert old.headers["Cache-Control"] == "no-cache"
    await owner.command("room.edit", room=public_room, is_public=False)
    async with server.visitor() as web, web.get(after) as gone:
        assert gone.status == 404


async def test_a_room_that_changes_all_the_time_is_not_drawn_all_the_time(
    server: Server, owner: Person, public_room: str
) -> None:
    pictures, service = server.app.services.room_pictures, server.app.services.listening
    drawn = await pictures.png(service.look("kitchen-table"), "Live")
    for topic in ("One", "Two", "Three"):
        await owner.command("room.edit", room=public_room, topic=topic)
        assert await pictures.png(service.look("kitchen-table"), "Live") == drawn
    server.clock.advance(seconds=room_pictures.ANEW_AFTER_S)
    assert await pictures.png(service.look("kitchen-table"), "Live") != drawn
