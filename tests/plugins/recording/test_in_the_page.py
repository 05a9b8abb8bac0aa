"""Recording, choosing and publishing in a real browser, with the page's own policy in force."""

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, ViewportSize, expect

from salon.testing import Person, Server
from salon.testing.browser import DESKTOP, Browsers, Visitor, barriers, speech
from salon_recording.plugin import RecordingPlugin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.plugin.with_args(RecordingPlugin),
]

PHONE: ViewportSize = {"width": 360, "height": 740}
PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PICTURES = os.environ.get("SALON_TEST_PICTURES")  # a folder for what `check` saw


async def _kitchen(owner: Person) -> str:
    """Open a room that may be recorded, and return its address."""
    await owner.command("recording.switch", enabled=True)
    room = (await owner.command("room.open", name="Kitchen", temporary=False))["room"]
    return f"/r/{room['slug']}"


async def check(page: Page, name: str) -> None:
    """Whether the page is free of axe's findings and of sideways scrolling, as people see it."""
    for viewport in (PHONE, DESKTOP):
        await page.set_viewport_size(viewport)
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await page.evaluate(PAINTED)
            if PICTURES:
                file = f"{name}-{viewport['width']}-{scheme}.png"
                await page.screenshot(path=Path(PICTURES) / file)
            assert await barriers(page) == [], name
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


@pytest.mark.alone
async def test_a_room_is_recorded_made_an_episode_and_heard_by_a_stranger(
    browsers: Browsers,
    owner: Person,
    tmp_path: Path,
    making_waits: Callable[[], asyncio.Event],
) -> None:
    may_be_made = making_waits()
    path = await _kitchen(owner)
    words = "Six people, one cake and forty minutes between the third and the fourth floor."
    said = speech(tmp_path / "owner.wav", words)
    visitor = await browsers.visit(owner, path, microphone=said)
    page = visitor.page
    await page.get_by_role("button", name="Open the door").click()
    await page.get_by_role("button", name="Record", exact=True).click()
    await expect(page.get_by_role("heading", name="Kitchen is being recorded")).to_be_visible()
    tile = page.locator(".tile").filter(has_text="owner")
    await expect(tile).to_contain_text("Off the record")
    await check(page, "question")
    await page.get_by_role("button", name="On the record").click()
    await expect(tile).not_to_contain_text("Off the record")
    await expect(page.get_by_text("You are on the record.", exact=True)).to_be_visible()
    await expect(page.get_by_text("Recording", exact=True).first).to_be_visible(timeout=10_000)
    await page.get_by_role("button", name="Unmute").first.click()
    five = re.compile(r"^0:(0[5-9]|[1-5]\d)$")  # or later: the machine is busy
    await expect(page.locator(".recording-pill .num").first).to_have_text(five, timeout=20_000)
    await expect(page.locator(".live").filter(has_text="Kitchen")).to_contain_text("Recording")
    await expect(page).to_have_title(re.compile("^● Kitchen, "))
    await check(page, "answered")
    await _marked(page)
    await _clipped(page)
    await page.get_by_role("button", name="Stop recording").click()
    await expect(page).to_have_title(re.compile("^Kitchen, "))
    await page.get_by_role("button", name="Open the recording").click()
    await _cut(page)
    await _made(page, may_be_made)
    await _published(page)
    assert visitor.complaints == []
    await _heard_by_a_stranger(browsers, page.url)


async def _marked(page: Page) -> None:
    """Keep all that was said so far, by the keyboard."""
    await page.keyboard.press("Alt+k")
    dialog = page.get_by_role("dialog", name="Mark this")
    await dialog.get_by_label("Keep all so far").check()
    beginning = dialog.get_by_label("Beginning")
    await beginning.focus()
    await page.keyboard.press("ArrowRight")
    await expect(dialog.get_by_text(re.compile(r"^0:01 to 0:\d\d, 0:\d\d$"))).to_be_visible()
    await page.keyboard.press("ArrowLeft")
    await expect(beginning).to_have_js_property("value", "0")
    await expect(dialog.locator("path[transform]")).to_have_attribute("d", re.compile(r"M\d"))
    into = dialog.get_by_label("Goes into")
    await into.select_option(index=1)
    await expect(dialog.get_by_role("button", name="Keep it for")).to_be_visible()
    await check(page, "mark")
    await into.select_option("")
    await dialog.get_by_label("Name").fill("All of it")
    await dialog.get_by_role("button", name="Keep it").click()
    await expect(dialog).to_be_hidden()


async def _clipped(page: Page) -> None:
    """Keep the last seconds for a page of their own."""
    await page.get_by_role("button", name="Keep a clip").click()
    dialog = page.get_by_role("dialog", name="Keep a clip")
    await check(page, "clip")
    await dialog.get_by_label("Name").fill("One cake")
    await dialog.get_by_role("button", name="Keep the clip").click()
    await expect(dialog).to_be_hidden()


async def _cut(page: Page) -> None:
    """Choose the parts that become an episode, by pointer and by keys, and put them in order."""
    await page.get_by_role("link", name="Make an episode").click()
    await page.get_by_label("Title", exact=True).fill("The night the lift got stuck")
    await page.get_by_label("Show notes").fill("Recorded in the kitchen. See https://example.org/")
    await page.get_by_role("button", name="Chapter here").click()
    await page.get_by_label("Title of the chapter").fill("Who is in the lift")
    await page.get_by_role("button", name="Listen").click()
    await expect(page.locator(".recording-player .num").first).to_have_text(re.compile("0:01"))
    await page.get_by_role("button", name="Pause").click()
    await _marked_stretch(page, 0.6, 0.8)
    await page.keyboard.press("x")
    await expect(page.get_by_role("button", name="Restore")).to_be_visible()
    await _marked_stretch(page, 0.2, 0.4)
    await page.get_by_role("button", name="Keep as a part").click()
    rows = page.get_by_role("list", name="Parts").get_by_role("button", expanded=True)
    await expect(rows.locator("b")).to_have_text("2")
    await page.get_by_role("button", name="Part 2 of 2").focus()
    await page.keyboard.press("ArrowUp")
    await expect(rows.locator("b")).to_have_text("1")
    await expect(page.get_by_role("button", name="Part 1 of 2")).to_be_focused()
    await check(page, "cut")
    await page.keyboard.press("Control+z")
    await page.keyboard.press("Control+z")
    await expect(page.get_by_role("button", name="Part 1 of 1")).to_be_visible()
    await page.get_by_role("button", name="All of it").click()


async def _marked_stretch(page: Page, start: float, end: float) -> None:
    """Drag over the recording, from one place of it to another."""
    lanes = page.locator(".recording-lanes")
    await lanes.scroll_into_view_if_needed()
    box = await lanes.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] - 10
    await page.mouse.move(box["x"] + start * box["width"], y)
    await page.mouse.down()
    await page.mouse.move(box["x"] + end * box["width"], y, steps=3)
    await page.mouse.up()
    await expect(page.get_by_role("group", name="Marked stretch")).to_be_visible()


async def _made(page: Page, may_be_made: asyncio.Event) -> None:
    """Order the episode, and read how far it is and whose voices are in it."""
    await page.get_by_role("button", name="Make the episode").click()
    await expect(page.get_by_role("progressbar", name="How far it is")).to_be_visible()
    steps = page.get_by_role("list", name="What happens").get_by_role("listitem")
    await expect(steps).to_have_count(4)
    await expect(page.locator("[aria-current=step]")).to_contain_text("Listening to each voice")
    await expect(page.get_by_role("region", name="Voices")).to_contain_text("Yes")
    await check(page, "making")
    may_be_made.set()


async def _published(page: Page) -> None:
    publish = page.get_by_role("button", name="Publish with 1 voice")
    await expect(publish).to_be_visible(timeout=60_000)
    await page.get_by_role("tab", name="Your voice").click()
    asked = page.get_by_role("listitem").filter(has_text="The night the lift got stuck")
    await expect(asked.get_by_text("You said yes", exact=True)).to_be_visible()
    await check(page, "asked")
    await page.get_by_role("tab", name="Clips").click()
    await expect(page.get_by_role("list", name="Clips")).to_contain_text("Published")
    await check(page, "clips")
    await page.get_by_role("tab", name="Episodes").click()
    await check(page, "made")
    await publish.click()
    await page.get_by_role("link", name="Its page").click()
    await expect(page.get_by_role("heading", name="The night the lift got stuck")).to_be_visible()


async def _heard_by_a_stranger(browsers: Browsers, url: str) -> None:
    browser = await browsers.browser()
    visitor = await Visitor.open(browser, url, strict=True, viewport=DESKTOP, locale="fr-FR")
    page = visitor.page
    await page.goto(url)
    await check(page, "episode")
    await page.get_by_role("button", name="Écouter").click()
    await expect(page.locator(".rec-now")).to_have_text("0:01")
    await _moved_by_keys(page)
    await page.get_by_role("link", name="Who is in the lift").click()
    await page.get_by_role("link", name="Épisodes").click()
    await expect(page.get_by_role("link", name="The night the lift got stuck")).to_be_visible()
    await check(page, "show")
    await page.get_by_role("button", name="Écouter The night the lift got stuck").click()
    await expect(page.locator("li.playing")).to_have_count(1)
    assert visitor.complaints == []
    await _framed_elsewhere(page, url)


async def _moved_by_keys(page: Page) -> None:
    """Pause, go to the beginning, and share a moment; a link to a second begins there."""
    now = page.locator(".rec-now")
    title = await page.evaluate("navigator.mediaSession.metadata.title")
    assert title == "The night the lift got stuck"  # on the lock screen
    await page.keyboard.press("k")
    await expect(page.get_by_role("button", name="Écouter")).to_be_visible()
    await page.keyboard.press("j")
    await expect(now).to_have_text("0:00")
    await page.get_by_role("button", name="Plus").click()
    await page.get_by_label("Les lettres servent de touches").uncheck()
    await check(page, "keys")
    await page.get_by_role("button", name="Plus").click()
    await page.goto(f"{page.url}?t=1")
    await expect(now).to_have_text("0:01")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copier un lien vers ce moment").click()
    await expect(page.get_by_text("Le lien vers 0:01 est copié.")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("?t=1")


async def _framed_elsewhere(page: Page, url: str) -> None:
    """The small player plays inside a page of another site, which may frame nothing else."""
    frame = f'<iframe src="{url}/embed" width="360" height="132" allow="autoplay"></iframe>'

    async def give(_request: web.Request) -> web.Response:
        return web.Response(text=frame, content_type="text/html")

    elsewhere = web.Application()
    elsewhere.router.add_get("/", give)
    async with TestServer(elsewhere) as other:
        await page.goto(str(other.make_url("/")))
        inside = page.frame_locator("iframe")
        await inside.get_by_role("button", name="Écouter").click()
        await expect(inside.locator(".rec-now")).to_have_text("0:01")
        await page.goto("about:blank")  # and its line is closed


async def test_the_episode_page_works_without_script(
    browsers: Browsers, server: Server, owner: Person
) -> None:
    browser = await browsers.browser()
    context = await browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = await context.new_page()
    answered = await page.goto(f"{server.url}/e/nothing-here")
    assert answered is not None
    assert answered.status == 404
    await expect(page.get_by_role("heading", name="There is no such episode.")).to_be_visible()
    await page.get_by_role("link", name="All episodes").click()
    await expect(page.get_by_text("No episode has been published yet.")).to_be_visible()


async def test_the_answers_have_equal_weight_and_none_is_chosen(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    path = await _kitchen(owner)
    visitor = await browsers.visit(alice, path)
    page = visitor.page
    await page.get_by_role("button", name="Open the door").click()
    await page.get_by_text("You are here").first.wait_for()
    room_id = (await owner.expect("participant.joined", account_id=alice.id))["room_id"]
    await owner.join(room_id)
    await owner.command("recording.start", room=room_id)
    on = page.get_by_role("button", name="On the record")
    off = page.get_by_role("button", name="Off the record")
    await on.wait_for()
    style = "e => { const s = getComputedStyle(e); const b = e.getBoundingClientRect(); \
        return [b.width, b.height, s.backgroundColor, s.color, e === document.activeElement] }"
    assert await on.evaluate(style) == await off.evaluate(style)
    await page.get_by_role("button", name="Unmute").first.click()
    await expect(page.get_by_text("Say first whether you are on the record.")).to_be_visible()
    await _nothing_is_scrolled_to(page)
    await off.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("You are off the record.")).to_be_visible()
    await expect(page.locator(".recording-line p")).to_be_focused()
    await check(page, "off")
    told = await owner.expect("room.state_changed", room_id=room_id, key="recording")
    while told["state"]["answers"] != {alice.id: "off"}:
        told = await owner.expect("room.state_changed", room_id=room_id, key="recording")
    await page.get_by_role("button", name="Go on the record").click()
    await expect(page.get_by_text("You are on the record.", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Go off the record").click()
    await page.get_by_role("button", name="Remove what I said before").click()
    await expect(page.get_by_text("Your voice was deleted.")).to_be_visible()
    await expect(page.locator(".recording-line p")).to_be_focused()


WIDTHS = (360, 1024, 1316)


async def _nothing_is_scrolled_to(page: Page) -> None:
    """Whether the question is there in full at every width; its small print may be folded away."""
    card = page.locator(".recording-card")
    last = card.get_by_text("You can change your mind")
    more = page.get_by_role("button", name="What is kept, and what is not")
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 740})
        for each in await card.get_by_role("group").get_by_role("button").all():
            await expect(each).to_be_in_viewport(ratio=1)
        assert await card.evaluate("e => e.scrollHeight <= e.clientHeight"), width
        if await more.is_visible():
            await expect(last).to_be_hidden()
            await more.click()
            await last.scroll_into_view_if_needed()
            await expect(page.locator(".composer")).to_be_in_viewport(ratio=1)
            await more.click()
        else:
            await expect(last).to_be_in_viewport(ratio=1)


async def test_a_host_reads_who_has_not_answered_yet(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    visitor = await browsers.visit(owner, await _kitchen(owner))
    page = visitor.page
    await page.get_by_role("button", name="Open the door").click()
    await page.get_by_text("You are here").first.wait_for()
    room_id = (await owner.expect("participant.joined", account_id=owner.id))["room_id"]
    await alice.join(room_id)
    await page.get_by_role("button", name="Record", exact=True).click()
    await page.get_by_role("button", name="On the record").click()
    silent = page.get_by_text("Alice has not answered yet.")
    await expect(silent).to_be_visible()
    await check(page, "silent")
    await alice.command("recording.consent", room=room_id, choice="off")
    await expect(silent).to_be_hidden()
    assert visitor.complaints == []


async def test_the_owner_turns_recording_on_and_people_see_their_own_voice(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    visitor = await browsers.visit(owner, "/admin/recording", language="fr")
    page = visitor.page
    switch = page.get_by_role("switch", name="Les salons peuvent être enregistrés")
    await switch.click()
    await expect(switch).to_be_checked()
    await expect(page.get_by_label("Jours de conservation des voix brutes")).to_have_value("30")
    await check(page, "switch")
    assert (await alice.expect("recording.switched"))["enabled"]
    await page.goto(f"{owner.url}/p/recording/studio")
    await expect(page.get_by_text("Rien n\u2019a encore été enregistré")).to_be_visible()
    await check(page, "studio-empty")
    await page.set_viewport_size(PHONE)
    await page.goto(f"{owner.url}/p/recording/studio/mine")
    await expect(page.get_by_role("tab", name="Ta voix")).to_be_in_viewport(ratio=1)
    other = await browsers.visit(alice, "/p/recording/studio")
    await expect(other.page.get_by_text("Your voice is in no recording")).to_be_visible()
    await expect(other.page.get_by_role("tab")).to_have_count(0)
    assert visitor.complaints == []
    assert other.complaints == []
