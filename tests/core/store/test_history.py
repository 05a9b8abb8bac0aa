"""Pages of a channel: rows of the database that say the same as the messages they stand for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from salon.domain import wire
from salon.domain.channels import Channel
from salon.domain.files import File, FileKind
from salon.domain.mentions import Mentions
from salon.domain.messages import Beside, Message
from salon.store import channels, history
from salon.store import messages as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store

pytestmark = pytest.mark.databases

CHANNEL, OTHER = 7, 8
AT = datetime(2026, 5, 4, 3, 2, 1, 987_000, UTC)
FILE = File(
    3, "a.png", FileKind.PICTURE, "image/png", 12, 30, 40, moves=False, description="a “picture”"
)


def said(id_: int, channel_id: int = CHANNEL) -> Message:
    return Message(id_, channel_id, 5, "word", "<p>word</p>\n", AT, nonce=f"n{id_}")


ALL = [
    said(10),
    Message(11, CHANNEL, 5, "", "", AT, reply_to_id=10, nonce="n11", files=(FILE,)),
    Message(12, CHANNEL, 5, "é", "<p>é</p>", AT, nonce=None, shown_as="Hook \U0001f980"),
    Message(13, CHANNEL, 6, "", "", AT, reply_to_id=12, kind="pin"),
    Message(
        14, CHANNEL, 5, "x", "x", AT, AT + timedelta(days=1), 9, "n14",
        pinned_at=AT + timedelta(milliseconds=1),
        mentions=Mentions((5, 6), (2,), everyone=True, here=False, answered_id=6),
    ),
    said(15),
]  # fmt: skip


@pytest.fixture
async def filled(store: Store) -> Store:
    def fill(tx: CoreTransaction) -> None:
        for id_ in (CHANNEL, OTHER):
            channels.save_channel(tx, Channel(id_, f"c{id_}", "c", "", None, 0))
        for message in (*ALL, said(16, OTHER)):
            stored.add_message(tx, message)
            if message.edited_at:
                stored.save_edit(tx, message)
            if message.pinned_at:
                stored.set_pinned(tx, message.id, message.pinned_at)

    await store.write(fill)
    return store


async def test_a_page_says_of_each_message_what_the_message_itself_would(filled: Store) -> None:
    page = await filled.read(lambda c: history.newest(c, CHANNEL, 50))
    assert list(page.messages) == ALL
    assert page.messages.body() == [wire.message(message) for message in ALL]
    assert page.messages[1] == ALL[1]
    assert (page.has_older, page.has_newer) == (False, False)


def ids(messages: Sequence[Message]) -> list[int]:
    return [message.id for message in messages]


async def test_a_page_goes_on_before_after_and_around_a_message(filled: Store) -> None:
    older = await filled.read(lambda c: history.before(c, CHANNEL, 13, 2))
    assert (ids(older.messages), older.has_older, older.has_newer) == ([11, 12], True, True)
    newer = await filled.read(lambda c: history.after(c, CHANNEL, 13, 2))
    assert (ids(newer.messages), newer.has_older, newer.has_newer) == ([14, 15], True, False)
    both = await filled.read(lambda c: history.around(c, CHANNEL, 12, 3))
    assert (ids(both.messages), both.has_older, both.has_newer) == ([11, 12, 13], True, True)
    assert both.messages.body() == [wire.message(message) for message in ALL[1:4]]


async def test_a_page_knows_what_is_to_be_asked_for_besides(filled: Store) -> None:

    def note(tx: CoreTransaction) -> None:
        for _ in range(2):  # twice is once
            stored.note_beside(tx, 10, Beside.REACTIONS)
            stored.note_beside(tx, 10, Beside.THREAD)
            stored.note_beside(tx, 11, Beside.CARDS)

    await filled.write(note)
    page = await filled.read(lambda c: history.newest(c, CHANNEL, 50))
    assert page.messages.ids_with(Beside.REACTIONS) == [10]
    assert page.messages.ids_with(Beside.THREAD) == [10]
    assert page.messages.ids_with(Beside.CARDS) == [11]
    assert page.messages.quoted_ids() == [9]
    assert page.messages[2:].ids_with(Beside.CARDS) == []
    assert page.messages[2:].quoted_ids() == [9]
    assert page.messages[3:4].quoted_ids() == [12]
