"""Messages of conversations that were reported, and what was shown with them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "moderation_case",
        sa.Column("is_between", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    id_ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "moderation_shown",
        sa.Column("case_id", id_, nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_moderation_shown_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "case_id", "reporter_id", "message_id", name=op.f("pk_moderation_shown")
        ),
    )
    op.create_index("ix_moderation_shown_reporter_id", "moderation_shown", ["reporter_id"])
    op.create_index("ix_moderation_shown_author_id", "moderation_shown", ["author_id"])
