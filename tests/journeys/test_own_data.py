"""Somebody fetches what is kept of them, asks to be deleted, and thinks again."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.core.services.test_leaving import ask

from salon.testing import Person, Server
from salon.testing.browser import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]


async def test_somebody_fetches_their_data_and_leaves_and_stays(
    server: Server, browsers: Browsers, owner: Person, alice: Person, tmp_path: Path
) -> None:
    await alice.post("#general", "Mine.")
    page = (await browsers.visit(alice, "/settings/data")).page

    await page.get_by_role("button", name="Ask for a copy").click()
    asking = page.get_by_role("dialog")
    await asking.get_by_label("Current password").fill("not the password")
    await asking.get_by_role("button", name="Ask for a copy").click()
    await asking.get_by_text("That is not your present password.").wait_for()
    await asking.get_by_label("Current password").fill(alice.password)
    await page.keyboard.press("Enter")
    async with page.expect_download() as fetching:
        await page.get_by_role("link", name="Fetch it").click()
    copy = tmp_path / "copy.zip"
    await (await fetching.value).save_as(copy)
    assert b"Mine." in ZipFile(copy).read("messages.jsonl")

    await page.get_by_role("button", name="Delete my account").click()
    leaving = page.get_by_role("dialog")
    await leaving.get_by_text("Let it stay").click()
    await leaving.get_by_label("Type your name, alice").fill("alice")
    await leaving.get_by_label("Current password").fill(alice.password)
    await leaving.get_by_role("button", name="Delete my account").click()
    await page.get_by_text("What you wrote stays, without your name.").wait_for()
    await page.get_by_role("button", name="Keep my account").click()
    await page.get_by_role("button", name="Delete my account").wait_for()


@pytest.mark.settings(accounts={"deletion_days": 0})
async def test_what_somebody_let_stay_is_by_somebody_who_has_left(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    page = (await browsers.visit(owner, "/c/general")).page
    said = await alice.post("#general", "Remember the lanterns")
    row = page.locator(f'li[data-id="{said["id"]}"]')
    await row.get_by_text("Alice").wait_for()
    await ask(alice, keeps_content=True)
    await server.settled()
    nobody = row.get_by_text("Somebody who has left")
    await nobody.wait_for()
    await page.reload()
    await nobody.wait_for()
    await page.goto(f"{owner.url}/admin/audit")
    await page.get_by_text("Somebody who has left asked to be deleted").wait_for()
