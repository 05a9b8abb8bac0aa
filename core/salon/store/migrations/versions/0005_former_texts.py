"""What becomes of messages: pins, former texts, words taken out; and slow mode."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "channel", sa.Column("slow_mode_s", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "message", sa.Column("kind", sa.String(length=8), nullable=False, server_default="text")
    )
    op.add_column("message", sa.Column("pinned_at", sa.BigInteger(), nullable=True))
    op.add_column("message", sa.Column("deleted_at", sa.BigInteger(), nullable=True))
    op.add_column("message", sa.Column("deleted_by", sa.BigInteger(), nullable=True))
    for name, columns, condition in (
        ("ix_message_pinned", ["channel_id", "pinned_at"], "pinned_at IS NOT NULL"),
        ("ix_message_deleted", ["channel_id", "id"], "deleted_at IS NOT NULL"),
    ):
        where = sa.text(condition)
        op.create_index(name, "message", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "former_text",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("replaced_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_former_text_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_text")),
        comment=(
            "what messages said before they were changed or deleted; for moderators, for a while"
        ),
    )
    op.create_index(op.f("ix_former_text_message_id"), "former_text", ["message_id"])
    op.create_index(op.f("ix_former_text_replaced_at"), "former_text", ["replaced_at"])
