"""Matches in real browsers, with the page's own policy in force."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from salon.testing import Person, Server
from salon.testing.browser import DESKTOP, Browsers, barriers
from salon_sports_rooms.plugin import SportsRoomsPlugin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.plugin.with_args(SportsRoomsPlugin),  # a lone class would be decorated
]

Ask = Callable[..., Awaitable[dict[str, Any]]]
Made = Mapping[str, Any]

PHONE: ViewportSize = {"width": 360, "height": 740}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DASH, PRIME = "\N{EN DASH}", "\N{PRIME}"
PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))"


def room(match: Made) -> str:
    return f"/r/{match['slug']}"


def desk(match: Made) -> str:
    return f"/p/sports_rooms/keep/{match['slug']}"


def score(page: Page, home: int, away: int) -> Locator:
    return page.get_by_role("img", name=f"Rivage {home}, Montclar {away}")


async def test_everybody_sees_a_goal_that_a_keeper_presses(
    browsers: Browsers, owner: Person, match: Made, alice: Person, bob: Person
) -> None:
    watching = [await browsers.visit(person, room(match)) for person in (alice, bob)]
    keeper = (await browsers.visit(owner, desk(match))).page
    await keeper.get_by_role("button", name="Goal for Rivage").click()
    for visitor in watching:
        await expect(score(visitor.page, 1, 0)).to_be_visible()
        await expect(visitor.page.locator(".sports-news")).to_contain_text("Goal for Rivage")
        said = visitor.page.get_by_role("status").filter(has_text="Rivage 1, Montclar 0")
        await expect(said).to_have_count(1)
    await keeper.get_by_label("Name or number").fill("9 Le Goff")
    await keeper.get_by_role("button", name="Save").click()
    await expect(watching[0].page.locator(".sports-news")).to_contain_text("9 Le Goff")
    assert [visitor.complaints for visitor in watching] == [[], []]


async def test_a_goal_that_is_taken_back_goes_from_every_page(
    browsers: Browsers, owner: Person, match: Made, alice: Person
) -> None:
    page = (await browsers.visit(alice, room(match))).page
    keeper = (await browsers.visit(owner, desk(match))).page
    await keeper.get_by_role("button", name="Goal for Montclar").click()
    await expect(score(page, 0, 1)).to_be_visible()
    await keeper.get_by_role("button", name="Take back").click()
    await expect(score(page, 0, 0)).to_be_visible()
    await expect(page.locator(".sports-news")).to_have_count(0)


async def test_the_clock_goes_on_by_itself_and_stops_at_half_time(
    browsers: Browsers, owner: Person, match: Made, alice: Person
) -> None:
    timer = (await browsers.visit(alice, room(match))).page.get_by_role("timer")
    keeper = (await browsers.visit(owner, desk(match))).page
    await expect(timer).to_have_text("Not begun")
    await keeper.get_by_role("button", name="Kick off").click()
    await expect(timer).to_have_text(re.compile(r"^0:0[1-9]$"))
    await keeper.get_by_role("button", name="Set the clock").click()
    await keeper.get_by_label("Minutes").fill("46")
    await keeper.get_by_label("Seconds").fill("30")
    await keeper.get_by_role("button", name="Set", exact=True).click()
    await expect(timer).to_have_text(re.compile(r"^46:3\d\+2$"))
    await keeper.get_by_role("button", name="Half-time", exact=True).click()
    await expect(timer).to_have_text("Half-time")
    await keeper.get_by_role("button", name="Take back: Half-time").click()
    await expect(timer).to_have_text(re.compile(r"^46:\d\d\+2$"))


async def test_a_score_is_kept_with_the_keyboard_alone(
    browsers: Browsers, owner: Person, match: Made
) -> None:
    page = (await browsers.visit(owner, desk(match))).page
    await page.get_by_role("button", name="Card, Montclar").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Card, Montclar")).to_be_visible()
    await page.get_by_role("radio", name="Yellow").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await page.keyboard.type("4 Sorel")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Red card, 4 Sorel, Montclar")).to_be_visible()
    await expect(page.get_by_role("button", name="Card, Montclar", exact=True)).to_be_focused()


async def test_an_entry_without_a_line_waits_and_arrives_once(
    browsers: Browsers, server: Server, owner: Person, match: Made, press: Ask
) -> None:
    await press("start")
    page = (await browsers.visit(owner, desk(match))).page
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await server.app.stop()
    await page.get_by_role("button", name="Goal for Rivage").click()
    await expect(page.get_by_text("1 entry waits for the line")).to_be_visible()
    await page.get_by_label("Name or number").fill("9 Le Goff")
    await page.get_by_role("button", name="Save").click()
    await server.start()
    await expect(score(page, 1, 0)).to_be_visible(timeout=30_000)
    await expect(page.get_by_text("Goal, 9 Le Goff, Rivage")).to_have_count(1)


async def test_the_same_goal_by_two_keepers_is_one_after_a_question(
    browsers: Browsers, owner: Person, match: Made, host: Person
) -> None:
    page = (await browsers.visit(host, desk(match))).page
    asked = {"room": match["room_id"], "nonce": "first", "kind": "goal", "side": "home"}
    await owner.command("sports_rooms.moment", **asked)
    await expect(score(page, 1, 0)).to_be_visible()
    await page.get_by_role("button", name="Goal for Rivage").click()
    await expect(page.get_by_text("Owner entered a goal for them seconds ago")).to_be_visible()
    await page.get_by_role("button", name="The same").click()
    await page.get_by_role("button", name="Goal for Rivage").click()
    await page.get_by_role("button", name="Another one").click()
    await expect(score(page, 2, 0)).to_be_visible()


async def test_whoever_sits_in_the_match_and_looks_elsewhere_is_told(
    browsers: Browsers, match: Made, enter: Ask, alice: Person
) -> None:
    page = (await browsers.visit(alice, room(match))).page
    await page.get_by_role("button", name="Open the door").click()
    await expect(page.get_by_role("button", name="Unmute")).to_be_visible()
    await page.get_by_role("link", name="general").click()
    await enter("goal", side="home")
    await expect(page.get_by_text("Goal for Rivage: Rivage 1")).to_be_visible()


async def test_an_old_goal_is_no_news(
    browsers: Browsers, match: Made, enter: Ask, alice: Person
) -> None:
    await enter("goal", side="home")
    page = (await browsers.visit(alice, room(match))).page
    await expect(score(page, 1, 0)).to_be_visible()
    await expect(page.locator(".sports-news")).to_have_count(0)


async def test_nothing_moves_for_who_wants_no_motion(
    browsers: Browsers, match: Made, enter: Ask, alice: Person
) -> None:
    page = (await browsers.visit(alice, room(match), reduced_motion="reduce")).page
    await expect(page.locator(".sports-board")).to_be_visible()
    await enter("goal", side="home")
    await expect(page.locator(".sports-news")).to_be_visible()
    running = "document.querySelector('.sports-board').getAnimations({subtree: true}).length"
    assert await page.evaluate(running) == 0


async def test_a_member_is_told_that_somebody_else_keeps_the_score(
    browsers: Browsers, match: Made, alice: Person
) -> None:
    page = (await browsers.visit(alice, desk(match))).page
    await expect(page.get_by_role("heading", name="You do not keep the score here")).to_be_visible()
    await page.goto(alice.url + room(match))
    await expect(page.locator(".sports-board")).to_be_visible()
    await expect(page.get_by_role("link", name="Keep the score")).to_have_count(0)


async def test_a_match_is_opened_from_the_list(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    page = (await browsers.visit(owner, "/p/sports_rooms/matches")).page
    await page.get_by_label("Home").fill("Les Docks")
    await page.get_by_label("Away").fill("US Rivage")
    await page.get_by_role("button", name="Open the room").click()
    await expect(page.get_by_role("region", name="Les Docks against US Rivage")).to_be_visible()
    assert (await alice.expect("room.opened"))["kind"] == "sports_rooms.match"


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_view_is_accessible_in_both_schemes_and_on_a_phone(
    browsers: Browsers, owner: Person, match: Made, press: Ask, enter: Ask, language: str
) -> None:
    await press("start")
    for side in ("home", "away"):
        await enter("goal", side=side, text="9 Le Goff")
    await enter("card", side="away", card="red")
    await enter("note", text="Rain.")
    visitor = await browsers.visit(owner, room(match), language=language)
    for view in (room(match), desk(match), "/p/sports_rooms/matches"):
        await visitor.page.goto(visitor.url + view)
        for size in (DESKTOP, PHONE):
            await visitor.page.set_viewport_size(size)
            await judge(visitor.page, view)
    await visitor.page.set_viewport_size(DESKTOP)
    await visitor.page.goto(visitor.url + room(match))
    await visitor.page.get_by_role("tab", name="Match").click()
    await judge(visitor.page, "panel")
    await visitor.page.goto(visitor.url + desk(match))
    await visitor.page.get_by_role("button", name=re.compile(r"^(Card|Carton), Rivage")).click()
    await judge(visitor.page, "sheet")


async def judge(page: Page, view: str) -> None:
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.evaluate(PAINTED)
        assert await barriers(page) == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), view


@pytest.mark.parametrize("width", [1280, 320])
async def test_where_rooms_are_listed_a_match_tells_its_score_and_minute(
    browsers: Browsers,
    match: Made,
    owner: Person,
    alice: Person,
    press: Ask,
    enter: Ask,
    width: int,
) -> None:
    await owner.join("Kitchen table", hear=False)
    await alice.join(f"Rivage {DASH} Montclar", hear=False)
    page = (await browsers.visit(alice, "/rooms", viewport={"width": width, "height": 740})).page
    card = page.get_by_role("navigation", name="Rooms").locator(".live")
    card = card.filter(has_text="Rivage")
    await expect(card).to_be_visible()
    await expect(card).not_to_contain_text(f"{DASH}0")
    await press("start")
    await enter("goal", side="home")
    await expect(card.locator(f"[aria-hidden] >> text=1{DASH}0 · 1{PRIME}")).to_be_visible()
    await expect(card).to_contain_text(f"Rivage 1, Montclar 0, 1{PRIME}")
    await expect(page.get_by_role("status").filter(has_text=f"1{PRIME}")).to_have_count(0)
    await press("half")
    await expect(card).to_contain_text(f"1{DASH}0 · Half-time")
    await page.goto(f"{alice.url}/")  # its door stands beside another one
    await expect(page.get_by_role("main").get_by_text(f"1{DASH}0 · Half-time")).to_be_attached()
    assert await page.evaluate("document.scrollingElement.scrollWidth") <= width


async def test_on_a_low_phone_the_empty_log_stays_above_the_composer(
    browsers: Browsers, owner: Person, match: Made
) -> None:
    page = (await browsers.visit(owner, room(match), viewport={"width": 360, "height": 560})).page
    await expect(page.get_by_role("heading", name="Nobody is here yet")).to_be_visible()
    title = page.get_by_role("heading", name="This is the start")
    await expect(title).to_be_visible()
    words = await title.bounding_box()
    composer = await page.locator(".composer").bounding_box()
    assert words is not None
    assert composer is not None
    assert words["y"] + words["height"] <= composer["y"]


async def test_on_a_phone_the_way_in_leaves_the_name_of_the_match_whole(
    browsers: Browsers, owner: Person, match: Made, alice: Person
) -> None:
    await alice.join(match["room_id"], hear=False)
    page = (await browsers.visit(owner, room(match), viewport=PHONE, language="fr")).page
    await expect(page.get_by_role("main").get_by_role("button", name="Entrer")).to_be_visible()
    await expect(page.locator(".sports-board")).to_be_visible()
    await expect(page.get_by_role("link", name="Tenir le score")).to_be_visible()
    name = page.get_by_role("heading", level=1)
    assert await name.evaluate("title => title.clientWidth") > PHONE["width"] / 3
    assert await name.evaluate("title => title.scrollHeight <= title.clientHeight")
    assert await barriers(page) == []
