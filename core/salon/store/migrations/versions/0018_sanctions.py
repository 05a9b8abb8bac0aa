"""Time outs, kicks, suspensions and bans have a table; each has a permission of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BEFORE = "member.manage"
_NEW = ("member.time_out", "member.kick", "member.suspend", "member.ban")


def upgrade() -> None:
    op.create_table(
        "sanction",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=512), nullable=False),
        sa.Column("by_account_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by_id", sa.BigInteger(), nullable=True),
        sa.Column("handle_hash", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sanction_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanction")),
    )
    op.create_index(op.f("ix_sanction_account_id"), "sanction", ["account_id"])
    op.create_index(op.f("ix_sanction_handle_hash"), "sanction", ["handle_hash"])
    op.execute(
        "INSERT INTO sanction (id, account_id, kind, began_at, until, reason) "
        "SELECT id, id, 'time_out', created_at, timed_out_until, '' FROM account "
        "WHERE timed_out_until IS NOT NULL"
    )
    _share_out()


def _share_out() -> None:
    """Who held the one permission for all of it holds the four."""
    roles = sa.table("role", sa.column("id", _ID), sa.column("permissions", sa.JSON()))
    connection = op.get_bind()
    for id_, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        if _BEFORE in held:
            more = sorted({*held, *_NEW})
            connection.execute(roles.update().where(roles.c.id == id_).values(permissions=more))
