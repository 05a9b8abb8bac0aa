"""The way back: a dead path, a server that restarts, a microphone that is refused."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from salon.testing import Person, Server
from salon.testing.browser import Browsers, Visitor
from salon.testing.hearing import is_silent

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

BACK_WITHIN_S = 3.0
DEAD_FOR_S = 4.0
TONE_HZ = 440.0


async def in_the_kitchen(
    browsers: Browsers,
    server: Server,
    person: Person,
    *flags: str,
    microphone: Path | None = None,
) -> Visitor:
    browser = await browsers.browser(extra=flags, microphone=microphone)
    visitor = await Visitor.open(browser, server.url, locale="en-GB")
    await visitor.sign_in(person.handle, person.password, at="/r/kitchen-table")
    await (
        visitor.page.get_by_role("main")
        .get_by_role("button", name="door")
        .or_(visitor.page.get_by_role("main").get_by_role("button", name="Go in"))
        .or_(visitor.page.get_by_role("main").get_by_role("button", name="Join"))
        .first.click()
    )
    await visitor.page.get_by_role("button", name="Leave").first.wait_for()
    await connected(server, person)
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
    """Whether the page plays something now; taps anew, since a way back makes new tracks."""
    await visitor.tap()
    return any(not is_silent(samples) for samples in (await visitor.listen(for_s)).values())


async def talking(person: Person) -> None:
    await person.join("Kitchen table")
    assert person.voice is not None
    await person.command("voice.set", room=person.voice.room_id, muted=False)
    person.voice.talk(TONE_HZ)


@contextmanager
def dead_path(port: int) -> Iterator[None]:
    """Drop every datagram from and to the media port."""
    nft("add table inet salon_test")
    nft("add chain inet salon_test out { type filter hook output priority 0 ; }")
    nft(f"add rule inet salon_test out udp dport {port} drop")
    nft(f"add rule inet salon_test out udp sport {port} drop")
    try:
        yield
    finally:
        nft("delete table inet salon_test")


def nft(rule: str) -> None:
    subprocess.run(["nft", *rule.split()], check=True, timeout=10)


async def test_after_a_dead_path_the_voice_is_back_within_three_seconds(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    visitor = await in_the_kitchen(browsers, server, owner)
    await talking(alice)
    assert await hears(visitor)
    loop = asyncio.get_running_loop()
    with dead_path(server.media_port):
        await asyncio.sleep(DEAD_FOR_S)
    back_at_s = loop.time()
    while not await hears(visitor, for_s=0.3):
        assert loop.time() - back_at_s < BACK_WITHIN_S
    assert loop.time() - back_at_s < BACK_WITHIN_S
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
