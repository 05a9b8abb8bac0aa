"""A room is opened for those it is for, says what it is about, and is found by who follows that."""

from playwright.async_api import Page, expect

from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers


async def kept_out_and_let_in(page: Page, name: str) -> None:
    """Of the room that the page shows and leads."""
    await page.get_by_role("button", name=f"More about {name}").click()
    await page.get_by_role("menuitem", name="Keep out of this room").click()
    keep_out = page.get_by_role("dialog", name=f"Keep {name} out")
    await keep_out.wait_for()
    assert await barriers(page) == []
    await page.get_by_role("button", name="Keep out").press("Enter")
    await keep_out.wait_for(state="detached")
    await page.get_by_role("button", name="1 person kept out").press("Enter")
    kept_out = page.get_by_role("dialog", name="Kept out of")
    await kept_out.get_by_text("until").wait_for()
    assert await barriers(page) == []
    await kept_out.get_by_role("button", name="Let in again").press("Enter")
    await kept_out.get_by_text("Nobody is kept out").wait_for()


async def finds_a_room_by_its_topic_and_a_person_by_name(page: Page) -> None:
    await page.keyboard.press("Control+k")
    search = page.get_by_role("combobox", name="Search or jump to")
    await search.fill("chess")
    await page.get_by_role("option", name="Back stairs").wait_for()
    await search.fill("ÔWNÉR")
    await expect(page.get_by_role("option").first).to_contain_text("Owner")
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog", name="Owner").wait_for()
    await page.keyboard.press("Escape")


async def test_a_room_on_a_topic_is_opened_by_keyboard_followed_and_entered_by_its_link(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    await owner.command("room.open", name="Terrace", tags=["Football"])
    visitor = await browsers.visit(alice, "/")
    page = visitor.page
    await page.get_by_role("button", name="Football").click()
    await page.get_by_role("button", name="Football", pressed=True).wait_for()
    await owner.command("room.open", name="Derby", tags=["football"])
    await page.get_by_text("Open now: Derby, about Football").wait_for()
    opener = page.get_by_role("main").get_by_role("button", name="Open a room")
    await opener.focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Open a room now")
    await dialog.wait_for()
    assert await barriers(page) == []
    await dialog.get_by_label("What is it about?").fill("Back stairs")
    await dialog.get_by_role("combobox", name="Topics").focus()
    await page.keyboard.type("Chess")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Take away Chess").wait_for()
    await dialog.get_by_role("checkbox", name="Who follows its topics").uncheck()
    await dialog.get_by_text("Nobody gets a notification.").wait_for()
    await dialog.get_by_label("Who may come in").select_option("link")
    await dialog.get_by_role("button", name="Open the door").press("Enter")
    await page.get_by_role("main", name="Back stairs").wait_for()
    room = next(r for r in server.app.directory.rooms.values() if r.name == "Back stairs")
    bob = await server.member("bob", owner)
    guest = await browsers.visit(bob, f"/j/{room.link_key}")
    await guest.page.get_by_role("main", name="Back stairs").wait_for()
    await guest.page.get_by_role("button", name="Chess").wait_for()
    await finds_a_room_by_its_topic_and_a_person_by_name(guest.page)
    assert not room.tells_followers
    await bob.join(str(room.id))
    await kept_out_and_let_in(page, "Bob")
    assert bob.id not in (await server.stored()).get("room_ban", "")
    assert visitor.complaints == guest.complaints == []
