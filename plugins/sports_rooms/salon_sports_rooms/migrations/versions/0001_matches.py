"""Matches, their moments, and the fixtures that were opened."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sports_rooms_match",
        sa.Column("room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("home", sa.String(length=40), nullable=False),
        sa.Column("away", sa.String(length=40), nullable=False),
        sa.Column("half_s", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("commentators_only", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_sports_rooms_match")),
    )
    op.create_table(
        "sports_rooms_moment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=True),
        sa.Column("text", sa.String(length=80), nullable=False),
        sa.Column("card", sa.String(length=8), nullable=True),
        sa.Column("press", sa.String(length=8), nullable=True),
        sa.Column("elapsed_s", sa.Integer(), nullable=True),
        sa.Column("by_account", sa.BigInteger(), nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sports_rooms_moment")),
        sa.UniqueConstraint("room_id", "nonce", name=op.f("uq_sports_rooms_moment_room_id_nonce")),
    )
    op.create_table(
        "sports_rooms_fixture",
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uid", "starts_at", name=op.f("pk_sports_rooms_fixture")),
    )
