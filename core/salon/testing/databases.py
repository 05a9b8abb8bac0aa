"""What makes many databases cheap: their tables are made once, and each statement compiled once."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Dialect

from salon.app.plugin_folders import migrations_of
from salon.host import Discovered
from salon.store.database import driver_of
from salon.store.migrate import CORE, migrate
from salon.store.sqlite import FILE, Sqlite

Lineage = tuple[str, Path]  # whose tables, and the folder of what makes them
_dialects: dict[str, Dialect] = {}
_compiled: dict[Any, Any] = {}


def compile_once(connection: Connection) -> None:
    """Let a new connection use what others of its dialect compiled; each engine begins with none.

    Compiling is a third of what a server costs that starts, is claimed and lets somebody in.
    """
    connection.dialect = _dialects.setdefault(connection.dialect.name, connection.dialect)
    connection.execution_options(compiled_cache=_compiled)


def begin_up_to_date(data: Path, plugins: Iterable[Discovered] = ()) -> None:
    """Make the data folder of a server that never ran, with the tables as they are now.

    The migrations take most of a first start.
    """
    folders = {p.name: migrations_of(p.plugin) for p in plugins if p.plugin is not None}
    lineages = [(name, folder) for name, folder in sorted(folders.items()) if folder is not None]
    data.mkdir(mode=0o700)
    (data / FILE).write_bytes(_empty(("core", CORE), *lineages))


@cache
def _empty(*lineages: Lineage) -> bytes:
    """Return SQLite's file with the tables of all of these, made once."""
    with TemporaryDirectory() as place:
        database = Sqlite(Path(place), "normal")
        with database.open_writer() as connection:
            driver_of(connection).execute(database.begin)
            for owner, folder in lineages:
                migrate(connection, owner, folder)
            database.commit(connection)
        return database.file.read_bytes()
