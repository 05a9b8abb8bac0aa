"""The migrations make the tables that the code works with."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import salon_events
from salon.store.migrate import migrate
from salon_events.tables import metadata

FOLDER = Path(salon_events.__file__).parent / "migrations"


def test_the_migrations_and_the_models_agree() -> None:
    with create_engine("sqlite://").connect() as connection:
        migrate(connection, "events", FOLDER)
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or "version" not in name},
        )
        assert compare_metadata(context, metadata) == []
