"""The owner puts somebody in time out and bans them in the page, and lifts it by keyboard."""

import re

import pytest
from playwright.async_api import Page, expect

from salon.testing import Person
from salon.testing.browser import Browsers, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def assert_nothing_found(page: Page) -> None:
    assert await barriers(page) == []


async def test_a_time_out_is_begun_felt_listed_and_lifted_and_a_ban_shuts_the_page(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    hers = (await browsers.visit(alice, "/c/general")).page
    await hers.get_by_role("textbox", name=re.compile("general")).wait_for()
    visitor = await browsers.visit(owner, "/admin/members")
    page = visitor.page

    async def decide(kind: str, do: str) -> None:
        row = page.get_by_role("listitem").filter(has_text="@alice")
        await row.get_by_role("button", name="Change").click()
        await page.get_by_role("button", name="Time out, suspend, ban…").click()
        dialog = page.get_by_role("dialog", name="What happens to Alice?")
        await dialog.get_by_role("radio", name=kind).check()
        await dialog.get_by_label("Reason").fill("Adverts in every channel")
        await assert_nothing_found(page)
        await dialog.get_by_role("button", name=do).click()
        await dialog.wait_for(state="hidden")

    await decide("Warning", "Warn")
    warned = hers.get_by_role("dialog", name="A warning from the hosts")
    await expect(warned).to_contain_text("Adverts in every channel")
    await assert_nothing_found(hers)
    await warned.get_by_role("button", name="I have read it").click()
    await warned.wait_for(state="hidden")

    await decide("Time out", "Put in time out")
    closed = hers.get_by_text("You can read and listen. Reason: Adverts in every channel")
    await closed.wait_for()
    await hers.reload()
    await closed.wait_for()  # also to who was not here when it began

    await page.get_by_role("link", name="Time outs and bans").click()
    row = page.get_by_role("listitem").filter(has_text="Reason: Adverts in every channel")
    await expect(row).to_contain_text("Time out · until")
    await assert_nothing_found(page)
    await row.get_by_role("button", name="Lift").focus()
    await page.keyboard.press("Enter")
    await page.get_by_text("Nobody is in time out or banned.").wait_for()
    await closed.wait_for(state="hidden")

    await page.get_by_role("link", name="Members").click()
    await decide("Ban", "Ban")
    await hers.wait_for_url(re.compile("/signin"))
    assert visitor.complaints == []
