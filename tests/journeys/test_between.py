"""Two people talk between themselves, one has enough; and a thread stands beside its channel."""

import pytest
from playwright.async_api import Page, expect

from salon.testing import Person
from salon.testing.browser import DESKTOP, Browsers, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def assert_nothing_found(page: Page) -> None:
    assert await barriers(page) == []


async def write(page: Page, where: str, text: str) -> None:
    box = page.get_by_role("textbox", name=f"Message {where}")
    await box.fill(text)
    await box.press("Enter")


async def test_somebody_is_written_to_answers_and_blocks(
    browsers: Browsers, alice: Person, bob: Person
) -> None:
    await bob.post("#general", "Seconded. It is a corridor.")
    first = await browsers.visit(alice, "/c/general")
    his = (await browsers.visit(bob, "/d")).page
    await his.set_viewport_size({"width": 360, "height": 740})  # no list yet: how one begins
    await expect(his.get_by_role("heading", name="Whom do you want to write to?")).to_be_visible()
    await assert_nothing_found(his)
    await his.set_viewport_size(DESKTOP)
    page = first.page

    await page.get_by_role("button", name="More about Bob").click()
    await page.get_by_role("menuitem", name="Write to Bob").click()
    await write(page, "Bob", "Are you coming on Thursday?")
    await his.get_by_role("link", name="Are you coming on Thursday?").click()
    await his.get_by_text("Alice writes to you for the first time.").wait_for()
    await assert_nothing_found(his)
    await his.get_by_role("button", name="Answer").click()
    await his.keyboard.type("Yes.")
    await his.keyboard.press("Enter")
    await page.get_by_role("log").get_by_text("Yes.").wait_for()

    await page.get_by_role("button", name="More about this conversation").click()
    await page.get_by_role("menuitem", name="Block").click()
    await page.get_by_role("button", name="Block").click()
    await page.get_by_text("You have blocked Bob.").wait_for()
    await assert_nothing_found(page)
    await page.get_by_role("link", name="general").click()
    said = page.get_by_text("It is a corridor.")
    hidden = page.get_by_text("A message from somebody you have blocked")
    await expect(hidden).to_be_visible()
    await expect(said).to_have_count(0)
    await page.get_by_role("button", name="Show").click()
    await expect(said).to_be_visible()

    await page.goto(f"{first.url}/settings/privacy")
    await page.get_by_role("radio", name="Who shares a role with me").click()
    await alice.expect("privacy.changed", first_messages="role")
    await assert_nothing_found(page)
    row = page.get_by_role("listitem").filter(has_text="Bob")
    await row.get_by_role("button", name="Unblock").click()
    await page.get_by_text("You have blocked nobody.").wait_for()
    await expect(page.get_by_role("radio", name="Who shares a role with me")).to_be_checked()
    assert first.complaints == []


async def test_a_thread_is_started_answered_and_counted(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    root = await alice.post("#general", "Who is bringing oranges?")
    first = await browsers.visit(alice, "/c/general")
    page = first.page
    await page.locator("li[data-id]", has_text="oranges").hover()
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("menuitem", name="Start a thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    await thread.get_by_text("Who is bringing oranges?").last.wait_for()
    await expect(thread.get_by_role("textbox", name="Message")).to_be_focused()
    await page.keyboard.type("I have four.")
    await page.keyboard.press("Enter")
    await thread.get_by_role("log").get_by_text("I have four.").wait_for()
    await assert_nothing_found(page)

    phone = {"width": 360, "height": 740}
    other = await browsers.visit(owner, "/c/general", viewport=phone, is_mobile=True)
    await other.page.get_by_role("link", name="1 reply").click()
    await other.page.get_by_role("log").get_by_text("I have four.").wait_for()
    also = other.page.get_by_role("checkbox", name="Also show in general")
    await also.check()
    await write(other.page, "Who is", "We are how many?")
    await expect(also).not_to_be_checked()
    await alice.expect("message.posted", channel_id=root["channel_id"], reply_to_id=root["id"])
    await page.get_by_role("link", name="2 replies").wait_for()
    await thread.get_by_role("button", name="Close").click()
    await expect(thread).to_have_count(0)
    await page.get_by_role("link", name="Threads").click()
    await page.get_by_role("link", name="Who is bringing oranges? 2 replies").wait_for()
    assert first.complaints == other.complaints == []


IS_WHOLE = (
    "(name) => name.scrollWidth <= name.clientWidth && name.scrollHeight <= name.clientHeight"
)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_head_of_a_group_is_whole_beside_the_list_and_its_members(
    browsers: Browsers, owner: Person, alice: Person, bob: Person, language: str
) -> None:
    long = "Préparatifs de la soirée du jeudi trois décembre"
    category = await owner.command("category.create", name="Les soirées de la grande scène")
    await owner.command("channel.create", name="programme", category=category["category"]["id"])
    begun = await owner.command("conversation.begin", accounts=[alice.id, bob.id], name=long)
    at = f"/d/{begun['conversation']['id']}"
    size = {"width": 1316, "height": 800}
    page = (await browsers.visit(owner, at, language=language, viewport=size)).page
    await page.locator(".aside").get_by_text("Alice", exact=True).wait_for()  # the members too
    assert await page.get_by_role("heading", name=long, exact=True, level=1).evaluate(IS_WHOLE)
    assert await page.get_by_text("Les soirées de la grande scène").evaluate(IS_WHOLE)
    assert await page.locator(".side .two-lines", has_text=long).evaluate(IS_WHOLE)
    await assert_nothing_found(page)
