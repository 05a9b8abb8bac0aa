"""Tags, read whole since they are few; who follows which."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    false,
    func,
    select,
)

from salon.domain.tags import KEY_MAX, NAME_MAX, Tag
from salon.store.base import CoreTransaction, Id, core_metadata, insert
from salon.store.community import put

tags = Table(
    "tag",
    core_metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", String(NAME_MAX), nullable=False),
    Column("key", String(KEY_MAX), nullable=False, unique=True),
    Column("is_hidden", Boolean, nullable=False, server_default=false()),
    Column("merged_into_id", BigInteger),
)

followers = Table(
    "tag_follower",
    core_metadata,
    Column("tag_id", ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_tag_follower_account_id", "account_id"),
)


def load(connection: Connection) -> Sequence[Tag]:
    """Return all, also hidden and merged ones, the oldest first."""
    rows = connection.execute(select(tags).order_by(tags.c.id))
    return [Tag(row.id, row.name, row.is_hidden, row.merged_into_id) for row in rows]


def save(tx: CoreTransaction, tag: Tag) -> None:
    values = {
        "name": tag.name,
        "key": tag.key,
        "is_hidden": tag.is_hidden,
        "merged_into_id": tag.merged_into_id,
    }
    put(tx.connection, tags, tag.id, values)


def merge(tx: CoreTransaction, tag_id: int, into_id: int) -> None:
    """Let all who follow one follow the other, and what was merged into one be the other."""
    those = select(followers.c.account_id).where(followers.c.tag_id == tag_id)
    for account_id in tx.connection.scalars(those).all():
        follow(tx, account_id, into_id, follows=True)
    tx.connection.execute(followers.delete().where(followers.c.tag_id == tag_id))
    before = tags.update().where(tags.c.merged_into_id == tag_id)
    tx.connection.execute(before.values(merged_into_id=into_id))


def follow(tx: CoreTransaction, account_id: int, tag_id: int, *, follows: bool) -> None:
    """Let somebody follow a tag, or no more. Twice is once."""
    if follows:
        added = insert(followers).values(account_id=account_id, tag_id=tag_id)
        tx.connection.execute(added.on_conflict_do_nothing(index_elements=["tag_id", "account_id"]))
        return
    this = (followers.c.account_id == account_id) & (followers.c.tag_id == tag_id)
    tx.connection.execute(followers.delete().where(this))


def followed_by(connection: Connection, account_id: int) -> frozenset[int]:
    mine = followers.c.account_id == account_id
    return frozenset(connection.scalars(select(followers.c.tag_id).where(mine)))


def followers_of(connection: Connection, tag_ids: Collection[int]) -> Mapping[int, int]:
    """Return who follows one of these, each once, with the tag that they follow."""
    first = func.min(followers.c.tag_id)
    chosen = select(followers.c.account_id, first).where(followers.c.tag_id.in_(tag_ids))
    rows = connection.execute(chosen.group_by(followers.c.account_id))
    return {row[0]: row[1] for row in rows}


def forget(tx: CoreTransaction, account_id: int) -> None:
    tx.connection.execute(followers.delete().where(followers.c.account_id == account_id))
