"""Events that nobody else sees yet, what they are about, whom to tell, and their recording."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("is_draft", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("to_be_recorded", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("tag_ids", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("told_role_ids", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
    ):
        op.add_column("events_event", column)
