"""Tags of rooms and who follows them; rooms with a link, and rooms that will be recorded."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tag",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("merged_into_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("key", name=op.f("uq_tag_key")),
    )
    op.create_table(
        "tag_follower",
        sa.Column(
            "tag_id",
            _ID,
            sa.ForeignKey("tag.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column(
            "account_id",
            _ID,
            sa.ForeignKey("account.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
    )
    op.create_index("ix_tag_follower_account_id", "tag_follower", ["account_id"])
    op.add_column(
        "room", sa.Column("tag_ids", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    )
    op.add_column("room", sa.Column("link_key", sa.String(length=32)))
    op.add_column(
        "room",
        sa.Column("to_be_recorded", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "push_device", sa.Column("tags", sa.Boolean(), nullable=False, server_default=sa.true())
    )
