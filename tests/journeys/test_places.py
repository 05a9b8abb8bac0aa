"""Who keeps the house moves a channel into a group and out: dragged, and by the keyboard."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from salon.testing import Person
from salon.testing.browser import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def test_places_are_moved_between_groups(browsers: Browsers, owner: Person) -> None:
    group = (await owner.command("category.create", name="Backstage"))["category"]["id"]
    everyone = owner.snapshot["community"]["everyone_role_id"]
    wish = {"place": group, "target": "role", "target_id": everyone, "allow": []}
    await owner.command("overwrite.set", **wish, deny=["message.post"])
    await owner.command("room.open", name="Dressing room", category=group, temporary=False)
    visitor = await browsers.visit(owner, "/admin/places")
    page = visitor.page
    backstage = page.get_by_role("list", name="Backstage")
    await expect(backstage.get_by_text("Dressing room").first).to_be_visible()
    row = page.get_by_role("listitem").filter(has_text="introductions")
    await row.locator(".sq").drag_to(page.get_by_role("heading", name="Backstage"))
    await expect(backstage.get_by_text("introductions").first).to_be_visible()
    await expect(
        page.get_by_text("introductions is number 1 of 1 in Backstage now")
    ).to_be_attached()
    await page.get_by_role("button", name="Take over the group").click()
    await expect(page.get_by_text("keeps its own permissions")).to_have_count(0)
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()

    move = page.get_by_role("button", name="Move introductions")
    await move.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name="Out of its group").focus()
    await page.keyboard.press("Enter")
    await expect(backstage.get_by_text("introductions")).to_have_count(0)
    await expect(move).to_be_focused()
    for way, where in {"To The lounge": "number 2 of 2", "Up": "number 1 of 2"}.items():
        await page.keyboard.press("Enter")
        await page.get_by_role("menuitem", name=way, exact=True).press("Enter")
        await expect(page.get_by_text(f"introductions is {where} in The lounge")).to_be_attached()
        await expect(move).to_be_focused()

    await page.get_by_role("button", name="Change Dressing room").click()
    await page.get_by_label("Topic group").select_option(label="None")
    await page.get_by_label("What it is about").fill("Costumes")
    await page.get_by_role("button", name="Save").click()
    await expect(backstage.get_by_text("Dressing room")).to_have_count(0)
    await expect(page.get_by_text("Costumes")).to_be_visible()
    assert visitor.complaints == []
