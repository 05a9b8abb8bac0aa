"""What was said, in words: which voices are written down, and their passages."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recording_transcript",
        sa.Column("take_id", _id(), nullable=False),
        sa.Column("account_id", _id(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=True),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("take_id", "account_id", name=op.f("pk_recording_transcript")),
    )
    op.create_index("ix_recording_transcript_account_id", "recording_transcript", ["account_id"])
    op.create_table(
        "recording_passage",
        sa.Column("id", _id(), nullable=False),
        sa.Column("take_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_passage")),
    )
    op.create_index("ix_recording_passage_take_id", "recording_passage", ["take_id", "start_ms"])
    op.create_index("ix_recording_passage_account_id", "recording_passage", ["account_id"])
