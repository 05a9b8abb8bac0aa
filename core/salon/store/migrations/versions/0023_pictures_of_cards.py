"""Cards of links have a picture, and those that were taken away stay away."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("link_page", sa.Column("picture_id", sa.BigInteger()))
    op.create_index(op.f("ix_link_page_picture_id"), "link_page", ["picture_id"])
    op.create_index(
        "ix_link_page_pictured",
        "link_page",
        ["fetched_at"],
        sqlite_where=sa.text("picture_id IS NOT NULL"),
        postgresql_where=sa.text("picture_id IS NOT NULL"),
    )
    op.add_column(
        "link_card",
        sa.Column("is_removed", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
