"""Everybody can use it: axe finds nothing in any view, theme or width; the keyboard is enough."""

import pytest

from salon.testing import Person, Server
from salon.testing.browser import Browsers, Visitor, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

VIEWS = (
    "/",
    "/rooms",
    "/c/general",
    "/r/kitchen-table",
    "/welcome/name",
    "/welcome/rooms",
    "/search?q=there",
    "/settings",
    "/settings/profile",
    "/settings/signin",
    "/settings/privacy",
    "/settings/voice",
    "/settings/look",
    "/settings/invitations",
    "/settings/data",
    "/settings/about",
    "/admin/overview",
    "/admin/members",
    "/admin/roles",
    "/admin/places",
    "/admin/audit",
    "/admin/plugins",
    "/admin/server",
    "/admin/jobs",
    "/admin/community",
)
DOORS = ("/", "/signin", "/i/{code}", "/nowhere", "/c/introductions")
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


async def assert_nothing_found(visitor: Visitor, where: str) -> None:
    assert await barriers(visitor.page) == []


async def assert_stays_within(visitor: Visitor, where: str) -> None:
    wider = await visitor.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wider <= 0, f"{where} scrolls sideways by {wider} px"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_axe_finds_nothing_in_any_view(
    server: Server,
    browsers: Browsers,
    owner: Person,
    alice: Person,
    theme: str,
    size: dict[str, int],
) -> None:
    await owner.post("#general", "hello **there**, see https://example.org\n\n> quoted\n\n`code`")
    await alice.post("#general", "a reply")
    public = owner.channel("introductions")
    await owner.command("channel.edit", channel=public, is_public=True)
    await owner.post(public, f"> who\n\n1. one\n\n```\n{'wide ' * 40}\n```")
    await alice.join("Kitchen table")
    code = (await owner.command("invitation.create"))["invitation"]["code"]
    browser = await browsers.browser()
    visitor = await Visitor.open(
        browser, server.url, strict=True, viewport=size, color_scheme=theme, locale="en-GB"
    )
    for door in DOORS:
        await visitor.page.goto(server.url + door.format(code=code))
        await assert_nothing_found(visitor, door)
        await assert_stays_within(visitor, door)
    await visitor.sign_in("owner", owner.password, at="/")
    for view in VIEWS:
        await visitor.page.goto(server.url + view)
        await visitor.page.get_by_role("main").wait_for()
        await visitor.page.wait_for_timeout(300)
        await assert_nothing_found(visitor, view)
        await assert_stays_within(visitor, view)


async def test_a_french_browser_gets_french(
    server: Server, browsers: Browsers, owner: Person
) -> None:
    browser = await browsers.browser()
    visitor = await Visitor.open(browser, server.url, strict=True, locale="fr-FR")
    await visitor.page.goto(f"{server.url}/signin")
    await visitor.page.get_by_role("button", name="Se connecter").wait_for()
    await visitor.sign_in("owner", owner.password, at="/r/kitchen-table")
    await visitor.page.get_by_role("link", name="Accueil").first.wait_for()
    assert await visitor.page.evaluate("document.documentElement.lang") == "fr"


async def test_the_keyboard_is_enough_to_write_and_to_go_into_a_room(
    server: Server, browsers: Browsers, owner: Person
) -> None:
    browser = await browsers.browser()
    visitor = await Visitor.open(browser, server.url, strict=True, locale="en-GB")
    await visitor.page.goto(f"{server.url}/signin")
    await visitor.page.keyboard.press("Tab")
    await visitor.page.focus("#handle")
    await visitor.page.keyboard.type("owner")
    await visitor.page.keyboard.press("Tab")
    await visitor.page.keyboard.type(owner.password)
    await visitor.page.keyboard.press("Enter")
    page = visitor.page
    await page.get_by_role("link", name="general").first.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("textbox", name="Message").first.focus()
    await page.keyboard.type("typed without a mouse")
    await page.keyboard.press("Enter")
    await page.get_by_text("typed without a mouse").wait_for()
    await page.get_by_role("link", name="Kitchen table").first.focus()
    await page.keyboard.press("Enter")
    door = page.get_by_role("main").get_by_role("button", name="door").first
    await door.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Leave").first.wait_for()
    assert visitor.complaints == []


async def test_the_first_paint_takes_60_kb_at_most(
    server: Server, browsers: Browsers, owner: Person
) -> None:
    """Everything asked for until a channel stood in the page, as it was sent: zipped bodies."""
    await owner.post("#general", "hello")
    visitor = await browsers.visit(owner, "/settings/about")
    cold = await visitor.page.context.new_page()
    session = await visitor.page.context.new_cdp_session(cold)
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await cold.add_init_script(
        """new MutationObserver(() => {
            if (document.querySelector("main h1")) window.stoodAt ??= performance.now();
        }).observe(document, { childList: true, subtree: true });"""
    )
    await cold.goto(f"{server.url}/c/general", wait_until="load")
    await cold.get_by_role("heading", name="general").first.wait_for()
    pieces, paint_bytes = await cold.evaluate(
        """() => {
            const all = [
              ...performance.getEntriesByType("navigation"),
              ...performance.getEntriesByType("resource"),
            ].filter((each) => each.startTime <= window.stoodAt);
            return [all.length, all.reduce((sum, each) => sum + each.encodedBodySize, 0)];
        }"""
    )
    assert pieces > 5
    assert paint_bytes <= 60 * 1024
