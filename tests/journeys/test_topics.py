"""A room is opened for those it is for, says what it is about, and is found by who follows that."""

from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers


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
    await dialog.get_by_label("Who may come in").select_option("link")
    await dialog.get_by_role("button", name="Open the door").press("Enter")
    await page.get_by_role("main", name="Back stairs").wait_for()
    room = next(r for r in server.app.directory.rooms.values() if r.name == "Back stairs")
    bob = await server.member("bob", owner)
    guest = await browsers.visit(bob, f"/j/{room.link_key}")
    await guest.page.get_by_role("main", name="Back stairs").wait_for()
    await guest.page.get_by_role("button", name="Chess").wait_for()
    assert visitor.complaints == guest.complaints == []
