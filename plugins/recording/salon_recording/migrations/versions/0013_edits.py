"""What is left in the editor, and parts of a take that go into an episode when it has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording_edit",
        sa.Column("of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("episode_revision", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("edited_by", sa.BigInteger(), nullable=True),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("of_id", name=op.f("pk_recording_edit")),
    )
    op.create_index("ix_recording_edit_edited_by", "recording_edit", ["edited_by"])
    op.add_column("recording_mark", sa.Column("for_show", sa.BigInteger(), nullable=True))
    op.add_column(
        "recording_mark",
        sa.Column("slot", sa.String(length=80), nullable=False, server_default=""),
    )
