"""Rooms say whom they are told to, and remember who kept whom out."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "room",
        sa.Column("tells_followers", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column(
        "room", sa.Column("told_role_ids", sa.JSON(), nullable=False, server_default="[]")
    )
    op.create_table(
        "room_ban",
        sa.Column(
            "room_id",
            sa.BigInteger(),
            sa.ForeignKey("room.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column(
            "account_id",
            sa.BigInteger(),
            sa.ForeignKey("account.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("by_account_id", sa.BigInteger(), nullable=False),
        sa.Column("by_leader", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger()),
    )
    op.create_index("ix_room_ban_account_id", "room_ban", ["account_id"])
