"""Rooms may ask everybody to push to talk."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "room",
        sa.Column("push_to_talk", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
