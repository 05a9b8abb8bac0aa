"""Shows, and episodes of several segments instead of a window of one take."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FIRST_SHOW = 1  # of what was made before there were several
WINDOW = ("take_id", "start_ms", "end_ms", "chapters", "cuts")


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_show()
    _create_segment()
    op.add_column("recording_episode", sa.Column("edited_by", sa.BigInteger(), nullable=True))
    op.add_column(
        "recording_episode",
        sa.Column("show_id", sa.BigInteger(), nullable=False, server_default=str(FIRST_SHOW)),
    )
    _move(op.get_bind())
    op.drop_index("ix_recording_episode_take_id", "recording_episode")
    for name in WINDOW:
        op.drop_column("recording_episode", name)
    op.create_index("ix_recording_episode_show_id", "recording_episode", ["show_id"])


def _create_show() -> None:
    op.create_table(
        "recording_show",
        sa.Column("id", _id(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("is_explicit", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("funding_url", sa.String(length=400), nullable=False),
        sa.Column("funding_words", sa.String(length=128), nullable=False),
        sa.Column("cover", sa.String(length=80), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("in_file", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_show")),
        sa.UniqueConstraint("slug", name=op.f("uq_recording_show_slug")),
    )


def _create_segment() -> None:
    op.create_table(
        "recording_segment",
        sa.Column("episode_id", _id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("take_id", sa.BigInteger(), nullable=True),
        sa.Column("piece_id", sa.BigInteger(), nullable=True),
        sa.Column("slot", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("cuts", sa.Text(), nullable=False),
        sa.Column("chapters", sa.Text(), nullable=False),
        sa.Column("is_silent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("episode_id", "number", name=op.f("pk_recording_segment")),
    )
    op.create_index("ix_recording_segment_take_id", "recording_segment", ["take_id"])
    op.create_index("ix_recording_segment_piece_id", "recording_segment", ["piece_id"])


def _move(connection: Any) -> None:
    """Make each episode's window its one segment, and say of which take answers were."""
    tables = sa.MetaData()
    for name in ("episode", "show", "segment", "release"):
        sa.Table(f"recording_{name}", tables, autoload_with=connection)
    episode, show, segment, release = (
        tables.tables[f"recording_{name}"] for name in ("episode", "show", "segment", "release")
    )
    for row in connection.execute(sa.select(episode)).mappings().all():
        window = {name: row[name] for name in WINDOW}
        connection.execute(
            segment.insert().values(
                episode_id=row["id"], number=0, slot="", title="", is_silent=False, **window
            )
        )
        speakers = json.dumps([[row["take_id"], json.loads(row["speakers"])]])
        is_it = episode.c.id == row["id"]
        connection.execute(sa.update(episode).where(is_it).values(speakers=speakers))
        for said in (
            connection.execute(sa.select(release).where(release.c.episode_id == row["id"]))
            .mappings()
            .all()
        ):
            parts = json.dumps({str(row["take_id"]): json.loads(said["parts"])})
            is_one = (release.c.episode_id == row["id"]) & (
                release.c.account_id == said["account_id"]
            )
            connection.execute(sa.update(release).where(is_one).values(parts=parts))
    first = connection.execute(sa.select(sa.func.min(episode.c.created_at_ms))).scalar()
    if first is not None:
        words = "title description author language email funding_url funding_words"
        connection.execute(
            show.insert().values(
                id=FIRST_SHOW,
                slug="episodes",
                category="Society & Culture",
                is_explicit=False,
                in_file=False,
                revision=1,
                created_at_ms=first,
                changed_at_ms=first,
                **dict.fromkeys(words.split(), ""),
            )
        )
