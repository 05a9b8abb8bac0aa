"""A member makes an address of their own feed in the page, and revokes it."""

import pytest
from playwright.async_api import expect
from tests.plugins.recording.test_in_the_page import check

from salon.testing import Person, Server
from salon.testing.browser import Browsers
from salon_recording.plugin import RecordingPlugin

SHOWS = [{"slug": "episodes"}, {"slug": "inside", "title": "Inside", "members": True}]
pytestmark = [pytest.mark.browser, pytest.mark.plugin.with_args(RecordingPlugin, shows=SHOWS)]


async def test_an_address_is_made_shown_once_and_revoked_in_the_page(
    browsers: Browsers, server: Server, owner: Person, alice: Person
) -> None:
    visitor = await browsers.visit(alice, "/p/recording/studio/mine")
    page = visitor.page
    await page.get_by_role("button", name="Your feed of Inside").click()
    dialog = page.get_by_role("dialog", name="Your feed of Inside")
    await dialog.get_by_role("button", name="Make an address").click()
    url = dialog.locator("code")
    await expect(url).to_contain_text("/p/recording/feeds/")
    async with server.visitor() as web:
        address = await url.inner_text()
        assert (await web.get(address)).status == 200
        await check(page, "own-feed")
        await dialog.get_by_role("button", name="Revoke: Made").click()
        await expect(dialog.get_by_role("listitem")).to_have_count(0)
        await expect(url).to_have_count(0)  # it leads nowhere now
        assert (await web.get(address)).status == 404
    assert visitor.complaints == []
    disk = (await browsers.visit(owner, "/admin/recording")).page
    await expect(disk.get_by_role("button", name="Your feed of Inside")).to_be_visible()
    await expect(disk.get_by_role("link", name="The feed")).to_have_count(1)  # the other is public
