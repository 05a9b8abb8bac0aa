"""Pictures that people leave under messages."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reaction",
        sa.Column("message_id", _ID, nullable=False),
        sa.Column("emoji", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "id",
            sa.BigInteger(),
            nullable=False,
            comment="in the order in which they were left",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_reaction_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", "emoji", "account_id", name=op.f("pk_reaction")),
    )
    op.create_index("ix_reaction_account_id", "reaction", ["account_id"])
