"""Rooms are for speech or for music."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "room", sa.Column("sound", sa.String(length=12), nullable=False, server_default="speech")
    )
