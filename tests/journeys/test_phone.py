"""A room on a phone in real Chromium: the lock screen, sleep, Back, and thumbs."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from salon.testing import Person
from salon.testing.browser import Browsers, Visitor, barriers, speech

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PHONE = {"width": 360, "height": 740}
LOCK_SCREEN = """
window.salonActions = {};
const set = MediaSession.prototype.setActionHandler;
MediaSession.prototype.setActionHandler = function (name, action) {
  window.salonActions[name] = action;
  set.call(this, name, action);
};
"""
WORDS = "The kettle is on the stove and the window stands open to the garden, where hens walk."
SLEPT = "(ms) => { const now = Date.now; Date.now = () => now() + ms; }"
SMALL = """() => [...document.querySelectorAll("button:not(.sw), a[href]")]
  .filter((each) => each.checkVisibility() && !each.closest(".tx, .log, .skip"))
  .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
  .filter(([, box]) => box.height > 1 && (box.height < 43.5 || box.width < 43.5))
  .map(([html]) => html)"""


async def test_a_room_is_on_the_lock_screen_survives_sleep_and_lies_under_a_thumb(
    browsers: Browsers, owner: Person, alice: Person, bob: Person
) -> None:
    await bob.join("Kitchen table")
    visitor = await browsers.visit(
        alice, "/r/kitchen-table", viewport=PHONE, has_touch=True, is_mobile=True
    )
    page = visitor.page
    await page.add_init_script(LOCK_SCREEN)
    await page.reload()
    await page.get_by_role("main").get_by_role("button", name="Join").click()
    await expect(page.get_by_role("button", name="Unmute")).to_be_enabled()
    assert await page.evaluate("navigator.mediaSession.metadata.title") == "Kitchen table"
    await page.evaluate("salonActions.togglemicrophone()")
    await page.get_by_role("button", name="Mute", exact=True).wait_for()
    assert await page.evaluate(SMALL) == []

    await page.get_by_role("button", name="Sound and more").click()
    sheet = page.get_by_role("dialog", name="Kitchen table")
    await sheet.get_by_role("slider", name="Bob").wait_for()
    await sheet.get_by_role("switch", name="Keep the screen on").click()
    assert await barriers(page) == []
    assert await page.evaluate(SMALL) == []
    await page.evaluate("history.back()")
    await expect(sheet).to_have_count(0)

    await page.evaluate(SLEPT, 600_000)
    await page.get_by_text("This page slept for 10 minutes.").wait_for()
    await expect(page.get_by_role("button", name="Unmute")).to_be_enabled()
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await page.get_by_role("main").get_by_role("button", name="Join").click()
    await expect(page.get_by_role("button", name="Unmute")).to_be_enabled()
    assert await page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    assert visitor.complaints == []


async def test_who_talks_while_muted_is_told_to_tap_the_microphone_not_to_press_a_key(
    browsers: Browsers, alice: Person, tmp_path: Path
) -> None:
    said = await asyncio.to_thread(speech, tmp_path / "said.wav", WORDS)
    visitor = await Visitor.open(
        await browsers.browser(microphone=said),
        alice.url,
        locale="en-GB",
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
    )
    await visitor.sign_in(alice.handle, alice.password, at="/r/kitchen-table")
    page = visitor.page
    await page.get_by_role("main").get_by_role("button", name="Open the door").click()
    await page.get_by_text("You are muted. Tap the microphone to talk").wait_for()
    assert await barriers(page) == []
