"""Rooms can be locked: those who have a key come in."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("room", sa.Column("key_ids", sa.JSON(), nullable=True))
