"""Text in real Chromium: live between browsers, history that keeps its place, and no long tasks.

The long form: `./salon test tests/journeys/test_text.py --scroll-s 60`.
"""

from contextlib import suppress
from typing import Any

import pytest
from playwright.async_api import TimeoutError as TooLate
from playwright.async_api import expect

from salon.ids import Ids
from salon.store import channels, messages
from salon.testing import Person, Server
from salon.testing.browser import Browsers, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

MANY = 100_000
ROWS_MAX = 300
LONG_TASK_MS = 50
TRIES = 3
HOLDS_MAX = 5

WATCH_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.longTasks.push(Math.round(entry.duration));
}).observe({type: "longtask"});
"""

SCROLL = """async ([seconds]) => {
    const log = document.querySelector('[role=log]');
    let most = 0;
    const ends = performance.now() + seconds * 1000;
    while (performance.now() < ends) {
      log.scrollTop -= 90;
      await new Promise((done) => requestAnimationFrame(done));
      most = Math.max(most, log.querySelectorAll('[data-id]').length);
    }
    return most;
}"""


async def write(visitor: Visitor, text: str) -> None:
    box = visitor.page.get_by_role("textbox", name="Message").first
    await box.fill(text)
    await box.press("Enter")


async def test_two_people_write_to_each_other(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    first = await browsers.visit(owner, "/c/general")
    second = await browsers.visit(alice, "/c/general")
    await write(first, "bonjour **Alice**")
    said = second.page.locator("strong", has_text="Alice")
    await said.wait_for()
    await write(second, "bonjour <b>toi</b>")
    await first.page.get_by_text("bonjour <b>toi</b>").wait_for()
    assert first.complaints == second.complaints == []


async def test_a_held_finger_opens_a_menu_that_stays_and_a_message_drawn_aside_is_answered(
    browsers: Browsers, owner: Person
) -> None:
    """A browser clicks where a finger lifts, unless it is told that this was no tap."""
    phone = {"width": 360, "height": 740}
    visitor = await browsers.visit(
        owner, "/c/general", has_touch=True, is_mobile=True, viewport=phone
    )
    await visitor.page.get_by_role("textbox", name="Message").fill("hold me")
    await visitor.page.get_by_role("button", name="Send").click()
    row = visitor.page.locator("li[data-id]", has_text="hold me")
    box = await row.bounding_box()
    assert box
    finger = await visitor.page.context.new_cdp_session(visitor.page)
    point = {"x": box["x"] + 200, "y": box["y"] + 15}
    reply = visitor.page.get_by_role("menuitem", name="Reply")
    for _ in range(
        HOLDS_MAX
    ):  # what a finger can do is fetched half a second after the first paint
        await finger.send(
            "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]}
        )
        with suppress(TooLate):
            await reply.wait_for(timeout=2_000)
            break
        await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await reply.tap()
    cancel = visitor.page.get_by_role("button", name="Cancel")
    await cancel.tap()
    await expect(cancel).to_have_count(0)
    moved = {**point, "x": point["x"] + 80}
    for what, points in (("touchStart", [point]), ("touchMove", [moved]), ("touchEnd", [])):
        await finger.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": points})
    await cancel.wait_for()
    assert visitor.complaints == []


async def fill(server: Server, channel_id: int, count: int) -> None:
    """Write many messages past the services: what they do is tested elsewhere."""
    ids = Ids()
    author = next(iter(server.app.directory.accounts())).id

    def add(tx: Any) -> None:
        last = 0
        rows = []
        for number in range(count):
            last = ids.new(tx.now)
            text = f"message {number} " + "and some words " * (number % 7)
            rows.append(
                {
                    "id": last,
                    "channel_id": channel_id,
                    "author_id": author,
                    "text": text,
                    "html": f"<p>{text}</p>",
                    "posted_at": tx.now,
                }
            )
        tx.connection.execute(messages.messages.insert(), rows)
        channels.move_last_message(tx, channel_id, last)

    await server.app.store.write(add)


@pytest.mark.slow
@pytest.mark.alone  # it counts long tasks
async def test_100_000_messages_scroll_without_a_long_task(
    server: Server, browsers: Browsers, owner: Person, pytestconfig: pytest.Config
) -> None:
    await fill(server, int(owner.channel("general")), MANY)
    visitor = await browsers.visit(owner, "/c/general", viewport={"width": 1280, "height": 720})
    page = visitor.page
    log = page.get_by_role("log")
    await log.get_by_text(f"message {MANY - 1} ", exact=False).first.wait_for()
    await page.evaluate(WATCH_TASKS)
    for _ in range(TRIES):  # a stall of the machine itself is no task of ours: scroll on, anew
        await page.evaluate("window.longTasks.length = 0")
        most = await page.evaluate(SCROLL, [pytestconfig.getoption("scroll_s")])
        assert 0 < most <= ROWS_MAX
        long_tasks = [ms for ms in await page.evaluate("longTasks") if ms > LONG_TASK_MS]
        if not long_tasks:
            break
    assert long_tasks == []
    oldest = await log.locator("[data-id]").first.inner_text()
    assert f"message {MANY - 1} " not in oldest
    assert visitor.complaints == []


async def test_older_messages_come_without_moving_what_is_read(
    server: Server, browsers: Browsers, owner: Person
) -> None:
    await fill(server, int(owner.channel("general")), 400)
    visitor = await browsers.visit(owner, "/c/general")
    page = visitor.page
    await page.get_by_text("message 399 ").first.wait_for()
    moved = await page.evaluate(
        """async () => {
            const log = document.querySelector('[role=log]');
            let scroller = log;
            while (scroller && scroller.scrollHeight <= scroller.clientHeight + 1) {
              scroller = scroller.parentElement;
            }
            const rows = () => [...log.querySelectorAll('[data-id]')];
            const rest = (ms) => new Promise((done) => setTimeout(done, ms));
            await rest(300);
            const count = rows().length;
            scroller.scrollTop = 200;
            const seen = rows().find((row) => row.getBoundingClientRect().top > 150);
            const before = seen.getBoundingClientRect().top;
            for (let i = 0; i < 100 && rows().length === count; i++) await rest(50);
            await rest(200);
            return [rows().length > count, seen.getBoundingClientRect().top - before];
        }"""
    )
    assert moved[0], "no older page was loaded"
    assert abs(moved[1]) < 2
