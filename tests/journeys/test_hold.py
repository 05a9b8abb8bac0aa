"""A phone where everybody pushes to talk: held by a finger, and sounds tell who comes and goes."""

import pytest
from playwright.async_api import expect

from salon.testing import Person
from salon.testing.browser import QUIET_PREFERENCES, Browsers, Visitor, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
SLIDE_PX = 90
# Counts the short sounds that the page makes: two knocks when somebody comes, two when they go.
COUNT_KNOCKS = """() => {
  window.knocks = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...given) {
    window.knocks += 1;
    return start.apply(this, given);
  };
}"""


async def test_a_held_microphone_is_open_and_stays_so_slid_up_and_who_comes_and_goes_is_heard_to(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    room = owner.room("Kitchen table")
    await owner.command("room.edit", room=room, push_to_talk=True)
    visitor = await Visitor.open(
        await browsers.browser(),
        alice.url,
        preferences={**QUIET_PREFERENCES, "salon.chimes": True},
        locale="en-GB",
        viewport={"width": 360, "height": 720},
        has_touch=True,
        is_mobile=True,
    )
    await visitor.sign_in(alice.handle, alice.password, at="/r/kitchen-table")
    page = visitor.page
    await page.evaluate(COUNT_KNOCKS)
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

    await page.wait_for_function("window.knocks === 2")
    await owner.join("Kitchen table")
    await page.wait_for_function("window.knocks === 4")
    await owner.command("room.leave", room=room)
    await page.wait_for_function("window.knocks === 6")
    assert visitor.complaints == []
