"""Files in a real Chromium: chosen, pasted and dropped, sent, seen large, refused in place."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from salon.testing import Person
from salon.testing.browser import Browsers, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

MIB = 1024 * 1024
HOSTILE_NAME = "<img src=x onerror=canary()>.html"
HAND_OVER = """([how, name, type, bytes]) => {
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(bytes)], name, {type}));
    const [place, event] = how === "paste"
      ? [document.querySelector(".compose textarea"),
         new ClipboardEvent("paste", {clipboardData: files, bubbles: true, cancelable: true})]
      : [document.body,
         new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true})];
    place.dispatchEvent(event);
}"""


def picture(size: tuple[int, int] = (1_200, 600), colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def payload(name: str, content: bytes, kind: str = "") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


async def choose(page: Page, *files: FilePayload) -> None:
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach files").click()
    await (await chooser.value).set_files(files)


async def hand_over(page: Page, how: str, name: str, kind: str, content: bytes) -> None:
    given: list[Any] = [how, name, kind, list(content)]
    await page.evaluate(HAND_OVER, given)


async def no_violations(page: Page) -> None:
    assert await barriers(page) == []


@pytest.mark.settings(files={"largest_mib": 1})
async def test_files_are_sent_seen_and_refused_where_they_stand(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    sender = await browsers.visit(owner, "/c/general")
    reader = await browsers.visit(alice, "/c/general", viewport={"width": 360, "height": 740})
    for visitor in (sender, reader):
        await visitor.page.evaluate("void (window.canary = () => { window.canaryFired = true; })")
    page = sender.page
    await choose(
        page,
        payload("beach.jpg", picture(), "image/jpeg"),
        payload("broken.png", b"\x89PNG\r\n\x1a\nno picture", "image/png"),
        payload("huge.bin", b"x" * (MIB + 1)),
    )
    tray = page.get_by_role("region", name="Files to send")
    await tray.get_by_text("at most 1 MB fit").wait_for()  # before a byte of it went
    await tray.get_by_text("cannot be read").wait_for()
    await no_violations(page)
    await hand_over(page, "paste", "pasted.jpg", "image/jpeg", picture((300, 300), "red"))
    await hand_over(page, "drop", HOSTILE_NAME, "text/html", b"<script>canary()</script>")
    await expect(tray.get_by_role("listitem")).to_have_count(5)
    await page.get_by_role("textbox", name="Message").press("Enter")
    await tray.get_by_text("A file did not get through").wait_for()
    for name in ("broken.png", "huge.bin"):
        await tray.get_by_role("button", name=f"Take {name} back").click()
    await expect(tray).to_have_count(0)  # it went as soon as nothing was in its way

    pictures = reader.page.get_by_role("button", name="Open ")
    await expect(pictures).to_have_count(2)
    box = await pictures.first.bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (150, 150)
    card = reader.page.get_by_role("link", name=HOSTILE_NAME)
    assert await card.get_attribute("download") == HOSTILE_NAME
    await no_violations(reader.page)

    await pictures.first.focus()
    await reader.page.keyboard.press("Enter")
    large = reader.page.get_by_role("dialog")
    await large.get_by_text("1 of 2").wait_for()
    await reader.page.keyboard.press("ArrowRight")
    await large.get_by_text("2 of 2").wait_for()
    await no_violations(reader.page)
    await reader.page.keyboard.press("Escape")
    await expect(pictures.first).to_be_focused()

    async with reader.page.expect_download() as download:
        await card.click()
    assert (await download.value).suggested_filename.endswith(".html")
    for visitor in (sender, reader):
        assert await visitor.page.evaluate("window.canaryFired") is None
        told = [one for one in visitor.complaints if "400" not in one]  # of the broken picture
        assert told == []
