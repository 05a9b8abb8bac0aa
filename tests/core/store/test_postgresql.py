"""PostgreSQL goes away and comes back: nothing acknowledged is lost, nothing lost acknowledged."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, text

from salon.clock import SystemClock
from salon.domain.accounts import Community
from salon.domain.channels import Category
from salon.domain.events import CategoryChanged
from salon.errors import Invalid, NotFound, Unavailable
from salon.ids import Ids
from salon.store import accounts, community, side_door
from salon.store.base import CoreTransaction, Transaction
from salon.store.database import DataInUse, DataUnwritable, driver_of
from salon.store.log import Committed
from salon.store.postgresql import Postgresql
from salon.store.store import Store
from salon.store.writer import Stopped
from salon.testing.postgresql import PostgresqlServer


@pytest.fixture
def address(postgresql: PostgresqlServer) -> str:
    return postgresql.address(postgresql.database())


@pytest.fixture
async def store(tmp_path: Path, address: str) -> AsyncIterator[Store]:
    opened = await open_on(address, tmp_path / "data")
    yield opened
    await opened.close()


async def open_on(address: str, directory: Path) -> Store:
    return await Store.open(directory, clock=SystemClock(), ids=Ids(), address=address)


def named(name: str) -> Callable[[CoreTransaction], Category]:
    def write(tx: CoreTransaction) -> Category:
        category = Category(tx.new_id(), name, 0)
        community.save_category(tx, category)
        tx.announce(CategoryChanged(category))
        return category

    return write


async def names_in(store: Store) -> Sequence[str]:
    return [category.name for category in await store.read(community.load_categories)]


async def until_back(store: Store) -> None:
    async with asyncio.timeout(10):
        while not await store.is_writable():
            await asyncio.to_thread(store._writer._closing.wait, 0.01)


async def test_what_was_acknowledged_is_there_after_the_database_crashed(
    store: Store, postgresql: PostgresqlServer
) -> None:
    heard: list[Committed] = []
    store.listen(heard.extend)
    await store.write(named("before"))
    postgresql.kill()
    results = await asyncio.gather(
        *(asyncio.wait_for(store.write(named(f"during {n}")), 5) for n in range(5)),
        return_exceptions=True,
    )
    assert all(isinstance(result, Unavailable) for result in results)
    with pytest.raises(Unavailable):
        await store.read(community.load_categories)
    assert not await store.is_writable()
    postgresql.run()
    await until_back(store)
    await store.write(named("after"))
    assert await names_in(store) == ["before", "after"]
    assert [entry.seq for entry in heard] == [1, 2]


async def test_a_read_goes_on_over_a_new_connection(
    store: Store, postgresql: PostgresqlServer
) -> None:
    await store.read(community.load_categories)
    postgresql.say(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE query ~ 'FROM category' AND pid != pg_backend_pid()"
    )
    assert await names_in(store) == []


def break_once(store: Store, broken: Callable[[Connection], None]) -> None:
    """Have the connection break in the place of the next commit."""
    database: Any = store._database
    commit = database.commit

    def commit_once(connection: Connection) -> None:
        database.commit = commit
        broken(connection)

    database.commit = commit_once


async def test_a_commit_of_which_no_answer_came_is_acknowledged_when_it_went_through(
    store: Store,
) -> None:
    heard: list[Committed] = []
    store.listen(heard.extend)

    def broken(connection: Connection) -> None:
        driver = driver_of(connection)
        driver.execute("COMMIT")
        driver.close()
        raise psycopg.OperationalError("the connection broke")

    break_once(store, broken)
    async with asyncio.timeout(10):
        category = await store.write(named("went through"))
    assert [entry.event for entry in heard] == [CategoryChanged(category)]
    await store.write(named("next"))
    assert await names_in(store) == ["went through", "next"]
    assert [entry.seq for entry in heard] == [1, 2]


async def test_a_commit_of_which_no_answer_came_is_refused_when_it_did_not_arrive(
    store: Store,
) -> None:
    def broken(connection: Connection) -> None:
        driver_of(connection).close()
        driver_of(connection).execute("COMMIT")

    break_once(store, broken)
    with pytest.raises(Unavailable):
        await asyncio.wait_for(store.write(named("lost")), 10)
    await until_back(store)
    assert await names_in(store) == []


async def test_a_server_writes_no_more_when_another_has_written_meanwhile(
    store: Store, address: str, postgresql: PostgresqlServer
) -> None:
    await store.write(named("ours"))

    def broken(connection: Connection) -> None:
        driver_of(connection).close()
        other = Postgresql(address, "normal")
        with other.open_writer() as theirs:
            driver_of(theirs).execute("BEGIN")
            other.claim(theirs)
            other.commit(theirs)
        raise psycopg.OperationalError("the connection broke")

    break_once(store, broken)
    for _ in range(2):
        with pytest.raises(Unavailable) as refused:
            await asyncio.wait_for(store.write(named("too late")), 10)
    assert isinstance(refused.value, Stopped)
    assert "restarted" in refused.value.message
    assert await names_in(store) == ["ours"]


async def test_a_server_ends_while_its_database_is_away(
    tmp_path: Path, address: str, postgresql: PostgresqlServer
) -> None:
    store = await open_on(address, tmp_path)
    postgresql.kill()
    writing = asyncio.create_task(store.write(named("never")))
    await asyncio.sleep(0)
    await asyncio.wait_for(store.close(), 5)
    with pytest.raises(Unavailable):
        await writing
    postgresql.run()


async def test_a_second_server_on_the_same_database_is_refused(
    store: Store, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salon.store.postgresql.LOCK_PATIENCE_S", 0)
    with pytest.raises(DataInUse, match="Another server runs on the database"):
        await open_on(address, tmp_path / "other")


async def test_a_database_that_cannot_be_used_is_refused_in_a_sentence(
    postgresql: PostgresqlServer, tmp_path: Path
) -> None:
    postgresql.say("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
    postgresql.say("CREATE ROLE guest LOGIN")
    postgresql.say("CREATE DATABASE closed")
    as_guest = postgresql.address("closed").replace("salon@", "guest:geheim@")
    for address, reason in (
        (postgresql.address("nowhere"), '"nowhere" does not exist. Create it first'),
        ("postgresql://salon:geheim@127.0.0.1:1/salon", "refused. Check database.url"),
        (postgresql.address("ascii"), "holds texts as SQL_ASCII"),
        (as_guest, "lets this user make no tables"),
        (postgresql.address("x").replace("salon@", "nobody@"), "does not exist"),
    ):
        with pytest.raises(DataUnwritable) as refused:
            await open_on(address, tmp_path)
        assert reason in refused.value.message
        assert "geheim" not in refused.value.message


async def test_what_a_plugin_may_not_say_is_not_done(store: Store) -> None:
    await store.write(
        lambda tx: community.save_community(tx, Community(1, "Ours", 0, "en", "", 1, None))
    )

    def saying(statement: str) -> Callable[[Transaction], None]:
        def say(tx: Transaction) -> None:
            tx.connection.execute(text(statement))

        return say

    for statement in (
        "COMMIT",
        "TRUNCATE community",
        "/* SELECT */ DROP TABLE community",
        "SELECT 1; DELETE FROM community",
        "WITH gone AS (DELETE FROM community RETURNING 1) SELECT * FROM gone",
        "SET statement_timeout = 0",
        "INSERT INTO category VALUES (7, 'theirs', 0)",
        "UPDATE community SET name = 'Theirs'",
    ):
        with pytest.raises(Exception, match=r"not authorized|multiple commands"):
            await store.write_as_plugin("sports", saying(statement))
    kept = await store.read(community.load_community)
    assert kept is not None
    assert kept.name == "Ours"
    assert await names_in(store) == []


async def test_a_plugin_changes_its_own_tables(store: Store) -> None:
    def make(tx: CoreTransaction) -> None:
        tx.connection.execute(text("CREATE TABLE sports_goal (minute integer)"))

    def score(tx: Transaction) -> int:
        tx.connection.execute(text("INSERT INTO sports_goal VALUES (12)"))
        return int(tx.connection.scalar(text("SELECT count(*) FROM sports_goal")) or 0)

    await store.write(make)
    assert await store.write_as_plugin("sports", score) == 1
    await store.write(named("between"))
    assert await store.write_as_plugin("sports", score) == 2


async def test_a_plugin_that_says_many_short_things_ends_too(store: Store) -> None:
    def endless(connection: Connection) -> None:
        while True:
            connection.execute(text("SELECT pg_sleep(0.01)"))

    with pytest.raises(Unavailable, match="longer than"):
        await asyncio.wait_for(store.read_within(endless, budget_s=0.1), 5)
    with pytest.raises(Unavailable, match="longer than"):
        await asyncio.wait_for(
            store.write_as_plugin("sports", lambda tx: endless(tx.connection), budget_s=0.05), 5
        )


async def test_a_text_that_postgresql_cannot_hold_is_its_senders_mistake(store: Store) -> None:
    with pytest.raises(Invalid, match="cannot be kept"):
        await store.read(lambda connection: accounts.find_invitation(connection, "x\0"))
    with pytest.raises(Invalid, match="cannot be kept"):
        await store.write(named("x\0"))
    assert await names_in(store) == []


def test_the_command_line_comes_in_beside_the_server(
    postgresql: PostgresqlServer, address: str
) -> None:
    with pytest.raises(NotFound, match="is empty"):
        side_door.write(
            Postgresql(postgresql.address("postgres"), "full"), SystemClock(), lambda _tx: None
        )
    counted = side_door.write(
        Postgresql(address, "full"),
        SystemClock(),
        lambda tx: tx.connection.scalar(text("SELECT count(*) FROM account")),
    )
    assert counted == 0
