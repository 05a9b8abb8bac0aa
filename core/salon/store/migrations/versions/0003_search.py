"""Messages can be searched: an index that follows each change of a message by itself."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def facts(row: str) -> str:
    """Return where a message stands, who wrote it and whether it has a link, as words."""
    return (
        f"'c' || {row}.channel_id || ' a' || {row}.author_id || CASE WHEN "
        f"{row}.text LIKE '%http://%' OR {row}.text LIKE '%https://%' THEN ' link' ELSE '' END"
    )


REMOVE = f"""
    INSERT INTO message_words (message_words, rowid, text, facts)
    VALUES ('delete', old.id, old.text, {facts("old")});
"""  # noqa: S608 all of it is written here
ADD = f"""
    INSERT INTO message_words (rowid, text, facts) VALUES (new.id, new.text, {facts("new")});
"""  # noqa: S608
SQLITE = (
    f"""
    CREATE VIEW message_searched (id, text, facts) AS
    SELECT id, text, {facts("message")} FROM message
    """,  # noqa: S608
    """
    CREATE VIRTUAL TABLE message_words USING fts5 (
        text, facts, content='message_searched', content_rowid='id',
        tokenize='unicode61 remove_diacritics 2', prefix='3'
    )
    """,
    f"CREATE TRIGGER message_words_added AFTER INSERT ON message BEGIN {ADD} END",
    f"CREATE TRIGGER message_words_removed AFTER DELETE ON message BEGIN {REMOVE} END",
    f"""
    CREATE TRIGGER message_words_changed AFTER UPDATE OF text, channel_id, author_id ON message
    BEGIN {REMOVE} {ADD} END
    """,
    "INSERT INTO message_words (message_words) VALUES ('rebuild')",
)
POSTGRESQL = (
    # What stands between words there, as in a file name or an address, is one word for its parser.
    r"""
    CREATE FUNCTION message_folded(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
        SELECT translate(
            regexp_replace(normalize(said, NFD), '[\u0300-\u036f]', '', 'g'), './:@_-', '      ')
    $$
    """,
    """
    CREATE FUNCTION message_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT AS $$
        SELECT to_tsvector('simple', message_folded(said))
            || to_tsvector('french', message_folded(said))
            || to_tsvector('english', message_folded(said))
    $$
    """,
    """
    ALTER TABLE message
    ADD COLUMN words tsvector GENERATED ALWAYS AS (message_words(text)) STORED
    """,
    "CREATE INDEX ix_message_words ON message USING gin (words)",
)


def upgrade() -> None:
    is_sqlite = op.get_context().dialect.name == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)
