"""The keeper gives voices another port or address while people talk: nobody notices."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
from tests.journeys.test_return import dead_path, humming, in_the_kitchen

from salon.config import Config
from salon.testing import Person, Server
from salon.testing.browser import RATE_HZ, Browsers, Visitor
from salon.testing.hearing import Samples
from salon.testing.server import free_port

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(120)]

GAP_MAX_MS = 100
LISTEN_S = 1.5
TRIES = 3  # browsers and server share two processors, and the machine itself may stall
CONCEALED = """
async () => {
  let concealed = 0;
  for (const peer of window.salonPeers) for (const of of (await peer.getStats()).values()) {
    if (of.type !== "inbound-rtp" || !of.packetsReceived) continue;
    concealed += of.concealedSamples - of.silentConcealedSamples;
  }
  return concealed;
}
"""


@pytest.fixture(autouse=True)
def _addresses_stay(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens to this machine's network meanwhile is not what is looked at."""

    async def stay(**_: bool) -> None:
        return

    monkeypatch.setattr(server.app.doors, "follow_addresses", stay)


def on_port(config: Config, port: int) -> Config:
    return config.model_copy(update={"media": config.media.model_copy(update={"port": port})})


def longest_silence_ms(samples: Samples) -> float:
    """Return the longest piece of a hum without any sound, at its ends too."""
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    ends = np.concatenate(([0], loud, [len(samples)]))
    return float(np.diff(ends).max() * 1_000 / RATE_HZ)


async def gap_ms(visitor: Visitor) -> float:
    """Return the longest gap in the hum that is heard from now on: silent, or made up."""
    concealed = await visitor.page.evaluate(CONCEALED)
    heard = await visitor.listen(LISTEN_S)
    concealed = await visitor.page.evaluate(CONCEALED) - concealed
    loudest = max(heard.values(), key=lambda of: float(np.abs(of).sum()))
    return max(longest_silence_ms(loudest), float(concealed) * 1_000 / RATE_HZ)


async def is_unheard(visitor: Visitor, move: Callable[[int], Awaitable[None]]) -> bool:
    """Whether somebody hears nothing of a move to a free port."""
    for _ in range(TRIES):
        listening = asyncio.create_task(gap_ms(visitor))
        await move(free_port())
        if await listening < GAP_MAX_MS:
            return True
    return False


async def test_another_port_is_not_heard_and_neither_is_the_way_to_ipv6(
    server: Server, browsers: Browsers, owner: Person, alice: Person, tmp_path: Path
) -> None:
    app = server.app
    await humming(browsers, server, owner, tmp_path / "hum.wav")
    listener = await in_the_kitchen(browsers, server, alice)
    await listener.tap()
    await gap_ms(listener)  # a jitter buffer finds its length first
    assert await is_unheard(listener, lambda port: app.reload(on_port(app.config, port)))
    with dead_path(server.media_port):
        assert await gap_ms(listener) < GAP_MAX_MS * TRIES
    assert await is_unheard(listener, lambda port: app.services.relay.rebind(["::1"], port))
    server.clock.advance(seconds=11)  # what is wanted no more is closed
    assert await gap_ms(listener) < GAP_MAX_MS * TRIES
    assert app.services.relay.counters()["peers"] == 2
    assert await listener.page.evaluate("salonPeers.length") == 1
    assert listener.complaints == []
