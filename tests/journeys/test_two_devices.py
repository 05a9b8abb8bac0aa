"""One person on two devices: the sound is on one of them, and the other says so."""

import pytest
from playwright.async_api import Page, expect

from salon.testing import Person
from salon.testing.browser import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def is_in(page: Page) -> None:
    await expect(page.get_by_role("region", name="Voice").locator(".door.lit")).to_be_visible()
    await expect(page.get_by_role("button", name="Leave Kitchen table")).to_be_visible()


async def is_told(page: Page) -> None:
    bar = page.get_by_role("region", name="Voice: Kitchen table")
    await expect(bar).to_contain_text("Your sound is in another tab or device")
    await expect(page.get_by_role("button", name="Leave")).to_have_count(0)


@pytest.mark.parametrize(
    ("first_at", "way_in"), [("/r/kitchen-table", "Move here"), ("/r/the-shed", "Open the door")]
)
async def test_the_device_that_comes_in_last_has_the_sound_and_the_other_says_so(
    browsers: Browsers, owner: Person, first_at: str, way_in: str
) -> None:
    await owner.command("room.open", name="The shed", temporary=False)
    laptop = (await browsers.visit(owner, first_at)).page
    await laptop.get_by_role("main").get_by_role("button", name="Open the door").click()
    await expect(laptop.get_by_role("button", name="Leave")).to_be_visible()
    phone = (await browsers.visit(owner, "/r/kitchen-table")).page
    await phone.get_by_role("button", name=way_in).click()
    await is_in(phone)
    await is_told(laptop)
    await laptop.get_by_role("button", name="Move here").click()
    await is_in(laptop)
    await is_told(phone)


async def test_a_new_password_takes_the_other_device_off_the_list_at_once(
    browsers: Browsers, owner: Person
) -> None:
    await browsers.visit(owner, "/")
    page = (await browsers.visit(owner, "/settings/signin")).page
    elsewhere = page.get_by_role("button", name="Sign out there")
    await expect(elsewhere).not_to_have_count(0)
    await page.get_by_label("Current password").fill(owner.password)
    await page.get_by_label("New password").fill("amber field kettle")
    await page.get_by_role("button", name="Change password").click()
    await expect(elsewhere).to_have_count(0)
