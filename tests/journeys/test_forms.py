"""Forms in the page: what is refused stands at its field, what was typed stays."""

import re
from typing import Literal

import pytest
from playwright.async_api import expect

from salon.testing import Person
from salon.testing.browser import Browsers, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def test_seats_that_cannot_be_are_refused_at_the_seats(
    browsers: Browsers, owner: Person
) -> None:
    page = (await browsers.visit(owner, "/admin/places")).page
    await page.get_by_role("button", name="Add a room").click()
    dialog = page.get_by_role("dialog")
    name = dialog.get_by_label("Name")
    await name.fill("Cellar")
    await dialog.get_by_label("Seats").fill("-1")
    await dialog.get_by_label("Seats").press("Enter")
    await expect(dialog.get_by_label("Seats")).to_have_attribute("aria-invalid", "true")
    await expect(name).not_to_have_attribute("aria-invalid", "true")
    await expect(name).to_have_value("Cellar")
    await expect(dialog.get_by_role("button", name="Save")).to_be_enabled()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_an_empty_form_is_refused_in_the_readers_language_at_its_fields(
    browsers: Browsers, owner: Person, theme: Literal["light", "dark"]
) -> None:
    await owner.command("community.edit", rules="- Knock first\n- Be kind")
    made = await owner.command("invitation.create")
    browser = await browsers.browser()
    page = await browser.new_page(locale="fr-FR", color_scheme=theme)
    await page.goto(made["url"])
    await expect(page.get_by_text("Knock first")).to_have_css("list-style-type", "disc")
    await page.get_by_label("Comment t\u2019appeler").fill("Zoé")
    await page.get_by_role("button", name="Entrer").click()
    handle = page.get_by_label("Identifiant")
    await expect(handle).to_have_accessible_description(re.compile("Remplis ce champ"))
    await expect(handle).to_be_focused()
    await expect(page.get_by_label("Comment t\u2019appeler")).to_have_value("Zoé")
    assert await barriers(page) == []


async def test_a_room_for_music_is_opened_on_a_phone_by_the_keyboard_in_french(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    visitor = await browsers.visit(
        owner, "/", language="fr", viewport={"width": 360, "height": 740}
    )
    page = visitor.page
    await page.get_by_role("main").get_by_role("button", name="Ouvrir un salon").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="De quoi").fill("La scène")
    await dialog.locator("summary").press("Enter")
    await dialog.get_by_role("group", name="À quoi sert le salon").wait_for()
    await dialog.get_by_role("radio", name="Parole").focus()
    await page.keyboard.press("ArrowRight")
    await expect(dialog.get_by_role("radio", name="Musique")).to_be_checked()
    assert await barriers(page) == []
    assert await dialog.evaluate("(it) => it.scrollWidth <= it.clientWidth")
    await page.keyboard.press("Enter")
    assert (await alice.expect("room.opened"))["sound"] == "music"
    assert visitor.complaints == []
