"""A network that lets no UDP through: voices take TCP by themselves."""

from pathlib import Path

import pytest
from tests.journeys.test_return import dead_path, hears, humming, in_the_kitchen

from salon.testing import Person, Server
from salon.testing.browser import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(120)]


async def test_where_no_udp_comes_through_people_hear_each_other(
    server: Server, browsers: Browsers, owner: Person, alice: Person, tmp_path: Path
) -> None:
    with dead_path(server.media_port):
        await humming(browsers, server, owner, tmp_path / "hum.wav")
        listener = await in_the_kitchen(browsers, server, alice)
        assert await hears(listener)
        assert listener.complaints == []


async def test_a_call_whose_udp_dies_goes_on_over_tcp(
    server: Server, browsers: Browsers, owner: Person, alice: Person, tmp_path: Path
) -> None:
    await humming(browsers, server, owner, tmp_path / "hum.wav")
    listener = await in_the_kitchen(browsers, server, alice)
    assert await hears(listener)
    with dead_path(server.media_port):
        await hears(listener, for_s=0.5)  # the end of it is still stretched
        assert not await hears(listener, for_s=0.3)
        for _ in range(10):
            if await hears(listener, for_s=0.5):
                break
        assert await hears(listener, for_s=0.5)
