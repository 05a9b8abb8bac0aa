"""Cards of links: what pages said of themselves, and which messages show it."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    select,
)

from salon.domain.link_cards import LinkCard
from salon.store.base import CoreTransaction, Utc, core_metadata, insert

pages = Table(
    "link_page",
    core_metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("url", Text, nullable=False),
    Column("title", String(200), nullable=False),
    Column("description", String(400), nullable=False),
    Column("site", String(100), nullable=False),
    Column("is_there", Boolean, nullable=False),
    Column("fetched_at", Utc, nullable=False),
    comment="key: SHA-256 of the address; not is_there: it was tried, and had nothing to show",
)

cards = Table(
    "link_card",
    core_metadata,
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("key", LargeBinary(32), nullable=False, index=True),
)


def is_known(connection: Connection, url: str, since: datetime) -> bool:
    """Whether a page was looked at since then, whatever it had."""
    query = select(pages.c.key).where(pages.c.key == _key(url), pages.c.fetched_at >= since)
    return connection.execute(query).one_or_none() is not None


def keep(tx: CoreTransaction, url: str, card: LinkCard | None) -> None:
    """Keep what a page said, or that it said nothing."""
    kept = {
        "url": url,
        "title": "" if card is None else card.title,
        "description": "" if card is None else card.description,
        "site": "" if card is None else card.site,
        "is_there": card is not None,
        "fetched_at": tx.now,
    }
    tx.connection.execute(
        insert(pages)
        .values(key=_key(url), **kept)
        .on_conflict_do_update(index_elements=["key"], set_=kept)
    )


def show(tx: CoreTransaction, message_id: int, urls: Sequence[str]) -> None:
    """Let a message show the cards of these pages, as far as they have any, and no others."""
    shown = [
        {"message_id": message_id, "position": position, "key": _key(url)}
        for position, url in enumerate(urls)
    ]
    before = _keys(tx, [message_id])
    tx.connection.execute(cards.delete().where(cards.c.message_id == message_id))
    if shown:
        tx.connection.execute(cards.insert(), shown)
    _drop_unseen(tx, before)


def hide(tx: CoreTransaction, message_id: int, url: str) -> bool:
    """Take one card from a message; False when it shows none of this page."""
    gone = cards.delete().where(cards.c.message_id == message_id, cards.c.key == _key(url))
    is_gone = tx.connection.execute(gone).rowcount > 0
    _drop_unseen(tx, [_key(url)])
    return is_gone


def forget(tx: CoreTransaction, ids: Sequence[int]) -> None:
    """Take all cards from messages, and what nobody sees any more with them."""
    before = _keys(tx, ids)
    if before:
        tx.connection.execute(cards.delete().where(cards.c.message_id.in_(ids)))
        _drop_unseen(tx, before)


def prune(tx: CoreTransaction) -> None:
    """Forget pages that no message names, as after the end of a channel."""
    tx.connection.execute(pages.delete().where(pages.c.key.not_in(select(cards.c.key))))


def _keys(tx: CoreTransaction, ids: Sequence[int]) -> Sequence[bytes]:
    return tx.connection.scalars(select(cards.c.key).where(cards.c.message_id.in_(ids))).all()


def _drop_unseen(tx: CoreTransaction, keys: Sequence[bytes]) -> None:
    seen = select(cards.c.key).where(cards.c.key.in_(keys))
    tx.connection.execute(pages.delete().where(pages.c.key.in_(keys), pages.c.key.not_in(seen)))


def of_messages(connection: Connection, ids: Sequence[int]) -> Mapping[int, Sequence[LinkCard]]:
    """Return the cards of messages; those without any are not in it."""
    found: dict[int, list[LinkCard]] = defaultdict(list)
    query = (
        select(cards.c.message_id, pages)
        .join(pages, pages.c.key == cards.c.key)
        .where(cards.c.message_id.in_(ids), pages.c.is_there)
        .order_by(cards.c.message_id, cards.c.position)
    )
    for row in connection.execute(query):
        card = LinkCard(row.url, row.title, row.description, row.site)
        found[row.message_id].append(card)
    return found


def _key(url: str) -> bytes:
    return hashlib.sha256(url.encode()).digest()
