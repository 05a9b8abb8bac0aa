"""A show's next episode and its template, by mouse and keyboard, in the page."""

import io
import re
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect
from tests.plugins.recording.kitchen import Kitchen
from tests.plugins.recording.test_in_the_page import check

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


def _sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, 8_000, 8_000, "NONE", ""))
        written.writeframes(b"\x00\x10\x00\xf0" * 4_000)
    return file.getvalue()


async def test_an_episode_is_gathered_ordered_and_its_template_approved(
    browsers: Browsers,
    kitchen: Kitchen,
    owner: Person,
    tmp_path: Path,
    write_voice: Callable[..., Path],
) -> None:
    voice = write_voice(tmp_path / "low", (0.0, 3.0, 440))
    await kitchen.keep((owner, voice), kept="Second goal")
    visitor = await browsers.visit(owner, f"{STUDIO}/shows")
    page = visitor.page
    await page.get_by_role("button", name="New show").click()
    await page.get_by_label("Title", exact=True).fill("Le Balcon, out loud")
    await expect(page.get_by_label("Its place in addresses")).to_have_value("le-balcon-out-loud")
    await page.get_by_role("button", name="Make the show").click()
    await expect(page.get_by_label("Title", exact=True)).to_have_value("Le Balcon, out loud")
    await _template(page)
    await page.get_by_role("tab", name="Next episode").click()
    await page.get_by_role("button", name="Begin the next episode").click()
    rows = page.get_by_role("list", name="Parts of the episode").get_by_role("listitem")
    await expect(rows).to_have_count(2)
    await page.get_by_role("button", name="Put in “Second goal”").click()
    await expect(rows.nth(1)).to_contain_text("Second goal")
    await _ordered(page)
    await check(page, "gathered")
    await page.get_by_role("button", name="Make the episode").click()
    await expect(page.get_by_text("Ready, not published")).to_be_visible(timeout=30_000)
    assert visitor.complaints == []


async def _template(page: Page) -> None:
    """Bring a piece, make a slot for it and one for talk, and approve what is planned."""
    await page.get_by_role("tab", name="Next episode").click()
    chosen: FilePayload = {"name": "Mix B.wav", "mimeType": "audio/wav", "buffer": _sound()}
    await page.locator("input[type=file]").set_input_files(chosen)
    await expect(page.get_by_role("button", name="Hear “Mix B”")).to_be_visible(timeout=15_000)
    await page.get_by_role("tab", name="Template").click()
    for slot in ("Intro", "The conversation"):
        await page.get_by_role("button", name="Add a slot").click()
        await page.get_by_label("Name", exact=True).last.fill(slot)
    await page.get_by_label("Holds").first.select_option("Mix B")
    await page.get_by_role("switch", name="Episodes go out by themselves").click()
    await page.get_by_role("button", name="Save the template").click()
    await page.get_by_role("button", name="Approve it as it is").click()
    await expect(page.get_by_text("Approved by Owner")).to_be_visible()
    await check(page, "template")


async def _ordered(page: Page) -> None:
    """Move a part by the arrow keys, and back by dragging it."""
    rows = page.get_by_role("list", name="Parts of the episode").get_by_role("listitem")
    await page.get_by_role("button", name="Move part 2 of 2").focus()
    await page.keyboard.press("ArrowUp")
    await expect(rows.nth(0)).to_contain_text("Second goal")
    await expect(page.get_by_text(re.compile("in all. Saved"))).to_be_visible()
    await page.get_by_role("button", name="Move part 1 of 2").hover()
    await page.mouse.down()
    box = await rows.nth(1).bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=4)
    await page.mouse.up()
    await expect(rows.nth(1)).to_contain_text("Second goal")
    await expect(page.get_by_text(re.compile("in all. Saved"))).to_be_visible()
