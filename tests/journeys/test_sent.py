"""Sent by a host from one room to another, in real Chromium: there, or still here."""

import pytest
from playwright.async_api import Page, expect

from salon.testing import Person
from salon.testing.browser import Browsers, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def is_in(page: Page, room: str) -> None:
    await expect(page.get_by_role("region", name="Voice").locator(".door.lit")).to_be_visible()
    await expect(page.get_by_role("button", name=f"Leave {room}")).to_be_visible()


async def send(page: Page, name: str, room: str) -> None:
    await page.get_by_role("button", name=f"More about {name}").click()
    await page.get_by_role("menuitem", name=f"Move to {room}").click()


async def test_who_is_sent_to_another_room_is_there_or_stays_when_it_is_full_and_both_are_told(
    browsers: Browsers, owner: Person, alice: Person, bob: Person
) -> None:
    room = (await owner.command("room.open", name="Balcony", seats=1, temporary=False))["room"]
    hers = await browsers.visit(alice, "/r/kitchen-table")
    await hers.page.get_by_role("main").get_by_role("button", name="Open the door").click()
    await is_in(hers.page, "Kitchen table")
    keeping = await browsers.visit(owner, "/r/kitchen-table")

    await bob.join(room["id"])
    await send(keeping.page, "Alice", "Balcony")
    await keeping.page.get_by_text("Balcony is full. Alice stays here.").wait_for()
    assert await barriers(keeping.page) == []
    await is_in(hers.page, "Kitchen table")

    await bob.command("room.leave", room=room["id"])
    await send(keeping.page, "Alice", "Balcony")
    await hers.page.get_by_text("Owner sent you to another room").wait_for()
    await is_in(hers.page, "Balcony")
    await expect(keeping.page.get_by_role("button", name="More about Alice")).to_have_count(0)
    assert hers.complaints + keeping.complaints == []
