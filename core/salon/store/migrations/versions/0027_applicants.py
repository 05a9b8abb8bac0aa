"""Who asked to come in and was let in is known by their account."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("account_id", sa.BigInteger()))
    op.create_index(op.f("ix_application_account_id"), "application", ["account_id"])
