"""What asks for somebody reaches them, and they answer it: counts, inbox, names, reactions."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import Locator, Page, expect

from salon.testing import Person
from salon.testing.browser import Browsers, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (48, 48), "teal").save(content, "PNG")
    return content.getvalue()


async def test_a_mention_is_counted_opened_answered_and_done(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    visitor = await browsers.visit(owner, "/")
    page = visitor.page
    await page.get_by_role("link", name="Inbox").first.wait_for()
    said = await alice.post("#general", "Tea, @owner?")
    await page.get_by_role("link", name="general, 1 mention").wait_for()
    await expect(page).to_have_title(re.compile(r"^\(1\) "))

    await page.get_by_role("link", name="Inbox").first.click()
    await page.get_by_text("Mention in general").click()
    await page.get_by_role("region", name="general").get_by_text("@Owner").wait_for()
    assert await barriers(page) == []
    await page.get_by_role("textbox", name="Message general").fill("With milk")
    await page.keyboard.press("Enter")
    reply = await alice.expect("message.posted", author_id=owner.id)
    assert (reply["text"], reply["reply_to_id"]) == ("With milk", said["id"])
    await expect(page).not_to_have_title(re.compile(r"^\("))

    await page.get_by_role("link", name="Open in general").click()
    await page.mouse.move(0, 0)  # else what comes to lie under it becomes the row to act on
    await page.reload()
    row = page.locator(f'li[data-id="{said["id"]}"]')
    await row.focus()
    await row.get_by_role("button", name="Add a reaction").wait_for()
    await page.keyboard.press("+")
    await page.get_by_role("searchbox").wait_for()
    assert await barriers(page) == []
    await page.keyboard.type("tea")
    await page.keyboard.press("Enter")
    assert (await alice.expect("reaction.changed"))["added"][0]["account_id"] == owner.id
    await row.get_by_role("button", name="you too").wait_for()
    await expect(page.locator(".toast.bad")).to_have_count(0)

    await row.focus()
    await row.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Who reacted").click()
    await page.get_by_role("dialog", name="Reactions").get_by_text("Owner").wait_for()
    await page.keyboard.press("Escape")

    await _answer_by_a_key_and_see_all_keys(page, row)
    await _name_somebody(page, owner, alice)
    await _bring_an_emoji(page, owner, alice)
    assert visitor.complaints == []


async def _answer_by_a_key_and_see_all_keys(page: Page, row: Locator) -> None:
    await row.focus()
    await page.keyboard.press("r")
    field = page.get_by_role("textbox", name="Message general")
    await expect(field).to_be_focused()
    await page.get_by_text("To Alice").wait_for()
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(field).to_have_value("?")  # who writes means the letter
    await field.fill("")
    await row.focus()
    await page.keyboard.press("?")
    await page.get_by_text("These keys").wait_for()
    letters = page.get_by_role("switch", name="Letters alone are keys")
    await letters.click()
    await page.go_back()
    await row.focus()
    here = page.url
    await page.keyboard.press("?")
    await page.keyboard.press("r")
    assert page.url == here
    await expect(row).to_be_focused()
    await page.evaluate("localStorage.removeItem('salon.letters')")
    await page.reload()


async def _name_somebody(page: Page, owner: Person, alice: Person) -> None:
    """Type a name, choose it from the list, send it."""
    field = page.get_by_role("textbox", name="Message general")
    await field.fill("")
    await field.press_sequentially("Hello @al")
    await page.get_by_role("option", name="Alice").wait_for()
    assert await barriers(page) == []
    await page.keyboard.press("Enter")
    assert await field.input_value() == "Hello @alice "
    await page.keyboard.press("Enter")
    named = await alice.expect("message.posted", author_id=owner.id)
    assert named["mentions"]["account_ids"] == [alice.id]
    await page.locator(".msg .mention", has_text="@Alice").wait_for()


async def _bring_an_emoji(page: Page, owner: Person, alice: Person) -> None:
    """Add a picture in the administration, write it, and leave it under a message."""
    await page.goto(f"{owner.url}/admin/emoji")
    choice = page.locator("input[type=file]")
    await choice.set_input_files({"name": "Tea.png", "mimeType": "image/png", "buffer": picture()})
    await page.get_by_role("button", name="Remove :tea:").wait_for()
    emoji = await alice.expect("emoji.changed", name="tea")
    assert await barriers(page) == []
    await page.get_by_role("button", name="Rename :tea:").click()
    await page.get_by_role("textbox", name="Name").fill("cup")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Remove :cup:").wait_for()

    await page.goto(f"{owner.url}/c/general")
    field = page.get_by_role("textbox", name="Message general")
    await field.press_sequentially("More :cu")
    await page.get_by_role("option", name=":cup:").wait_for()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    said = await alice.expect("message.posted", author_id=owner.id)
    assert said["text"] == f"More <:cup:{emoji['id']}>"
    row = page.locator(f'li[data-id="{said["id"]}"]')
    await row.get_by_role("img", name=":cup:").wait_for()
    await alice.command("reaction.add", message=said["id"], emoji=emoji["id"])
    await row.get_by_role("button", name=":cup:").click()
    await row.get_by_role("button", name="you too").wait_for()
    assert await barriers(page) == []

    await row.focus()
    await row.get_by_role("button", name="Start a thread").wait_for()
    await page.keyboard.press("r")
    await page.locator(".about").get_by_role("img", name=":cup:").wait_for()
    await page.keyboard.type("Gladly")
    await page.keyboard.press("Enter")
    await page.locator(".quote").get_by_role("img", name=":cup:").wait_for()
    await row.focus()
    await page.keyboard.press("t")
    await expect(page).to_have_url(f"{owner.url}/c/general/t/{said['id']}?reply")
    await expect(page.get_by_role("textbox", name="Message More :cup:")).to_be_focused()
    await page.goto(f"{owner.url}/search?q=more")
    await page.get_by_role("main").get_by_role("img", name=":cup:").wait_for()
