"""Brings a database up to date: the core's lineage first, then each plugin's.

Every owner has a version table of its own (`salon_core_version`, `salon_<plugin>_version`) and
a folder of Alembic revisions, so that a plugin can be added, left out and purged alone. Which
revisions there are is read from their files; Alembic itself, a quarter of a second and 11 MiB,
is imported only when one of them has to be run.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, inspect, select

from salon.errors import Conflict
from salon.store import kv

CORE = Path(__file__).parent / "migrations"
_REVISION = re.compile(r"""^revision\b[^=\n]*=\s*["']([^"'\n]+)["']""", re.MULTILINE)
_VERSION_TABLE = re.compile(r"salon_(\w+)_version")
_BEFORE = re.compile(r"""^down_revision\b[^=\n]*=\s*["']([^"'\n]+)["']""", re.MULTILINE)


class DatabaseTooNew(Conflict):
    """The database was written by a newer version of this code."""


def migrate(connection: Connection, owner: str, folder: Path) -> None:
    """Run what is missing of one lineage. Raises DatabaseTooNew. Nothing is begun or committed."""
    version_table = f"salon_{owner}_version"
    known = _revisions(folder)
    current = _current(connection, version_table)
    if current is not None and current not in known:
        what = "Salon" if owner == "core" else f"the plugin {owner}"
        raise DatabaseTooNew(
            f"The data was written by a newer version of {what} (revision {current}). "
            "Install that version, or restore the backup that was made before."
        )
    if known and not is_current(connection, owner, folder):
        from salon.store.lineage import upgrade

        upgrade(connection, version_table, folder)


def is_current(connection: Connection, owner: str, folder: Path) -> bool:
    """Whether nothing of one lineage is missing, and nothing unknown is there."""
    known = _revisions(folder)
    current = _current(connection, f"salon_{owner}_version")
    return current in known.keys() - set(known.values())


def plugins_with_data(connection: Connection) -> frozenset[str]:
    """Return the plugins that have tables or values here, whether they run or not."""
    tables = inspect(connection).get_table_names()
    with_tables = {found[1] for name in tables if (found := _VERSION_TABLE.fullmatch(name))}
    with_values = connection.scalars(select(kv.values.c.plugin).distinct())
    return frozenset({*with_tables, *with_values} - {"core"})


def _revisions(folder: Path) -> Mapping[str, str | None]:
    """Return every revision of a lineage with the one before it."""
    found: dict[str, str | None] = {}
    for file in sorted((folder / "versions").glob("*.py")):
        text = file.read_text("utf-8")
        revision, before = _REVISION.search(text), _BEFORE.search(text)
        if revision is not None:
            found[revision[1]] = None if before is None else before[1]
    return found


def _current(connection: Connection, version_table: str) -> str | None:
    """Return the revision the database is at; None before the first."""
    if not inspect(connection).has_table(version_table):
        return None
    query = f'SELECT version_num FROM "{version_table}"'  # noqa: S608 an owner's name is [a-z0-9_]
    row = connection.exec_driver_sql(query).first()
    return None if row is None else str(row[0])
