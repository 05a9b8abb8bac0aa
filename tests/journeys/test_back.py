"""Back, and the back gesture of a phone: first what lies on top, then the place before."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, ViewportSize, expect

from salon.testing import Person
from salon.testing.browser import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 800, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
sizes = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
Open = Callable[..., Awaitable[Page]]


@pytest.fixture
def open_at(browsers: Browsers, owner: Person) -> Open:
    """`await open_at(size, path, …)` goes to each path within the page and returns the page."""

    async def open_at(size: ViewportSize, first: str, *others: str) -> Page:
        visitor = await browsers.visit(owner, first, viewport=size)
        for path in others:
            await visitor.page.locator(f'a[href="{path}"]:visible').first.click()
            await expect(visitor.page).to_have_url(place(path))
        await visitor.page.get_by_role("main").wait_for()
        return visitor.page

    return open_at


async def back(page: Page) -> None:
    """As the button of the browser: it goes one entry back, whatever that is."""
    await page.evaluate("history.back()")


def place(path: str) -> re.Pattern[str]:
    return re.compile(rf"^http://[^/]+{re.escape(path)}$")


@sizes
async def test_back_closes_a_dialog_and_then_goes_to_the_place_before(
    open_at: Open, size: ViewportSize
) -> None:
    before = "/rooms" if size == PHONE else "/c/general"
    page = await open_at(size, before, "/")
    await page.get_by_role("main").get_by_role("button", name="Open a room").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await back(page)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page).to_have_url(place("/"))
    await back(page)
    await expect(page).to_have_url(place(before))


@sizes
async def test_what_escape_has_closed_is_not_in_the_way_of_back(
    open_at: Open, size: ViewportSize
) -> None:
    page = await open_at(size, "/rooms", "/c/general")
    for _ in range(2):
        await page.keyboard.press("Control+k")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
    await back(page)
    await expect(page).to_have_url(place("/rooms"))


@pytest.mark.parametrize("size", [NARROW, PHONE], ids=["narrow", "phone"])
async def test_back_closes_a_menu_then_the_panel_and_then_leaves(
    open_at: Open, alice: Person, size: ViewportSize
) -> None:
    await alice.join("Kitchen table")
    page = await open_at(size, "/", "/r/kitchen-table")
    panel = page.get_by_role("complementary", name="People")
    await page.get_by_role("main").get_by_role("button", name="People").click()
    await panel.get_by_role("button", name="More about").click()
    await expect(page.get_by_role("menu")).to_be_visible()
    await back(page)
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(panel).to_be_visible()
    await back(page)
    await expect(panel).to_have_count(0)
    await expect(page).to_have_url(place("/r/kitchen-table"))
    await back(page)
    await expect(page).to_have_url(place("/"))


@pytest.mark.parametrize("size", [NARROW, PHONE], ids=["narrow", "phone"])
async def test_escape_closes_a_menu_before_the_panel_under_it(
    open_at: Open, alice: Person, size: ViewportSize
) -> None:
    await alice.join("Kitchen table")
    page = await open_at(size, "/r/kitchen-table")
    panel = page.get_by_role("complementary", name="People")
    await page.get_by_role("main").get_by_role("button", name="People").click()
    await panel.get_by_role("button", name="More about").click()
    await expect(page.get_by_role("menu")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(panel).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    await expect(page).to_have_url(place("/r/kitchen-table"))


@sizes
async def test_a_place_chosen_in_a_dialog_comes_after_the_place_it_was_opened_in(
    open_at: Open, size: ViewportSize
) -> None:
    page = await open_at(size, "/c/general")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").fill("kitchen")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(place("/r/kitchen-table"))
    await back(page)
    await expect(page).to_have_url(place("/c/general"))
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.evaluate("history.forward()")
    await expect(page).to_have_url(place("/r/kitchen-table"))


async def test_the_arrow_of_a_phone_goes_where_back_goes(open_at: Open) -> None:
    page = await open_at(PHONE, "/", "/rooms", "/c/general")
    entries = await page.evaluate("history.length")
    await page.get_by_role("main").get_by_role("link", name="Back to the rooms").click()
    await expect(page).to_have_url(place("/rooms"))
    assert await page.evaluate("history.length") == entries
    await back(page)
    await expect(page).to_have_url(place("/"))
