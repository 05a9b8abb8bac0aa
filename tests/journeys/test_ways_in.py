"""In Chromium: a passkey made by its own device opens the door; a code is asked for by the page."""

import pyotp
import pytest
from playwright.async_api import Page, expect

from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers
from salon.testing.person import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.settings(
        server={"host": "localhost"},
        mail={"host": "127.0.0.1", "port": 9, "encryption": "none", "sender": "salon@example.org"},
    ),
]


async def has_no_barrier(page: Page) -> None:
    assert await barriers(page) == []


async def give_password(page: Page) -> None:
    await page.get_by_label("Name to sign in with").fill("alice")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def with_a_device(browsers: Browsers) -> Page:
    """Return a page of a browser whose device makes passkeys and knows its owner's finger."""
    browser = await browsers.browser()
    page = await browser.new_page(locale="en-GB", reduced_motion="reduce")
    device = await page.context.new_cdp_session(page)
    await device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


async def add_passkey(page: Page) -> None:
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_label("What to call it").fill("Alice's laptop")
    await page.get_by_role("button", name="Make it").click()
    asked = page.get_by_role("dialog", name="Is it still you?")
    await asked.get_by_label("Password").fill(PASSWORD)
    await has_no_barrier(page)
    await asked.get_by_role("button", name="Go on").click()
    await expect(page.get_by_text("Alice's laptop")).to_be_visible()


async def turn_codes_on(page: Page, server: Server) -> pyotp.TOTP:
    await page.get_by_role("button", name="Ask for codes").click()
    shown = page.get_by_role("dialog", name="Your app")
    app = pyotp.TOTP("".join((await shown.locator(".secret").inner_text()).split()))
    await has_no_barrier(page)
    await shown.get_by_label("The code that it shows now").fill(app.at(server.clock.now()))
    await shown.get_by_role("button", name="Turn it on").click()
    recovery = page.get_by_role("dialog", name="Recovery codes")
    await expect(recovery.get_by_role("listitem")).to_have_count(10)
    await has_no_barrier(page)
    await recovery.get_by_role("button", name="I kept them").click()
    await expect(page.get_by_text("Recovery codes left: 10")).to_be_visible()
    return app


async def test_a_passkey_and_a_code_of_an_app_are_set_up_and_open_the_door(
    browsers: Browsers, server: Server, alice: Person
) -> None:
    here = server.app.base_url
    page = await with_a_device(browsers)
    await page.goto(f"{here}/signin?next=/settings/signin")
    await has_no_barrier(page)
    await give_password(page)
    server.clock.advance(minutes=11)
    await add_passkey(page)
    app = await turn_codes_on(page, server)
    await has_no_barrier(page)

    await page.get_by_role("button", name="Sign out", exact=True).click()
    server.clock.advance(minutes=1)
    await give_password(page)
    await has_no_barrier(page)
    await page.get_by_label("Code").fill(app.at(server.clock.now()))
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{here}/")

    await page.goto(f"{here}/settings/signin")
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.wait_for_url(f"{here}/signin")  # who leaves on purpose is led to no place
    await page.goto(f"{here}/signin?next=/settings/signin")
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_text("Last used")).to_be_visible()

    await page.get_by_label("Your address").fill("alice@example.org")
    await page.get_by_role("button", name="Send the letter").click()
    await expect(page.get_by_text("A letter waits at alice@example.org")).to_be_visible()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.get_by_role("link", name="Get a link by email").click()
    await page.get_by_label("or email address").fill("alice@example.org")
    await has_no_barrier(page)
    await page.get_by_role("button", name="A link to sign in").click()
    await expect(page.get_by_text("a letter is on its way")).to_be_visible()
    await has_no_barrier(page)
