"""Templates and schedules of shows, pieces, and episodes that go out by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording_piece",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("brought_by", sa.BigInteger(), nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_piece")),
    )
    for table, column in (
        ("show", sa.Column("template", sa.Text(), nullable=False, server_default="[]")),
        ("show", sa.Column("schedule", sa.Text(), nullable=True)),
        ("show", sa.Column("approved", sa.String(length=64), nullable=True)),
        ("show", sa.Column("approved_by", sa.BigInteger(), nullable=True)),
        ("episode", sa.Column("planned_at_ms", sa.BigInteger(), nullable=True)),
        ("episode", sa.Column("held", sa.String(length=16), nullable=True)),
    ):
        op.add_column(f"recording_{table}", column)
