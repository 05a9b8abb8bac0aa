"""Without UDP voices take TCP; without both the doctor names the hop, and TURN leads around it."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.core.services.turn_server import SECRET, running
from tests.journeys.test_return import (
    connected,
    dead_path,
    go_in,
    hears,
    humming,
    in_the_kitchen,
    nft,
)

from salon.config import Turn
from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers

RELAYED = "20000-20040"  # the ports of the TURN server; no browser is given one of them
FIRST, LAST = RELAYED.split("-")

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(120)]


async def test_without_udp_a_call_goes_on_over_tcp_and_without_both_the_hop_is_named(
    server: Server, browsers: Browsers, owner: Person, alice: Person, tmp_path: Path
) -> None:
    keeper = await humming(browsers, server, owner, tmp_path / "hum.wav")
    listener = await in_the_kitchen(browsers, server, alice)
    assert await hears(listener)
    with dead_path(server.media_port, but=RELAYED):
        await listener.listen(0.5)  # the end of it is still stretched
        assert not await hears(listener, for_s=0.3)
        for _ in range(10):
            if await hears(listener, for_s=0.5):
                break
        assert await hears(listener, for_s=0.5)
        # Whoever comes in now has never had UDP.
        before = await connected(server, alice)
        await listener.page.get_by_role("button", name="Leave").first.click()
        await go_in(listener)
        await connected(server, alice, after=before)
        assert await hears(listener)
        assert listener.complaints == []
        left = await connected(server, owner)
        nft(f"add rule inet salon_test out tcp dport {server.media_port} drop")
        await keeper.page.goto(f"{server.url}/admin/doctor")
        port = server.media_port
        await keeper.page.get_by_role(
            "heading", name=f"UDP {port} does not come through"
        ).wait_for()
        await keeper.page.get_by_text("No sound gets through from here").wait_for()
        await keeper.page.get_by_text("this machine's firewall drops it").first.wait_for()
        assert await barriers(keeper.page) == []
        async with running(tmp_path, options=[f"min-port={FIRST}", f"max-port={LAST}"]) as turn:
            server.app.services.trials._turn._settings = Turn(
                servers=(f"turn:127.0.0.1:{turn}",), secret=SecretStr(SECRET)
            )
            await keeper.page.goto(f"{server.url}/r/kitchen-table")
            await go_in(keeper)
            await connected(server, owner, after=left)
            await keeper.page.goto(f"{server.url}/settings/voice?test")
            await keeper.page.get_by_text("Sound gets through, by a detour").wait_for()
            assert await barriers(keeper.page) == []
    await keeper.page.get_by_role("button", name="Look again").click()
    await keeper.page.get_by_text("Sound gets through, the quick way").wait_for()
    assert keeper.complaints == []
