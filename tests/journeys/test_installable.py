"""The page as an app: it can be installed, shows what is pushed, and opens without a network."""

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import CDPSession, Page
from tests.core.services.push_service import PushService

from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers
from salon.web.installable import ICONS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

# A browser that is driven reaches no push service: it is told what a real one would be told.
SUBSCRIBED = """({ endpoint, public: p256dh, secret: auth }) => {
  let subscription = null;
  PushManager.prototype.getSubscription = async () => subscription;
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey.length !== 87) throw new Error("refused");
    const keys = { p256dh, auth };
    return subscription = { endpoint, options: {}, toJSON: () => ({ endpoint, keys }) };
  };
}"""
SHOWN = """async (count) => {
  const registration = await navigator.serviceWorker.ready;
  for (;;) {
    const shown = await registration.getNotifications();
    if (shown.length === count) {
      return shown.map(({ title, body, tag, lang }) => ({ title, body, tag, lang }));
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}"""
# A page that is driven has the focus always.
LOOKED_AWAY = "Object.defineProperty(WindowClient.prototype, 'focused', { get: () => false })"
# What a press on a notice does; a robot may neither press it nor bring a window to the front.
PRESSED = """async (action) => {
  ExtendableEvent.prototype.waitUntil = () => {};
  const [notification] = await registration.getNotifications();
  dispatchEvent(new NotificationEvent("notificationclick", { notification, action }));
}"""
KEPT = """async (text) => {
  const asked = (request) => new Promise((done) => request.onsuccess = () => done(request.result));
  for (;; await new Promise((done) => setTimeout(done, 20))) {
    for (const { name } of await indexedDB.databases()) {
      const database = await asked(indexedDB.open(name));
      const all = await asked(database.transaction("channels").objectStore("channels").getAll());
      database.close();
      if (JSON.stringify(all).includes(text) && await caches.match("/")) return;
    }
  }
}"""
LEFT = "async () => [await indexedDB.databases(), await caches.match('/') ?? null]"


async def deliverer(devtools: CDPSession, origin: str) -> Any:
    """Return what has DevTools deliver a push to the worker, as a push service would."""
    known: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def registered(told: dict[str, Any]) -> None:
        for each in told["registrations"]:
            if not known.done():
                known.set_result(each["registrationId"])

    devtools.on("ServiceWorker.workerRegistrationUpdated", registered)
    await devtools.send("ServiceWorker.enable")
    at = {"origin": origin, "registrationId": await known}

    async def deliver(content: dict[str, Any]) -> None:
        await devtools.send("ServiceWorker.deliverPushMessage", {**at, "data": json.dumps(content)})

    return deliver


@pytest.fixture
async def icon(owner: Person) -> None:
    """Give the community a picture, which an installed app shows."""
    file = await owner.hand_in((ICONS / "512.png").read_bytes(), "icon.png", **{"for": "icon"})
    await owner.command("community.set_icon", file=file["id"])


async def assert_may_be_installed(devtools: CDPSession) -> None:
    errors = (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    assert {error["errorId"] for error in errors} <= {"in-incognito"}  # as every test is
    told = await devtools.send("Page.getAppManifest")
    assert (told["errors"], "maskable.png?v=" in told["data"]) == ([], True)


async def assert_opens_offline(page: Page, url: str) -> None:
    """Be told at once, read what was kept and that other places are not, write over a reload."""
    await page.get_by_text("You are offline.").wait_for()
    await page.goto(url)
    await page.get_by_text("Read me on the train").wait_for()
    await page.get_by_text("You are offline.").wait_for()
    await page.get_by_role("link", name="introductions").click()
    await page.get_by_role("heading", name="This place is not kept on this device").wait_for()
    assert await barriers(page) == []
    await page.go_back()
    await page.get_by_role("textbox", name="Message general").fill("Written in a tunnel")
    await page.keyboard.press("Enter")
    await page.reload()
    await page.get_by_text("Written in a tunnel").wait_for()


@pytest.mark.usefixtures("icon")
async def test_a_push_is_shown_and_leads_to_its_channel_and_the_page_opens_offline(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    await alice.post("#general", "Read me on the train")
    visitor = await browsers.visit(owner, "/c/general", whole=True, service_workers="allow")
    page, context = visitor.page, visitor.page.context
    await context.grant_permissions(["notifications"])
    await page.evaluate(KEPT, "Read me on the train")
    devtools = await context.new_cdp_session(page)
    await assert_may_be_installed(devtools)

    await page.get_by_role("link", name="Settings").first.click()
    await page.get_by_role("link", name="Notifications").click()
    async with PushService.reached_by(server) as push:
        await page.evaluate(SUBSCRIBED, push.browser("owner"))
        await page.get_by_role("button", name="Turn on here").click()
        await page.get_by_role("button", name="Send me one").click()
        deliver = await deliverer(devtools, server.url)
        await push.knocked()
        await deliver(push.told[0][1])
        assert (await page.evaluate(SHOWN, 1))[0]["title"] == "It works"
        assert await barriers(page) == []
        said = await alice.post("#general", "@owner tea?")
        await page.get_by_text("Alice in general: @Owner tea?").wait_for()  # in the page itself
        [worker] = context.service_workers
        await worker.evaluate(LOOKED_AWAY)
        await push.knocked(2)
        await deliver(push.told[1][1])
    shown, _ = await page.evaluate(SHOWN, 2)
    assert (shown["title"], shown["body"]) == ("Alice in general", "@Owner tea?")
    assert (shown["tag"], shown["lang"]) == (said["channel_id"], "en")
    await worker.evaluate(PRESSED, "reply")
    await page.locator("textarea:focus").wait_for()
    assert page.url == f"{server.url}/c/general/m/{said['id']}?reply"

    await page.evaluate(KEPT, "tea?")
    await context.set_offline(True)
    await assert_opens_offline(page, f"{server.url}/c/general")
    await context.set_offline(False)
    await alice.expect("message.posted", text="Written in a tunnel")
    await page.get_by_text("You are offline.").wait_for(state="detached")

    await page.goto(f"{server.url}/settings/signin")
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.wait_for_url(f"{server.url}/signin")
    assert await page.evaluate(LEFT) == [[], None]
