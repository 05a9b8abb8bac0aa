"""Voices live in processes of their own: one may die, and its rooms come back."""

import asyncio
import os
import signal

import pytest
from tests.journeys.test_return import connected, hears, in_the_kitchen, talking

from salon.relay.workers import Workers
from salon.testing import Person, Server
from salon.testing.browser import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(120)]

BACK_WITHIN_S = 5.0
GAP_MAX_MS = 300  # between two looks of a page on a busy machine

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


@pytest.mark.settings(media={"workers": 2})
async def test_of_two_workers_one_may_die_and_only_its_room_notices(
    server: Server, browsers: Browsers, owner: Person, alice: Person, bob: Person
) -> None:
    workers = server.app.services.relay
    assert isinstance(workers, Workers)
    room = (await owner.command("room.open", name="Balcony", temporary=False))["room"]
    await talking(alice)
    kitchen = await in_the_kitchen(browsers, server, owner)
    await talking(bob, room["id"])
    carol = await server.member("carol", owner)
    balcony = await in_the_kitchen(browsers, server, carol, at=f"/r/{room['slug']}")
    assert await hears(kitchen)
    assert await hears(balcony)
    dying = workers._rooms[int(owner.room("Kitchen table"))]
    living = workers._rooms[int(room["id"])]
    assert dying is not living
    before = await connected(server, owner), await connected(server, carol)
    await balcony.page.evaluate(f"() => {{ {WATCH} }}")
    assert dying.process_id is not None
    os.kill(dying.process_id, signal.SIGKILL)
    loop = asyncio.get_running_loop()
    killed_at_s = loop.time()
    await connected(server, owner, after=before[0])
    assert loop.time() - killed_at_s < BACK_WITHIN_S
    await talking(alice)  # a page of hers would have done this by itself
    assert await hears(kitchen)
    assert kitchen.complaints == []
    assert 0 < await balcony.page.evaluate("salonGap") < GAP_MAX_MS
    assert await connected(server, carol) == before[1]
    assert await hears(balcony)
