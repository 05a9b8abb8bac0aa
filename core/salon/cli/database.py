"""`salon db check`: whether the database can be used, is whole, and is one that keeps its word."""

from pathlib import Path

from salon.cli.settings import database_of, read
from salon.errors import Conflict
from salon.store.migrate import CORE, is_current, plugins_with_data


def check(file: Path | None, data: Path | None) -> str:
    """Return what to say of a sound one. Raises Conflict with all that is wrong, NotFound."""
    config, _plugins = read(file, {"data": data}, no_plugins=True)
    database = database_of(config)
    try:
        with database.open_beside() as connection:
            wrong = database.check(connection)
            if not is_current(connection, "core", CORE):
                wrong.append("Its tables are of another version; the server's start changes that.")
            with_data = sorted(plugins_with_data(connection))
    finally:
        database.close()
    if wrong:
        raise Conflict("\n".join(wrong))
    kept = f" Plugins with data in it: {', '.join(with_data)}." if with_data else ""
    return f"{database.where}: no problems.{kept}"
