"""Moments that somebody left out of their own voice in an episode."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    without = sa.Column("without", sa.Text(), nullable=False, server_default="{}")
    op.add_column("recording_release", without)
