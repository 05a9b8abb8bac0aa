"""The tables of the plugin."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, false

from salon.plugin import plugin_metadata

metadata = plugin_metadata()
Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite keys a table by INTEGER only

take_table = Table(
    "recording_take",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("room_id", BigInteger, nullable=False),
    Column("room_name", String(64), nullable=False),
    Column("started_by", BigInteger),  # NULL: an account that is gone
    Column("status", String(12), nullable=False),
    Column("begun_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger),
    Column("reason", String(16)),
    Column("duration_ms", BigInteger, nullable=False),
    Column("lost_packets", Integer, nullable=False),
    Column("pruned_at_ms", BigInteger),
    Column("is_kept", Boolean, nullable=False, server_default=false()),  # its voices for ever
)

voice_table = Table(
    "recording_voice",
    metadata,
    Column("take_id", Id, primary_key=True, autoincrement=False),
    Column("account_id", Id, primary_key=True, autoincrement=False),
    Column("removed", Boolean, nullable=False),
    Column("is_host", Boolean, nullable=False),
    Index("ix_recording_voice_account_id", "account_id"),
)

consent_table = Table(
    "recording_consent",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("take_id", BigInteger, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("choice", String(8), nullable=False),
    Column("notice_version", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_recording_consent_account_id", "account_id"),
)

mark_table = Table(
    "recording_mark",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("take_id", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger),  # NULL: a moment, else a part
    Column("title", String(120), nullable=False),
    Column("made_by", BigInteger),  # NULL: an account that is gone
    Column("for_show", BigInteger),  # into whose episode it goes when the take has ended
    Column("slot", String(80), nullable=False, server_default=""),  # and where
    Index("ix_recording_mark_take_id", "take_id"),
)

release_table = Table(
    "recording_release",
    metadata,
    Column("episode_id", Id, primary_key=True, autoincrement=False),
    Column("account_id", Id, primary_key=True, autoincrement=False),
    Column("answer", String(8), nullable=False),
    Column("parts", Text, nullable=False),  # JSON: what the answer was about, {take: [[ms, ms], …]}
    Column("without", Text, nullable=False, server_default="{}"),  # JSON: which moments not
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_recording_release_account_id", "account_id"),
)

asked_table = Table(
    "recording_asked",
    metadata,
    Column("episode_id", Id, primary_key=True, autoincrement=False),
    Column("account_id", Id, primary_key=True, autoincrement=False),
    Column("asked_at_ms", BigInteger, nullable=False),
    Column("reminded_at_ms", BigInteger),
    Index("ix_recording_asked_account_id", "account_id"),
    Index("ix_recording_asked_asked_at_ms", "asked_at_ms"),
)

episode_table = Table(
    "recording_episode",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("guid", String(36), nullable=False, unique=True),
    Column("slug", String(80), nullable=False, unique=True),
    Column("show_id", BigInteger, nullable=False),
    Column("for_members", Boolean, nullable=False),
    Column("made_by", BigInteger),  # NULL: an account that is gone
    Column("edited_by", BigInteger),  # who ordered this revision; NULL: an account that is gone
    Column("revision", Integer, nullable=False),
    Column("title", String(200), nullable=False),
    Column("notes", Text, nullable=False),
    Column("left_out", Text, nullable=False, server_default="[]"),  # JSON: ids of accounts
    Column("planned_at_ms", BigInteger),  # when it goes out by itself
    Column("held", String(16)),  # why it did not
    Column("status", String(12), nullable=False),
    Column("failure", Text),
    Column("speakers", Text, nullable=False),  # JSON: [[take, [accounts that are heard]], …]
    Column("bars", Text, nullable=False),  # JSON: the shape of the sound, 3 to 100
    Column("file", String(64)),
    Column("size_bytes", BigInteger, nullable=False),
    Column("formats", Text, nullable=False, server_default="[]"),  # JSON: [["opus", bytes], …]
    Column("duration_ms", BigInteger, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
    Column("published_at_ms", BigInteger),
    Column("withdrawn_at_ms", BigInteger),
    Column("is_clip", Boolean, nullable=False, server_default=false()),
    Column("clip_of", BigInteger),  # NULL: no clip, or one of a recording
    Column("is_soundbite", Boolean, nullable=False, server_default=false()),
    Index("ix_recording_episode_show_id", "show_id"),
    Index("ix_recording_episode_clip_of", "clip_of"),
    Index("ix_recording_episode_made_by", "made_by"),
    Index("ix_recording_episode_published_at_ms", "published_at_ms"),
)

away_table = Table(
    "recording_away",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("changed_ns", BigInteger, nullable=False),  # of the file that was on the disk
    Column("is_there", Boolean, nullable=False),  # all of it; else perhaps a part, or nothing
)

segment_table = Table(
    "recording_segment",
    metadata,
    Column("episode_id", Id, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("take_id", BigInteger),  # NULL: a piece, or an empty place
    Column("piece_id", BigInteger),
    Column("slot", String(80), nullable=False),
    Column("title", String(120), nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("cuts", Text, nullable=False),  # JSON: [[ms, ms], …]
    Column("chapters", Text, nullable=False),  # JSON: [[ms, title], …]
    Column("is_silent", Boolean, nullable=False),
    Index("ix_recording_segment_take_id", "take_id"),
    Index("ix_recording_segment_piece_id", "piece_id"),
)

show_table = Table(
    "recording_show",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("slug", String(40), nullable=False, unique=True),
    Column("title", String(200), nullable=False),  # "": the community's name
    Column("description", Text, nullable=False),
    Column("author", String(200), nullable=False),
    Column("language", String(40), nullable=False),
    Column("category", String(60), nullable=False),
    Column("is_explicit", Boolean, nullable=False),
    Column("for_members", Boolean, nullable=False),
    Column("email", String(200), nullable=False),
    Column("funding_url", String(400), nullable=False),
    Column("funding_words", String(128), nullable=False),
    Column("cover", String(80)),
    Column("template", Text, nullable=False, server_default="[]"),  # JSON: slots, see template.py
    Column("schedule", Text),  # JSON; NULL: nothing goes out by itself
    Column(
        "approved", String(64)
    ),  # the digest of the template and schedule that somebody approved
    Column("approved_by", BigInteger),  # NULL: nobody, or an account that is gone
    Column("made_by", BigInteger),  # NULL: of the configuration, or an account that is gone
    Column("in_file", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
)

transcript_table = Table(
    "recording_transcript",
    metadata,
    Column("take_id", Id, primary_key=True, autoincrement=False),
    Column("account_id", Id, primary_key=True, autoincrement=False),
    Column("status", String(12), nullable=False),
    Column("why", String(16)),  # NULL unless it failed
    Column("language", String(40), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_recording_transcript_account_id", "account_id"),
)

passage_table = Table(
    "recording_passage",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("take_id", BigInteger, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("start_ms", BigInteger, nullable=False),  # of the take, as all times of words
    Column("words", Text, nullable=False),  # JSON: [[start in ms, end in ms, text], …]
    Column("plain", Text, nullable=False),  # the text without case and accents, to be searched
    Index("ix_recording_passage_take_id", "take_id", "start_ms"),
    Index("ix_recording_passage_account_id", "account_id"),
)

edit_table = Table(
    "recording_edit",
    metadata,
    Column("of_id", Id, primary_key=True, autoincrement=False),  # a take, or an episode
    Column("revision", Integer, nullable=False),
    Column("episode_revision", Integer),  # NULL: of a take
    Column("title", String(200), nullable=False),
    Column("body", Text, nullable=False),  # JSON: title, notes, segments as in frames
    Column("edited_by", BigInteger),  # NULL: an account that is gone
    Column("changed_at_ms", BigInteger, nullable=False),
    Index("ix_recording_edit_edited_by", "edited_by"),
)

order_table = Table(
    "recording_order",
    metadata,
    Column("room_id", Id, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    Column("current", Integer),  # the row that is on; NULL: none
    Column("body", Text, nullable=False),  # JSON: the rows
)

piece_table = Table(
    "recording_piece",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("title", String(120), nullable=False),
    Column("brought_by", BigInteger),  # NULL: an account that is gone
    Column("duration_ms", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
)

address_table = Table(
    "recording_address",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    Column("show_id", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("made_at_ms", BigInteger, nullable=False),
    Column("fetched_at_ms", BigInteger),
    Index("ix_recording_address_account_id", "account_id"),
)
