"""People in a real Chromium, with a speech file as their microphone.

Who speaks has a browser of their own: the fake microphone belongs to the browser, not to the page.
The page's content security policy is set aside in these contexts only so that the test itself can
tap what the page plays; tests of the policy use `strict=True`.
"""

import asyncio
import base64
import contextlib
import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    async_playwright,
)

from salon.testing.hearing import RATE_HZ, Samples
from salon.testing.person import Person

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# Chromium without windows of its own: the same pages in half the time, where nobody is heard.
SHELL = "chromium-headless-shell"
COMMON = (
    "--no-sandbox",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
)
QUIET_PREFERENCES = {
    "salon.mic": "talk",
    "salon.echo": False,
    "salon.noise": "off",
    "salon.level": False,
    "salon.chimes": False,
}
CLOSES_WITHIN_S = 15.0
DESKTOP: ViewportSize = {"width": 1316, "height": 914}

TAP = """
window.salonPeers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); window.salonPeers.push(this); }
};
window.salonBuffered = async () => {
  let delayed = 0, emitted = 0;
  for (const peer of window.salonPeers) for (const of of (await peer.getStats()).values()) {
    if (of.type !== "inbound-rtp") continue;
    delayed += of.jitterBufferDelay;
    emitted += of.jitterBufferEmittedCount;
  }
  return [delayed, emitted];
};
window.salonTap = async () => {
  const context = new AudioContext({sampleRate: 48000});
  await context.resume();
  const source = `registerProcessor("tap", class extends AudioWorkletProcessor {
    process(inputs) { if (inputs[0][0]) this.port.postMessage(inputs[0][0].slice()); return true; }
  });`;
  const module = new Blob([source], {type: "text/javascript"});
  await context.audioWorklet.addModule(URL.createObjectURL(module));
  const taps = [];
  for (const audio of document.querySelectorAll("audio[data-slot]")) {
    if (!audio.srcObject) continue;
    const node = new AudioWorkletNode(context, "tap");
    const chunks = [];
    node.port.onmessage = (event) => chunks.push(event.data);
    context.createMediaStreamSource(audio.srcObject).connect(node);
    taps.push({slot: audio.dataset.slot, chunks});
  }
  window.salonTaps = taps;
  return taps.length;
};
window.salonTake = () => window.salonTaps.map(({slot, chunks}) => {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const all = new Int16Array(size);
  let at = 0;
  for (const chunk of chunks.splice(0)) for (const value of chunk) {
    all[at++] = Math.max(-32768, Math.min(32767, Math.round(value * 32768)));
  }
  let text = "";
  const bytes = new Uint8Array(all.buffer);
  for (let i = 0; i < bytes.length; i += 32768) {
    text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  }
  return [slot, btoa(text)];
});
"""


# What comes or goes while axe looks is there, or gone, at once.
STANDS_STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`*, ::before, ::after {
    transition-duration: 1ms !important; transition-delay: 0s !important;
    animation-duration: 1ms !important; animation-delay: 0s !important;
    animation-iteration-count: 1 !important;
  }`);
  document.adoptedStyleSheets.push(sheet);
  return Promise.allSettled(document.getAnimations()
    .filter((each) => each.playState === "running")
    .filter((each) => each.effect.getComputedTiming().endTime < Infinity)
    .map((each) => each.finished));
}"""
MOVES_AGAIN = "() => { document.adoptedStyleSheets.pop(); }"


async def barriers(page: Page) -> list[str]:
    """Return what axe-core finds, in words: what keeps somebody out of the page as it is now.

    A view that is still fetched has no heading, and what still fades in has less contrast: both
    are waited for. Needs `axe-playwright-python`.
    """
    from axe_playwright_python.async_playwright import Axe

    await page.locator("h1").first.wait_for(state="attached")
    await page.evaluate(STANDS_STILL)
    found = (await Axe().run(page)).response["violations"]
    await page.evaluate(MOVES_AGAIN)
    return [
        f"{page.url}: {rule['id']} in {node['html']}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def chromium() -> str | None:
    """Return the path of Chromium, or None."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def speech(file: Path, text: str, *, voice: str = "en-gb", pitch: int = 50) -> Path:
    """Write a WAV of somebody saying a text, mono, 48 kHz, as loud as a person. Needs espeak-ng."""
    raw = file.with_suffix(".raw.wav")
    espeak = ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", "150", "-w", str(raw), text]
    subprocess.run(espeak, check=True, timeout=60)  # noqa: S603 a test's own words
    loud = "aresample=48000,highpass=f=90,volume=0.7,apad=pad_dur=0.3"
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(raw), "-af", loud, "-ac", "1", str(file)]
    subprocess.run(command, check=True, timeout=60)  # noqa: S603 the same
    raw.unlink()
    return file


class Browsers:
    """Starts browsers and closes them all: `async with Browsers() as browsers:`.

    Who only looks shares one browser, in a context of their own; it stays open after `leave`.
    """

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._open: list[Browser] = []
        self._plain: Browser | None = None
        self._marks: dict[Browser, str] = {}

    async def __aenter__(self) -> Self:
        self._playwright = await async_playwright().start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.leave()
        if self._plain is not None:
            await self._close(self._plain)
        if self._playwright is not None:
            await self._playwright.stop()

    async def leave(self) -> None:
        """Close what somebody's test opened; the next one finds nothing of it."""
        while self._open:
            await self._close(self._open.pop())
        plain = self._plain
        if plain is None or not plain.is_connected():
            self._plain = None
            return
        try:
            async with asyncio.timeout(CLOSES_WITHIN_S):
                for context in plain.contexts:
                    await context.close()
        except TimeoutError:
            self._plain = None
            await self._close(plain)

    async def _close(self, browser: Browser) -> None:
        """Close a browser. One that hangs, as Chromium does once in thousands, is killed."""
        mark = self._marks.pop(browser)
        try:
            async with asyncio.timeout(CLOSES_WITHIN_S):
                await browser.close()
        except TimeoutError:
            _kill(mark)

    async def browser(
        self,
        *,
        microphone: Path | None = None,
        extra: Sequence[str] = (),
        program: Path | None = None,
    ) -> Browser:
        """Start a browser, with a file as its microphone (looped).

        `program` starts Chromium in another way, as in a network of its own.
        """
        started = await self._start(microphone, extra, program)
        self._open.append(started)
        return started

    async def _start(
        self,
        microphone: Path | None = None,
        extra: Sequence[str] = (),
        program: Path | None = None,
    ) -> Browser:
        if self._playwright is None:
            raise RuntimeError("use `async with`")
        mark = f"--salon-mark={uuid.uuid4().hex}"
        arguments = [*COMMON, mark, *extra]
        if microphone is not None:
            arguments.append(f"--use-file-for-fake-audio-capture={microphone}")
        started = await self._playwright.chromium.launch(
            executable_path=program or chromium(), args=arguments
        )
        self._marks[started] = mark
        return started

    async def visit(
        self,
        person: Person,
        path: str = "/",
        *,
        microphone: Path | None = None,
        language: str | None = None,
        preferences: Mapping[str, Any] | None = None,
        whole: bool = False,
        **context: Any,
    ) -> "Visitor":
        """Return somebody at a path, signed in: a device of their own, under the page's own policy.

        It is a desktop in English; `language` is what the person chose, `context` is Playwright's.
        A page that is heard, is pushed to or is installed needs the `whole` Chromium; the others
        share its shell.
        """
        if whole or microphone is not None:
            browser = await self.browser(microphone=microphone)
        else:
            shell = shutil.which(SHELL)
            program = None if shell is None else Path(shell)
            browser = self._plain = self._plain or await self._start(program=program)
        visitor = await Visitor.open(
            browser,
            person.url,
            preferences=preferences,
            strict=True,
            **{"viewport": DESKTOP, "locale": "en-GB", **context},
        )
        if language is not None:
            await visitor.page.add_init_script(f"localStorage['salon.language'] = '{language}'")
        await visitor.come_in(person, path)
        return visitor


def _kill(mark: str) -> None:
    """Kill the processes that were started with a mark among their arguments."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if mark.encode() in entry.read_bytes():
                os.kill(int(entry.parent.name), signal.SIGKILL)


class Visitor:
    """Somebody at a page, with the errors that the page wrote."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        if message.type == "error" and "favicon" not in message.text:
            self.complaints.append(message.text)

    @classmethod
    async def open(
        cls,
        browser: Browser,
        url: str,
        *,
        preferences: Mapping[str, Any] | None = None,
        strict: bool = False,
        **context: Any,
    ) -> "Visitor":
        """Open a context and a page; `preferences` are what the device remembers.

        The service worker is installed with `service_workers="allow"` only: it fetches the whole
        client, and then answers instead of the server.
        """
        made: BrowserContext = await browser.new_context(
            bypass_csp=not strict,
            permissions=["microphone"],
            **{"service_workers": "block", **context},
        )
        for key, value in (preferences or QUIET_PREFERENCES).items():
            literal = str(value).lower() if isinstance(value, bool) else f'"{value}"'
            await made.add_init_script(f"localStorage.setItem({key!r}, {literal!r})")
        if not strict:
            await made.add_init_script(TAP)
        return cls(await made.new_page(), url)

    async def sign_in(self, handle: str, password: str, *, at: str = "/") -> None:
        """Fill in the form, in the browser's own network, which leads to a path."""
        await self.page.goto(f"{self.url}/signin?next={at}")
        await self.page.fill("#handle", handle)
        await self.page.fill("#password", password)
        await self.page.click("button[type=submit]")
        await self.page.wait_for_url(f"{self.url}{at}")

    async def come_in(self, person: Person, path: str) -> None:
        """Sign in without the form being drawn, which for every visit is a second page.

        It is sent with the browser's cookies and name. Raises RuntimeError when it is refused.
        """
        answer = await self.page.context.request.post(
            f"{self.url}/signin",
            form={"handle": person.handle, "password": person.password},
            headers={"Origin": self.url},
            max_redirects=0,
        )
        if answer.status != HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"{person.handle} could not sign in: {answer.status}")
        await self.page.goto(f"{self.url}{path}")

    async def tap(self) -> int:
        """Begin to record every slot; return how many there are."""
        count: int = await self.page.evaluate("salonTap()")
        return count

    async def take(self) -> dict[str, Samples]:
        """Return what every slot played since `tap` or the last `take`, -1.0 to 1.0."""
        taken = await self.page.evaluate("salonTake()")
        return {
            slot: np.frombuffer(base64.b64decode(text), dtype="<i2").astype(np.float64) / 32_768
            for slot, text in taken
        }

    async def buffered_ms(self, seconds: float) -> float:
        """Return how long sound lies in the jitter buffer, on average over the next seconds."""
        delayed_s, emitted = await self.page.evaluate("salonBuffered()")
        await self.page.wait_for_timeout(seconds * 1000)
        delayed_after_s, emitted_after = await self.page.evaluate("salonBuffered()")
        return float(1000 * (delayed_after_s - delayed_s) / max(1, emitted_after - emitted))

    async def listen(self, seconds: float) -> dict[str, Samples]:
        """Return what is played in the next seconds."""
        await self.take()
        await self.page.wait_for_timeout(seconds * 1000)
        return await self.take()


__all__ = ["DESKTOP", "RATE_HZ", "Browsers", "Visitor", "barriers", "chromium", "speech"]
