"""The worker and what the page says of itself: addresses, headers, and one version for all."""

import io
import json
import re

import pytest
from PIL import Image

from salon.files.app_icons import accent
from salon.testing import Person, Refused, Server


async def test_the_worker_names_the_files_and_the_version_of_the_page(
    server: Server, owner: Person
) -> None:
    async with owner.web.get("/sw.js") as answer:
        assert answer.content_type == "text/javascript"
        assert answer.headers["Cache-Control"] == "no-cache"
        first, _, script = (await answer.text()).partition("\n")
    shell = json.loads(first.removeprefix("const SHELL = ").removesuffix(";"))
    assert "addEventListener" in script
    async with owner.web.get("/") as page:
        assert page.headers["Salon-Shell"] == shell["version"]
        assert page.headers["Cache-Control"] == "no-store"
        named = re.findall(r'(?:src|href)="(/static/app/[^"]+)"', await page.text())
    assert named
    assert set(named) <= set(shell["files"])
    for file in shell["files"]:
        async with owner.web.get(file) as answer:
            assert answer.status == 200


async def test_only_the_page_of_the_app_says_that_it_may_be_kept(
    server: Server, owner: Person
) -> None:
    async with server.visitor() as visitor:
        for path in ("/signin", "/nowhere"):
            async with visitor.get(path) as answer:
                assert "Salon-Shell" not in answer.headers


async def test_what_is_installed_has_the_name_of_the_place_and_pictures_that_are_there(
    server: Server, owner: Person
) -> None:
    async with server.visitor() as visitor:
        async with visitor.get("/manifest.webmanifest") as answer:
            assert answer.content_type == "application/manifest+json"
            said = json.loads(await answer.text())
        assert (said["name"], said["start_url"], said["scope"]) == ("Les Voisins", "/", "/")
        assert any(icon.get("purpose") == "maskable" for icon in said["icons"])
        for icon in said["icons"]:
            async with visitor.get(icon["src"]) as picture:
                assert (picture.status, picture.content_type) == (200, icon["type"])


async def icons(server: Server) -> dict[str, Image.Image]:
    """Return the icons of the manifest, as a device gets them, by their addresses."""
    shown: dict[str, Image.Image] = {}
    async with server.visitor() as visitor:
        async with visitor.get("/manifest.webmanifest") as answer:
            said = json.loads(await answer.text())
        async with visitor.get("/signin") as page:
            (touch,) = re.findall(r'rel="apple-touch-icon" href="([^"]+)"', await page.text())
        for address in [*(icon["src"] for icon in said["icons"]), touch]:
            async with visitor.get(address) as picture:
                assert (picture.status, picture.content_type) == (200, "image/png")
                shown[address] = Image.open(io.BytesIO(await picture.read()))
                is_named = "immutable" in picture.headers["Cache-Control"]
                assert is_named == ("?" in address)
    return shown


async def set_icon(owner: Person, colour: str) -> str:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(out, "PNG")
    file = await owner.hand_in(out.getvalue(), "icon.png", **{"for": "icon"})
    await owner.command("community.set_icon", file=file["id"])
    await owner.expect("community.changed", icon_id=file["id"])
    return str(file["id"])


async def test_what_is_installed_shows_the_picture_of_the_community_until_there_is_none(
    server: Server, owner: Person
) -> None:
    own = await icons(server)
    id_ = await set_icon(owner, "red")
    shown = await icons(server)
    hue = owner.snapshot["community"]["accent_hue"]
    assert list(shown) == [
        f"/icon/{name}.png?v={id_}-{hue}" for name in ("192", "512", "maskable", "touch")
    ]
    assert [icon.size for icon in shown.values()] == [
        (192, 192),
        (512, 512),
        (512, 512),
        (180, 180),
    ]
    for icon in shown.values():
        middle = icon.width // 2
        centre = icon.convert("RGB").crop((middle, middle, middle + 1, middle + 1))
        red, *others = centre.tobytes()
        assert (red > 250, max(others) < 5) == (True, True)
    *_, maskable, touch = shown.values()
    assert (maskable.mode, touch.mode) == ("RGB", "RGB")
    for place in range(0, 512, 8):  # all of it is in the circle of which a system leaves the least
        for other in range(0, 512, 8):
            is_safe = (place - 256) ** 2 + (other - 256) ** 2 <= (0.4 * 512) ** 2
            assert is_safe or maskable.getpixel((place, other)) == accent(hue)
    await server.restart()
    assert list(await icons(server)) == list(shown)
    await owner.open()
    await owner.command("community.set_icon")
    await owner.expect("community.changed", icon_id=None)
    assert list(await icons(server)) == list(own)


async def test_another_picture_and_another_colour_are_at_another_address(
    server: Server, owner: Person
) -> None:
    await set_icon(owner, "red")
    red = await icons(server)
    await owner.command("community.edit", accent_hue=20)
    await owner.expect("community.changed", accent_hue=20)
    on_another = await icons(server)
    assert not set(red) & set(on_another)
    *_, maskable, _touch = on_another.values()
    assert maskable.getpixel((0, 0)) == accent(20)
    blue = await set_icon(owner, "blue")
    assert all(f"v={blue}-20" in address for address in await icons(server))
    await server.app.services.files.collect()
    kept = await server.app.services.files._storage.keys()
    assert len(kept) == 2 + 4  # of the last picture: two sizes in the page, four of an app


async def test_a_picture_of_somebody_else_or_for_something_else_is_no_icon(
    server: Server, owner: Person, alice: Person
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    theirs = await alice.hand_in(out.getvalue(), "me.png", **{"for": "avatar"})
    mine = await owner.hand_in(out.getvalue(), "me.png", **{"for": "avatar"})
    for file in (theirs["id"], mine["id"], "1"):
        with pytest.raises(Refused) as refused:
            await owner.command("community.set_icon", file=file)
        assert refused.value.error["code"] == "not_found"
