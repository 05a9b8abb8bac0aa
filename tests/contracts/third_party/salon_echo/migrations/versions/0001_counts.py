"""The table of counts."""

import sqlalchemy as sa
from alembic import op

revision = "echo_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "echo_count",
        sa.Column("channel_id", sa.BigInteger(), primary_key=True),
        sa.Column("messages", sa.Integer(), nullable=False),
    )
