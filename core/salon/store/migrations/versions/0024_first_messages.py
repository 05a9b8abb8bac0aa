"""From whom somebody takes first messages: from everyone, from who shares a role, from nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "privacy",
        sa.Column("first_messages", sa.String(16), nullable=False, server_default="everyone"),
    )
    choices = sa.table(
        "privacy",
        sa.column("first_messages", sa.String),
        sa.column("takes_first_messages", sa.Boolean),
    )
    nobody = choices.update().where(~choices.c.takes_first_messages)
    op.execute(nobody.values(first_messages="nobody"))
    op.drop_column("privacy", "takes_first_messages")
