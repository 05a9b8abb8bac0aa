"""Events whose own room is a stage."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("kind", sa.String(length=64), nullable=False, server_default="talk")
    op.add_column("events_event", column)
