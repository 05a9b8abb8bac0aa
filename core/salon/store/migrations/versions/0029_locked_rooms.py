"""Rooms can be locked."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "room", sa.Column("is_locked", sa.Boolean(), nullable=False, server_default=sa.false())
    )
