"""With the keyboard alone: when what had the focus goes away, the focus goes on beside it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from salon.testing import Person
from salon.testing.browser import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

Open = Callable[..., Awaitable[Page]]


@pytest.fixture
def open_at(browsers: Browsers, owner: Person) -> Open:
    async def open_at(path: str, **preferences: Any) -> Page:
        visitor = await browsers.visit(owner, path, preferences=preferences)
        await visitor.page.get_by_role("main").wait_for()
        return visitor.page

    return open_at


async def press(thing: Locator, key: str = "Enter") -> None:
    await thing.focus()
    await thing.page.keyboard.press(key)


async def test_going_into_an_empty_room_leaves_the_focus_in_the_room(open_at: Open) -> None:
    page = await open_at("/r/kitchen-table", **{"salon.mic": "unasked"})
    door = page.get_by_role("main").get_by_role("button", name="Open the door")
    await press(door)
    await press(page.get_by_role("dialog").get_by_role("button", name="Just listen"))
    await expect(page.get_by_role("button", name="Leave")).to_be_enabled()
    await expect(door).to_have_count(0)
    await expect(page.get_by_role("main")).to_be_focused()


async def test_joining_people_leaves_the_focus_in_the_room(open_at: Open, alice: Person) -> None:
    await alice.join("Kitchen table")
    page = await open_at("/r/kitchen-table", **{"salon.mic": "listen"})
    await press(page.get_by_role("main").get_by_role("button", name="Join"))
    await expect(page.get_by_role("main")).to_be_focused()


async def test_leaving_a_room_leaves_the_focus_in_the_page(open_at: Open) -> None:
    page = await open_at("/r/kitchen-table", **{"salon.mic": "listen"})
    await press(page.get_by_role("main").get_by_role("button", name="Open the door"))
    await press(page.get_by_role("button", name="Leave Kitchen table"))
    await expect(page.get_by_role("main")).to_be_focused()


async def test_a_message_deleted_gives_the_focus_to_the_next_one(
    open_at: Open, owner: Person
) -> None:
    for word in ("first", "second", "third"):
        await owner.post("#general", word)
    page = await open_at("/c/general")
    rows = page.get_by_role("log").locator("li[data-id]")
    await expect(rows).to_have_count(3)
    for rest, word in ((2, "third"), (1, "first")):
        await rows.nth(1).focus()
        await press(rows.nth(1).get_by_role("button", name="More"))
        await press(page.get_by_role("menuitem", name="Delete", exact=True))
        await press(page.get_by_role("dialog").get_by_role("button", name="Delete"))
        await expect(rows).to_have_count(rest)
        await expect(rows.filter(has_text=word)).to_be_focused()


async def test_a_device_signed_out_gives_the_focus_to_the_next_one(
    open_at: Open, owner: Person
) -> None:
    for _ in range(2):
        elsewhere = Person(owner.url, owner.handle, owner.password)
        await elsewhere.sign_in()
        await elsewhere.close()
    page = await open_at("/settings/signin")
    ends = page.get_by_role("button", name="Sign out there")
    await expect(ends).to_have_count(3)
    await press(ends.first)
    for rest in (2, 1):
        await expect(ends).to_have_count(rest)
        await expect(ends.first).to_be_focused()
        await page.keyboard.press("Enter")
    await expect(ends).to_have_count(0)
    await expect(page.get_by_role("list", name="Where you are signed in")).to_be_focused()


async def test_an_invitation_taken_back_gives_the_focus_to_what_is_left(
    open_at: Open, owner: Person
) -> None:
    await owner.command("invitation.create")
    page = await open_at("/settings/invitations")
    await press(page.get_by_role("button", name="Revoke"))
    await expect(page.get_by_role("button", name="Revoke")).to_have_count(0)
    await expect(page.get_by_role("main")).to_be_focused()


@pytest.mark.parametrize("name", ["general", "Search or jump to"])
async def test_the_search_gives_the_focus_back_to_what_had_it(open_at: Open, name: str) -> None:
    page = await open_at("/c/general")
    before = page.locator("a, button").filter(has_text=name).first
    for _ in range(2):
        await press(before, "Control+k")
        await expect(page.get_by_role("combobox")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(before).to_be_focused()


async def test_the_search_opened_out_of_nowhere_leads_into_the_page(open_at: Open) -> None:
    page = await open_at("/c/general")
    for _ in range(2):
        await page.keyboard.press("Control+k")
        await expect(page.get_by_role("combobox")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("main")).to_be_focused()
