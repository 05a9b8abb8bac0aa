"""Who lives here and who comes: a question at the door, new rules, a profile opened from a name."""

import pytest
from playwright.async_api import Page, expect

from salon.services import snapshot
from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def assert_nothing_found(page: Page) -> None:
    assert await barriers(page) == []


async def ask(server: Server, password: str) -> None:
    names = {"handle": "nina", "display_name": "Nina", "password": password}
    fields = {**names, "reason": "I live next door", "rules": "on"}
    async with server.visitor() as visitor:
        await visitor.post("/join", data=fields, headers={"Origin": server.url})


async def let_in(page: Page) -> None:
    """Be told that somebody is at the door, also by a page that opens then, and answer."""
    at_door = page.get_by_role("link", name="At the door").filter(has_text="1")
    await at_door.wait_for()
    await page.reload()
    await at_door.click()
    await page.get_by_text("I live next door").wait_for()
    await assert_nothing_found(page)
    await page.get_by_role("button", name="Let in").click()
    await page.get_by_text("Nobody waits").wait_for()
    await page.get_by_role("link", name="Back to the rooms").click()
    await expect(at_door).to_have_count(0)


async def test_somebody_asks_is_let_in_keeps_the_rules_and_is_looked_at(
    server: Server, browsers: Browsers, owner: Person
) -> None:
    await owner.command("community.edit", registration="approval", rules="Be *kind*.")
    host = await browsers.visit(owner, "/c/general")
    page = host.page
    await page.get_by_role("textbox", name="Message general").wait_for()
    await ask(server, owner.password)
    await let_in(page)
    nina = server._person("nina")
    await nina.sign_in()
    await nina.open()
    await nina.command("account.edit", pronouns="she/her", status="Up the hill")
    await nina.post("#general", "Good evening")

    await owner.command("community.edit", rules="Be kind, and on time.")
    await nina.command("rules.agree", version=2)
    await page.goto(f"{server.url}/c/general")
    row = page.locator("li.msg", has_text="Good evening")
    await row.focus()
    await row.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Who wrote this").click()
    card = page.get_by_role("dialog", name="Nina")
    await card.get_by_text("@nina · she/her").wait_for()
    await expect(card.get_by_text("Up the hill")).to_be_visible()
    await assert_nothing_found(page)
    await page.keyboard.press("Escape")
    await row.locator(".by > b").click()
    await card.get_by_text("Up the hill").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="All members").click()
    everybody = page.get_by_role("dialog", name="Members")
    await everybody.get_by_role("searchbox").fill("nin")
    await everybody.get_by_role("button", name="Show Nina").wait_for()
    await assert_nothing_found(page)

    assert host.complaints == []


async def test_people_beyond_those_who_are_told_at_first_are_known_wherever_they_appear(
    server: Server, browsers: Browsers, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a place of thousands: here all but the owner are beyond."""
    monkeypatch.setattr(snapshot, "ACCOUNTS_IN_SNAPSHOT", 1)
    vera = await server.member("vera", owner)
    for name in ("nina", "zora", "omar", "yves"):
        newcomer = await server.member(name, owner)
    await newcomer.post("#general", "Ask @nina")
    await newcomer.post("#introductions", "@owner")
    host = next(role for role in owner.snapshot["roles"] if role["name"] == "Host")
    await owner.command("account.roles", account=newcomer.id, role_ids=[host["id"]])
    visitor = await browsers.visit(owner, f"/admin/roles?role={host['id']}")
    page = visitor.page
    await page.get_by_role("tab", name="1 member").click()
    await page.get_by_role("button", name="Take away Yves").wait_for()
    await page.get_by_role("tab", name="Permissions").click()
    await page.get_by_role("switch", name="Pin messages").click()
    await page.get_by_text("1 change. 1 person notices at once.").wait_for()
    await page.goto(f"{server.url}/c/general")
    await page.locator(".mention", has_text="@Nina").wait_for()
    await page.get_by_role("log").get_by_text("Yves", exact=True).wait_for()
    field = page.get_by_role("textbox", name="Message general")
    await field.press_sequentially("And @zor")
    await page.get_by_role("option", name="Zora").wait_for()
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("And @zora ")
    await page.goto(f"{server.url}/d")
    await page.get_by_role("link", name="introductions, 1 mention").wait_for()  # it attends
    await vera.post("#general", "@owner tea?")
    await page.get_by_text("Vera in general: @Owner tea?").wait_for()
    await page.get_by_role("button", name="New conversation").first.click()
    await page.get_by_role("textbox", name="Find people").fill("oma")
    await page.get_by_role("button", name="Omar").wait_for()
    assert visitor.complaints == []
