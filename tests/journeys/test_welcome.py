"""The first steps of an owner: the place is named, has rooms, a voice was tried, a link is out."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from salon.testing import Person, Server
from salon.testing.browser import Browsers, Visitor, barriers, speech

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
HEARD_LOUDNESS = 0.01


async def assert_accessible(page: Page) -> None:
    assert await barriers(page) == []
    wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0


async def claim(server: Server, browsers: Browsers, **context: Any) -> Visitor:
    token = await server.app.services.accounts.new_owner_link()
    visitor = await Visitor.open(
        await browsers.browser(), server.url, strict=True, locale="en-GB", **context
    )
    page = visitor.page
    await page.goto(f"{server.url}/setup/{token}")
    await page.fill("#community", "Le Balcon")
    await page.fill("#display_name", "June Okafor")
    await page.fill("#handle", "june")
    await page.fill("#password", "three unrelated words")
    await page.click("button[type=submit]")
    return visitor


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_an_owner_goes_from_the_claim_to_a_furnished_house(
    server: Server, browsers: Browsers, size: ViewportSize
) -> None:
    visitor = await claim(server, browsers, viewport=size)
    page = visitor.page
    await expect(page.get_by_role("heading", name="What is this place called?")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_label("Name of the place").fill("Le Perron")
    await page.get_by_role("button", name="Save and go on").click()

    await expect(page.get_by_role("heading", name="Which rooms")).to_be_visible()
    await expect(page.get_by_role("checkbox", name="general")).to_be_disabled()
    await assert_accessible(page)
    await page.get_by_role("checkbox", name="finds").check()
    await page.get_by_role("checkbox", name="Quiet room").check()
    await page.get_by_role("button", name="Open these 2 places").click()

    await expect(page.get_by_role("heading", name="Can they hear you?")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Go on").click()

    await expect(page.get_by_role("heading", name="Who comes first?")).to_be_visible()
    await page.get_by_role("button", name="Make a link").click()
    await expect(page.get_by_text(re.compile(r"/i/\w"))).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Go to Le Perron").click()

    await expect(page.get_by_role("heading", name="Say hello in introductions")).to_be_visible()
    await assert_accessible(page)
    known = server.app.services.directory
    assert known.community.name == "Le Perron"
    assert {"finds", "Quiet room"} <= {channel.name for channel in known.channels.values()}
    assert "Quiet room" in {room.name for room in known.rooms.values()}
    assert visitor.complaints == []


async def test_every_step_can_be_left_out_and_found_again(
    server: Server, browsers: Browsers
) -> None:
    page = (await claim(server, browsers, viewport=WIDE)).page
    await page.get_by_role("button", name="Skip").click()
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("button", name="Go to Le Balcon").click()
    await page.get_by_role("link", name="Administration").click()
    await page.get_by_role("link", name="Community").click()
    await page.get_by_role("link", name="The first steps again").click()
    await expect(page.get_by_label("Name of the place")).to_have_value("Le Balcon")


async def test_the_first_steps_are_for_those_who_keep_the_server(
    browsers: Browsers, alice: Person
) -> None:
    visitor = await browsers.visit(alice, "/welcome")
    await expect(visitor.page.get_by_role("heading", name="There is no room here")).to_be_visible()


async def test_whoever_is_new_is_asked_to_say_hello_until_they_have_looked_around(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    await owner.post("#introductions", "I am June.")
    visitor = await browsers.visit(alice)
    page = visitor.page
    await page.get_by_role("link", name="Say hello", exact=True).click()
    await expect(page.get_by_text("I am June.")).to_be_visible()
    await alice.expect("read.moved")
    await page.get_by_role("link", name="Home").first.click()
    await expect(page.get_by_role("heading", name="Say hello")).to_have_count(0)


@pytest.mark.alone
async def test_the_microphone_is_played_back(
    server: Server, browsers: Browsers, owner: Person, tmp_path: Path
) -> None:
    voice = speech(tmp_path / "june.wav", "This is how I sound to all of you")
    browser = await browsers.browser(microphone=voice)
    visitor = await Visitor.open(browser, server.url, strict=True, locale="en-GB")
    page = visitor.page
    await page.add_init_script(
        """
        const decode = AudioContext.prototype.decodeAudioData;
        AudioContext.prototype.decodeAudioData = async function (bytes) {
          const buffer = await decode.call(this, bytes);
          window.loudest = Math.max(...buffer.getChannelData(0).map(Math.abs));
          return buffer;
        };
        """
    )
    await visitor.sign_in(owner.handle, owner.password, at="/settings/voice")
    await page.get_by_role("button", name="Try the microphone").click()
    await expect(page.get_by_text("We hear you well")).to_be_visible(timeout=15_000)
    again = page.get_by_role("button", name="Play me back")
    await again.click()
    await expect(again).to_be_disabled()
    await expect(again).to_be_enabled(timeout=20_000)
    assert await page.evaluate("window.loudest") > HEARD_LOUDNESS
    assert visitor.complaints == []
