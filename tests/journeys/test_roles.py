"""The owner makes a role, gives it and shuts it out of a channel: who has it sees so at once."""

import re

import pytest
from playwright.async_api import Page, expect

from salon.testing import Person
from salon.testing.browser import Browsers, barriers
from salon_bots.plugin import BotsPlugin
from salon_sports_rooms.plugin import SportsRoomsPlugin

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def assert_nothing_found(page: Page) -> None:
    assert await barriers(page) == []


async def test_a_role_is_made_ordered_given_and_shut_out(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    hers = (await browsers.visit(alice, "/c/introductions")).page
    channel = hers.get_by_role("link", name="introductions")
    await expect(channel.first).to_be_visible()
    visitor = await browsers.visit(owner, "/admin/roles")
    page = visitor.page
    await page.get_by_role("button", name="Make a role").click()
    await page.get_by_label("Name of a new role").fill("Gardener")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Gardener")).to_be_focused()
    await page.get_by_role("switch", name="Delete messages of others").click()
    await page.get_by_text("1 change.", exact=True).wait_for()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved").first.wait_for()
    await page.get_by_role("tab", name="0 members").click()
    await page.get_by_label("Give it to somebody").fill("ali")
    await page.get_by_role("button", name="Give Alice").click()
    await page.get_by_role("button", name="Take away Alice").wait_for()
    await assert_nothing_found(page)

    up = page.get_by_role("button", name="Move Gardener up")
    await up.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Gardener is number 1 of 2 now")).to_be_attached()
    await expect(page.get_by_role("button", name="Move Gardener down")).to_be_focused()
    await expect(up).to_be_disabled()

    await page.get_by_role("link", name="Channels and rooms").click()
    await page.get_by_role("link", name="Permissions introductions").click()
    await page.get_by_label("For whom").select_option(label="Gardener")
    seen = page.get_by_role("group", name="See channels and rooms")
    await seen.get_by_role("radio", name="Refused here").check()
    await page.get_by_text("Ends up: no, refused here").wait_for()
    await page.get_by_text("Ends up: no, this place is not seen").first.wait_for()
    await assert_nothing_found(page)
    await page.get_by_role("button", name="Save").click()

    await expect(channel).to_have_count(0)
    await hers.get_by_role("heading", name="There is no room here").wait_for()
    assert visitor.complaints == []


async def test_beside_the_list_a_role_is_refused_one_place_and_saved_with_the_rest(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    role = (await owner.command("role.create", name="Gardener"))["role"]["id"]
    await owner.command("account.roles", account=alice.id, role_ids=[role])
    hers = (await browsers.visit(alice, "/c/introductions")).page
    channel = hers.get_by_role("link", name="introductions").first
    await expect(channel).to_be_visible()
    wide = {"width": 1440, "height": 940}
    page = (await browsers.visit(owner, "/admin/roles", viewport=wide)).page
    await page.get_by_role("link", name="Gardener 1 member").click()
    await expect(page.get_by_role("heading", name="Gardener")).to_be_focused()
    await expect(page.get_by_role("link", name="Host")).to_be_visible()

    await page.get_by_label("In one place").select_option(label="introductions")
    seen = page.get_by_role("group", name="See channels and rooms, and read them, in introductions")
    await seen.get_by_role("radio", name="Refused here").check()
    await page.get_by_text("Ends up: no, refused here").wait_for()
    await page.get_by_role("switch", name="Pin messages").click()
    await page.get_by_text("2 changes. 1 person notices at once.").wait_for()
    await page.get_by_role("button", name="Undo").click()
    await expect(seen.get_by_role("radio", name="As everywhere")).to_be_checked()
    await expect(page.get_by_role("switch", name="Pin messages")).not_to_be_checked()

    await page.get_by_role("switch", name="Pin messages").click()
    await seen.get_by_role("radio", name="Refused here").check()
    await assert_nothing_found(page)
    await page.get_by_role("button", name="Save").click()
    await expect(channel).to_have_count(0)  # for her, whose page has it no more
    await expect(page.get_by_role("status").filter(has_text="change")).to_have_count(0)
    await page.reload()
    await page.get_by_label("In one place").select_option(label="introductions")
    await expect(seen.get_by_role("radio", name="Refused here")).to_be_checked()
    await expect(page.get_by_role("switch", name="Pin messages")).to_be_checked()


async def test_on_a_phone_the_list_and_a_role_stand_one_after_the_other(
    browsers: Browsers, owner: Person
) -> None:
    await owner.command("role.create", name="Friends and supporters since the very beginning")
    phone = {"width": 360, "height": 740}
    page = (await browsers.visit(owner, "/admin/roles", viewport=phone)).page
    link = page.get_by_role("link", name="Friends and supporters")
    await link.click()
    await expect(page.get_by_role("heading", name="Friends and supporters")).to_be_focused()
    await expect(link).to_have_count(0)
    await page.get_by_label("In one place").select_option(label="introductions")
    await page.get_by_role("group", name="Pin messages, in introductions").wait_for()
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert await page.evaluate(size) == [360, 740]  # what is only said reaches beyond nothing
    await assert_nothing_found(page)
    await page.get_by_role("link", name="All roles").click()
    await link.wait_for()


@pytest.mark.plugin.with_args(BotsPlugin)
@pytest.mark.plugin.with_args(SportsRoomsPlugin)
async def test_who_looks_on_as_a_role_sees_what_it_sees_and_sends_nothing(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    held = ["bots.manage", "sports_rooms.keep_score"]
    made = await owner.command("role.create", name="Gardener", permissions=held)
    role = made["role"]["id"]
    hidden = {"place": owner.channel("#introductions"), "target": "role", "target_id": role}
    await owner.command("overwrite.set", **hidden, allow=[], deny=["channel.view"])
    await owner.post("#general", "for all to read")
    visitor = await browsers.visit(
        owner,
        f"/admin/view?role={role}",
        viewport={"width": 360, "height": 740},
        color_scheme="dark",
    )
    page = visitor.page
    await page.get_by_text("You see Les Voisins as with this role: Gardener").wait_for()
    await expect(page.get_by_role("link", name="introductions")).to_have_count(0)
    await page.get_by_text("Cannot be found: introductions").wait_for()
    await page.get_by_text("In the administration: Bots").wait_for()
    await page.get_by_text(re.compile("May do \\d+ things")).click()
    await page.get_by_text("Register bots and give them tokens").wait_for()
    await expect(page.get_by_text("Make webhooks that post in a channel")).to_have_count(0)
    await page.get_by_role("link", name=re.compile("general")).first.click()
    await page.get_by_text("for all to read").wait_for()
    await assert_nothing_found(page)
    refusal = page.get_by_text("You only look on: nothing you press is sent.")
    await expect(refusal).to_have_count(0)  # nobody has pressed anything
    await page.get_by_role("textbox", name="Message general").fill("to nobody")
    await page.get_by_role("button", name="Send").click()
    await refusal.first.wait_for()  # beside the message, and as a notice
    history = await alice.command("message.history", channel=alice.channel("#general"))
    assert [message["text"] for message in history["messages"]] == ["for all to read"]

    await owner.command("overwrite.set", **hidden, allow=[], deny=[])  # the house changes
    await page.get_by_text("Every place that you see can be found.").wait_for()
    await page.get_by_role("link", name="Stop looking on").click()
    await page.get_by_role("heading", name="Gardener").wait_for()
    assert visitor.complaints == []
