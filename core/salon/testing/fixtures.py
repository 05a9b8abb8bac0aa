"""Fixtures: a server, its owner, a host, two members, and browsers for them.

`pytest_plugins = ["salon.testing.fixtures"]`.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from salon.testing.clock import PushedClock
from salon.testing.person import Person
from salon.testing.server import Server, discovered

if TYPE_CHECKING:
    from salon.testing.browser import Browsers


@pytest.fixture
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Server]:
    """A started server, unclaimed, with the plugins of the test's marks."""
    plugins: dict[str, Any] = {}
    found = []
    for mark in reversed(list(request.node.iter_markers("plugin"))):
        found.append(discovered(mark.args[0]))
        plugins[mark.args[0].name] = mark.kwargs
    settings: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("settings"))):  # the nearest one last
        settings |= mark.kwargs
    server = Server(tmp_path, found, plugins, settings)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def clock(server: Server) -> PushedClock:
    return server.clock


@pytest.fixture
async def owner(server: Server) -> Person:
    """Who claimed the server; plugins are not asked about the owner."""
    return await server.claim()


@pytest.fixture
async def alice(server: Server, owner: Person) -> Person:
    return await server.member("alice", owner)


@pytest.fixture
async def bob(server: Server, owner: Person) -> Person:
    return await server.member("bob", owner)


@pytest.fixture
async def host(server: Server, owner: Person) -> Person:
    """Hanna, with the role of those who keep rooms."""
    person = await server.member("hanna", owner)
    role = next(role for role in owner.snapshot["roles"] if "room.manage" in role["permissions"])
    await owner.command("account.roles", account=person.id, role_ids=[role["id"]])
    await person.expect("access.changed")
    return person


@pytest.fixture
async def browsers() -> "AsyncIterator[Browsers]":
    """Real Chromiums: `await browsers.visit(alice, "/rooms")` is her page, signed in.

    Without the program: skipped, or failed where every part has to be there.
    """
    from salon.testing.browser import Browsers, chromium

    if chromium() is None:
        missing = "chromium is not installed"
        if os.environ.get("SALON_TEST_STRICT") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    async with Browsers() as started:
        yield started
