"""The other formats of an episode's sound, beside its MP3."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    formats = sa.Column("formats", sa.Text(), nullable=False, server_default="[]")
    op.add_column("recording_episode", formats)
