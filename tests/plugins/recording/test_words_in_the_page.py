"""Editing by the words in a real browser: struck, restored, spelled, and what to install."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from tests.plugins.recording.shelf import Shelf
from tests.plugins.recording.test_in_the_page import check

from salon.testing import Person
from salon.testing.browser import Browsers, barriers
from salon_recording.plugin import RecordingPlugin

Writing = Callable[..., Path]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.plugin.with_args(
        RecordingPlugin, speech_recogniser="tests.plugins.recording.parrot:Missing"
    ),
]


async def test_a_line_is_struck_restored_and_spelled_anew(
    browsers: Browsers, shelf: Shelf, owner: Person, alice: Person, write_voice: Writing
) -> None:
    silent = await shelf.take(owner)
    take_id = await shelf.take(owner, alice)
    for take, person in ((silent, owner), (take_id, owner), (take_id, alice)):
        write_voice(shelf.voice(take, person), (0.0, 0.5, 440))
    await shelf.write(take_id, owner, "I want to say for the record that nobody packed.")
    await shelf.write(take_id, alice, "", "Someone is at the door, sorry.", "A cake.")
    visitor = await browsers.visit(owner, f"/p/recording/studio/take/{silent}")
    page = visitor.page
    await expect(page.get_by_text("pip install parrots")).to_be_visible()
    assert await barriers(page) == []

    await page.goto(re.sub("take/.*", f"take/{take_id}", page.url))
    door = page.get_by_role("listitem").filter(has_text="Someone is at the door")
    await door.get_by_role("button", name="Strike").press("Enter")
    await expect(door.locator("s")).to_have_text("Someone is at the door, sorry.")
    await check(page, "words")
    await _spelled(page)
    await door.get_by_role("button", name="Restore").click()
    await expect(door.locator("s")).to_have_count(0)
    assert visitor.complaints == []


async def _spelled(page: Page) -> None:
    """Write a word as it should have been heard."""
    line = page.get_by_role("listitem").filter(has_text="for the record")
    await line.get_by_role("button", name="Spelling").click()
    text = page.get_by_label("What is said")
    await text.fill("I want to say for the record that nobody panicked.")
    await page.get_by_role("button", name="Save").click()
    await expect(line.get_by_text("nobody panicked.")).to_be_visible()
