"""The index of the search knows which messages have files and pictures."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def facts(row: str) -> str:
    """Return where a message stands, who wrote it and what it has, as words."""
    has = {
        "link": f"{row}.text LIKE '%http://%' OR {row}.text LIKE '%https://%'",
        "file": f"{row}.files IS NOT NULL",
        "picture": f"""{row}.files LIKE '%"kind":"picture"%'""",
    }
    words = (f"CASE WHEN {is_so} THEN ' {word}' ELSE '' END" for word, is_so in has.items())
    return f"'c' || {row}.channel_id || ' a' || {row}.author_id || {' || '.join(words)}"


REMOVE = f"""
    INSERT INTO message_words (message_words, rowid, text, facts)
    VALUES ('delete', old.id, old.text, {facts("old")});
"""  # noqa: S608 all of it is written here
ADD = f"""
    INSERT INTO message_words (rowid, text, facts) VALUES (new.id, new.text, {facts("new")});
"""  # noqa: S608
SQLITE = (
    "DROP TRIGGER message_words_added",
    "DROP TRIGGER message_words_removed",
    "DROP TRIGGER message_words_changed",
    "DROP VIEW message_searched",
    f"""
    CREATE VIEW message_searched (id, text, facts) AS
    SELECT id, text, {facts("message")} FROM message
    """,  # noqa: S608
    f"CREATE TRIGGER message_words_added AFTER INSERT ON message BEGIN {ADD} END",
    f"CREATE TRIGGER message_words_removed AFTER DELETE ON message BEGIN {REMOVE} END",
    f"""
    CREATE TRIGGER message_words_changed
    AFTER UPDATE OF text, channel_id, author_id, files ON message BEGIN {REMOVE} {ADD} END
    """,
    "INSERT INTO message_words (message_words) VALUES ('rebuild')",
)


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for statement in SQLITE:
            op.get_bind().exec_driver_sql(statement)
