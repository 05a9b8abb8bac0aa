"""A role may need a second step: what it gives rests for people who have none."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "role",
        sa.Column("needs_second_step", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
