"""The way back: a dead path, a server that restarts, a microphone that is refused."""

import asyncio
import math
import subprocess
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page, expect

from salon.domain.rooms import Participant
from salon.testing import Person, Server
from salon.testing.browser import Browsers, Visitor
from salon.testing.hearing import is_silent

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(120)]

BACK_WITHIN_S = 3.0
DEAD_FOR_S = 4.0
PIECE_S = 0.3
TONE_HZ = HUM_HZ = 440.0
SPEAKERS = "() => [...document.querySelectorAll('audio[data-slot]')].map((each) => each.sinkId)"
PLAYED_ON = """() => {
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    window.playedOn = this.sinkId;
    return play.apply(this);
  };
}"""
UNPLUG = """() => {
  const devices = navigator.mediaDevices;
  const all = devices.enumerateDevices.bind(devices);
  devices.enumerateDevices = async () =>
    (await all()).filter((each) => each.label !== "Fake Audio Output 2");
  devices.dispatchEvent(new Event("devicechange"));
}"""


async def in_the_kitchen(
    browsers: Browsers,
    server: Server,
    person: Person,
    *flags: str,
    microphone: Path | None = None,
    program: Path | None = None,
    at: str = "/r/kitchen-table",
) -> Visitor:
    browser = await browsers.browser(extra=flags, microphone=microphone, program=program)
    visitor = await Visitor.open(browser, server.url, locale="en-GB")
    await visitor.sign_in(person.handle, person.password, at=at)
    await go_in(visitor)
    await connected(server, person)
    return visitor


async def go_in(visitor: Visitor) -> None:
    """Go through the door that the page shows."""
    await (
        visitor.page.get_by_role("main")
        .get_by_role("button", name="door")
        .or_(visitor.page.get_by_role("main").get_by_role("button", name="Go in"))
        .or_(visitor.page.get_by_role("main").get_by_role("button", name="Join"))
        .first.click()
    )
    await visitor.page.get_by_role("button", name="Leave").first.wait_for()


def hum(file: Path) -> Path:
    """Write ten seconds of a tone, so that a microphone never falls silent."""
    tone = np.sin(2 * np.pi * HUM_HZ * np.arange(480_000) / 48_000) * 8_000
    with wave.open(str(file), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(48_000)
        written.writeframes(tone.astype("<i2").tobytes())
    return file


async def humming(
    browsers: Browsers,
    server: Server,
    person: Person,
    file: Path,
    *flags: str,
    program: Path | None = None,
) -> Visitor:
    visitor = await in_the_kitchen(
        browsers, server, person, *flags, microphone=hum(file), program=program
    )
    await visitor.page.get_by_role("button", name="Unmute").first.click()
    await visitor.page.get_by_role("button", name="Mute", exact=True).first.wait_for()
    return visitor


async def connected(server: Server, person: Person, *, after: str = "") -> str:
    """Return the person's peer at the relay when it is connected, and another than `after`."""

    def there() -> list[str]:
        every = server.app.services.live.participants()
        mine = [p.peer_id for p in every if str(p.account_id) == person.id and p.connected]
        return [peer_id for peer_id in mine if peer_id != after]

    async with asyncio.timeout(15):
        while not there():  # noqa: ASYNC110 the browser tells nobody here
            await asyncio.sleep(0.02)
    return there()[0]


async def hears(visitor: Visitor, *, for_s: float = 1.5) -> bool:
    """Whether the page plays something by then; taps anew, since a way back makes new tracks."""
    await visitor.tap()
    for _ in range(math.ceil(for_s / PIECE_S)):
        if not all(map(is_silent, (await visitor.listen(PIECE_S)).values())):
            return True
    return False


async def talking(person: Person, room: str = "Kitchen table") -> None:
    await person.join(room)
    assert person.voice is not None
    await person.command("voice.set", room=person.voice.room_id, muted=False)
    person.voice.talk(TONE_HZ)


@contextmanager
def dead_path(port: int, *, but: str = "0") -> Iterator[None]:
    """Drop every datagram from and to the media port, `but` with these ports at the other end."""
    nft("add table inet salon_test")
    nft("add chain inet salon_test out { type filter hook output priority 0 ; }")
    nft(f"add rule inet salon_test out udp dport {port} udp sport != {but} drop")
    nft(f"add rule inet salon_test out udp sport {port} udp dport != {but} drop")
    try:
        yield
    finally:
        nft("delete table inet salon_test")


def nft(rule: str) -> None:
    subprocess.run(["nft", *rule.split()], check=True, timeout=10)


def seat(server: Server, person: Person) -> Participant:
    """Return the person's place, whichever connection has it."""
    every = server.app.services.live.participants()
    (mine,) = (p for p in every if str(p.account_id) == person.id)
    return replace(mine, peer_id="")


async def test_after_a_dead_path_voice_and_microphone_are_back_in_their_place_within_three_seconds(
    server: Server, browsers: Browsers, owner: Person, alice: Person, tmp_path: Path
) -> None:
    visitor = await humming(browsers, server, owner, tmp_path / "hum.wav")
    await talking(alice)
    assert await hears(visitor)
    before = seat(server, owner)
    loop = asyncio.get_running_loop()
    with dead_path(server.media_port):
        await asyncio.sleep(DEAD_FOR_S)
    back_at_s = loop.time()
    while not await hears(visitor, for_s=0.3):
        assert loop.time() - back_at_s < BACK_WITHIN_S
    assert loop.time() - back_at_s < BACK_WITHIN_S
    assert alice.voice is not None
    assert await alice.voice.hears(HUM_HZ)
    assert seat(server, owner) == before
    assert not before.muted
    assert alice.heard("participant.left") == []
    assert visitor.complaints == []


async def test_after_a_restart_of_the_server_the_voice_comes_back_by_itself(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    visitor = await in_the_kitchen(browsers, server, owner)
    await server.restart()
    loop = asyncio.get_running_loop()
    back_at_s = loop.time()
    await connected(server, owner)
    assert loop.time() - back_at_s < BACK_WITHIN_S
    await alice.cut()
    await alice.open()
    await talking(alice)
    assert await hears(visitor)


async def test_without_a_microphone_one_listens(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    visitor = await in_the_kitchen(browsers, server, owner, "--use-fake-ui-for-media-stream=deny")
    await visitor.page.get_by_text("keeping the microphone").first.wait_for()
    await talking(alice)
    assert await hears(visitor)


async def plays_where_they_choose_and_elsewhere_once_that_is_unplugged(page: Page) -> None:
    """The room, and the sound to try it with."""
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("link", name="Voice and sound").click()
    choice = page.get_by_label("Speaker")
    await choice.select_option(label="Fake Audio Output 2")
    chosen = await choice.input_value()
    await page.wait_for_function(
        f"chosen => ({SPEAKERS})().every(each => each === chosen)", arg=chosen
    )
    await page.evaluate(PLAYED_ON)
    await page.get_by_role("button", name="Play a sound").click()
    await page.wait_for_function("chosen => window.playedOn === chosen", arg=chosen)
    await page.evaluate(UNPLUG)
    await page.get_by_text("Your speaker is gone").wait_for()
    await page.get_by_text("The one you chose is not there").wait_for()
    assert set(await page.evaluate(SPEAKERS)) == {""}
    await page.get_by_role("link", name="Back to the rooms").click()


async def test_who_is_refused_elsewhere_is_heard_where_they_are_and_told_who_mutes_and_removes_them(
    server: Server, browsers: Browsers, owner: Person, alice: Person, tmp_path: Path
) -> None:
    balcony = (await owner.command("room.open", name="Balcony", temporary=False))["room"]["id"]
    await alice.command("room.join", room=balcony)
    await owner.command("participant.remove", room=balcony, account=alice.id)
    visitor = await humming(browsers, server, alice, tmp_path / "hum.wav")
    await talking(owner)
    page = visitor.page
    await page.get_by_role("link", name="Balcony").first.click()
    await page.get_by_role("main").get_by_role("button", name="Open the door").click()
    await page.get_by_role("button", name="Move there").click()
    await page.get_by_text("You were asked to leave this room").wait_for()
    bar = page.get_by_role("region", name="Voice: Kitchen table")
    await expect(bar.get_by_role("button", name="Mute", exact=True)).to_be_visible()
    assert owner.voice is not None
    assert await owner.voice.hears(HUM_HZ)
    assert await hears(visitor)
    assert seat(server, alice).room_id == int(alice.room("Kitchen table"))
    await plays_where_they_choose_and_elsewhere_once_that_is_unplugged(page)

    whom = {"room": alice.room("Kitchen table"), "account": alice.id}
    await owner.command("participant.silence", **whom, silenced=True)
    await expect(bar).to_contain_text("Owner muted you")
    await page.reload()
    await page.get_by_role("link", name="Kitchen table").first.click()
    await go_in(visitor)
    await expect(bar).to_contain_text("Owner muted you")
    await owner.command("participant.silence", **whom, silenced=False)
    await expect(bar.get_by_role("button", name="Unmute")).to_be_enabled()
    await owner.command("participant.remove", **whom)
    said = page.locator(".toast", has_text="leave")
    await expect(said).to_have_text("Owner asked you to leave Kitchen table")
    assert visitor.complaints == []
