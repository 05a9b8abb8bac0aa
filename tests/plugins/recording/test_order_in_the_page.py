"""The running order in real Chromium: written by the keyboard, played, and read by a listener."""

from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect
from tests.plugins.recording.test_running_order import bring

from salon.services.facade import Facade
from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers
from salon_recording.plugin import RecordingPlugin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.plugin.with_args(RecordingPlugin),
]

PHONE: ViewportSize = {"width": 360, "height": 740}


async def adds(page: Page, title: str, *, piece: str = "") -> None:
    await page.get_by_role("button", name="Add", exact=True).press("Enter")
    dialog = page.get_by_role("dialog")
    if piece:
        await dialog.get_by_label("Holds").select_option(piece)
    await dialog.get_by_label("What it is").fill(title)
    await page.keyboard.press("Enter")
    await dialog.wait_for(state="detached")


async def test_a_host_orders_the_evening_by_the_keyboard_and_listeners_read_what_is_next(
    server: Server, browsers: Browsers, owner: Person, host: Person, bob: Person
) -> None:
    await bring(Facade("recording", server.app.services), 2.0)
    fields: dict[str, Any] = {"name": "First paragraphs", "kind": "stage", "temporary": False}
    room = (await host.command("room.open", **fields))["room"]
    leading = await browsers.visit(host, f"/r/{room['slug']}")
    page = leading.page
    await page.get_by_role("button", name="Join").first.click()
    order = page.get_by_role("main").get_by_role("region", name="Running order")
    await order.get_by_text("Nothing is planned yet.").wait_for()
    for title in ("Welcome", "First page"):
        await adds(page, title)
    await adds(page, "Intro", piece="Mix B")
    handle = order.get_by_role("button", name="Move Intro, 3 of 3")
    await handle.focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(order.get_by_role("button", name="Move Intro, 1 of 3")).to_be_focused()
    await order.get_by_text("Intro, now 1 of 3").wait_for()
    assert await barriers(page) == []
    listening = await browsers.visit(bob, f"/r/{room['slug']}", viewport=PHONE, language="fr")
    phone = listening.page
    await phone.get_by_text("1 personne attend à la porte").wait_for()
    await page.get_by_text("1 person waits at the door").wait_for()
    assert await barriers(phone) == []
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size(PHONE)
    assert await barriers(page) == []
    await page.get_by_role("button", name="Open the stage now").click()
    await page.set_viewport_size({"width": 1280, "height": 800})
    line = page.get_by_role("main").get_by_role("group", name="Running order")
    await line.get_by_role("button", name="Begin").click()
    await line.get_by_text("Intro").wait_for()
    said = phone.get_by_role("group", name="Conducteur")
    await said.get_by_text("Intro").wait_for()
    by_itself = "Maintenant WelcomeEnsuite : First page"  # when the piece has ended
    await expect(said.get_by_role("status")).to_have_text(by_itself, timeout=30_000)
    assert await barriers(phone) == []
    width = await phone.evaluate("document.scrollingElement.scrollWidth")
    assert width <= PHONE["width"]
    assert leading.complaints == listening.complaints == []
