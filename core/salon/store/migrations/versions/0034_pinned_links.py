"""Rooms may have a link on top."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column, characters in (("pinned_url", 2048), ("pinned_title", 100)):
        op.add_column(
            "room", sa.Column(column, sa.String(characters), nullable=False, server_default="")
        )
