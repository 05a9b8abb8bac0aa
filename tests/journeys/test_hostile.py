"""Everything hostile (see hostile.py), put wherever a member may put it, and shown by a Chromium.

The page listens before anything else runs: for the script in it, for dialogs, for what the
browser's policy had to stop, for requests to another server, for errors. Nothing may be heard, and
the page has to be of use afterwards.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, expect
from tests.journeys.hostile import FILES, TAGS, Hostile, texts

from salon.testing import Person, Refused, Server
from salon.testing.browser import Browsers

LISTEN = """
window.heard = [];
window.canary = () => window.heard.push("script");
document.addEventListener("securitypolicyviolation", (event) =>
  window.heard.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""
IN_A_CHANNEL = 50
AT_LEAST = 300

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(150),
    pytest.mark.settings(limits={"frames_per_10_s": 1_000}),
]


class Watch:
    """What a browser did that it should not have done."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self._own = urlsplit(url).netloc
        self.told: list[str] = []
        context.on("request", lambda request: self._asked(request.url))
        context.on("dialog", lambda dialog: self.told.append(f"dialog {dialog.message}"))
        context.on("page", lambda page: self.told.append(f"window {page.url}"))

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme in {"http", "https", "ws"} and urlsplit(url).netloc != self._own:
            self.told.append(f"request {url}")


def by(given: Iterator[Hostile]) -> Iterator[Sequence[Hostile]]:
    while batch := tuple(islice(given, IN_A_CHANNEL)):
        yield batch


async def attempt(server: Server, person: Person, command: str, **fields: object) -> bool:
    """Whether it was taken; refused is as good, failed is not."""
    server.clock.advance(seconds=5)
    try:
        await person.command(command, **fields)
    except Refused as refused:
        if refused.code not in {"invalid", "conflict"}:
            raise
        return False
    return True


async def posted(server: Server, owner: Person) -> Sequence[str]:
    """Post every text and file; return the addresses of the channels."""
    slugs = []
    for number, batch in enumerate(by(texts())):
        made = await owner.command("channel.create", name=f"shelf-{number}")
        channel = made["channel"]
        slugs.append(channel["slug"])
        for one in batch:
            fields = {
                "channel": channel["id"],
                "text": one.text,
                "nonce": one.name.replace(" ", "-"),
            }
            await attempt(server, owner, "message.post", **fields)
    files = await owner.command("channel.create", name="files")
    for name, content in FILES.items():
        server.clock.advance(seconds=5)
        try:
            file = await owner.hand_in(content, name, channel=files["channel"]["id"])
        except Refused as refused:
            if refused.code != "invalid":
                raise
            continue
        described = {"file": file["id"], "description": TAGS[4]}
        await owner.post(files["channel"]["id"], f"See {name}", files=[described])
    return [*slugs, files["channel"]["slug"]]


async def named(server: Server, owner: Person, alice: Person) -> None:
    """Give each thing that has a name, a topic or a note one hostile text after another."""
    general = owner.channel("general")
    for text in (*TAGS[::4], "\u202egnp.exe", "Z\u0351\u036b" * 30):
        short = text[:60]
        for command, fields in (
            ("channel.create", {"name": short, "topic": text}),
            ("channel.edit", {"channel": general, "topic": text}),
            ("category.create", {"name": short}),
            ("role.create", {"name": short}),
            ("room.open", {"name": short, "topic": text, "temporary": False}),
            ("thread.start", {"channel": general, "name": short}),
            ("invitation.create", {"note": text}),
            ("community.edit", {"name": short, "rules": text}),
        ):
            await attempt(server, owner, command, **fields)
        server.clock.advance(seconds=60)
        profile = {"display_name": short[:32], "status": short, "pronouns": short[:20]}
        for field, value in profile.items():
            await attempt(server, alice, "account.edit", **{field: value})
    await alice.post("#general", f"{TAGS[4]} from somebody with such a name")


async def test_nothing_that_a_member_writes_runs_or_leaves_or_breaks_the_page(
    server: Server, owner: Person, alice: Person, browsers: Browsers
) -> None:
    given = list(texts())
    assert len({one.name for one in given}) == len(given) >= AT_LEAST
    slugs = await posted(server, owner)
    await named(server, owner, alice)
    visitor = await browsers.visit(owner, "/rooms")
    page = visitor.page
    await page.context.add_init_script(LISTEN)
    watch = Watch(page.context, server.url)
    heard: list[str] = []
    places = (
        "/c/general", "/rooms", "/search?q=canary", "/inbox", "/settings", "/admin/members",
        "/admin/roles", "/admin/channels", "/admin/invitations", "/admin/audit", "/welcome", "/d",
    )  # fmt: skip
    for place in (*(f"/c/{slug}" for slug in slugs), *places):
        await page.goto(f"{server.url}{place}")
        await expect(page.get_by_role("main").first).to_be_visible()
        if place.startswith("/c/"):
            await expect(page.get_by_role("main").get_by_role("listitem").last).to_be_visible()
        heard += [f"{place} {told}" for told in await page.evaluate("window.heard")]
    assert (heard, watch.told, visitor.complaints) == ([], [], [])

    await page.goto(f"{server.url}/c/{slugs[0]}")
    await page.evaluate("canary()")
    assert await page.evaluate("window.heard") == ["script"]  # whoever fires is heard
    await page.get_by_role("textbox", name="Message").fill("All is well.")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main").get_by_role("listitem").last).to_contain_text(
        "All is well."
    )
