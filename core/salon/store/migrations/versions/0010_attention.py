"""What people want to be told of channels, and whether they are seen."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "level",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("channel_id", _ID, nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("muted_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_level_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_level_channel_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "channel_id", name=op.f("pk_level")),
    )
    op.create_table(
        "inbox_done",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_inbox_done_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "message_id", name=op.f("pk_inbox_done")),
    )
    op.add_column(
        "privacy",
        sa.Column("shows_presence", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column(
        "privacy",
        sa.Column("shows_typing", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
