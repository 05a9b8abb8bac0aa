"""Clips: episodes that stand in no feed, and of which episode they are."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "recording_episode",
        sa.Column("is_clip", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("recording_episode", sa.Column("clip_of", sa.BigInteger(), nullable=True))
    op.create_index("ix_recording_episode_clip_of", "recording_episode", ["clip_of"])
    op.create_index("ix_recording_episode_made_by", "recording_episode", ["made_by"])
