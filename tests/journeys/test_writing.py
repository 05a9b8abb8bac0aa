"""Writing in real Chromium: what is not sent survives a reload, a slash offers commands."""

import pytest
from playwright.async_api import expect

from salon.testing import Person, Server
from salon.testing.browser import Browsers

MIDDLE_OF_ICON = """(button) => {
    const [outer, inner] = [button, button.querySelector("svg")]
      .map((element) => element.getBoundingClientRect());
    const from = (start, size) =>
      Math.round(inner[start] + inner[size] / 2 - outer[start] - outer[size] / 2);
    return [from("left", "width"), from("top", "height")];
}"""

# On a busy machine a letter is typed before the next frame is drawn.
LATE_FRAMES = """() => {
    window.frames_that_wait = [];
    window.requestAnimationFrame = (draw) => window.frames_that_wait.push(draw);
}"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]


async def test_what_is_written_survives_and_a_slash_offers_commands(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    visitor = await browsers.visit(alice, "/c/general")
    page = visitor.page
    box = page.get_by_role("textbox", name="Message").first

    await box.fill("/sp")
    await page.get_by_role("option", name="/spoiler").wait_for()
    await box.press("Enter")
    await page.get_by_role("textbox", name="Hidden words").fill("he wins")
    await page.keyboard.press("Enter")
    hidden = page.get_by_role("button", name="Hidden words")
    await hidden.focus()
    await page.keyboard.press("Enter")
    await page.locator(".spoiler", has_text="he wins").wait_for()
    assert await hidden.count() == 0
    assert await box.input_value() == ""

    await page.evaluate(LATE_FRAMES)
    await box.press_sequentially("Hello :wavi")
    await page.get_by_role("option", name="waving hand").wait_for()
    await box.press("Enter")
    await box.press_sequentially("a")
    await page.evaluate("frames_that_wait.splice(0).forEach((draw) => draw())")
    await box.press_sequentially("nd :tada:")
    await expect(box).to_have_value("Hello 👋 and 🎉")
    more = page.locator("li[data-id]", has_text="he wins").get_by_role("button", name="More")
    await page.locator("li[data-id]", has_text="he wins").hover()
    middle = await more.evaluate(MIDDLE_OF_ICON)
    assert middle == [0, 0]

    await page.context.route("**/api/ticket", lambda route: route.abort())
    await server.app.announcer.close_all(1001, "the line breaks", within_s=1)
    for text in ("first", "second"):
        await box.fill(text)
        await box.press("Enter")
    await page.get_by_text("Waiting to send").nth(1).wait_for()
    await box.fill("half a thought")
    await page.reload()
    await page.context.unroute("**/api/ticket")
    await page.locator("li[data-id]", has_text="second").wait_for()
    assert await box.input_value() == "half a thought"
    await owner.open()
    said = await owner.command("message.history", channel=owner.channel("general"))
    texts = [message["text"] for message in said["messages"]]
    assert texts == ["||he wins||", "first", "second"]
