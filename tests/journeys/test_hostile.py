"""Everything hostile (see hostile.py), put wherever a member may put it, and shown by a Chromium.

The page listens before anything else runs: for the script in it, for dialogs, for what the
browser's policy had to stop, for requests to another server, for errors. Nothing may be heard, no
text may push the page aside, and the page has to be of use afterwards. Messages are shown in French
on a phone, everything else so and on a desktop.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, ViewportSize, expect
from tests.core.services.test_fetch import LOCAL, Names, Site
from tests.core.services.test_files import picture
from tests.journeys.hostile import FILES, TAGS, Hostile, texts

from salon.services.fetch import Fetch, Rules
from salon.testing import Person, Refused, Server
from salon.testing.browser import DESKTOP, Browsers
from salon_bots.plugin import BotsPlugin
from salon_moderation.plugin import ModerationPlugin
from salon_sports_rooms.plugin import SportsRoomsPlugin

LISTEN = """
window.heard = [];
window.canary = () => window.heard.push("script");
document.addEventListener("securitypolicyviolation", (event) =>
  window.heard.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""
# What reaches out of the page, and what can be scrolled sideways but is no code and no strip.
ASIDE = """() => {
  const strips = "pre, table, .trunc, .search-chips, .doors, [role=tablist]";
  const isAside = (each) => {
    const {right, width} = each.getBoundingClientRect();
    const scrolls = /auto|scroll/.test(getComputedStyle(each).overflowX);
    const isWider = each.scrollWidth > each.clientWidth + 1;
    return scrolls && isWider || width > 0 && right > innerWidth + 1;
  };
  return [...document.querySelectorAll("body *")]
    .filter((each) => !each.closest(strips) && isAside(each)).slice(0, 5)
    .map((each) => `${each.localName} ${each.classList} ${each.textContent.slice(0, 30)}`);
}"""
IN_A_CHANNEL = 50
AT_LEAST = 300
PHONE: ViewportSize = {"width": 360, "height": 740}
PLUGINS = (ModerationPlugin, SportsRoomsPlugin, BotsPlugin)

pytestmark = [
    *(pytest.mark.plugin.with_args(plugin) for plugin in PLUGINS),
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


async def posted(server: Server, owner: Person) -> Mapping[str, int]:
    """Post every text and file; return how many were taken, by the address of their channel."""
    taken = {}
    for number, batch in enumerate(by(texts())):
        made = await owner.command("channel.create", name=f"shelf-{number}")
        channel = made["channel"]
        answers = [
            await attempt(
                server,
                owner,
                "message.post",
                channel=channel["id"],
                text=one.text,
                nonce=one.name.replace(" ", "-"),
            )
            for one in batch
        ]
        taken[f"/c/{channel['slug']}"] = sum(answers)
    files = await owner.command("channel.create", name="files")
    handed_in = 0
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
        handed_in += 1
    return {**taken, f"/c/{files['channel']['slug']}": handed_in}


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


async def left(server: Server, owner: Person, alice: Person) -> None:
    """Leave hostile texts where pictures, cards and reports stand."""
    said = await alice.post("#general", f"A word with {TAGS[4]}")
    for text in TAGS[::6]:
        await attempt(server, owner, "reaction.add", message=said["id"], emoji=text)
        file = await owner.hand_in(picture(), "x.png", **{"for": "emoji"})
        await attempt(server, owner, "emoji.add", name=text, file=file["id"])
    note = {"message": said["id"], "reason": "other", "note": TAGS[4]}
    await owner.command("moderation.report", **note)
    reason = {"account": alice.id, "kind": "time_out", "lasts_s": 3_600, "reason": TAGS[10]}
    await owner.command("sanction.impose", **reason)
    bot = {"handle": "almanac", "display_name": TAGS[4][:32]}
    await owner.command("bots.create", **bot)
    channel = owner.channel("general")
    await owner.command("bots.webhook_create", channel=channel, name=TAGS[10][:32])


async def played(owner: Person) -> str:
    """Play a match between hostile teams; return the address of its room."""
    teams = {"home": TAGS[10], "away": "\u202e" + "Z\u0351\u036b" * 6 + "W" * 20}
    made = await owner.command("sports_rooms.create", **teams)
    for number, kind in enumerate(("goal", "note")):
        moment = {"room": made["room_id"], "nonce": f"n{number}", "kind": kind, "text": TAGS[4]}
        side = {"side": "home"} if kind == "goal" else {}
        await owner.command("sports_rooms.moment", **moment, **side)
    return str(made["slug"])


async def previewed(server: Server, owner: Person) -> None:
    """Post a link to a page whose title and description are hostile, and wait for its card."""
    site = Site()
    title, about = html.escape(TAGS[4]), html.escape(TAGS[46] + "W" * 200)
    meta = f'<meta property="og:description" content="{about}">'
    site.answers["hostile"] = (200, f"<title>{title}</title>{meta}".encode(), {})
    await site.server.start_server()
    try:
        rules = Rules({site.server.port or 0}, lambda at: at == LOCAL)
        cards: Any = server.app.services.link_cards
        names = Names(site_example=["127.0.0.1"])
        cards._fetch = Fetch(server.clock, resolver=names, rules=rules)
        await owner.command("community.edit", link_cards=True)
        posted = await owner.post("#general", f"{site.url}/hostile")
        told = await owner.expect("card.changed", message_id=posted["id"])
        assert told["cards"][0]["title"] == TAGS[4]
    finally:
        site.endless.set()
        await site.server.close()


async def looked_at(page: Page, address: str) -> list[str]:
    """Open an address and return what was heard there."""
    await page.goto(address)
    rooms = page.get_by_role("complementary")  # all there is at /rooms on a phone
    await expect(page.get_by_role("main").or_(rooms).first).to_be_visible()
    if "/c/" in address:
        await expect(page.get_by_role("main").get_by_role("listitem").last).to_be_visible()
    heard = [str(told) for told in await page.evaluate("window.heard")]
    heard += [f"pushed by {what}" for what in await page.evaluate(ASIDE)]
    return [f"{address} {told}" for told in heard]


async def test_nothing_that_a_member_writes_runs_or_leaves_or_breaks_the_page(
    server: Server, owner: Person, alice: Person, browsers: Browsers
) -> None:
    given = list(texts())
    assert len({one.name for one in given}) == len(given) >= AT_LEAST
    taken = await posted(server, owner)
    assert sum(taken.values()) >= AT_LEAST
    await named(server, owner, alice)
    await previewed(server, owner)
    await left(server, owner, alice)
    match = await played(owner)
    places = ("/c/general", "/search?q=canary", "/settings", "/admin/members", "/admin/channels",
              "/admin/audit", "/admin/bots", f"/r/{match}", "/p/moderation/queue")  # fmt: skip
    others = ("/rooms", "/inbox", "/admin/roles", "/admin/invitations", "/admin/emoji", "/welcome",
              "/d", f"/p/sports_rooms/keep/{match}")  # fmt: skip
    visitor = await browsers.visit(owner, "/rooms", language="fr", viewport=PHONE)
    page = visitor.page
    await page.context.add_init_script(LISTEN)
    watch = Watch(page.context, server.url)
    heard = []
    for place in (*taken, *places, *others):
        heard += await looked_at(page, f"{server.url}{place}")
        if place in taken:  # all of them stand in the page
            await expect(page.get_by_role("log").locator("[data-id]")).to_have_count(taken[place])
    await page.set_viewport_size(DESKTOP)
    for place in places:
        heard += await looked_at(page, f"{server.url}{place}")
    assert (heard, watch.told, visitor.complaints) == ([], [], [])

    await page.goto(f"{server.url}{next(iter(taken))}")
    await page.evaluate("canary()")
    assert await page.evaluate("window.heard") == ["script"]  # whoever fires is heard
    await page.get_by_role("textbox").last.fill("All is well.")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main").get_by_role("listitem").last).to_contain_text(
        "All is well."
    )
