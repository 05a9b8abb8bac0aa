"""What is known of files; their contents lie in `salon.files.storage`.

A message that goes, however it goes, leaves its files in no message: the database itself takes the
name out. Such files are `left_over`, and so are those that were handed in and never used.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    func,
    or_,
    select,
)

from salon.domain.files import WAITS_FOR, File, FileKind, FileState, Purpose, Rendition, StoredFile
from salon.errors import NotFound
from salon.store.base import CoreTransaction, Id, Utc, core_metadata

NOBODY = 0  # who owns what belongs to the community
PERSONAL = frozenset({Purpose.MESSAGE, Purpose.AVATAR})

files = Table(
    "file",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", BigInteger, nullable=False),
    Column("purpose", String(8), nullable=False),
    Column("message_id", ForeignKey("message.id", ondelete="SET NULL"), index=True),
    Column("state", String(8), nullable=False, index=True),
    Column("name", String(120), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("kept_bytes", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("moves", Boolean, nullable=False),
    Column("description", String(1000), nullable=False),
    Column("renditions", JSON, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("created_at", Utc, nullable=False),
    Index("ix_file_owner_id_kept_bytes", "owner_id", "kept_bytes"),
)


def add(tx: CoreTransaction, stored: StoredFile) -> None:
    file = stored.file
    tx.connection.execute(
        files.insert().values(
            id=file.id,
            owner_id=stored.owner_id,
            purpose=stored.purpose.value,
            message_id=None,
            state=stored.state.value,
            name=file.name,
            kind=file.kind.value,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            kept_bytes=stored.kept_bytes,
            width=file.width,
            height=file.height,
            moves=file.moves,
            description=file.description,
            renditions=_plain(stored.renditions),
            sha256=stored.sha256,
            created_at=stored.created_at,
        )
    )


def find(connection: Connection, file_id: int) -> StoredFile | None:
    row = connection.execute(select(files).where(files.c.id == file_id)).one_or_none()
    return None if row is None else _stored(row)


def claim(
    tx: CoreTransaction,
    file_id: int,
    owner_id: int,
    purpose: Purpose,
    *,
    message_id: int | None = None,
    description: str = "",
) -> File:
    """Put a file where it was meant for, which happens once.

    The community's belong to nobody from there on: they stay when whoever handed them in goes.
    Raises NotFound when its owner has no such file that waits for it.
    """
    mine = (
        (files.c.id == file_id)
        & (files.c.owner_id == owner_id)
        & (files.c.purpose == purpose.value)
        & (files.c.state == FileState.WAITING.value)
        & (files.c.created_at > tx.now - WAITS_FOR)
    )
    row = tx.connection.execute(select(files).where(mine)).one_or_none()
    if row is None:
        raise gone()
    tx.connection.execute(
        files.update()
        .where(files.c.id == file_id)
        .values(
            state=FileState.USED.value,
            message_id=message_id,
            description=description,
            owner_id=owner_id if purpose in PERSONAL else NOBODY,
        )
    )
    return replace(_stored(row).file, description=description)


def detach(tx: CoreTransaction, message_id: int) -> None:
    """Take a message's files out of it: nobody gets them any more."""
    tx.connection.execute(
        files.update().where(files.c.message_id == message_id).values(message_id=None)
    )


def release(tx: CoreTransaction, file_id: int) -> None:
    """Take a file from where it was used: nobody gets it any more."""
    tx.connection.execute(
        files.update().where(files.c.id == file_id).values(state=FileState.RELEASED.value)
    )


def exchange_renditions(
    tx: CoreTransaction, file_id: int, sizes: Collection[str], new: Sequence[Rendition]
) -> tuple[Rendition, ...]:
    """Keep these instead of those of these sizes, which are returned. Raises NotFound."""
    found = find(tx.connection, file_id)
    if found is None:
        raise gone()
    old = tuple(one for one in found.renditions if one.size in sizes)
    others = (one for one in found.renditions if one.size not in sizes)
    changed = replace(found, renditions=(*others, *new))
    tx.connection.execute(
        files.update()
        .where(files.c.id == file_id)
        .values(renditions=_plain(changed.renditions), kept_bytes=changed.kept_bytes)
    )
    return old


def delete(tx: CoreTransaction, file_ids: Sequence[int]) -> None:
    tx.connection.execute(files.delete().where(files.c.id.in_(file_ids)))


def kept_bytes(connection: Connection, owner_id: int | None = None) -> int:
    """Return what the files of somebody, or of everybody, take on the disk."""
    query = select(func.coalesce(func.sum(files.c.kept_bytes), 0))
    if owner_id is not None:
        query = query.where(files.c.owner_id == owner_id)
    return int(connection.scalar(query) or 0)


def left_over(connection: Connection, unused_since: datetime, limit: int) -> Sequence[StoredFile]:
    """Return files that nobody can get any more, or that nobody has used since."""
    waits = (files.c.state == FileState.WAITING.value) & (files.c.created_at < unused_since)
    in_no_message = (
        files.c.message_id.is_(None)
        & (files.c.state == FileState.USED.value)
        & (files.c.purpose == Purpose.MESSAGE.value)
    )
    released = files.c.state == FileState.RELEASED.value
    query = select(files).where(or_(waits, in_no_message, released)).limit(limit)
    return [_stored(row) for row in connection.execute(query)]


def give_away(tx: CoreTransaction, owner_id: int) -> None:
    """Let what somebody put into messages belong to nobody."""
    in_messages = (files.c.owner_id == owner_id) & files.c.message_id.is_not(None)
    tx.connection.execute(files.update().where(in_messages).values(owner_id=NOBODY))


def of_owner(
    connection: Connection, owner_id: int, limit: int, *, after: int = 0
) -> Sequence[StoredFile]:
    """Return some of somebody's files, by their ids."""
    theirs = (files.c.owner_id == owner_id) & (files.c.id > after)
    query = select(files).where(theirs).order_by(files.c.id).limit(limit)
    return [_stored(row) for row in connection.execute(query)]


def keys(connection: Connection) -> Iterator[str]:
    """Yield the keys of every content that something is known of."""
    for row in connection.execute(select(files.c.renditions)):
        for _size, key, _size_bytes in row.renditions:
            yield key


def gone() -> NotFound:
    return NotFound("There is no such file.", field="file", reason="no_file")


def to_json(file: File) -> Mapping[str, Any]:
    """Return a file as it stands in its message's row: history is read without a second query."""
    return {
        "id": file.id,
        "name": file.name,
        "kind": file.kind.value,
        "media_type": file.media_type,
        "size_bytes": file.size_bytes,
        "width": file.width,
        "height": file.height,
        "moves": file.moves,
        "description": file.description,
    }


def from_json(kept: Mapping[str, Any]) -> File:
    return File(**{**kept, "kind": FileKind(kept["kind"])})


def _plain(renditions: Sequence[Rendition]) -> list[list[str | int]]:
    return [[one.size, one.key, one.size_bytes] for one in renditions]


def _stored(row: Row[Any]) -> StoredFile:
    return StoredFile(
        file=File(
            id=row.id,
            name=row.name,
            kind=FileKind(row.kind),
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            width=row.width,
            height=row.height,
            moves=row.moves,
            description=row.description,
        ),
        owner_id=row.owner_id,
        purpose=Purpose(row.purpose),
        renditions=tuple(Rendition(*rendition) for rendition in row.renditions),
        sha256=row.sha256,
        created_at=row.created_at,
        state=FileState(row.state),
        message_id=row.message_id,
    )
