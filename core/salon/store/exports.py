"""What is kept of one person, table by table; who asked for it, and who leaves for good.

Every table of the core is in `PARTS` or in `LEFT_OUT`, which says why: a contract test looks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Row,
    String,
    Table,
    literal,
    select,
    tuple_,
)

from salon.domain import wire
from salon.domain.exports import Deletion, Export
from salon.store import (
    accounts,
    applications,
    attention,
    audit,
    channels,
    files,
    mail,
    mentions,
    messages,
    passkeys,
    privacy,
    push,
    reactions,
    room_bans,
    sanctions,
    second_step,
    stages,
    tags,
)
from salon.store.base import CoreTransaction, Id, Utc, core_metadata, insert

ROWS_AT_ONCE = 200

exports = Table(
    "export",
    core_metadata,
    Column(
        "account_id",
        Id,
        ForeignKey("account.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("asked_at", Utc, nullable=False),
    Column("key", String(32)),
    Column("size_bytes", BigInteger),
    Column("ready_at", Utc),
    Column("problem", String(64)),
)

deletions = Table(
    "deletion",
    core_metadata,
    Column(
        "account_id",
        Id,
        ForeignKey("account.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("asked_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("keeps_content", Boolean, nullable=False),
)


# -- what is kept of somebody


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an export: the rows of a table that are about somebody, one JSON line each."""

    name: str
    table: Table
    about: Callable[[int], ColumnElement[bool]]
    without: frozenset[str] = frozenset()


def _is(column: ColumnElement[Any]) -> Callable[[int], ColumnElement[bool]]:
    return lambda account_id: column == account_id


def _of_their_messages(account_id: int) -> ColumnElement[bool]:
    theirs = select(messages.messages.c.id).where(messages.messages.c.author_id == account_id)
    return messages.former_texts.c.message_id.in_(theirs)


def _names_them(account_id: int) -> ColumnElement[bool]:
    named = mentions.mentions.c
    return named.reason.in_(["account", "reply"]) & (named.target_id == account_id)


def _done_to_them(account_id: int) -> ColumnElement[bool]:
    done = audit.entries.c
    about = (done.target_kind == "account") & (done.target_id == str(account_id))
    return about & done.actor_id.is_distinct_from(account_id)


_CHAIN = frozenset({"salt", "details_hash", "digest"})

PARTS = (
    Part(
        "profile",
        accounts.accounts,
        _is(accounts.accounts.c.id),
        frozenset({"handle_folded", "handle_skeleton", "password_hash"}),
    ),
    Part(
        "former_handles",
        accounts.former_handles,
        _is(accounts.former_handles.c.account_id),
        frozenset({"skeleton"}),
    ),
    Part(
        "sessions",
        accounts.sessions,
        _is(accounts.sessions.c.account_id),
        frozenset({"secret_hash"}),
    ),
    Part(  # whoever finds a copy must not come in by it
        "invitations",
        accounts.invitations,
        _is(accounts.invitations.c.inviter_id),
        frozenset({"code"}),
    ),
    Part(  # who deleted one stays out, as with sanctions
        "messages",
        messages.messages,
        _is(messages.messages.c.author_id),
        frozenset({"html", "nonce", "deleted_by"}),
    ),
    Part("former_texts", messages.former_texts, _of_their_messages),
    Part("reactions", reactions.reactions, _is(reactions.reactions.c.account_id)),
    Part("reads", messages.reads, _is(messages.reads.c.account_id)),
    Part("mentions", mentions.mentions, _names_them),
    Part("inbox_done", attention.done, _is(attention.done.c.account_id)),
    Part("levels", attention.levels, _is(attention.levels.c.account_id)),
    Part("blocks", privacy.blocks, _is(privacy.blocks.c.account_id)),
    Part("privacy", privacy.choices, _is(privacy.choices.c.account_id)),
    Part("conversations", channels.members, _is(channels.members.c.account_id)),
    Part(
        "threads_started",
        channels.channels,
        _is(channels.channels.c.started_by),
        frozenset({"overwrites"}),
    ),
    Part(
        "rooms_opened",
        channels.rooms,
        _is(channels.rooms.c.opened_by),
        frozenset({"overwrites"}),
    ),
    Part(
        "files",
        files.files,
        _is(files.files.c.owner_id),
        frozenset({"renditions", "sha256", "kept_bytes"}),
    ),
    Part(  # its details are about others
        "deeds", audit.entries, _is(audit.entries.c.actor_id), _CHAIN | {"details"}
    ),
    Part("done_to_you", audit.entries, _done_to_them, _CHAIN | {"actor_id"}),
    Part("quiet_hours", push.quiet_hours, _is(push.quiet_hours.c.account_id)),
    Part(
        "push_devices",
        push.devices,
        _is(push.devices.c.account_id),
        frozenset({"endpoint", "public", "secret"}),
    ),
    Part(
        "passkeys",
        passkeys.passkeys,
        _is(passkeys.passkeys.c.account_id),
        frozenset({"credential_id", "public_key"}),
    ),
    Part(
        "code_app",
        second_step.code_apps,
        _is(second_step.code_apps.c.account_id),
        frozenset({"sealed_secret"}),
    ),
    Part("mail_address", mail.addresses, _is(mail.addresses.c.account_id), frozenset({"folded"})),
    Part(  # who did it stays out
        "sanctions",
        sanctions.sanctions,
        _is(sanctions.sanctions.c.account_id),
        frozenset({"by_account_id", "ended_by_id", "handle_hash"}),
    ),
    Part(
        "application",
        applications.applications,
        _is(applications.applications.c.account_id),
        frozenset({"token_hash", "skeleton", "password_hash"}),
    ),
    Part("stages", stages.parts, _is(stages.parts.c.account_id)),
    Part(  # who did it stays out
        "room_bans",
        room_bans.bans,
        _is(room_bans.bans.c.account_id),
        frozenset({"by_account_id"}),
    ),
    Part("followed_tags", tags.followers, _is(tags.followers.c.account_id)),
    Part("exports", exports, _is(exports.c.account_id), frozenset({"key"})),
    Part("deletion", deletions, _is(deletions.c.account_id)),
)

LEFT_OUT: Mapping[str, str] = {
    "one_time_link": "hashes of secrets, which end within minutes",
    "recovery_code": "hashes of secrets",
    "push_key": "the server's own",
    "house_rules": "names nobody",
    "event_log": "what is in the other tables, once more, for those who come back",
    "job": "work that waits, on what is in the other tables",
    "plugin_value": "plugins say themselves what they keep of somebody",
    "community": "names nobody",
    "role": "names nobody",
    "stage": "names nobody",
    "granted_permission": "names nobody",
    "category": "what those in charge say of roles and people, as channels and rooms do",
    "emoji": "names nobody",
    "tag": "names nobody",
    "server": "names nobody",
    "link_page": "what the internet says, of nobody",
    "link_card": "which links a message has: they are in its text",
}


def page(
    connection: Connection, part: Part, account_id: int, after: Sequence[Any] | None
) -> tuple[bytes, Sequence[Any] | None]:
    """Return the lines of up to `ROWS_AT_ONCE` rows, and after which to go on; None at the end."""
    key = list(part.table.primary_key)
    query = select(part.table).where(part.about(account_id)).order_by(*key).limit(ROWS_AT_ONCE)
    if after is not None:
        last = [literal(value, column.type) for value, column in zip(after, key, strict=True)]
        query = query.where(tuple_(*key) > tuple_(*last))
    rows = connection.execute(query).all()
    lines = b"".join(_line(row, part.without) for row in rows)
    if len(rows) < ROWS_AT_ONCE:
        return lines, None
    return lines, [rows[-1]._mapping[column.name] for column in key]  # noqa: SLF001 its one way by name


def _line(row: Row[Any], without: frozenset[str]) -> bytes:
    told = {
        str(name): _told(name, value)
        for name, value in row._asdict().items()
        if name not in without
    }
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def _told(name: str, value: Any) -> Any:
    """Return a value as the protocol has it: ids as text, times as such."""
    match value:
        case datetime():
            return wire.time(value)
        case bool():
            return value
        case int() if name == "id" or name.endswith(("_id", "_by")):
            return str(value)
        case list() if name.endswith("_ids"):
            return [str(id_) for id_ in value]
        case str() if name in ("files", "details"):
            return orjson.loads(value)
    return value


# -- who asked for it


def save_export(tx: CoreTransaction, export: Export) -> None:
    values = {
        "asked_at": export.asked_at,
        "key": export.key,
        "size_bytes": export.size_bytes,
        "ready_at": export.ready_at,
        "problem": export.problem,
    }
    tx.connection.execute(
        insert(exports)
        .values(account_id=export.account_id, **values)
        .on_conflict_do_update(index_elements=["account_id"], set_=values)
    )


def find_export(connection: Connection, account_id: int) -> Export | None:
    query = select(exports).where(exports.c.account_id == account_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else Export(**row._asdict())


def expired(connection: Connection, ready_before: datetime) -> Sequence[Export]:
    query = select(exports).where(exports.c.key.is_not(None), exports.c.ready_at <= ready_before)
    return [Export(**row._asdict()) for row in connection.execute(query)]


def keys(connection: Connection) -> frozenset[str]:
    """Return the keys of every copy that is kept."""
    return frozenset(connection.scalars(select(exports.c.key).where(exports.c.key.is_not(None))))


def forget_export(tx: CoreTransaction, export: Export) -> None:
    """Forget this one; another that was asked for meanwhile stays."""
    this = (exports.c.account_id == export.account_id) & (exports.c.asked_at == export.asked_at)
    tx.connection.execute(exports.delete().where(this))


# -- who leaves for good


def save_deletion(tx: CoreTransaction, deletion: Deletion) -> None:
    tx.connection.execute(
        insert(deletions).values(
            account_id=deletion.account_id,
            asked_at=deletion.asked_at,
            due_at=deletion.due_at,
            keeps_content=deletion.keeps_content,
        )
    )


def find_deletion(connection: Connection, account_id: int) -> Deletion | None:
    query = select(deletions).where(deletions.c.account_id == account_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else Deletion(**row._asdict())


def forget_deletion(tx: CoreTransaction, account_id: int) -> bool:
    """Whether there was one."""
    gone = deletions.delete().where(deletions.c.account_id == account_id)
    return tx.connection.execute(gone).rowcount == 1
