"""In Chromium: a room is shared with whoever has its link, who listens to it without an account."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from salon.plugin import Caption, Plugin
from salon.services.facade import Facade
from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers

# Asks again by itself: the page's policy lets nothing be made of a text later.
PLAYS = """() => new Promise((plays) => {
    const look = () => [...document.querySelectorAll("audio")].some((one) => one.currentTime > 0.2)
        ? plays(true)
        : setTimeout(look, 50);
    look();
})"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


class Stenographer(Plugin[Any]):
    """A plugin that writes along."""

    name = "stenographer"


async def captions_are_read(server: Server, speaker: Person, room: str, page: Page) -> None:
    captions = await Facade("stenographer", server.app.services).rooms.caption(int(room))
    captions.say(Caption(int(speaker.id), "Bonsoir à tous", "fr"))
    strip = page.get_by_role("region", name="Captions")
    await expect(strip).to_have_text("Owner Bonsoir à tous")
    assert await barriers(page) == []


async def sign_in_leads_inside(page: Page, person: Person, address: str) -> None:
    await page.get_by_role("link", name="Sign in").first.click()
    await page.fill("#handle", "owner")
    await page.fill("#password", person.password)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(address)


async def it_ends_by_the_sleep_timer_and_begins_again(page: Page) -> None:
    await page.get_by_role("combobox", name="Sleep timer").select_option("15")
    await page.clock.fast_forward("15:01")
    await expect(page.get_by_role("status")).to_have_text("The sleep timer has ended it.")
    await page.get_by_role("button", name="Listen", exact=True).press("Enter")
    await expect(page.get_by_role("status")).to_have_text("You are listening.")


async def the_first_page_leads_to(address: str, server: Server, page: Page) -> None:
    await page.goto(server.url)
    assert await barriers(page) == []
    await page.get_by_role("link", name="Listen: Kitchen table").press("Enter")
    await page.wait_for_url(address)


@pytest.mark.plugin.with_args(Stenographer)
async def test_whoever_has_the_link_that_a_host_shares_listens_and_is_counted(
    server: Server, browsers: Browsers, owner: Person
) -> None:
    await owner.command("community.edit", public_rooms=True)
    await owner.command("privacy.show", name_outside=True)
    await owner.join("Kitchen table")
    assert owner.voice is not None
    await owner.command("voice.set", room=owner.voice.room_id, muted=False)
    owner.voice.talk(440.0)
    host = (await browsers.visit(owner, "/r/kitchen-table")).page
    await host.get_by_role("button", name="Share").press("Enter")
    dialog = host.get_by_role("dialog", name="Share Kitchen table")
    await expect(dialog.get_by_text("Members who may come in")).to_be_visible()
    await dialog.get_by_role("switch", name="Anybody may listen, without an account").press("Space")
    link = await dialog.get_by_text("/listen/kitchen-table").text_content()
    assert link == f"{server.url}/listen/kitchen-table"
    assert await barriers(host) == []
    await host.keyboard.press("Escape")

    browser = await browsers.browser()
    page = await browser.new_page(locale="en-GB")
    await page.clock.install()
    await the_first_page_leads_to(f"{server.url}/listen/kitchen-table", server, page)
    await expect(page.locator("[data-captions]")).to_be_hidden()
    assert await barriers(page) == []
    await expect(page.get_by_role("listitem")).to_contain_text(["Owner"])
    await page.get_by_role("button", name="Listen", exact=True).press("Enter")
    await expect(page.get_by_role("status")).to_have_text("You are listening.")
    await expect(page.get_by_text("1 listening, 1 of them without an account")).to_be_visible()
    await expect(host.get_by_text("1 without an account does.")).to_be_visible()
    assert await page.evaluate(PLAYS)
    await captions_are_read(server, owner, owner.voice.room_id, page)
    await page.get_by_text("I would like to speak").press("Enter")
    await expect(page.get_by_role("textbox", name="Invitation")).to_be_visible()
    assert await barriers(page) == []
    await it_ends_by_the_sleep_timer_and_begins_again(page)
    await owner.command("room.edit", room=owner.voice.room_id, is_public=False)
    await expect(page.get_by_role("status")).to_have_text("There is nothing to hear here any more.")
    await sign_in_leads_inside(page, owner, f"{server.url}/r/kitchen-table")
    await owner.post("#general", f"Come to {server.url}/r/kitchen-table")
    await page.get_by_role("link", name="general").first.click()
    card = page.get_by_role("list", name="Rooms that it links to")
    await expect(card.get_by_role("link")).to_contain_text("Kitchen table")
    await page.context.close()
