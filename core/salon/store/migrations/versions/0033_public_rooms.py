"""Rooms that may be heard without an account, and who is named there."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (
        ("community", "public_rooms"),
        ("room", "is_public"),
        ("privacy", "shows_name_outside"),
    ):
        op.add_column(
            table,
            sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()),
        )
