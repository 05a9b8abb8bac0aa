"""Reporting and deciding in real browsers, with the page's own policy in force."""

from typing import Literal

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect
from tests.core.services.test_conversations import direct

from salon.testing import Person
from salon.testing.browser import DESKTOP, Browsers, barriers
from salon_moderation.plugin import ModerationPlugin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.plugin.with_args(ModerationPlugin),  # a lone class would be decorated
]

QUEUE = "/p/moderation/queue"
PHONE: ViewportSize = {"width": 360, "height": 740}
SETTLED = """new Promise(requestAnimationFrame).then(() =>
    Promise.allSettled(document.getAnimations().map((each) => each.finished)))"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def reported(alice: Person, bob: Person, text: str = "cheap watches") -> str:
    message = await alice.post("#general", text)
    await bob.command("moderation.report", message=message["id"], reason="spam", note="Again.")
    return str(message["id"])


async def test_a_member_reports_and_a_host_decides_and_undoes(
    browsers: Browsers, host: Person, alice: Person, bob: Person
) -> None:
    message = await alice.post("#general", "cheap watches")
    member = (await browsers.visit(bob, "/c/general")).page
    hosts = (await browsers.visit(host, QUEUE)).page
    await expect(hosts.get_by_role("heading", name="Nothing to look at")).to_be_visible()

    dialog = await open_report(member, message["id"])
    await expect(dialog.get_by_role("radio", checked=True)).to_have_count(0)
    await dialog.get_by_role("button", name="Report").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Choose what is wrong with it first.")
    await dialog.get_by_label("Hurtful").check()
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    await dialog.get_by_label("Anything the hosts should know").fill("Every day.")
    await dialog.get_by_role("button", name="Report").click()
    await expect(member.get_by_text("Thank you. A host will look at it.")).to_be_visible()
    await expect(dialog).not_to_be_visible()

    await expect(hosts.get_by_label("1 report to look at")).to_be_visible()
    await hosts.get_by_role("link", name="cheap watches").click()
    await expect(hosts.get_by_text("Every day.")).to_be_visible()
    await hosts.get_by_label("Time out, 1 hour").check()
    await hosts.get_by_label("Reason, shown to Alice").fill("Enough.")
    await hosts.get_by_label("Delete the message").check()
    await hosts.get_by_role("button", name="Time out").click()
    assert (await alice.expect("account.suspended"))["reason"] == "Enough."
    await expect(member.locator(f'[data-id="{message["id"]}"]')).not_to_be_visible()
    await expect(hosts.get_by_role("heading", name="Nothing to look at")).to_be_visible()

    await hosts.get_by_role("tab", name="Log").click()
    step = hosts.get_by_role("listitem").filter(has_text="Hanna put Alice in time out")
    await step.get_by_role("button", name="Undo").click()
    await expect(hosts.get_by_label("1 report to look at")).to_be_visible()
    await expect(hosts.get_by_text("Back in the queue.")).to_be_visible()
    await expect(step).to_contain_text("Undone")
    back = hosts.get_by_role("listitem").filter(has_text="back into the queue")
    await expect(back).not_to_contain_text("Undone")
    await step.get_by_role("link", name="put Alice in time out").click()
    await expect(hosts.get_by_text("Every day.")).to_be_visible()
    history = hosts.get_by_role("listitem").filter(has_text="put Alice in time out")
    await expect(history).to_contain_text("Undone")
    assert (await alice.expect("account.changed", timed_out_until=None))["handle"] == "alice"


async def test_what_is_undone_from_the_news_of_a_decision_says_so(
    browsers: Browsers, host: Person, alice: Person, bob: Person
) -> None:
    await reported(alice, bob)
    page = (await browsers.visit(host, QUEUE)).page
    await page.get_by_role("link", name="cheap watches").click()
    await page.get_by_role("button", name="Close", exact=True).click()
    await page.locator(".toast").get_by_role("button", name="Undo").click()
    await expect(page.locator(".toast").filter(has_text="Back in the queue.")).to_be_visible()


async def test_the_cases_of_a_channel_close_at_the_moment_it_is_deleted(
    browsers: Browsers, host: Person, owner: Person, alice: Person, bob: Person
) -> None:
    channel = (await owner.command("channel.create", name="bazaar"))["channel"]
    await bob.expect("channel.created")
    message = await alice.post(channel["id"], "cheap watches")
    await bob.command("moderation.report", message=message["id"], reason="spam")
    page = (await browsers.visit(host, "/c/general")).page
    await expect(page.get_by_label("1 report to look at")).to_be_visible()
    await owner.command("channel.delete", channel=channel["id"])
    await expect(page.get_by_label("1 report to look at")).to_have_count(0)


async def test_a_case_is_decided_with_the_keyboard_alone(
    browsers: Browsers, host: Person, alice: Person, bob: Person
) -> None:
    await reported(alice, bob)
    page = (await browsers.visit(host, QUEUE)).page
    await page.get_by_role("link", name="cheap watches").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Nothing, close").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_label("Warn")).to_be_checked()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_label("Time out, 10 min")).to_be_checked()
    await page.keyboard.press("Enter")
    assert (await alice.expect("account.suspended"))["account"]["handle"] == "alice"


async def test_who_may_not_see_reports_finds_no_queue(
    browsers: Browsers, alice: Person, bob: Person
) -> None:
    await reported(alice, bob)
    page = (await browsers.visit(bob, QUEUE)).page
    await expect(page.get_by_role("heading", name="There is no room here")).to_be_visible()
    await expect(page.get_by_role("link", name="Moderation")).to_have_count(0)


async def test_a_refused_report_says_why_and_keeps_the_note(
    browsers: Browsers, alice: Person, bob: Person
) -> None:
    id_ = await reported(alice, bob)
    page = (await browsers.visit(bob, "/c/general")).page
    await open_report(page, id_)
    note = page.get_by_label("Anything the hosts should know")
    await page.get_by_label("Spam").check()
    await note.fill("Once more.")
    await page.get_by_role("dialog").get_by_role("button", name="Report").click()
    await expect(page.get_by_role("alert")).to_contain_text("reported this message already")
    await expect(note).to_have_value("Once more.")


async def test_every_view_is_accessible_and_fits_in_both_themes_and_on_a_phone(
    browsers: Browsers, host: Person, alice: Person, bob: Person
) -> None:
    await reported(alice, bob, "x" * 300)
    await reported(alice, bob)
    visitor = await browsers.visit(host, QUEUE, language="fr")
    page = visitor.page
    await page.get_by_role("link", name="cheap watches").wait_for()
    await check(page)
    await page.get_by_role("link", name="cheap watches").click()
    await page.get_by_label("Pause d\u2019un jour").check()
    await check(page)
    await page.get_by_label("Rien, classer").check()
    await page.get_by_role("button", name="Classer").click()
    await page.get_by_role("tab", name="Journal").click()
    await page.get_by_role("region", name="Journal").wait_for()
    await check(page)
    assert visitor.complaints == []


async def test_the_report_dialog_is_accessible(
    browsers: Browsers, alice: Person, bob: Person
) -> None:
    message = await alice.post("#general", "cheap watches")
    page = (await browsers.visit(bob, "/c/general")).page
    await open_report(page, message["id"])
    await check(page)


async def test_the_hosts_see_of_a_conversation_what_was_ticked(
    browsers: Browsers, host: Person, alice: Person, bob: Person
) -> None:
    id_ = await direct(alice, bob)
    await bob.post(id_, "something private")
    await bob.post(id_, "stop it")
    bad = await alice.post(id_, "I know where you live")
    member = await browsers.visit(bob, f"/d/{id_}")
    dialog = await open_report(member.page, bad["id"])
    await dialog.get_by_role("checkbox", name="stop it").check()
    await dialog.get_by_label("Hurtful").check()
    await check(member.page)
    await dialog.get_by_role("button", name="Report").click()
    await expect(member.page.get_by_text("Thank you. A host will look at it.")).to_be_visible()
    hosts = await browsers.visit(host, QUEUE)
    page = hosts.page
    await page.get_by_role("link", name="I know where you live").click()
    await expect(page.get_by_text("stop it")).to_be_visible()
    await expect(page.get_by_text("nothing else of the conversation")).to_be_visible()
    await expect(page.get_by_text("something private")).to_have_count(0)
    await check(page)
    assert member.complaints == hosts.complaints == []


async def open_report(page: Page, message_id: str) -> Locator:
    row = page.locator(f'[data-id="{message_id}"]')
    await row.hover()
    await row.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Report…").click()
    return page.get_by_role("dialog", name="Report this message")


async def check(page: Page) -> None:
    """Whether the page is free of axe's findings and of sideways scrolling, as people see it."""
    for viewport in (PHONE, DESKTOP):
        await page.set_viewport_size(viewport)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await page.evaluate(SETTLED)
            assert await barriers(page) == []
