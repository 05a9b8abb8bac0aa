"""`salon db check` says what is wrong with a database, and nothing of one that is sound."""

from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from salon.cli.database import check
from salon.clock import SystemClock
from salon.errors import Conflict, NotFound
from salon.ids import Ids
from salon.store import kv
from salon.store.store import Store

pytestmark = pytest.mark.databases


@pytest.fixture
def config(tmp_path: Path, database: str | None) -> Path:
    file = tmp_path / "config.yaml"
    chosen = {"database": {"synchronous": "normal"}, "data": {"directory": str(tmp_path / "data")}}
    if database is not None:
        chosen["database"]["url"] = database
    file.write_text(yaml.safe_dump(chosen))
    return file


async def open_store(config: Path, database: str | None) -> Store:
    directory = config.parent / "data"
    return await Store.open(directory, clock=SystemClock(), ids=Ids(), address=database)


async def test_a_sound_database_is_named_with_the_plugins_that_keep_something_there(
    config: Path, store: Store
) -> None:
    await store.write(lambda tx: kv.put(tx, "sports", "season", 2026))
    said = check(config, None)
    assert said.endswith(".")
    assert "no problems. Plugins with data in it: sports." in said


async def test_a_database_of_another_version_is_not_current(config: Path, store: Store) -> None:
    newer = text("UPDATE salon_core_version SET version_num = '9999'")
    await store.write(lambda tx: tx.connection.execute(newer))
    with pytest.raises(Conflict, match="of another version"):
        check(config, None)


def test_nothing_is_made_where_no_server_was_started(config: Path, database: str | None) -> None:
    if database is None:
        with pytest.raises(NotFound, match="no database"):
            check(config, None)
