"""The editor in a browser: a stretch becomes a clip and a soundbite, and each change is saved."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from tests.plugins.recording.shelf import Shelf
from tests.plugins.recording.test_in_the_page import PHONE, check

from salon.testing import Person
from salon.testing.browser import Browsers
from salon_recording.plugin import RecordingPlugin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.plugin.with_args(RecordingPlugin),
]
STUDIO = "/p/recording/studio"


async def test_a_stretch_becomes_a_clip_and_each_change_is_saved_and_taken_up_again(
    browsers: Browsers, shelf: Shelf, owner: Person, write_voice: Callable[..., Path]
) -> None:
    take_id = await shelf.take(owner)
    write_voice(shelf.voice(take_id, owner), (0.0, 3.0, 440))
    await shelf.episode(take_id, owner)
    (episode,) = (await owner.command("recording.episodes"))["episodes"]
    visitor = await browsers.visit(owner, f"{STUDIO}/episode/{episode['id']}")
    page = visitor.page
    await _clipped(page)
    title = page.get_by_label("Title", exact=True)
    await title.fill("The lift, again")
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    whole = {name: episode["segments"][0][name] for name in ("start_s", "end_s")}
    elsewhere = {"episode": episode["id"], "episode_revision": 1, "title": "The lift, elsewhere"}
    segments = [{"take": take_id, **whole}]
    await owner.command("recording.edit_save", **elsewhere, revision=1, segments=segments)
    await expect(page.get_by_text("Owner changed this episode meanwhile")).to_be_visible()
    await check(page, "editor-others")
    await page.get_by_role("button", name="Show what is there now").click()
    await expect(title).to_have_value("The lift, elsewhere")
    await page.get_by_role("button", name="Undo").click()
    await expect(title).to_have_value("The lift, again")
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    await _kept_while_offline(page)
    await page.reload()
    await expect(page.get_by_text("It goes on where Owner left it")).to_be_visible()
    await expect(title).to_have_value("The lift, at last")
    await check(page, "editor-taken-up")
    await page.get_by_role("button", name="Begin anew").click()
    await expect(title).to_have_value("The lift")
    await _offered(page)
    assert [one for one in visitor.complaints if "DISCONNECTED" not in one] == []


async def test_a_finger_marks_a_stretch_and_moves_the_end_of_a_part(
    browsers: Browsers, shelf: Shelf, owner: Person, write_voice: Callable[..., Path]
) -> None:
    take_id = await shelf.take(owner)
    write_voice(shelf.voice(take_id, owner), (0.0, 3.0, 440))
    visitor = await browsers.visit(
        owner, f"{STUDIO}/take/{take_id}", viewport=PHONE, has_touch=True, is_mobile=True
    )
    page = visitor.page
    end = page.get_by_label("End", exact=True).first
    before = await end.input_value()
    await _dragged(page, 0.98, 0.75)
    await expect(end).not_to_have_value(before)
    await _dragged(page, 0.2, 0.5)
    await expect(page.get_by_role("button", name="Cut it out")).to_be_visible()
    await page.get_by_role("button", name="Cut it out").tap()
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert visitor.complaints == []


async def _dragged(page: Page, from_: float, to: float) -> None:
    """Put a finger on the lanes, draw it along and lift it; places are shares of their width."""
    lanes = page.locator(".recording-lanes")
    await lanes.scroll_into_view_if_needed()
    box = await lanes.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    xs = [box["x"] + box["width"] * (from_ + (to - from_) * step / 8) for step in range(9)]
    session = await page.context.new_cdp_session(page)
    for kind, x in [("touchStart", xs[0]), *(("touchMove", x) for x in xs[1:]), ("touchEnd", None)]:
        points = [] if x is None else [{"x": x, "y": y}]
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


async def _clipped(page: Page) -> None:
    """Mark a stretch by the keyboard, and make a clip of it."""
    position = page.get_by_label("Position")
    await position.fill("0.5")
    await page.get_by_role("button", name="Begin here").press("Enter")
    await position.fill("2.5")
    await page.get_by_role("button", name="End here").press("Enter")
    await page.get_by_role("button", name="Clip it").press("Enter")
    dialog = page.get_by_role("dialog", name="Keep a clip")
    await expect(dialog).to_contain_text(re.compile("0:00.5 . 0:02.5"))
    await check(page, "editor-clip")
    await dialog.get_by_label("Name").fill("Best of it")
    await dialog.get_by_label("Name").press("Enter")
    await expect(dialog).to_be_hidden()
    await page.keyboard.press("Escape")


async def _kept_while_offline(page: Page) -> None:
    """A change that is made while the line is down is kept, and sent when it is back."""
    await page.context.set_offline(True)
    await page.get_by_label("Title", exact=True).fill("The lift, at last")
    await expect(page.get_by_text("Not saved yet")).to_be_visible(timeout=20_000)
    await page.context.set_offline(False)
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=20_000)


async def _offered(page: Page) -> None:
    """The clip is one of the episode, which its feed may offer."""
    await page.goto(re.sub("/studio/.*", "/studio/clips", page.url))
    chosen = page.get_by_role("switch", name="Offer it in the feed: Best of it")
    await expect(page.get_by_text("Published", exact=True)).to_be_visible(timeout=30_000)
    await chosen.press("Space")
    await expect(chosen).to_be_checked()
    await check(page, "soundbite")
    feed = await page.request.get(re.sub("/p/.*", "/shows/episodes/feed.xml", page.url))
    assert 'startTime="0.500" duration="2.000">Best of it<' in await feed.text()
