"""Bans keep a hash of the mail address, which is refused as the handle is."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sanction", sa.Column("mail_hash", sa.LargeBinary(32)))
    op.create_index("ix_sanction_mail_hash", "sanction", ["mail_hash"])
