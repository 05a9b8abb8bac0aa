"""Pictures stand for people and for the community."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("avatar_id", sa.BigInteger(), nullable=True))
    op.add_column("community", sa.Column("icon_id", sa.BigInteger(), nullable=True))
