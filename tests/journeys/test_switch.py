"""From network to network, as a phone goes from Wi-Fi to mobile data: the old address is gone.

The page is in a network of its own with two cables to the server's machine; the second comes up as
the first goes down. The server's address stays, the page's is another. The first is behind a NAT,
and in the second three packets of ten are lost.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from _cable import THEIRS, Cable, laid_cable, run
from _figures import NotPossible
from tests.journeys.test_return import HUM_HZ, connected, hears, humming, seat, talking

from salon.testing import Person, Server
from salon.testing.browser import Browsers, chromium
from salon.testing.fixtures import lacking
from salon.testing.line import LOOPBACK

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.timeout(120),
    pytest.mark.settings(server={"host": "0.0.0.0"}),  # noqa: S104 for the length of a test
]

BACK_WITHIN_S = 3.0
OTHER = "other"  # the second cable's end at the page
NAT = f"""
table ip translation {{
  chain out {{
    type nat hook postrouting priority 100;
    oifname "{THEIRS}" ip protocol udp counter masquerade to :20000-20999
  }}
}}
"""
LOSSES = """
table inet losses {
  chain out { type filter hook output priority 0; meta l4proto udp jump lose; }
  chain arriving { type filter hook input priority 0; meta l4proto udp jump lose; }
  chain lose { numgen random mod 10 < 3 drop; }
}
"""


@pytest.fixture(autouse=True)
def _addresses_stay(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens to this machine's network meanwhile is not what is looked at."""

    async def stay(**_: bool) -> None:
        return

    monkeypatch.setattr(server.app.doors, "follow_addresses", stay)


@dataclass(frozen=True)
class Networks:
    """The page is in the first until `switch`."""

    first: Cable
    second: str  # our end of the second cable

    def lay_second(self) -> None:
        ends = [self.second, "type", "veth", "peer", OTHER, "netns", self.first.name]
        run("ip", "link", "add", *ends)
        run("ip", "address", "add", f"{self._there(129)}/25", "dev", self.second)
        run("ip", "link", "set", self.second, "up")
        # An address of IPv6 would come up seconds later: one more change for a browser.
        self.first.inside("ip", "link", "set", OTHER, "addrgenmode", "none")
        self.first.inside("ip", "address", "add", f"{self._there(130)}/25", "dev", OTHER)

    async def settle(self) -> None:
        """Wait for the first one's address of IPv6, which would end what a page is fetching."""
        while "tentative" in self.first.inside(  # noqa: ASYNC110 the kernel tells nobody here
            "ip", "-6", "address", "show", "dev", THEIRS
        ):
            await asyncio.sleep(0.05)

    def switch(self) -> None:
        """Take the first network away and go to the second, where the server is a hop away."""
        inside = self.first.inside
        inside("ip", "link", "set", THEIRS, "down")
        inside("ip", "link", "set", OTHER, "up")
        inside("ip", "route", "add", self.first.here, "via", self._there(129), "dev", OTHER)

    def rule(self, rules: str) -> None:
        """Have the page's kernel do this with what comes and goes."""
        self.first.inside("nft", "-f", "-", told=rules)

    @property
    def has_translated(self) -> bool:
        return "packets 0 " not in self.first.inside("nft", "list", "table", "ip", "translation")

    def _there(self, last: int) -> str:
        return f"{self.first.here.rpartition('.')[0].replace('198.19', '198.18')}.{last}"


@pytest.fixture
def networks() -> Iterator[Networks]:
    with ExitStack() as stack:
        try:
            cable = stack.enter_context(laid_cable())
        except NotPossible as reason:
            lacking(str(reason))
        made = Networks(cable, f"{cable.name}-b")
        made.lay_second()
        # What is left of connections keeps a namespace, and the cable in it, for minutes.
        stack.callback(run, "ip", "link", "delete", made.second)
        yield made


async def test_behind_nat_in_another_network_within_three_seconds_and_with_losses_both_are_heard(
    server: Server,
    browsers: Browsers,
    owner: Person,
    alice: Person,
    networks: Networks,
    tmp_path: Path,
) -> None:
    here, program = networks.first.here, chromium()
    assert program is not None
    networks.rule(NAT)
    await networks.settle()
    await server.app.services.relay.rebind([LOOPBACK, here], server.media_port, [LOOPBACK, here])
    visitor = await humming(
        browsers,
        server,
        owner,
        tmp_path / "hum.wav",
        f"--host-resolver-rules=MAP {LOOPBACK} {here}",
        program=networks.first.program(tmp_path, program),
    )
    await talking(alice)
    assert await hears(visitor)
    assert networks.has_translated
    before, peer = seat(server, owner), await connected(server, owner)
    loop = asyncio.get_running_loop()
    networks.switch()
    switched_s = loop.time()
    await connected(server, owner, after=peer)
    assert alice.voice is not None
    assert await alice.voice.hears(HUM_HZ)
    while not await hears(visitor, for_s=0.3):
        assert loop.time() - switched_s < BACK_WITHIN_S
    assert loop.time() - switched_s < BACK_WITHIN_S
    assert seat(server, owner) == before
    assert not before.muted
    networks.rule(LOSSES)
    assert await hears(visitor)
    assert await alice.voice.hears(HUM_HZ)
    assert alice.heard("participant.left") == []
