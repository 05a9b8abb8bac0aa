"""Fixtures: a server, its owner, a host, two members, and browsers for them.

`pytest_plugins = ["salon.testing.fixtures"]`. A test marked `databases` runs on SQLite, then on
PostgreSQL.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from sqlalchemy import Engine, event

from salon.testing.clock import PushedClock
from salon.testing.databases import compile_once
from salon.testing.person import Person
from salon.testing.server import Server, discovered

if TYPE_CHECKING:
    from salon.testing.browser import Browsers
    from salon.testing.object_storage import ObjectStorage
    from salon.testing.postgresql import PostgresqlServer

DATABASES = ("sqlite", "postgresql")
MARKERS = (
    "databases: runs on SQLite and again on PostgreSQL",
    "plugin: a plugin that runs in the test's server, with its settings",
    "settings: other settings of the test's server, by section",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database postgresql`: every test on PostgreSQL that does not say its database itself."""
    parser.addoption("--database", choices=DATABASES, default=DATABASES[0])


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    event.listen(Engine, "engine_connect", compile_once)


def pytest_unconfigure() -> None:
    event.remove(Engine, "engine_connect", compile_once)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked so on both databases."""
    is_marked = metafunc.definition.get_closest_marker("databases") is not None
    if is_marked and "database" in metafunc.fixturenames:
        metafunc.parametrize("database", DATABASES, indirect=True)


@pytest.fixture(scope="session")
def postgresql() -> "Iterator[PostgresqlServer]":
    """A PostgreSQL of these tests' own, with a template of a database that is up to date.

    Without the programs: skipped, or failed where every part has to be there.
    """
    from salon.testing.postgresql import PostgresqlServer, programs

    folder = programs()
    if folder is None:
        lacking("PostgreSQL is not installed")
    started = PostgresqlServer(folder)
    try:
        started.start()
        started.prepare_template()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def object_storage() -> "Iterator[ObjectStorage]":
    """An S3 of these tests' own, that checks signatures, with a bucket.

    Without the program: skipped, or failed where every part has to be there.
    """
    from salon.testing.object_storage import ObjectStorage, program

    weed = program()
    if weed is None:
        lacking("SeaweedFS is not installed")
    started = ObjectStorage(weed)
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The address of a fresh PostgreSQL database; None for SQLite."""
    if getattr(request, "param", request.config.getoption("--database")) == "sqlite":
        yield None
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    name = server.database()
    yield server.address(name)
    server.drop(name)


@pytest.fixture
async def server(
    request: pytest.FixtureRequest, tmp_path: Path, database: str | None
) -> AsyncIterator[Server]:
    """A started server, unclaimed, with the plugins of the test's marks."""
    plugins: dict[str, Any] = {}
    found = []
    for mark in reversed(list(request.node.iter_markers("plugin"))):
        found.append(discovered(mark.args[0]))
        plugins[mark.args[0].name] = mark.kwargs
    settings: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("settings"))):  # the nearest one last
        settings |= mark.kwargs
    if database is not None:
        settings["database"] = {"url": database}
    server = Server(tmp_path, found, plugins, settings)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def clock(server: Server) -> PushedClock:
    return server.clock


@pytest.fixture
async def owner(server: Server) -> Person:
    """Who claimed the server; no plugin is asked before they join a room or post."""
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
async def browsers(_browsers: "Browsers") -> "AsyncIterator[Browsers]":
    """Real Chromiums: `await browsers.visit(alice, "/rooms")` is her page, signed in.

    Without the program: skipped, or failed where every part has to be there.
    """
    yield _browsers
    await _browsers.leave()


@pytest.fixture(scope="session")
async def _browsers() -> "AsyncIterator[Browsers]":
    from salon.testing.browser import Browsers, chromium

    if chromium() is None:
        lacking("chromium is not installed")
    async with Browsers() as started:
        yield started


def lacking(what: str) -> NoReturn:
    """Skip for what is not on this machine; fail where every part has to be there."""
    if os.environ.get("SALON_TEST_STRICT") == "1":
        pytest.fail(what)
    pytest.skip(what)
