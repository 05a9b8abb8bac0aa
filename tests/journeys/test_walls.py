"""A network that lets less and less through: no UDP, then no voices, and then no way at all.

The page is in a network of its own, with one cable to the server and to a TURN server that is
configured as docs/running.md says.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from _cable import Cable, laid_cable
from _figures import NotPossible
from pydantic import SecretStr
from tests.core.services.turn_server import SECRET, running
from tests.journeys.test_return import connected, hears, humming, talking

from salon.config import Turn
from salon.testing import Person, Server
from salon.testing.browser import Browsers, Visitor, chromium
from salon.testing.fixtures import lacking
from salon.testing.line import LOOPBACK

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.timeout(120),
    pytest.mark.settings(server={"host": "0.0.0.0"}),  # noqa: S104 for the length of a test
]

HUM_HZ = 440.0
HEARS_WITHIN_S = 20.0
WALL = """
table inet wall {
  chain out { type filter hook output priority 0; meta l4proto udp drop; }
  chain arriving { type filter hook input priority 0; meta l4proto udp drop; }
}
"""


@pytest.fixture(autouse=True)
def _addresses_stay(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens to this machine's network meanwhile is not what is looked at."""

    async def stay(**_: bool) -> None:
        return

    monkeypatch.setattr(server.app.doors, "follow_addresses", stay)


@pytest.fixture
def cable() -> Iterator[Cable]:
    try:
        with laid_cable() as laid:
            yield laid
    except NotPossible as reason:
        lacking(str(reason))


async def sound(visitor: Visitor) -> None:
    """Return when the page plays something."""
    async with asyncio.timeout(HEARS_WITHIN_S):
        while not await hears(visitor, for_s=0.5):
            pass


async def test_behind_walls_voices_take_tcp_then_the_turn_server_and_one_reads_that_no_way_is_left(
    server: Server,
    cable: Cable,
    browsers: Browsers,
    owner: Person,
    alice: Person,
    tmp_path: Path,
) -> None:
    here, program, media = cable.here, chromium(), server.media_port
    assert program is not None
    await server.app.services.relay.rebind([LOOPBACK, here], media, [LOOPBACK, here])
    only_us = [
        "denied-peer-ip=0.0.0.0-255.255.255.255",
        f"allowed-peer-ip={here}",
        "user-quota=12",
    ]
    async with running(tmp_path, address=here, options=only_us) as port:
        server.app.services.trials._turn._settings = Turn(
            servers=(f"turn:{here}:{port}",), secret=SecretStr(SECRET)
        )
        cable.inside("nft", "-f", "-", told=WALL)
        visitor = await humming(
            browsers,
            server,
            owner,
            tmp_path / "hum.wav",
            f"--host-resolver-rules=MAP {LOOPBACK} {here}",
            program=cable.program(tmp_path, program),
        )
        await talking(alice)
        await sound(visitor)  # over TCP
        before = await connected(server, owner)
        cable.inside("nft", f"add rule inet wall out tcp dport {media} drop")
        await connected(server, owner, after=before)
        await sound(visitor)  # by the detour
        assert alice.voice is not None
        assert await alice.voice.hears(HUM_HZ)
        cable.inside("nft", f"add rule inet wall out tcp dport {port} drop")
        await visitor.page.get_by_text("Reconnecting, your place is kept").wait_for()
    assert alice.heard("participant.left") == []
