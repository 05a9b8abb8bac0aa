"""Runs revisions with Alembic; imported only when there is something to run."""

import logging
from pathlib import Path
from typing import Any

logging.getLogger("alembic").setLevel(logging.WARNING)  # first: it tells its imports as news

from alembic.config import Config  # noqa: E402
from alembic.runtime.environment import EnvironmentContext  # noqa: E402
from alembic.script import ScriptDirectory  # noqa: E402
from sqlalchemy import Connection  # noqa: E402


def upgrade(connection: Connection, version_table: str, folder: Path) -> None:
    """Run what is missing of one lineage. Nothing is begun or committed here."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)

    def revisions(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("head", revision)  # noqa: SLF001 what alembic's own command does

    with EnvironmentContext(config, script, fn=revisions) as environment:
        environment.configure(
            connection=connection, version_table=version_table, transactional_ddl=False
        )
        environment.run_migrations()
