"""People fetch what the server keeps of them, and leave for good."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _whose(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.Column("account_id", _ID, primary_key=True, autoincrement=False, nullable=False)
    name = op.f(f"fk_{table}_account_id")
    return key, sa.ForeignKeyConstraint(
        ["account_id"], ["account.id"], name=name, ondelete="CASCADE"
    )


def upgrade() -> None:
    key, of_account = _whose("export")
    op.create_table(
        "export",
        key,
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("ready_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.String(length=64), nullable=True),
        of_account,
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_export")),
    )
    key, of_account = _whose("deletion")
    op.create_table(
        "deletion",
        key,
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("keeps_content", sa.Boolean(), nullable=False),
        of_account,
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_deletion")),
    )
