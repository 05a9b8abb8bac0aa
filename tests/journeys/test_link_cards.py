"""Cards of links in real Chromium: a picture of ours, and a cross for whom the server obeys."""

import pytest
from playwright.async_api import expect
from tests.core.services.test_link_cards import pictured, site_for, wanted

from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def test_a_card_has_its_picture_from_here_and_is_taken_away_by_its_author_alone(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    await wanted(owner)
    begun = await owner.command("conversation.begin", accounts=[alice.id])
    between = begun["conversation"]["id"]
    async with site_for(server) as site:
        await pictured(alice, f"{site.url}/pictured", between)
        hers = await browsers.visit(alice, f"/d/{between}", color_scheme="dark")
        his = await browsers.visit(owner, f"/d/{between}")
        for page in (hers.page, his.page):
            await page.get_by_role("link", name="View", exact=True).wait_for()
            picture = page.locator(".link-cards img")
            await expect(picture).to_have_js_property("naturalWidth", 320)
            assert await picture.get_attribute("alt") == ""
            assert await barriers(page) == []
        cross = "Take away the card"
        await expect(his.page.get_by_role("button", name=cross)).to_have_count(0)
        await hers.page.get_by_role("button", name=cross).click()
        for page in (hers.page, his.page):
            await expect(page.locator(".link-cards")).to_have_count(0)
    assert hers.complaints == his.complaints == []
