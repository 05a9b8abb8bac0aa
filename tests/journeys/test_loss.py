"""A line that loses packets: they are sent again, and hardly a gap is heard."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from _crowd import Ear, Numbers
from tests.journeys.test_return import hears, humming, in_the_kitchen, nft

from salon.testing import Person, Server
from salon.testing.browser import Browsers, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(120)]

LISTEN_S = 6.0
CONCEALED_MAX = (
    0.06  # of 10 % loss: single packets leave all of it, double ones 1 % on a machine at rest
)

PACKETS = 150  # three seconds
LOST_MAX = 0.05  # of 10 % loss: single packets leave all of it, double ones 1 %

CONCEALED = """
async () => {
  let concealed = 0, played = 0;
  for (const peer of window.salonPeers) for (const of of (await peer.getStats()).values()) {
    if (of.type !== "inbound-rtp" || !of.packetsReceived) continue;
    concealed += of.concealedSamples - of.silentConcealedSamples;
    played += of.totalSamplesReceived;
  }
  return [concealed, played];
}
"""


@contextmanager
def lossy(end: str) -> Iterator[None]:
    """Drop one datagram in ten from or to a port: "sport 7000".

    Where they arrive, because one that is dropped where it is sent fails there.
    """
    nft("add table inet salon_test")
    nft("add chain inet salon_test arriving { type filter hook input priority 0 ; }")
    nft(f"add rule inet salon_test arriving udp {end} numgen random mod 10 0 drop")
    try:
        yield
    finally:
        nft("delete table inet salon_test")


async def concealed_share(visitor: Visitor, seconds: float) -> float:
    concealed, played = await visitor.page.evaluate(CONCEALED)
    await visitor.page.wait_for_timeout(seconds * 1_000)
    concealed_after, played_after = await visitor.page.evaluate(CONCEALED)
    return float((concealed_after - concealed) / (played_after - played))


async def test_a_listener_who_loses_a_tenth_hears_hardly_a_gap(
    server: Server, browsers: Browsers, owner: Person, alice: Person, tmp_path: Path
) -> None:
    await humming(browsers, server, owner, tmp_path / "hum.wav")
    listener = await in_the_kitchen(browsers, server, alice)
    assert await hears(listener)
    relay = server.app.services.relay
    with lossy(f"sport {server.media_port}"):
        async with asyncio.timeout(20):
            # A browser reports about every 5 s, and nothing tells of a count.
            while not relay.counters().get("repeated"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await listener.page.wait_for_timeout(500)
        share = await concealed_share(listener, LISTEN_S)
    assert share <= CONCEALED_MAX, f"{share:.1%} concealed"


async def test_what_a_speakers_line_loses_comes_back_out_of_the_packets_after_it(
    server: Server, browsers: Browsers, owner: Person, alice: Person, tmp_path: Path
) -> None:
    await humming(browsers, server, owner, tmp_path / "hum.wav")
    relay = server.app.services.relay
    ear = Ear()
    await ear.join(alice, alice.room("Kitchen table"))
    with lossy(f"dport {server.media_port}"):
        async with asyncio.timeout(20):
            # The page looks every second, and nothing tells of a count.
            while not relay.counters().get("repaired"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        heard = ear.numbers = Numbers()
        async with asyncio.timeout(20):
            while heard.heard.total() < PACKETS:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    ear.close()
    lost = heard.lost() / (heard.lost() + heard.heard.total())
    assert lost <= LOST_MAX, f"{lost:.1%} lost"
