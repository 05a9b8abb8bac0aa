"""Events in a real browser: planned, answered, followed, by whoever may."""

from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect
from tests.plugins.events.conftest import Look, fetched

from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers
from salon.testing.clock import PushedClock
from salon_events.plugin import EventsPlugin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.plugin.with_args(EventsPlugin),
]

PHONE: ViewportSize = {"width": 360, "height": 740}


async def rather_later(page: Page, name: str) -> Locator:
    """Begin to open a stage, plan it for later instead, in a room, and return the form."""
    await page.get_by_role("main").get_by_role("button", name="Open a room").click()
    opening = page.get_by_role("dialog", name="Open a room now")
    await opening.get_by_role("radio", name="Stage").check()
    await opening.get_by_label("What is it about?").fill(name)
    await opening.get_by_role("button", name="Plan it for later").click()
    dialog = page.get_by_role("dialog", name="Plan an event")
    await expect(dialog.get_by_label("Title")).to_have_value(name)
    await expect(dialog.get_by_label("Where")).to_have_value("stage")
    await dialog.get_by_label("Where").select_option("")
    return dialog


async def test_an_event_is_planned_answered_followed_and_opens_its_room(
    server: Server, browsers: Browsers, owner: Person, alice: Person, clock: PushedClock,
    look: Look,
) -> None:  # fmt: skip
    hers = await browsers.visit(alice, "/")
    page = hers.page
    visitor = await browsers.visit(owner, "/")
    planning = visitor.page
    dialog = await rather_later(planning, "Open stage: first paragraphs")
    await dialog.get_by_label("What people should know").fill("Bring one page.")
    again = dialog.get_by_label("Again")
    await again.select_option(label=await again.locator("option").nth(2).inner_text())
    await expect(dialog.get_by_text("Next: ")).to_be_visible()
    assert await barriers(planning) == []
    await dialog.get_by_role("button", name="Put it in the calendar").click()
    await expect(planning.get_by_role("heading", name="Open stage: first")).to_be_visible()

    coming_up = page.get_by_role("region", name="Coming up")
    await coming_up.get_by_role("button", name="Remind me: Open stage").click()
    pressed = coming_up.get_by_role("button", name="Remind me: Open stage", pressed=True)
    await expect(pressed).to_have_text("Reminder set")
    await coming_up.get_by_role("link", name="Open stage").first.click()
    await page.get_by_role("button", name="Coming", exact=True).click()
    await expect(page.get_by_role("heading", name="Coming, 2")).to_be_visible()
    await expect(planning.get_by_role("heading", name="Coming, 2")).to_be_visible()
    await page.set_viewport_size(PHONE)
    assert await barriers(page) == []

    await page.get_by_role("link", name="Back to events").click()
    await page.get_by_role("button", name="Addresses").click()
    await page.get_by_role("button", name="Make an address").click()
    url = await page.get_by_role("dialog").locator("code").inner_text()
    assert b"first paragraphs" in (await fetched(alice, url))[1]
    await page.keyboard.press("Escape")

    (event, *_later) = (await alice.command("events.list"))["events"]
    starts = server.clock.now().fromisoformat(event["starts_at"])
    clock.advance(seconds=(starts - server.clock.now() - timedelta(minutes=9)).total_seconds())
    await look()
    await expect(page.get_by_role("status").filter(has_text="begins at")).to_be_visible()
    await expect(page.get_by_role("link", name="Join: Open stage")).to_be_visible()
    await page.goto(f"{server.url}/inbox")  # the time is asked anew
    waiting = page.get_by_role("region", name="Events")
    await expect(waiting.get_by_role("link")).to_contain_text("You wanted to be reminded")
    assert await barriers(page) == []
    assert hers.complaints + visitor.complaints == []


async def test_planning_something_is_among_the_first_steps_and_counted_with_them(
    browsers: Browsers, owner: Person
) -> None:
    visitor = await browsers.visit(owner, "/admin/overview")
    page = visitor.page
    step = page.get_by_role("listitem").filter(has_text="Something is planned")
    await expect(page.get_by_text("1 of 9")).to_be_visible()
    assert await barriers(page) == []
    await step.get_by_role("button", name="Plan an event").click()
    dialog = page.get_by_role("dialog", name="Plan an event")
    await dialog.get_by_label("Title").fill("Open stage")
    await dialog.get_by_role("button", name="Put it in the calendar").click()
    await expect(page.get_by_role("heading", name="Open stage").first).to_be_visible()
    await page.go_back()
    await expect(page.get_by_text("2 of 9")).to_be_visible()
    await expect(step.get_by_role("button")).to_have_count(0)
    assert visitor.complaints == []
