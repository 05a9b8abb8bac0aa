"""How good a line is: told to whoever has it, and on the server's page to its keeper."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.async_api import expect
from tests.journeys.test_access import assert_nothing_found
from tests.journeys.test_return import in_the_kitchen, nft, talking

from salon.testing import Person, Server
from salon.testing.browser import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(120)]

JUDGED_WITHIN_MS = 15_000


@contextmanager
def bad_line(port: int) -> Iterator[None]:
    """Drop every third datagram that the server sends."""
    nft("add table inet salon_test")
    nft("add chain inet salon_test out { type filter hook output priority 0 ; }")
    nft(f"add rule inet salon_test out udp sport {port} numgen random mod 3 0 drop")
    try:
        yield
    finally:
        nft("delete table inet salon_test")


async def test_a_line_is_called_good_or_poor_when_that_is_known_and_the_keeper_sees_whose(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    visitor = await in_the_kitchen(browsers, server, owner)
    bar = visitor.page.get_by_role("region", name="Voice: Kitchen table")
    await expect(bar.get_by_text("Connected")).to_be_visible()
    await talking(alice)
    await expect(bar.get_by_text("Good connection")).to_be_visible(timeout=JUDGED_WITHIN_MS)
    with bad_line(server.media_port):
        await expect(bar.get_by_role("status")).to_have_text(
            "Poor connection", timeout=JUDGED_WITHIN_MS
        )
        await visitor.page.get_by_role("link", name="Administration").first.click()
        await visitor.page.get_by_role("link", name="Server", exact=True).click()
        worst = visitor.page.get_by_role("list", name="Worst lines").get_by_role("listitem")
        await expect(worst).to_contain_text(
            re.compile("owner.*Kitchen table.*Down: .*Loses", re.IGNORECASE | re.DOTALL),
            timeout=JUDGED_WITHIN_MS,
        )
        await visitor.page.get_by_role("button", name="Lines of Kitchen table").click()
        lines = visitor.page.get_by_role("list", name="Lines of Kitchen table")
        alices = lines.get_by_role("listitem").filter(has_text=re.compile("alice", re.IGNORECASE))
        await expect(alices).to_contain_text("Up: 0% lost", timeout=JUDGED_WITHIN_MS)
        await assert_nothing_found(visitor, "the server's page with lines")
    assert visitor.complaints == []
