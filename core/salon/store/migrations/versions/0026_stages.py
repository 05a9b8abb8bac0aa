"""Stages: rooms in which speakers and listeners are kept apart."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stage",
        sa.Column(
            "room_id",
            sa.BigInteger(),
            sa.ForeignKey("room.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("hands_open", sa.Boolean(), nullable=False),
        sa.Column("chat_open", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "stage_part",
        sa.Column(
            "room_id",
            sa.BigInteger(),
            sa.ForeignKey("stage.room_id", ondelete="CASCADE"),
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
        sa.Column("part", sa.String(8), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.String(100), nullable=False),
    )
    op.create_index("ix_stage_part_account_id", "stage_part", ["account_id"])
