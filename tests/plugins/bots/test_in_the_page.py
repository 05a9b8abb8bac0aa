"""Bots and webhooks in the administration, in a real browser with the page's own policy."""

import re

import pytest
from playwright.async_api import Page, expect
from tests.plugins.bots.clients import Registered, Rest

from salon.testing import Person, Server
from salon.testing.browser import DESKTOP, Browsers, barriers
from salon_bots.plugin import BotsPlugin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.plugin.with_args(BotsPlugin),
]

PAGE = "/admin/bots"
PHONE = {"width": 360, "height": 740}


async def test_the_owner_registers_a_bot_and_its_token_works(
    browsers: Browsers, server: Server, owner: Person
) -> None:
    page = (await browsers.visit(owner, PAGE)).page
    await page.get_by_role("button", name="Register a bot").click()
    dialog = page.get_by_role("dialog", name="Register a bot")
    await dialog.get_by_label("Name, as members see it").fill("Quiz night")
    await expect(dialog.get_by_label("Name to mention it by")).to_have_value("quiz-night")
    await page.keyboard.press("Enter")
    secret = page.get_by_role("status").filter(has_text="The token, shown this once")
    token = await secret.locator("code").inner_text()
    rest = Rest(server.url, token)
    assert (await rest.ask("GET", "/users/@me"))[1]["username"] == "quiz-night"
    await rest.session.close()

    line = page.get_by_role("group", name="With discord.py, start its program like this")
    start = f"SALON_BOT_URL={server.url} python -m salon_bots.launcher bot.py"
    await expect(line.locator("code")).to_have_text(start)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await line.get_by_role("button", name="Copy").click()
    await expect(page.get_by_text("Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == start

    await page.get_by_role("switch", name="Read every message it can see").click()
    await expect(page.get_by_role("switch", name="Read every message")).not_to_be_checked()
    assert not (await owner.command("bots.list"))["bots"][0]["reads_messages"]

    await page.reload()
    await expect(page.get_by_role("heading", name="Quiz night")).to_be_visible()
    await expect(secret).to_have_count(0)
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("heading", name="No bots yet")).to_be_visible()


async def test_a_name_that_is_taken_is_told_at_its_field(
    browsers: Browsers, bot: Registered, owner: Person
) -> None:
    page = (await browsers.visit(owner, PAGE)).page
    await page.get_by_role("button", name="Register a bot").click()
    dialog = page.get_by_role("dialog", name="Register a bot")
    await dialog.get_by_label("Name, as members see it").fill("Almanac")
    await dialog.get_by_role("button", name="Register a bot").click()
    field = dialog.get_by_label("Name to mention it by")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description(re.compile("called that already"))


async def test_a_host_makes_a_webhook_and_sees_no_bots(
    browsers: Browsers, server: Server, owner: Person, alice: Person
) -> None:
    host = next(r for r in owner.snapshot["roles"] if "room.manage" in r["permissions"])
    await owner.command("account.roles", account=alice.id, role_ids=[host["id"]])
    page = (await browsers.visit(alice, PAGE)).page
    await expect(page.get_by_role("tab")).to_have_count(0)
    await page.get_by_label("Name, as members see it").fill("Weather")
    await page.get_by_role("button", name="Make the address").click()
    secret = page.get_by_role("status").filter(has_text="The address, shown this once")
    url = await secret.locator("code").inner_text()
    async with server.visitor() as stranger, stranger.post(url, json={"content": "rain"}) as done:
        assert done.status == 204
    assert (await alice.expect("message.posted"))["text"] == "rain"
    await page.get_by_role("listitem").get_by_role("button", name="Remove").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("No webhooks yet")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_everybody_can_use_both_pages_on_a_phone_too(
    browsers: Browsers, bot: Registered, owner: Person, theme: str, language: str
) -> None:
    await owner.command("bots.webhook_create", channel=owner.channel("#general"), name="Weather")
    for viewport in (DESKTOP, PHONE):
        visitor = await browsers.visit(
            owner, PAGE, language=language, viewport=viewport, color_scheme=theme
        )
        page = visitor.page
        await expect(page.get_by_role("heading", name="Almanac")).to_be_visible()
        await _check(page)
        await page.get_by_role("tab", name="Webhooks").click()
        await expect(page.get_by_text("Weather", exact=True)).to_be_visible()
        await _check(page)


async def _check(page: Page) -> None:
    assert await barriers(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
