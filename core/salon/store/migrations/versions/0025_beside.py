"""Messages say what may stand beside them, so that a page does not ask for what is not there."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NOTED = (
    "UPDATE message SET beside = beside + 1 WHERE id IN (SELECT message_id FROM reaction)",
    "UPDATE message SET beside = beside + 2 WHERE id IN (SELECT message_id FROM link_card)",
    "UPDATE message SET beside = beside + 4 WHERE id IN (SELECT id FROM channel WHERE parent_id>0)",
)


def upgrade() -> None:
    op.add_column(
        "message",
        sa.Column(
            "beside",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="the sum of `Beside`",
        ),
    )
    for statement in NOTED:
        op.execute(statement)
