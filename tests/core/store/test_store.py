"""The store: acknowledged is committed, one refused write takes nothing else with it."""

import asyncio
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from salon.clock import SystemClock
from salon.domain.accounts import Community
from salon.domain.channels import Category
from salon.domain.events import CategoryChanged, CategoryDeleted, Place
from salon.errors import Conflict, SalonError, Unavailable
from salon.ids import Ids
from salon.store import community, kv, side_door
from salon.store import store as store_module
from salon.store.base import CoreTransaction, Transaction, core_metadata
from salon.store.database import DataInUse, DataUnwritable, TooSlow
from salon.store.log import Committed
from salon.store.migrate import DatabaseTooNew
from salon.store.sqlite import FILE, Sqlite
from salon.store.store import Store

pytestmark = pytest.mark.databases


def write_category(tx: CoreTransaction, name: str) -> Category:
    category = Category(tx.new_id(), name, 0)
    community.save_category(tx, category)
    tx.announce(CategoryChanged(category))
    return category


async def open_again(directory: Path) -> Store:
    return await Store.open(directory, clock=SystemClock(), ids=Ids())


async def test_what_was_written_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    store = await open_again(tmp_path)
    epoch = store.epoch
    written = await store.write(lambda tx: write_category(tx, "Talk"))
    await store.close()
    store = await open_again(tmp_path)
    assert await store.read(community.load_categories) == [written]
    assert store.head_seq == 1
    assert store.epoch == epoch
    await store.close()


async def test_a_refused_write_leaves_nothing_and_harms_no_other(store: Store) -> None:
    def refused(tx: CoreTransaction) -> None:
        write_category(tx, "never")
        raise Conflict("no")

    results = await asyncio.gather(
        store.write(lambda tx: write_category(tx, "one")),
        store.write(refused),
        store.write(lambda tx: write_category(tx, "two")),
        return_exceptions=True,
    )
    assert isinstance(results[1], Conflict)
    names = [category.name for category in await store.read(community.load_categories)]
    assert sorted(names) == ["one", "two"]


async def test_events_are_numbered_without_gaps_in_the_order_of_commits(store: Store) -> None:
    heard: list[Committed] = []

    def listen(batch: Sequence[Committed]) -> None:
        heard.extend(batch)

    store.listen(listen)
    await asyncio.gather(*(store.write(lambda tx: write_category(tx, "x")) for _ in range(50)))
    assert [entry.seq for entry in heard] == list(range(1, 51))
    logged = await store.log_after(10, 100)
    assert logged is not None
    assert [entry.seq for entry in logged] == list(range(11, 51))
    assert [entry.body for entry in logged] == [entry.body for entry in heard[10:]]


async def test_what_is_written_at_once_is_one_commit_and_a_plugins_write_is_its_own(
    store: Store,
) -> None:
    commits: list[int] = []
    store.listen(lambda batch: commits.append(len(batch)))

    def of_plugin(tx: Transaction) -> None:
        tx.announce("said", Place(1), {})

    await asyncio.gather(
        *(store.write(lambda tx: write_category(tx, "x")) for _ in range(5)),
        store.write_as_plugin("polls", of_plugin),
        *(store.write(lambda tx: write_category(tx, "y")) for _ in range(3)),
    )
    assert commits == [5, 1, 3]


async def test_what_was_written_just_before_closing_is_committed(tmp_path: Path) -> None:
    store = await open_again(tmp_path)
    writing = asyncio.create_task(store.write(lambda tx: write_category(tx, "Talk")))
    await asyncio.sleep(0)  # it is submitted, and the thread does not have it yet
    await store.close()
    written = await writing
    store = await open_again(tmp_path)
    assert await store.read(community.load_categories) == [written]
    await store.close()


async def test_a_brief_reading_is_done_at_once_and_by_threads_after_one_that_took_long(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read_by_loop() -> bool:
        return await store.read_briefly(lambda _connection: threading.get_ident()) == loop

    loop = threading.get_ident()
    is_file = store._database.is_near
    monkeypatch.setattr(store_module, "BRIEF_S", 3_600)
    assert await read_by_loop() is is_file  # another database is waited for in any case
    monkeypatch.setattr(store_module, "BRIEF_S", 0)
    assert await read_by_loop() is is_file
    assert not await read_by_loop()
    monkeypatch.setattr(store, "_patient_until_s", time.monotonic())
    assert await read_by_loop() is is_file


async def test_nothing_is_read_briefly_once_the_store_is_closed(tmp_path: Path) -> None:
    store = await open_again(tmp_path)
    await store.read_briefly(lambda _connection: None)
    await store.close()
    with pytest.raises(Unavailable):
        await store.read_briefly(lambda _connection: None)


async def test_listeners_are_told_before_the_write_is_answered(store: Store) -> None:
    heard: list[int] = []
    store.listen(lambda batch: heard.extend(entry.seq for entry in batch))
    await store.write(lambda tx: write_category(tx, "x"))
    assert heard == [1]


async def test_a_second_server_on_the_same_data_is_refused(tmp_path: Path) -> None:
    store = await open_again(tmp_path)
    with pytest.raises(DataInUse, match="Another server"):
        await open_again(tmp_path)
    await store.close()


async def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataUnwritable, match="cannot be written"):
        await open_again(tmp_path / "file" / "data")


async def test_a_database_newer_than_the_code_is_refused(tmp_path: Path) -> None:
    store = await open_again(tmp_path)
    await store.write(
        lambda tx: tx.connection.execute(text("UPDATE salon_core_version SET version_num='9999'"))
    )
    await store.close()
    with pytest.raises(DatabaseTooNew, match="newer version of Salon"):
        await open_again(tmp_path)


async def test_the_migrations_make_exactly_the_tables_of_the_code(store: Store) -> None:
    def difference(tx: CoreTransaction) -> list[object]:
        options = {
            "version_table": "salon_core_version",
            "target_metadata": core_metadata,
            # the index of words is no table of the code: SQLite keeps it in tables, PostgreSQL
            # in a column
            "include_name": lambda name, kind, _parents: (
                "message_words" not in (name or "") and (kind, name) != ("column", "words")
            ),
        }
        context = MigrationContext.configure(tx.connection, opts=options)
        found = compare_metadata(context, core_metadata)
        return [one for one in found if "comment" not in repr(one)]  # SQLite has none

    assert await store.write(difference) == []


async def test_a_plugin_cannot_change_what_is_not_its_own(store: Store) -> None:
    await store.write(
        lambda tx: community.save_community(tx, Community(1, "x", 0, "en", "", 1, None))
    )
    with pytest.raises(Exception, match="not authorized"):
        await store.write_as_plugin(
            "sports", lambda tx: tx.connection.execute(text("DELETE FROM community"))
        )
    assert await store.read(community.load_community) is not None


async def test_a_plugins_write_over_its_budget_is_rolled_back(store: Store) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n"
    started = time.monotonic()
    with pytest.raises(TooSlow):
        await store.write_as_plugin(
            "sports", lambda tx: tx.connection.execute(text(endless)).all(), budget_s=0.1
        )
    assert time.monotonic() - started < 2
    assert await store.write(lambda tx: write_category(tx, "after")) is not None


async def test_a_plugins_write_that_only_stood_still_on_a_busy_machine_is_kept(
    store: Store,
) -> None:
    def late(tx: Transaction) -> str:
        threading.Event().wait(0.02)
        return "written"

    for budget_s in (0.01, 0.001):  # within ten times the budget, and beyond
        assert await store.write_as_plugin("sports", late, budget_s=budget_s) == "written"


async def test_a_plugins_write_that_works_far_too_long_is_rolled_back_though_it_ended(
    store: Store,
) -> None:
    def busy(_tx: Transaction) -> str:
        until_s = time.thread_time() + 0.02
        while time.thread_time() < until_s:
            pass
        return "written"

    assert await store.write_as_plugin("sports", busy, budget_s=0.015) == "written"
    with pytest.raises(TooSlow):
        await store.write_as_plugin("sports", busy, budget_s=0.001)


async def test_a_plugins_event_carries_its_name_and_its_scope(store: Store) -> None:
    heard: list[Committed] = []
    store.listen(heard.extend)

    def goal(tx: Transaction) -> None:
        tx.announce("goal", Place(7), {"minute": 12})

    await store.write_as_plugin("sports", goal)
    assert [(e.name, e.scope, e.body) for e in heard] == [
        ("sports.goal", Place(7), b'{"minute":12}')
    ]
    logged = await store.log_after(0, 10)
    assert logged is not None
    assert logged[0].scope == Place(7)


async def test_a_plugin_keeps_a_limited_number_of_values(store: Store) -> None:
    def fill(tx: CoreTransaction) -> None:
        for number in range(kv.KEYS_MAX):
            kv.put(tx, "p", str(number), number)

    await store.write(fill)
    with pytest.raises(SalonError, match="at most"):
        await store.write(lambda tx: kv.put(tx, "p", "more", 1))
    await store.write(lambda tx: kv.put(tx, "p", "5", {"changed": True}))
    assert await store.read(lambda c: kv.get(c, "p", "5")) == {"changed": True}
    await store.write(lambda tx: kv.put(tx, "p", "5", None))
    assert await store.read(lambda c: kv.get(c, "p", "5")) is None


async def test_a_write_is_acknowledged_when_a_listener_fails(store: Store) -> None:
    def fail(_batch: object) -> None:
        raise RuntimeError("not heard")

    store.listen(fail)
    async with asyncio.timeout(5):
        await store.write(lambda tx: tx.announce(CategoryDeleted(1)))
    assert store.head_seq == 1


async def test_a_file_that_is_no_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database at all" * 100)
    for _ in range(2):  # the second time tells that nothing was left locked
        with pytest.raises(DataUnwritable, match="cannot be opened"):
            await Store.open(tmp_path, clock=SystemClock(), ids=Ids())


def test_the_command_line_says_when_the_data_are_anothers(tmp_path: Path) -> None:
    closed = tmp_path / "data"
    closed.mkdir(mode=0o000)
    user = os.geteuid()
    os.seteuid(user or 65_534)  # nobody: root may enter every folder
    try:
        with pytest.raises(Conflict, match="closed to this user"):
            side_door.write(Sqlite(closed, "full"), SystemClock(), lambda _tx: None)
    finally:
        os.seteuid(user)


async def test_a_strangers_revisions_are_read_in_whatever_form_they_have(
    store: Store, tmp_path: Path
) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    first = "from alembic import op\nimport sqlalchemy as sa\nrevision: str = 'a1'\n"
    first += "down_revision: str | None = None\nbranch_labels = None\ndepends_on = None\n"
    first += "def upgrade() -> None:\n    op.create_table('echo_x', sa.Column('id', sa.Integer))\n"
    (versions / "a1_first.py").write_text(first)
    await store.migrate_plugin("echo", versions.parent)
    second = first.replace("'a1'", "'b2'").replace("= None\nbranch", "= 'a1'\nbranch")
    (versions / "b2_second.py").write_text(second.replace("echo_x", "echo_y"))
    for _ in range(2):
        await store.migrate_plugin("echo", versions.parent)

    tables = await store.read(lambda connection: inspect(connection).get_table_names())
    assert {"echo_x", "echo_y"} <= set(tables)
    (versions / "b2_second.py").unlink()
    with pytest.raises(DatabaseTooNew, match="the plugin echo"):
        await store.migrate_plugin("echo", versions.parent)


async def test_a_plugins_query_that_never_ends_gives_the_thread_back(store: Store) -> None:
    endless = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    )

    def read(connection: Connection) -> object:
        return connection.scalar(endless)

    results = await asyncio.gather(
        *(store.read_within(read, budget_s=0.1) for _ in range(5)), return_exceptions=True
    )
    assert {type(result) for result in results} == {TooSlow}
    assert await store.read(lambda connection: connection.scalar(text("SELECT 7"))) == 7
