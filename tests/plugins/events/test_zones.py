"""Times of events in real Chromium: by the clock of who reads, wherever they were planned."""

import re
from datetime import date, datetime, timedelta

import pytest
from playwright.async_api import Page, expect
from tests.plugins.events.conftest import PARIS, Plan, wall

from salon.testing import Person, Server
from salon.testing.browser import Browsers, Visitor, barriers
from salon_events.plugin import EventsPlugin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.plugin.with_args(EventsPlugin),
]

TWO_WEEKS = timedelta(days=14)
RULE = "FREQ=WEEKLY;INTERVAL=2;BYDAY="
# Every two weeks, the first time before summer time begins in New York, the last in both.
EVENINGS = {"Europe/Paris": ("20:00", "20:00", "20:00"),
            "America/New_York": ("14:00", "15:00", "14:00")}  # fmt: skip
NIGHTS = {"Europe/Paris": ("01:00", "01:00", "01:00"),
          "America/New_York": ("19:00", "20:00", "19:00")}  # fmt: skip
AGAIN = {
    "Europe/Paris": "01:00 to 02:00, your time. Every 2 weeks on Friday",
    "America/New_York": "19:00 to 20:00, your time. Every 2 weeks on Friday, 01:00 Paris time",
}


def first_evening() -> datetime:
    """Return the last Thursday before summer time begins in New York, two weeks before Paris."""
    now = datetime.now(PARIS)
    for year in (now.year, now.year + 1):
        march = datetime(year, 3, 1, 20, tzinfo=PARIS)
        evening = march + timedelta(days=6 - march.weekday() + 7 - 3)
        if evening > now + timedelta(days=1):
            return evening
    raise AssertionError


async def lists(page: Page, title: str, first: datetime, clocks: tuple[str, ...]) -> None:
    rows = page.locator(".events-row", has=page.get_by_role("link", name=title))
    for nth, clock in enumerate(clocks):
        at = first + nth * TWO_WEEKS
        await expect(rows.nth(nth).locator("time")).to_have_text(f"{at:%a}{at.day}")
        await expect(rows.nth(nth).locator(".detail").first).to_contain_text(f"{clock}, ")


async def marks(page: Page, day: date, said: str) -> None:
    """Leaf to the month of a day, and find that said of it."""
    month = page.locator(".events-month")
    title = month.get_by_role("heading")
    for _ in range(16):
        shown = await title.inner_text()
        if shown in {f"{day:%B %Y}", f"{day:%B}"}:  # of this year it says no more
            break
        await month.get_by_role("button", name="The month after").click()
        await expect(title).not_to_have_text(shown)
    there = re.compile(rf"^\w+,? {day.day} {day:%B}( {day.year})?, {said}$")
    await expect(month.get_by_text(there)).to_be_attached()


@pytest.mark.parametrize("zone", EVENINGS)
async def test_the_same_events_are_shown_by_the_clock_of_each_reader_also_when_summer_begins(
    server: Server, browsers: Browsers, owner: Person, alice: Person, plan: Plan, zone: str
) -> None:
    await owner.command("channel.edit", channel=owner.channel("general"), is_public=True)
    evening = first_evening()
    night = evening + timedelta(hours=5)
    new_year = datetime(datetime.now(PARIS).year + 1, 1, 1, 0, 30, tzinfo=PARIS)
    await plan(title="Open stage", starts=wall(evening), rule=f"{RULE}TH")
    planned = await plan(title="Night watch", starts=wall(night), rule=f"{RULE}FR", is_public=True)
    await plan(title="Fireworks", starts=wall(new_year))

    outside = await Visitor.open(
        await browsers.browser(), server.url, strict=True, locale="en-GB", timezone_id=zone
    )
    is_abroad = zone != "Europe/Paris"
    first = night - timedelta(days=1) if is_abroad else night
    await outside.page.goto(f"{server.url}/")
    told = outside.page.locator("time[data-local]").first
    await expect(told).to_contain_text(f"{first:%A} {first.day} March at {NIGHTS[zone][0]}")

    visitor = await browsers.visit(alice, "/p/events", timezone_id=zone)
    page = visitor.page
    await lists(page, "Open stage", evening, EVENINGS[zone])
    await lists(page, "Night watch", first, NIGHTS[zone])
    await marks(page, (new_year - timedelta(hours=6 if is_abroad else 0)).date(), "1 event")
    await marks(page, evening.date(), "2 events" if is_abroad else "1 event")

    await page.goto(f"{alice.url}/p/events/{planned['occurrence_id']}")
    await expect(page.get_by_text("your time")).to_have_text(AGAIN[zone])
    await expect(page.locator(".events-date")).to_have_text(f"{first:%a}{first.day}March")
    assert await barriers(page) == []
    assert visitor.complaints + outside.complaints == []


async def test_who_changes_an_event_of_another_zone_reads_its_days_and_times_there(
    browsers: Browsers, owner: Person, plan: Plan
) -> None:
    night = first_evening() + timedelta(hours=5)
    planned = await plan(title="Night watch", starts=wall(night), rule=f"{RULE}FR")
    path = f"/p/events/{planned['occurrence_id']}"
    page = (await browsers.visit(owner, path, timezone_id="America/New_York")).page
    await page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Change the event")
    await expect(dialog.get_by_label("From")).to_have_value("01:00")
    await expect(dialog.get_by_text("Paris time. Members elsewhere")).to_be_visible()
    await dialog.get_by_role("radio", name="This and all later ones").check()
    await expect(dialog.get_by_text("Next: ")).to_contain_text(f"Next: {night.day} March, ")
