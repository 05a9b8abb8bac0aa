"""What categories say of roles and people, for the places in them that are in step."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "category", sa.Column("overwrites", sa.JSON(), nullable=False, server_default="[]")
    )
