"""Events, their occurrences, what people said to them, and the addresses of calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "events_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("about", sa.String(length=2000), nullable=False),
        sa.Column("searched", sa.String(length=400), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("wall", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("lasts_s", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("role_ids", sa.JSON(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("extended_to", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events_event")),
    )
    op.create_table(
        "events_host",
        sa.Column("event_id", ID, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "account_id", name=op.f("pk_events_host")),
    )
    op.create_index("ix_events_host_account_id", "events_host", ["account_id"])
    op.create_table(
        "events_occurrence",
        sa.Column("id", ID, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=True),
        sa.Column("about", sa.String(length=2000), nullable=True),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("drawn_id", sa.BigInteger(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events_occurrence")),
    )
    op.create_index("ix_events_occurrence_event_id", "events_occurrence", ["event_id"])
    op.create_index(
        "ix_events_occurrence_state_starts_at", "events_occurrence", ["state", "starts_at"]
    )
    op.create_index("ix_events_occurrence_starts_at", "events_occurrence", ["starts_at"])
    op.create_table(
        "events_answer",
        sa.Column("occurrence_id", ID, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.String(length=8), nullable=True),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("remind_min", sa.Integer(), nullable=True),
        sa.Column("remind_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("occurrence_id", "account_id", name=op.f("pk_events_answer")),
    )
    op.create_index("ix_events_answer_account_id", "events_answer", ["account_id"])
    op.create_index("ix_events_answer_remind_at", "events_answer", ["remind_at"])
    op.create_table(
        "events_address",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("holds", sa.String(length=8), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events_address")),
        sa.UniqueConstraint("digest", name=op.f("uq_events_address_digest")),
    )
    op.create_index("ix_events_address_account_id", "events_address", ["account_id"])
