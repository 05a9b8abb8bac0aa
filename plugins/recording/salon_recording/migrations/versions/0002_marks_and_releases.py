"""Marks of a take, what is cut out of an episode, and who released their voice for it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recording_mark",
        sa.Column("id", _id(), nullable=False),
        sa.Column("take_id", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_mark")),
    )
    op.create_index("ix_recording_mark_take_id", "recording_mark", ["take_id"])
    op.create_table(
        "recording_release",
        sa.Column("episode_id", _id(), nullable=False),
        sa.Column("account_id", _id(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("episode_id", "account_id", name=op.f("pk_recording_release")),
    )
    op.create_index("ix_recording_release_account_id", "recording_release", ["account_id"])
    _add_to_episode(sa.Column("cuts", sa.Text(), nullable=False, server_default="[]"))
    _add_to_episode(sa.Column("left_out", sa.Text(), nullable=False, server_default="[]"))


def _add_to_episode(column: sa.Column[Any]) -> None:
    op.add_column("recording_episode", column)
