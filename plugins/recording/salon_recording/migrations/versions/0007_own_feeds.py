"""Shows for members, their members' addresses, and who led a take."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (
        ("recording_show", "for_members"),
        ("recording_episode", "for_members"),
        ("recording_voice", "is_host"),
    ):
        op.add_column(table, _false(column))
    _name_hosts()
    op.create_table(
        "recording_address",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("show_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_address")),
        sa.UniqueConstraint("digest", name=op.f("uq_recording_address_digest")),
    )
    op.create_index("ix_recording_address_account_id", "recording_address", ["account_id"])


def _name_hosts() -> None:
    """Say that whoever recorded led what was recorded before."""
    voice = sa.table("recording_voice", sa.column("take_id"), sa.column("account_id"), _is_host())
    take = sa.table("recording_take", sa.column("id"), sa.column("started_by"))
    recorded = sa.select(take.c.started_by).where(take.c.id == voice.c.take_id).scalar_subquery()
    op.execute(sa.update(voice).where(voice.c.account_id == recorded).values(is_host=True))


def _false(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _is_host() -> sa.ColumnClause[bool]:
    return sa.column("is_host", sa.Boolean())
