"""Cards of links: what pages said of themselves, and which messages show it.

A page that no message shows is forgotten, and its picture, which is a file, is released with it. A
card that was taken from a message leaves its mark there for as long as the message has the link.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    false,
    func,
    select,
)

from salon.domain.files import Purpose
from salon.domain.link_cards import LinkCard
from salon.store import files
from salon.store.base import (
    ID_PLACES,
    CoreTransaction,
    PreparedQuery,
    Utc,
    core_metadata,
    in_places,
    insert,
)

PICTURES_MAX = 2_000  # of about 15 KB; the ones that were fetched first give way

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
    Column("picture_id", BigInteger, index=True),
    comment="key: SHA-256 of the address; not is_there: it was tried, and had nothing to show",
)

cards = Table(
    "link_card",
    core_metadata,
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("key", LargeBinary(32), nullable=False, index=True),
    Column("is_removed", Boolean, nullable=False, server_default=false()),
)

_HAS_PICTURE = pages.c.picture_id.is_not(None)
_IS_SHOWN = cards.c.is_removed.is_(False)

Index(
    "ix_link_page_pictured",
    pages.c.fetched_at,
    sqlite_where=_HAS_PICTURE,
    postgresql_where=_HAS_PICTURE,
)


def is_known(connection: Connection, url: str, since: datetime) -> bool:
    """Whether a page was looked at since then, whatever it had."""
    query = select(pages.c.key).where(pages.c.key == _key(url), pages.c.fetched_at >= since)
    return connection.execute(query).one_or_none() is not None


def keep(tx: CoreTransaction, url: str, card: LinkCard | None) -> None:
    """Keep what a page said, or that it said nothing. A picture must wait for it.

    Raises NotFound for one that does not.
    """
    picture_id = None if card is None else card.picture_id
    if picture_id is not None:
        files.claim(tx, picture_id, files.NOBODY, Purpose.CARD)
    _release(tx, select(pages.c.picture_id).where(pages.c.key == _key(url)))
    kept = {
        "url": url,
        "title": "" if card is None else card.title,
        "description": "" if card is None else card.description,
        "site": "" if card is None else card.site,
        "is_there": card is not None,
        "fetched_at": tx.now,
        "picture_id": picture_id,
    }
    tx.connection.execute(
        insert(pages)
        .values(key=_key(url), **kept)
        .on_conflict_do_update(index_elements=["key"], set_=kept)
    )
    _give_way(tx)


def removed_from(connection: Connection, message_id: int, urls: Sequence[str]) -> Collection[str]:
    """Return the pages whose cards were taken from a message."""
    of_it = select(cards.c.key).where(cards.c.message_id == message_id, cards.c.is_removed)
    keys = frozenset(connection.scalars(of_it))
    return frozenset(url for url in urls if _key(url) in keys)


def show(tx: CoreTransaction, message_id: int, urls: Sequence[str]) -> None:
    """Let a message show the cards of these pages, as far as they have any, and no others.

    What was taken from it stays away.
    """
    removed = removed_from(tx.connection, message_id, urls)
    shown = [
        {
            "message_id": message_id,
            "position": position,
            "key": _key(url),
            "is_removed": url in removed,
        }
        for position, url in enumerate(urls)
    ]
    before = _keys(tx, [message_id])
    tx.connection.execute(cards.delete().where(cards.c.message_id == message_id))
    if shown:
        tx.connection.execute(cards.insert(), shown)
    _drop_unseen(tx, before)


def hide(tx: CoreTransaction, message_id: int, url: str) -> bool:
    """Take one card from a message; False when it shows none of this page."""
    shown = (cards.c.message_id == message_id) & (cards.c.key == _key(url)) & _IS_SHOWN
    gone = cards.update().where(shown).values(is_removed=True)
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
    """Forget pages that no message shows, as after the end of a channel."""
    unseen = pages.c.key.not_in(select(cards.c.key).where(_IS_SHOWN))
    _release(tx, select(pages.c.picture_id).where(unseen))
    tx.connection.execute(pages.delete().where(unseen))


def _keys(tx: CoreTransaction, ids: Sequence[int]) -> Sequence[bytes]:
    return tx.connection.scalars(select(cards.c.key).where(cards.c.message_id.in_(ids))).all()


def _drop_unseen(tx: CoreTransaction, keys: Sequence[bytes]) -> None:
    seen = select(cards.c.key).where(cards.c.key.in_(keys), _IS_SHOWN)
    unseen = pages.c.key.in_(keys) & pages.c.key.not_in(seen)
    _release(tx, select(pages.c.picture_id).where(unseen))
    tx.connection.execute(pages.delete().where(unseen))


def _release(tx: CoreTransaction, pictures: Select[Any]) -> None:
    """Let pictures go; whoever asks for these pages next must not find them there."""
    for picture_id in tx.connection.scalars(pictures.where(_HAS_PICTURE)).all():
        files.release(tx, picture_id)


def _give_way(tx: CoreTransaction) -> None:
    """Hold the pictures to their number: older cards go on without."""
    count = tx.connection.scalar(select(func.count()).select_from(pages).where(_HAS_PICTURE)) or 0
    if count <= PICTURES_MAX:
        return
    oldest = select(pages.c.key).where(_HAS_PICTURE).order_by(pages.c.fetched_at)
    keys = tx.connection.scalars(oldest.limit(count - PICTURES_MAX)).all()
    _release(tx, select(pages.c.picture_id).where(pages.c.key.in_(keys)))
    tx.connection.execute(pages.update().where(pages.c.key.in_(keys)).values(picture_id=None))


def messages_with(picture_id: int) -> Select[Any]:
    """Return the question which messages show the card with this picture."""
    shown = select(cards.c.message_id).join(pages, pages.c.key == cards.c.key)
    return shown.where(pages.c.picture_id == picture_id, _IS_SHOWN)


_OF = PreparedQuery(
    select(
        cards.c.message_id,
        pages.c.url,
        pages.c.title,
        pages.c.description,
        pages.c.site,
        pages.c.picture_id,
    )
    .join(pages, pages.c.key == cards.c.key)
    .where(cards.c.message_id.in_(ID_PLACES), pages.c.is_there, _IS_SHOWN)
    .order_by(cards.c.message_id, cards.c.position)
)


def of_messages(connection: Connection, ids: Sequence[int]) -> Mapping[int, Sequence[LinkCard]]:
    """Return the cards of messages; those without any are not in it."""
    found: dict[int, list[LinkCard]] = defaultdict(list)
    for asked in in_places(ids):
        for message_id, *said in _OF.rows(connection, asked):
            found[message_id].append(LinkCard(*said))
    return found


def _key(url: str) -> bytes:
    return hashlib.sha256(url.encode()).digest()
