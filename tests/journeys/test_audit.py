"""Who keeps the house finds in the log what was done, takes it back, and carries it away."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from salon.testing import Person
from salon.testing.browser import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def test_a_deed_is_found_undone_and_fetched(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    kept = owner.channel("#introductions")
    everyone = owner.snapshot["community"]["everyone_role_id"]
    wish = {"place": kept, "target": "role", "target_id": everyone, "allow": []}
    await owner.command("overwrite.set", **wish, deny=["message.post"])
    reason = "Told twice to calm down"
    await owner.command(
        "sanction.impose", account=alice.id, kind="time_out", lasts_s=600, reason=reason
    )
    phone = {"width": 360, "height": 740}
    visitor = await browsers.visit(owner, "/admin/audit", viewport=phone)
    page = visitor.page
    await expect(page.get_by_text(re.compile("The log is whole: \\d+ entries"))).to_be_visible()
    await expect(page.get_by_text("Denied there, added: Post messages")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == phone["width"]

    await page.get_by_label("Search", exact=True).fill("CALM alice")
    rows = page.locator("li.audit-row")
    await expect(rows).to_have_count(1)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Export CSV").click()
    assert reason in Path(await (await download.value).path()).read_text("utf-8")

    await page.get_by_role("button", name="Undo").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("It is as it was before.").first).to_be_visible()
    await alice.expect("account.changed")
    await expect(rows).to_have_count(1)
    await page.get_by_role("button", name="Show everything").click()
    await expect(page.get_by_text("lifted the time out of")).to_be_visible()
    assert visitor.complaints == []
