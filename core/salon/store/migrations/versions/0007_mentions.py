"""Whom messages name, and which roles may be named by everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "role",
        sa.Column("mentionable", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("message", sa.Column("mentions", sa.JSON(), nullable=True))
    op.create_table(
        "mention",
        sa.Column("reason", sa.String(length=8), nullable=False),
        sa.Column("target_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_mention_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reason", "target_id", "message_id", name=op.f("pk_mention")),
    )
    op.create_index("ix_mention_message_id", "mention", ["message_id"])
