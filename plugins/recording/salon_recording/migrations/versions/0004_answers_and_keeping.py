"""Who was asked about an episode and has not answered, and takes whose voices are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recording_asked",
        sa.Column("episode_id", _id(), nullable=False),
        sa.Column("account_id", _id(), nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("reminded_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("episode_id", "account_id", name=op.f("pk_recording_asked")),
    )
    op.create_index("ix_recording_asked_account_id", "recording_asked", ["account_id"])
    op.create_index("ix_recording_asked_asked_at_ms", "recording_asked", ["asked_at_ms"])
    op.add_column(
        "recording_take",
        sa.Column("is_kept", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
