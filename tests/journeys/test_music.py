"""A room for music: a real Chromium plays both sides, another hears them apart; so does a file.

The microphone is a file with another tone on each side. When the room turns to speech, its pages
come again by themselves and hear one side.
"""

import asyncio
import math
import re
import struct
import wave
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from tests.core.relay.test_tracks import played

from salon.plugin import Plugin
from salon.services.facade import Facade
from salon.testing import Person, Server
from salon.testing.browser import QUIET_PREFERENCES, Browsers, Visitor, barriers

LEFT_HZ, RIGHT_HZ = 440, 990
FILE_LEFT_HZ, FILE_RIGHT_HZ = 1_400, 2_300
RATE_HZ = 48_000
APART_DB = 15.0
HEARD_WITHIN_S = 20.0

# What both sides of every slot that sounds hold: [[left peak in Hz, right peak in Hz,
# dB between the left peak on the left and on the right, the same of the right peak], ...].
SIDES = """async () => {
  const context = window.salonContext ??= new AudioContext({sampleRate: 48000});
  await context.resume();
  const sides = [];
  for (const audio of document.querySelectorAll("audio[data-slot]")) {
    if (!audio.srcObject) continue;
    const split = context.createChannelSplitter(2);
    context.createMediaStreamSource(audio.srcObject).connect(split);
    sides.push([0, 1].map((side) => {
      const analyser = context.createAnalyser();
      analyser.fftSize = 8192;
      analyser.smoothingTimeConstant = 0;
      split.connect(analyser, side);
      return analyser;
    }));
  }
  await new Promise((done) => setTimeout(done, 400));
  const hz = context.sampleRate / 8192;
  return sides.map((pair) => {
    const spectra = pair.map((analyser) => {
      const bins = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(bins);
      return bins;
    });
    const [left, right] = spectra.map((bins) => bins.indexOf(Math.max(...bins)));
    return [left * hz, right * hz, spectra[0][left] - spectra[1][left],
            spectra[1][right] - spectra[0][right], spectra[0][left]];
  }).filter(([,,,, loudest]) => loudest > -60).map((each) => each.slice(0, 4));
}"""

# By how many dB what was raised is louder than its slot, and whether that is silent instead.
RAISED_DB = """async () => {
  const context = window.salonContext;
  const [raised] = document.querySelectorAll("audio[data-boost]");
  if (!raised) return [0, false];
  const spectra = [];
  const slots = [...document.querySelectorAll("audio[data-slot]")].filter((each) => each.muted);
  for (const audio of [raised, ...slots]) {
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(audio.srcObject).connect(analyser);
    spectra.push([analyser, new Float32Array(analyser.frequencyBinCount)]);
  }
  await new Promise((done) => setTimeout(done, 400));
  const loudest = spectra.map(([analyser, bins]) => {
    analyser.getFloatFrequencyData(bins);
    return Math.max(...bins);
  });
  return [loudest[0] - loudest[1], slots.length === 1 && !raised.muted];
}"""


class Jukebox(Plugin[Any]):
    """A plugin that plays."""

    name = "jukebox"


pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.timeout(120),
    pytest.mark.plugin.with_args(Jukebox),
]


def stereo(file: Path, left_hz: float, right_hz: float, seconds: float) -> Path:
    """Write a WAV with a tone on each side."""
    count = round(seconds * RATE_HZ)

    def tone(hz: float) -> list[int]:
        return [round(9_000 * math.sin(2 * math.pi * hz * at / RATE_HZ)) for at in range(count)]

    both = zip(tone(left_hz), tone(right_hz), strict=True)
    with wave.open(str(file), "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(RATE_HZ)
        wav.writeframes(b"".join(struct.pack("<hh", *pair) for pair in both))
    return file


async def enter(browser: Browser, person: Person) -> Visitor:
    visitor = await Visitor.open(browser, person.url, preferences=QUIET_PREFERENCES, locale="en-GB")
    await visitor.sign_in(person.handle, person.password, at="/r/the-stage")
    door = re.compile("Open the door|Join")
    await visitor.page.get_by_role("main").get_by_role("button", name=door).first.click()
    await visitor.page.get_by_role("button", name="Leave The stage").wait_for()
    return visitor


async def heard(page: Page, left_hz: float, right_hz: float) -> tuple[float, float]:
    """Return by how many dB each tone is louder on its own side, once both are heard."""
    async with asyncio.timeout(HEARD_WITHIN_S):
        while True:
            for left, right, left_db, right_db in await page.evaluate(SIDES):
                if abs(left - left_hz) < 12 and abs(right - right_hz) < 12:
                    return left_db, right_db


async def heard_as_one(page: Page, hz: float) -> None:
    """Return when a tone that was on one side alone comes out of both alike."""
    async with asyncio.timeout(HEARD_WITHIN_S):
        while True:
            for left, right, left_db, _ in await page.evaluate(SIDES):
                if abs(left - right) < 12 and abs(left_db) < 1 and abs(left - hz) < 700:
                    return


async def raise_above_themselves(page: Page, name: str) -> None:
    """Make somebody half as loud again, by their menu and the keyboard."""
    await page.get_by_role("button", name=f"More about {name}").first.click()
    await expect(page.get_by_role("menuitem").first).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_role("slider", name=name)).to_be_focused()
    assert await barriers(page) == []
    await page.keyboard.press("End")
    await expect(page.get_by_text("150%", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    async with asyncio.timeout(HEARD_WITHIN_S):
        while True:
            louder_db, instead = await page.evaluate(RAISED_DB)
            if instead and abs(louder_db - 3.5) < 0.5:
                return


async def gates(page: Page, listener: Page) -> None:
    """Have the microphone closed below a level that is above all it hears, and then below it."""
    await listener.add_style_tag(content=".float { animation-play-state: paused !important }")
    await page.get_by_role("button", name="React", exact=True).click()
    await page.get_by_role("menuitem", name="👏").click()
    await expect(listener.locator(".float", has_text="👏")).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="Settings").first.click()
    await page.get_by_role("link", name="Voice and sound").click()
    await page.get_by_role("switch", name="Only when I speak").click()
    slider = page.get_by_role("slider", name="Opens above")
    await slider.press("End")
    await expect(page.get_by_text("Closed now")).to_be_visible()
    async with asyncio.timeout(HEARD_WITHIN_S):
        while await listener.evaluate(SIDES):
            pass
    assert await barriers(page) == []
    await slider.press("Home")
    await expect(page.get_by_text("Open now")).to_be_visible()
    await heard_as_one(listener, LEFT_HZ)


async def pushes_to_talk(page: Page, listener: Page) -> None:
    """Choose a key in the settings, where the page is, and be heard while it is held."""
    await page.get_by_text("Push to talk").click()
    await page.get_by_role("button", name="Choose a key").click()
    await page.keyboard.press("m")  # has its meaning in rooms
    await page.keyboard.press("v")
    await expect(page.get_by_role("main").get_by_text("Hold V to talk")).to_be_visible()
    async with asyncio.timeout(HEARD_WITHIN_S):
        while await listener.evaluate(SIDES):
            pass
    await page.keyboard.down("v")
    await heard_as_one(listener, LEFT_HZ)
    await page.keyboard.up("v")


async def test_music_is_heard_in_stereo_and_speech_in_mono(
    server: Server, browsers: Browsers, owner: Person, alice: Person, tmp_path: Path
) -> None:
    opened = await owner.command("room.open", name="The stage", temporary=False, sound="music")
    room = opened["room"]["id"]
    tones = await asyncio.to_thread(stereo, tmp_path / "mic.wav", LEFT_HZ, RIGHT_HZ, 4)
    song = await asyncio.to_thread(stereo, tmp_path / "song.wav", FILE_LEFT_HZ, FILE_RIGHT_HZ, 4)
    browser = await browsers.browser(microphone=tones)
    listener, speaker = await enter(browser, alice), await enter(browser, owner)
    await speaker.page.get_by_role("button", name="Unmute").first.click()
    assert min(await heard(listener.page, LEFT_HZ, RIGHT_HZ)) > APART_DB
    await raise_above_themselves(listener.page, "Owner")

    salon = Facade("jukebox", server.app.services)
    account = salon.accounts.get(int(alice.id))
    assert account is not None
    playing = await salon.rooms.play(int(room), played(song), as_account=account, music=True)
    assert min(await heard(listener.page, FILE_LEFT_HZ, FILE_RIGHT_HZ)) > APART_DB
    await playing.close()

    await owner.command("room.edit", room=room, sound="speech")
    await heard_as_one(listener.page, LEFT_HZ)
    await expect(speaker.page.get_by_role("button", name="Mute", exact=True).first).to_be_visible()
    await gates(speaker.page, listener.page)
    await pushes_to_talk(speaker.page, listener.page)
    assert listener.complaints == []
    assert speaker.complaints == []
