"""Takes, voices, consents, episodes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recording_take",
        sa.Column("id", _id(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("room_name", sa.String(length=64), nullable=False),
        sa.Column("started_by", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("begun_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("lost_packets", sa.Integer(), nullable=False),
        sa.Column("pruned_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_take")),
    )
    op.create_table(
        "recording_voice",
        sa.Column("take_id", _id(), nullable=False),
        sa.Column("account_id", _id(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("take_id", "account_id", name=op.f("pk_recording_voice")),
    )
    op.create_index("ix_recording_voice_account_id", "recording_voice", ["account_id"])
    op.create_table(
        "recording_consent",
        sa.Column("id", _id(), nullable=False),
        sa.Column("take_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_consent")),
    )
    op.create_index("ix_recording_consent_account_id", "recording_consent", ["account_id"])
    _create_episode()


def _create_episode() -> None:
    op.create_table(
        "recording_episode",
        sa.Column("id", _id(), nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("take_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("chapters", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("speakers", sa.Text(), nullable=False),
        sa.Column("bars", sa.Text(), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("published_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_episode")),
        sa.UniqueConstraint("guid", name=op.f("uq_recording_episode_guid")),
        sa.UniqueConstraint("slug", name=op.f("uq_recording_episode_slug")),
    )
    op.create_index("ix_recording_episode_take_id", "recording_episode", ["take_id"])
    op.create_index(
        "ix_recording_episode_published_at_ms", "recording_episode", ["published_at_ms"]
    )
