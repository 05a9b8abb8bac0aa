"""Brings a database up to date: the core's lineage first, then each plugin's.

Every owner has a version table of its own (`salon_core_version`, `salon_<plugin>_version`) and
a folder of Alembic revisions, so that a plugin can be added, left out and purged alone.
"""

import logging
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from salon.errors import Conflict

logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells each step as news

CORE = Path(__file__).parent / "migrations"


class DatabaseTooNew(Conflict):
    """The database was written by a newer version of this code."""


def migrate(connection: Connection, owner: str, folder: Path) -> None:
    """Run what is missing of one lineage. Raises DatabaseTooNew. Nothing is begun or committed."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    version_table = f"salon_{owner}_version"
    _refuse_newer(connection, owner, script, version_table)

    def upgrade(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("head", revision)  # noqa: SLF001 what alembic's own command does

    with EnvironmentContext(config, script, fn=upgrade) as environment:
        environment.configure(
            connection=connection, version_table=version_table, transactional_ddl=False
        )
        environment.run_migrations()


def _refuse_newer(
    connection: Connection, owner: str, script: ScriptDirectory, version_table: str
) -> None:
    context = MigrationContext.configure(connection, opts={"version_table": version_table})
    for revision in context.get_current_heads():
        try:
            script.get_revision(revision)
        except CommandError as error:
            what = "Salon" if owner == "core" else f"the plugin {owner}"
            raise DatabaseTooNew(
                f"The data was written by a newer version of {what} (revision {revision}). "
                "Install that version, or restore the backup that was made before."
            ) from error
