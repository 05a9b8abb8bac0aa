"""The community has emoji of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "emoji",
        sa.Column("id", _ID, autoincrement=False, nullable=False, comment="its file's"),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("moves", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emoji")),
        sa.UniqueConstraint("name", name=op.f("uq_emoji_name")),
    )
