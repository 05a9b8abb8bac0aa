"""Push to talk under a finger, on a phone, in a room that asks everybody for it."""

import pytest
from playwright.async_api import expect

from salon.testing import Person
from salon.testing.browser import QUIET_PREFERENCES, Browsers, Visitor, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
SLIDE_PX = 90


async def test_the_microphone_is_open_while_it_is_held_and_stays_open_slid_up(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    room = owner.room("Kitchen table")
    await owner.command("room.edit", room=room, push_to_talk=True)
    visitor = await Visitor.open(
        await browsers.browser(),
        alice.url,
        preferences=QUIET_PREFERENCES,
        locale="en-GB",
        viewport={"width": 360, "height": 720},
        has_touch=True,
        is_mobile=True,
    )
    await visitor.sign_in(alice.handle, alice.password, at="/r/kitchen-table")
    page = visitor.page
    await page.get_by_role("main").get_by_role("button", name="Open the door").click()
    talk = page.get_by_role("button", name="Talk", exact=True)
    await talk.hover()
    await page.mouse.down()
    await expect(talk).to_have_attribute("aria-pressed", "true")
    assert await barriers(page) == []
    await page.mouse.up()
    await expect(talk).to_have_attribute("aria-pressed", "false")

    await talk.hover()
    box = await talk.bounding_box()
    assert box is not None
    await page.mouse.down()
    await page.mouse.move(box["x"], box["y"] - SLIDE_PX, steps=4)
    await expect(page.get_by_text("stays open")).to_be_visible()
    await page.mouse.up()
    await expect(talk).to_have_attribute("aria-pressed", "true")
    await talk.click()
    await expect(talk).to_have_attribute("aria-pressed", "false")

    await talk.press("Enter")  # as a screen reader does
    await expect(talk).to_have_attribute("aria-pressed", "true")
    await talk.press("Enter")
    await expect(talk).to_have_attribute("aria-pressed", "false")
    assert visitor.complaints == []
