"""`salon audit check`: whether the record of deeds is as it was written."""

from pathlib import Path

from salon.cli.settings import database_of, read
from salon.clock import SystemClock
from salon.errors import Conflict
from salon.store import audit, side_door


def check(file: Path | None, data: Path | None) -> str:
    """Return what to say of a record that holds. Raises Conflict where it was changed."""
    config, _plugins = read(file, {"data": data}, no_plugins=True)
    found = side_door.write(
        database_of(config), SystemClock(), lambda tx: audit.check(tx.connection)
    )
    if found.broken_at is not None:
        raise Conflict(
            f"The record was changed after it was written: entry {found.broken_at} does not follow "
            f"from the {found.count} before it."
        )
    if not found.count:
        return "Nothing was recorded yet."
    held = f"{found.count} entries, each as it was written. The last one's digest:"
    return f"{held}\n{found.digest.hex()}"
