"""The worker and what the page says of itself: addresses, headers, and one version for all."""

import json
import re

from salon.testing import Person, Server


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
