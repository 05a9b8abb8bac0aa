"""Clips that a feed offers, to try their episodes by."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "recording_episode",
        sa.Column("is_soundbite", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
