"""Voices live in a process of their own: it may die, and the core may stand still."""

import asyncio
import os
import signal
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from tests.journeys.test_return import connected, hears, in_the_kitchen, talking

from salon.relay.remote import RemoteRelay
from salon.testing import Person, Server
from salon.testing.browser import Browsers, Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.settings(media={"workers": 1}),
]

BACK_WITHIN_S = 5.0
BLOCKED_S = 2.0
GAP_MAX_MS = 300  # between two looks of a page on a busy machine; blocked, it would be 2,000

WATCH = """
window.salonGaps = async () => {
  const packets = async () => {
    let count = 0;
    for (const peer of window.salonPeers) for (const of of (await peer.getStats()).values()) {
      if (of.type === "inbound-rtp") count += of.packetsReceived;
    }
    return count;
  };
  window.salonGap = 0;
  let known = await packets(), since = performance.now();
  while (true) {
    await new Promise((later) => setTimeout(later, 20));
    const now = await packets();
    window.salonGap = Math.max(window.salonGap, performance.now() - since);
    if (now !== known) [known, since] = [now, performance.now()];
  }
};
salonGaps();
"""


def hum(file: Path) -> Path:
    """Write ten seconds of a tone, so that a microphone never falls silent."""
    tone = np.sin(2 * np.pi * 440 * np.arange(480_000) / 48_000) * 8_000
    with wave.open(str(file), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(48_000)
        written.writeframes(tone.astype("<i2").tobytes())
    return file


async def humming(browsers: Browsers, server: Server, person: Person, file: Path) -> Visitor:
    visitor = await in_the_kitchen(browsers, server, person, microphone=hum(file))
    await visitor.page.get_by_role("button", name="Unmute").first.click()
    await visitor.page.get_by_role("button", name="Mute", exact=True).first.wait_for()
    return visitor


async def test_a_core_that_stands_still_delays_no_packet(
    server: Server, browsers: Browsers, owner: Person, alice: Person, tmp_path: Path
) -> None:
    await humming(browsers, server, owner, tmp_path / "hum.wav")
    listener = await in_the_kitchen(browsers, server, alice)
    assert await hears(listener)
    await listener.page.evaluate(f"() => {{ {WATCH} }}")
    time.sleep(BLOCKED_S)  # noqa: ASYNC251 the core's loop is this one
    gap_ms = await listener.page.evaluate("salonGap")
    assert 0 < gap_ms < GAP_MAX_MS
    assert await hears(listener)


async def test_after_its_worker_was_killed_the_room_comes_back_by_itself(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    relay = server.app.services.relay
    assert isinstance(relay, RemoteRelay)
    visitor = await in_the_kitchen(browsers, server, owner)
    await talking(alice)
    assert await hears(visitor)
    loop = asyncio.get_running_loop()
    before = await connected(server, owner)
    assert relay.process_id is not None
    os.kill(relay.process_id, signal.SIGKILL)
    killed_at_s = loop.time()
    await connected(server, owner, after=before)
    assert loop.time() - killed_at_s < BACK_WITHIN_S
    await talking(alice)  # a page of hers would have done this by itself
    assert await hears(visitor)
    assert visitor.complaints == []
