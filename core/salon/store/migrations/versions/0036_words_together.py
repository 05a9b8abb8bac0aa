"""New messages enter the index of the search together, right before their commit.

FTS5 writes a piece of its index for each message that a trigger brings, because each write of a
commit has a savepoint: eight messages were eight pieces, which were soon merged again.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
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
    SELECT 'delete', old.id, old.text, {facts("old")}
"""
ADD = f"""
    INSERT INTO message_words (rowid, text, facts) VALUES (new.id, new.text, {facts("new")})
"""  # noqa: S608
IS_INDEXED = "NOT EXISTS (SELECT 1 FROM message_words_due WHERE id = old.id)"
SQLITE = (
    "DROP TRIGGER message_words_added",
    "DROP TRIGGER message_words_removed",
    "DROP TRIGGER message_words_changed",
    "CREATE TABLE message_words_due (id INTEGER PRIMARY KEY)",
    """
    CREATE TRIGGER message_words_added AFTER INSERT ON message
    BEGIN INSERT INTO message_words_due VALUES (new.id); END
    """,
    # One trigger, because the order of several is not promised.
    f"""
    CREATE TRIGGER message_words_removed AFTER DELETE ON message
    BEGIN {REMOVE} WHERE {IS_INDEXED}; DELETE FROM message_words_due WHERE id = old.id; END
    """,  # noqa: S608
    f"""
    CREATE TRIGGER message_words_changed
    AFTER UPDATE OF text, channel_id, author_id, files ON message WHEN {IS_INDEXED}
    BEGIN {REMOVE}; {ADD}; END
    """,
)


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for statement in SQLITE:
            op.get_bind().exec_driver_sql(statement)
