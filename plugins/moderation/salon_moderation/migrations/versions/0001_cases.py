"""Reported messages, who reported them, what was done, and who is kept out of rooms."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    id_ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "moderation_case",
        sa.Column("id", id_, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_case")),
    )
    op.create_index("ix_moderation_case_author_id", "moderation_case", ["author_id"])
    op.create_index("ix_moderation_case_state_id", "moderation_case", ["state", "id"])
    op.create_index(
        "uq_moderation_case_message_id",
        "moderation_case",
        ["message_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "moderation_report",
        sa.Column("case_id", id_, nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_moderation_report_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "reporter_id", name=op.f("pk_moderation_report")),
    )
    op.create_index("ix_moderation_report_reporter_id", "moderation_report", ["reporter_id"])
    op.create_table(
        "moderation_step",
        sa.Column("id", id_, nullable=False),
        sa.Column("case_id", id_, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_moderation_step_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_step")),
        comment="what was done about a case, when, and by whom; nobody by name: the server",
    )
    op.create_index("ix_moderation_step_case_id", "moderation_step", ["case_id"])
    op.create_table(
        "moderation_kept_out",
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "account_id", name=op.f("pk_moderation_kept_out")),
    )
    op.create_index("ix_moderation_kept_out_account_id", "moderation_kept_out", ["account_id"])
