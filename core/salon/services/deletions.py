"""Delete messages: one, many at once, and what somebody wrote who went too far."""

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime

from salon.config import Limits
from salon.domain.accounts import Account
from salon.domain.audit import target
from salon.domain.events import MessageDeleted, MessagesDeleted
from salon.domain.messages import Message
from salon.errors import Invalid
from salon.ids import first_id_of
from salon.services.access import Access
from salon.services.recent_messages import RecentMessages
from salon.store import audit, former_texts
from salon.store import channels as stored_channels
from salon.store import messages as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store

DELETED_AT_ONCE = 100


class Deletions:
    """Everything that takes messages away, but for erasing a person."""

    def __init__(
        self, store: Store, access: Access, recent: RecentMessages, limits: Limits
    ) -> None:
        self._store = store
        self._access = access
        self._recent = recent
        self._limits = limits

    async def delete(self, actor: Account, message_id: int) -> None:
        """Delete one's own message, or another's with `message.manage`."""
        message = await self._access.message(actor, message_id)
        is_own = message.author_id == actor.id
        needed = "channel.view" if is_own else "message.manage"
        channel = self._access.channel(actor, message.channel_id, needed)

        def remove(tx: CoreTransaction) -> None:
            if self._remove(tx, message.id, actor.id):
                tx.announce(MessageDeleted(message, actor.id))
                if not is_own:  # whose and where, and not what it said
                    whose = {"author_id": str(message.author_id)}
                    where = target("channel", channel)
                    audit.record(tx, actor, "message.deleted", where, changes=(whose, {}))

        await self._store.write(remove)
        self._recent.forget(message)

    async def delete_many(self, actor: Account, channel_id: int, ids: Collection[int]) -> int:
        """Delete messages of a channel at once; return how many were there.

        Those of other channels and those that have gone are left out. Raises NotFound, Denied,
        Invalid.
        """
        channel = await self._access.channel_or_archived(actor, channel_id, "message.manage")
        if not 1 <= len(ids) <= DELETED_AT_ONCE:
            raise Invalid(
                f"1 to {DELETED_AT_ONCE} messages are deleted at once.",
                field="messages",
                reason="messages_at_once",
                most=DELETED_AT_ONCE,
            )

        def remove(tx: CoreTransaction) -> tuple[Message, ...]:
            found = stored.find_many(tx.connection, sorted(set(ids)))
            gone = tuple(
                message
                for message in found
                if message.channel_id == channel.id and self._remove(tx, message.id, actor.id)
            )
            if gone:
                tx.announce(MessagesDeleted(channel.id, gone, actor.id))
                whose = sorted({str(message.author_id) for message in gone})
                were = {"messages": str(len(gone)), "author_ids": whose}
                where = target("channel", channel)
                audit.record(tx, actor, "message.deleted_many", where, changes=(were, {}))
            return gone

        gone = await self._store.write(remove)
        for message in gone:
            self._recent.forget(message)
        return len(gone)

    async def take_back(self, author_id: int, *, since: datetime, until: datetime, by: int) -> None:
        """Delete what somebody wrote in that time, but for what is between people."""
        after: int | None = first_id_of(since) - 1
        while after is not None:
            after = await self._store.write(self._taking_back(author_id, after, until, by))

    def _taking_back(
        self, author_id: int, after: int, until: datetime, by: int
    ) -> Callable[[CoreTransaction], int | None]:
        def take(tx: CoreTransaction) -> int | None:
            found = stored.written_after(tx.connection, author_id, after, DELETED_AT_ONCE)
            by_channel: dict[int, list[Message]] = defaultdict(list)
            for message in found:
                is_theirs = message.posted_at <= until
                if is_theirs and not self._access.is_between(message.channel_id):
                    by_channel[message.channel_id].append(message)
            for channel_id, written in by_channel.items():
                gone = tuple(each for each in written if self._remove(tx, each.id, by))
                tx.announce(MessagesDeleted(channel_id, gone, by))
                for message in gone:
                    self._recent.forget(message)
            is_more = len(found) == DELETED_AT_ONCE and found[-1].posted_at <= until
            return found[-1].id if is_more else None

        return take

    def _remove(self, tx: CoreTransaction, message_id: int, by: int) -> bool:
        """Take a message from members; False when it has gone already."""
        found = stored.find(tx.connection, message_id)
        if found is None:
            return False
        if self._limits.former_texts_days:
            former_texts.keep(tx, found)
        stored_channels.count_deleted(tx, found.channel_id)
        return stored.take_words(tx, message_id, by)
