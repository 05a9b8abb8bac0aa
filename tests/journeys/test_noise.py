"""Only my voice: a real Chromium with speech and noise as its microphone, and what is heard."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Page, expect

from salon.plugin import Plugin, SampleBlock
from salon.services.facade import Facade
from salon.testing import Person, Server
from salon.testing.browser import QUIET_PREFERENCES, Browsers, barriers, speech
from salon.testing.hearing import RATE_HZ, Samples, likeness, read_wave, write_wave

TEXT = "The window stands open to the garden."
PAUSE_S = 0.8
NOISE_RMS = 0.02
FRAME = RATE_HZ // 50
QUIETER_DB = 15.0
LEVEL_DB = 4.0
ALIKE = 0.85
HEARD_WITHIN_S = 20.0
FILTER = ("wasm", "workletProcessor")


class Recognizer(Plugin[Any]):
    """A plugin that listens."""

    name = "recognizer"


pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.timeout(120),
    pytest.mark.plugin.with_args(Recognizer),
]


class Ears:
    """Hears a room as its listeners do."""

    def __init__(self) -> None:
        self._heard: list[Samples] = []
        self._news = asyncio.Event()

    async def receive(self, blocks: Sequence[SampleBlock]) -> None:
        for block in blocks:
            self._heard.append(np.frombuffer(block.samples, "<i2").astype(np.float64) / 32_768)
        self._news.set()

    async def take(self, seconds: float) -> Samples:
        """Return what comes from now on."""
        self._heard.clear()
        while sum(map(len, self._heard)) < seconds * RATE_HZ:
            self._news.clear()
            await self._news.wait()
        return np.concatenate(self._heard)


def noisy(said: Samples) -> Samples:
    """Return what somebody says, and a pause, with the noise of a fan all the while."""
    paused = np.concatenate([said, np.zeros(round(PAUSE_S * RATE_HZ))])
    return paused + np.random.default_rng(1).normal(0.0, NOISE_RMS, len(paused))


def levels_db(samples: Samples) -> tuple[float, float]:
    """Return how loud the pauses are and how loud the speech is, in dB of full scale."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    levels = 10 * np.log10(np.square(frames).mean(axis=1) + 1e-9)
    return float(np.percentile(levels, 15)), float(np.percentile(levels, 90))


async def choose(page: Page, name: str) -> None:
    await page.get_by_role("radio", name=name).check(force=True)


async def test_noise_is_taken_away_and_the_voice_is_kept_where_the_browser_can(
    server: Server, browsers: Browsers, owner: Person, tmp_path: Path
) -> None:
    said = read_wave(await asyncio.to_thread(speech, tmp_path / "said.wav", TEXT))
    microphone = write_wave(tmp_path / "mic.wav", noisy(said))
    loop_s = len(said) / RATE_HZ + PAUSE_S
    visitor = await browsers.visit(
        owner, "/r/kitchen-table", microphone=microphone, preferences=QUIET_PREFERENCES
    )
    page = visitor.page
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    await page.get_by_role("main").get_by_role("button", name="Open the door").click()
    await page.get_by_role("button", name="Unmute").first.click()
    room = int(owner.room("Kitchen table"))
    ears = Ears()
    salon = Facade("recognizer", server.app.services)
    attachment = await salon.rooms.attach_samples(room, ears, rate_hz=RATE_HZ)
    noise_db, voice_db = levels_db(await ears.take(loop_s))

    await page.get_by_role("link", name="Settings").first.click()
    await page.get_by_role("link", name="Voice and sound").click()
    await page.route("**/*.wasm", lambda route: route.abort())
    assert not [url for url in fetched if any(part in url for part in FILTER)]
    await choose(page, "Only my voice")
    await expect(page.get_by_text("cannot single out your voice")).to_be_visible()
    assert await barriers(page) == []
    assert [complaint for complaint in visitor.complaints if "stands in" in complaint]
    visitor.complaints.clear()

    await page.unroute("**/*.wasm")
    await choose(page, "Left in")
    await choose(page, "Only my voice")
    async with asyncio.timeout(HEARD_WITHIN_S):
        while levels_db(heard := await ears.take(loop_s))[0] > noise_db - QUIETER_DB:
            pass
    assert abs(levels_db(heard)[1] - voice_db) < LEVEL_DB
    assert likeness(heard, said).median >= ALIKE

    await owner.command("room.edit", room=str(room), sound="music")
    async with asyncio.timeout(HEARD_WITHIN_S):
        while abs(levels_db(await ears.take(PAUSE_S))[0] - noise_db) > LEVEL_DB:
            pass
    await attachment.close()
    assert visitor.complaints == []
