"""Who may come in, as what, and under which rules."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("account", sa.Column("guest_until", sa.BigInteger(), nullable=True))
    op.add_column(
        "account", sa.Column("rules_read", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "community",
        sa.Column(
            "registration", sa.String(length=12), nullable=False, server_default="invitation"
        ),
    )
    op.add_column(
        "community", sa.Column("rules_version", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("invitation", sa.Column("guest_days", sa.Integer(), nullable=True))
    op.create_table(
        "house_rules",
        sa.Column("version", _ID, autoincrement=False, nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_house_rules")),
    )
    op.create_table(
        "application",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("handle", sa.String(length=64), nullable=False),
        sa.Column("skeleton", sa.String(length=256), nullable=False),
        sa.Column("display_name", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("rules_read", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_application_token_hash")),
    )
