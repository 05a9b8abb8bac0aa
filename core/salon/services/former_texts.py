"""What messages said before they were changed or deleted.

Members no longer get it from anywhere; who may manage messages in the channel reads it for
`limits.former_texts_days`, so that a harmful text cannot be hidden by changing it. Then it goes for
good, also out of the event log, which says of a changed message what it says now. With 0 days
nothing is kept but the mark that there is something to take out of the log. Erasing a person takes
theirs at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from salon.clock import Clock
from salon.config import Limits
from salon.domain.accounts import Account
from salon.domain.events import MessageEdited
from salon.domain.messages import DeletedMessage, FormerText
from salon.errors import Invalid, NotFound
from salon.services.access import Access
from salon.store import former_texts as stored
from salon.store import log as event_log
from salon.store import messages, search
from salon.store.base import Connection, CoreTransaction
from salon.store.store import Store

PERMISSION = "message.manage"
MESSAGES_AT_ONCE = 200
EVENTS_AT_ONCE = 2_000  # each is read; other writes wait meanwhile


@dataclass(frozen=True, slots=True)
class DeletedPage:
    """Newest message first."""

    messages: Sequence[DeletedMessage]
    has_older: bool


class FormerTexts:
    """Reads them for moderators, and sees to their end."""

    def __init__(self, store: Store, access: Access, clock: Clock, limits: Limits) -> None:
        self._store = store
        self._access = access
        self._clock = clock
        self._limits = limits

    async def of_message(self, actor: Account, message_id: int) -> Sequence[FormerText]:
        """Return what a message said before, newest first. Raises NotFound, Denied."""

        def load(connection: Connection) -> tuple[int | None, Sequence[FormerText]]:
            found = stored.of_message(connection, message_id)
            return stored.channel_of(connection, message_id), found

        channel_id, found = await self._store.read(load)
        if channel_id is None or not self._access.may_view(actor, channel_id):
            raise NotFound("There is no such message.", field="message", reason="no_message")
        await self._access.channel_or_archived(actor, channel_id, PERMISSION)
        return found if self._limits.former_texts_days else ()

    async def deleted(
        self, actor: Account, channel_id: int, *, before: int | None = None, limit: int = 50
    ) -> DeletedPage:
        """Return what was deleted in a channel. Raises NotFound, Denied, Invalid."""
        channel = await self._access.channel_or_archived(actor, channel_id, PERMISSION)
        if not 1 <= limit <= self._limits.page_max_entries:
            raise Invalid(
                f"A page has 1 to {self._limits.page_max_entries} messages.",
                field="limit",
                reason="malformed",
            )
        if not self._limits.former_texts_days:
            return DeletedPage((), has_older=False)
        found = await self._store.read(lambda c: stored.deleted(c, channel.id, before, limit + 1))
        return DeletedPage(found[:limit], has_older=len(found) > limit)

    async def prune(self) -> None:
        """Take out for good what was kept for long enough."""
        older_than = self._clock.now() - timedelta(days=self._limits.former_texts_days)
        while True:
            pruned = await self._store.write(
                lambda tx: stored.prune(tx, older_than, MESSAGES_AT_ONCE)
            )
            if not pruned.gone and not pruned.changed:
                return
            await self._forget_events(pruned)
            await merge_index(self._store)

    async def _forget_events(self, pruned: stored.Pruned) -> None:
        """Take out of the log what messages said that have gone, or say something else now."""
        first = await self._store.read(event_log.first_seq) or 1
        for start in range(first, self._store.head_seq + 1, EVENTS_AT_ONCE):
            await self._store.write(_forgetting(pruned, start, start + EVENTS_AT_ONCE))


async def merge_index(store: Store) -> None:
    """Let words go from the index of the search that no message has any more."""
    begins = True
    while await store.write(partial(search.merge, begins=begins)):
        begins = False


def _forgetting(pruned: stored.Pruned, start: int, until: int) -> Callable[[CoreTransaction], None]:
    def forget(tx: CoreTransaction) -> None:
        event_log.forget_messages(tx, pruned.gone, start, until)
        there = messages.find_many(tx.connection, pruned.changed)
        bodies = {each.id: event_log.encode(MessageEdited(each)) for each in there}
        event_log.say_anew(tx, bodies, start, until)

    return forget
