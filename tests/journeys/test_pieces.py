"""Small things of the page: what is told, what is quoted, where one lands, what covers what."""

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect
from tests.core.services.test_files import picture

from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 1024, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}

COUNT_TOLD = """
window.told = [];
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const near = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
    const status = near?.closest("[role=status]");
    if (status) window.told.push(status.textContent);
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


async def test_the_seconds_of_a_lost_connection_are_shown_and_not_told(
    server: Server, browsers: Browsers, owner: Person
) -> None:
    page = (await browsers.visit(owner, "/settings/about")).page
    await page.get_by_role("main").locator("kbd").first.wait_for()  # the whole of it has come
    await server.app.stop()
    try:
        words = page.get_by_role("status").filter(has_text="restarting")
        await expect(words).to_be_visible()
        await page.evaluate(COUNT_TOLD)
        await expect(page.get_by_text("5 s", exact=True)).to_be_visible()
        assert await page.evaluate("told") == []
    finally:
        await server.start()


async def test_what_cannot_be_fetched_at_the_side_fails_there_and_comes_with_the_line(
    server: Server, browsers: Browsers, owner: Person
) -> None:
    visitor = await browsers.visit(owner, "/c/general", viewport=PHONE)
    page = visitor.page
    await page.get_by_role("heading", name="This is the start of general").wait_for()
    await page.wait_for_load_state("networkidle")
    await server.app.stop()
    try:
        await expect(page.get_by_role("status").filter(has_text="restarting")).to_be_visible()
        await page.set_viewport_size(WIDE)
        beside = page.get_by_role("complementary", name="This part did not work")
        await expect(beside.get_by_role("button", name="Try again")).to_be_visible()
        await expect(page.get_by_role("main")).to_have_count(1)
        assert await barriers(page) == []
    finally:
        await server.start()
    people = page.get_by_role("complementary").filter(has_text="Owner")
    await expect(people).to_be_visible(timeout=30_000)


async def test_a_picture_is_left_from_the_menu_of_a_message_by_the_keyboard(
    browsers: Browsers, owner: Person
) -> None:
    await owner.post("#general", "vote before nine?")
    page = (await browsers.visit(owner, "/c/general")).page
    row = page.locator(".msg").filter(has_text="vote before nine?")
    await row.hover()
    await row.get_by_role("button", name="More", exact=True).press("Enter")
    await expect(page.get_by_role("menuitem", name="Reply")).to_be_focused()
    assert await barriers(page) == []
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(row.locator(".rx").get_by_role("button").first).to_contain_text("\N{PARTY POPPER}")
    await expect(page.get_by_role("menu")).to_have_count(0)


async def test_a_quote_shows_the_words_without_their_marks(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    said = await owner.post("#general", "Come **early**, see [the plan](https://example.org)")
    page = (await browsers.visit(owner, "/c/general")).page
    await alice.command(
        "message.post",
        channel=alice.channel("general"),
        text="I will",
        reply_to=said["id"],
        nonce="one",
    )
    plain = "Come early, see the plan"
    quote = page.get_by_role("listitem", name="Alice").get_by_text(plain)
    await expect(quote).to_be_visible()
    row = page.get_by_role("listitem").filter(has_text="Come early").first
    await row.focus()
    await row.get_by_role("button", name="Reply").click()
    await expect(page.locator("form").get_by_text(plain)).to_be_visible()
    await page.keyboard.press("Escape")
    await row.focus()
    await row.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Delete", exact=True).click()
    await expect(page.get_by_role("dialog").get_by_text(plain)).to_be_visible()


async def test_a_line_of_a_message_says_what_it_brings_whom_it_names_and_what_was_pinned(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    general = owner.channel("#general")
    file = await alice.hand_in(picture(), "beach.jpg", channel=general)
    brought = {"file": file["id"], "description": "The beach at noon"}
    shown = await alice.post(general, "", files=[brought])
    await owner.command("message.pin", message=shown["id"])
    await alice.post(general, "Seen, @owner?", reply_to=shown["id"])
    named = await owner.post(general, "For @alice")
    await owner.command("message.edit", message=named["id"], text="For nobody")
    page = (await browsers.visit(owner, "/inbox")).page
    await page.get_by_text("Mention in general").click()
    around = page.get_by_role("region", name="general")
    await expect(around.get_by_text("The beach at noon")).to_be_visible()
    await expect(around.get_by_text("Owner pinned a message")).to_be_visible()
    await page.goto(f"{owner.url}/c/general")
    rows = page.get_by_role("log").get_by_role("listitem")
    await expect(rows.filter(has_text="Seen").get_by_text("The beach at noon")).to_be_visible()
    await rows.filter(has_text="For nobody").focus()
    await rows.filter(has_text="For nobody").get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="What it said before").click()
    await expect(page.get_by_role("dialog").get_by_text("For @alice")).to_be_visible()


@pytest.mark.settings(limits={"messages_burst": 100})
async def test_home_and_end_go_to_the_first_and_the_last_message(
    browsers: Browsers, owner: Person
) -> None:
    for number in range(30):
        await owner.post("#general", f"message {number}.")
    page = (await browsers.visit(owner, "/c/general")).page
    rows = page.get_by_role("log").get_by_role("listitem").filter(has_text="message")
    await rows.last.wait_for()
    await page.get_by_role("log").focus()
    for key, number in (("Home", 0), ("End", 29), ("ArrowUp", 28), ("Home", 0)):
        await page.keyboard.press(key)
        there = rows.filter(has_text=f"message {number}.")
        await expect(there).to_be_focused()
        await expect(there).to_be_in_viewport()


@pytest.mark.parametrize("base", ["settings", "admin"])
async def test_a_page_of_settings_that_is_not_there_says_so_and_leads_back(
    browsers: Browsers, owner: Person, base: str
) -> None:
    page = (await browsers.visit(owner, f"/{base}/nothing")).page
    main = page.get_by_role("main")
    await expect(main.get_by_role("heading", name="There is no such page")).to_be_visible()
    title = {"settings": "Settings", "admin": "Administration"}[base]
    await expect(main.get_by_role("heading", name=title)).to_be_visible()
    await main.get_by_role("link", name=title).click()
    first = {"settings": "Profile", "admin": "Overview"}[base]
    await expect(main.get_by_role("heading", name=first)).to_be_visible()


async def test_administration_that_is_not_open_to_one_leads_home(
    browsers: Browsers, alice: Person
) -> None:
    page = (await browsers.visit(alice, "/admin/members")).page
    await page.get_by_role("main").get_by_role("link", name="Back to home").click()
    await expect(page).to_have_url(f"{alice.url}/")


async def copy_a_message(page: Page) -> Locator:
    await page.get_by_role("listitem").filter(has_text="hello").focus()
    await page.get_by_role("button", name="More", exact=True).dispatch_event("click")
    await page.get_by_role("menuitem", name="Copy text").click()
    toast = page.get_by_role("status").locator("div").filter(has_text="Copied")
    await toast.first.wait_for()
    return toast.first


@pytest.mark.parametrize("size", [WIDE, NARROW, PHONE], ids=["wide", "narrow", "phone"])
async def test_news_never_cover_the_button_that_sends(
    browsers: Browsers, owner: Person, size: ViewportSize
) -> None:
    await owner.post(owner.snapshot["rooms"][0]["id"], "hello")
    page = (await browsers.visit(owner, "/r/kitchen-table", viewport=size)).page
    await page.get_by_role("main").get_by_role("button", name="Open the door").click()
    await expect(page.get_by_role("button", name="Leave Kitchen table")).to_be_enabled()
    toast = await (await copy_a_message(page)).bounding_box()
    send = await page.get_by_role("button", name="Send").bounding_box()
    assert toast is not None
    assert send is not None
    assert toast["y"] + toast["height"] <= send["y"]


async def test_the_name_of_a_place_takes_a_second_line_before_it_is_cut(
    browsers: Browsers, owner: Person
) -> None:
    await owner.command("channel.create", name="neighbourhood announcements of all")
    page = (await browsers.visit(owner, "/c/general", viewport=NARROW)).page
    name = page.get_by_role("link", name="neighbourhood").first.locator("bdi")
    box = await name.bounding_box()
    shown = await name.locator("..").bounding_box()
    assert box is not None
    assert shown is not None
    assert box["x"] + box["width"] <= shown["x"] + shown["width"]
    assert box["y"] + box["height"] <= shown["y"] + shown["height"] + 1


async def test_on_a_phone_a_channel_keeps_its_name_and_folds_what_one_does_about_it(
    browsers: Browsers, owner: Person
) -> None:
    page = (await browsers.visit(owner, "/c/introductions", viewport=PHONE)).page
    name = page.get_by_role("heading", name="introductions", exact=True).locator("bdi")
    assert await name.evaluate("name => name.getClientRects().length") == 1
    more = page.get_by_role("main").get_by_role("button", name="More", exact=True)
    await more.press("Enter")
    await expect(page.get_by_role("menuitem", name="Threads")).to_be_focused()
    assert await barriers(page) == []
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menu", name="introductions")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Pinned messages")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
