"""The inbox: the messages that name somebody or answer them, as far as they may read them now.

Nothing is copied for it: a mention is a row of its message. An entry is unread until its channel
has been read that far, or until it is marked as done. What a channel is worth to somebody, its
level, is chosen here as well (`domain/attention.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.attention import Choice, Level, Notice, Reader, Said, notice_for
from salon.domain.channels import Channel
from salon.domain.events import InboxDone, LevelChanged
from salon.domain.messages import Message
from salon.services.access import Access
from salon.services.directory import Directory
from salon.store import attention as stored
from salon.store import channels as stored_channels
from salon.store import mentions as stored_mentions
from salon.store import messages as stored_messages
from salon.store.base import Connection, CoreTransaction
from salon.store.mentions import ALL, Target
from salon.store.store import Store

PAGE_MAX = 50
UNREAD_MAX = 200
DONE_AT_ONCE = 100
LOOKED_AT_ONCE = 100
LOOKS_MAX = 10  # into what somebody may not read any more, before a page ends early
MUTED_MAX = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Entry:
    message: Message
    notice: Notice
    unread: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, the newest first; `before` goes on from here, None at the end."""

    entries: Sequence[Entry]
    before: int | None


@dataclass(frozen=True, slots=True)
class _Asker:
    """Whose inbox it is, what they may read and whom they block; of the present."""

    account: Account
    targets: Sequence[Target]
    places: Mapping[int, Channel]
    blocked: frozenset[int]


class Inbox:
    """Reads and keeps, always for an actor."""

    def __init__(self, store: Store, access: Access, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._clock = clock

    async def page(self, actor: Account, *, before: int | None = None, limit: int = 25) -> Page:
        """Return entries, the newest first."""
        asker = self._asker(actor)
        size = min(limit, PAGE_MAX)
        return self._judged(
            asker, await self._store.read(lambda c: self._page(c, asker, before, size))
        )

    async def unread(self, actor: Account) -> Sequence[Entry]:
        """Return the unread among the newest entries."""
        asker = self._asker(actor)
        found = await self._store.read(lambda c: self._page(c, asker, None, UNREAD_MAX))
        return [entry for entry in self._judged(asker, found).entries if entry.unread]

    def _judged(self, asker: _Asker, page: Page) -> Page:
        """Leave out what may not be read any more: looking takes time."""
        may_view = self._access.may_view
        kept = [e for e in page.entries if may_view(asker.account, e.message.channel_id)]
        return replace(page, entries=kept)

    async def levels(self, actor: Account) -> Mapping[int, Choice]:
        """Return what the actor chose, of channels that they may view."""
        found = await self._store.read(lambda c: stored.load_levels(c, actor.id))
        return {id_: choice for id_, choice in found.items() if self._access.may_view(actor, id_)}

    async def set_level(
        self, actor: Account, channel_id: int, level: Level, muted_for: timedelta | None
    ) -> Choice:
        """Choose what to be told of a channel. Raises NotFound."""
        channel = await self._access.channel_or_archived(actor, channel_id)
        until = None if muted_for is None else self._clock.now() + min(muted_for, MUTED_MAX)
        choice = Choice(level, until)

        def save(tx: CoreTransaction) -> Choice:
            stored.save_level(tx, actor.id, channel.id, choice)
            tx.announce(LevelChanged(actor.id, channel.id, choice))
            return choice

        return await self._store.write(save)

    async def done(self, actor: Account, message_ids: Sequence[int]) -> None:
        """Mark entries as done; what is no entry of the actor's is passed over."""
        wanted = tuple(dict.fromkeys(message_ids))[:DONE_AT_ONCE]

        asker = self._asker(actor)

        def mark(tx: CoreTransaction) -> None:
            found = stored_messages.find_many(tx.connection, wanted)
            levels = stored.load_levels(tx.connection, actor.id)
            parents = _parents(tx.connection, asker, found)
            mine = tuple(m.id for m in found if self._notice(asker, levels, parents, m))
            if mine:
                stored.add_done(tx, actor.id, mine)
                tx.announce(InboxDone(actor.id, mine))

        await self._store.write(mark)

    # -- looking: in a thread of the store, by what was known when it was asked for

    def _page(self, connection: Connection, asker: _Asker, before: int | None, limit: int) -> Page:
        levels = stored.load_levels(connection, asker.account.id)
        reads = stored_messages.load_reads(connection, asker.account.id)
        entries: list[Entry] = []
        for _ in range(LOOKS_MAX):
            named = stored_mentions.of(
                connection, asker.targets, before=before, limit=LOOKED_AT_ONCE
            )
            ids = [id_ for id_, _reason in named]
            done = stored.done_among(connection, asker.account.id, ids)
            found = stored_messages.find_many(connection, ids)
            parents = _parents(connection, asker, found)
            for message in reversed(found):
                notice = self._notice(asker, levels, parents, message)
                if notice is None:
                    continue
                is_read = message.id <= reads.get(message.channel_id, 0) or message.id in done
                entries.append(Entry(message, notice, unread=not is_read))
                if len(entries) == limit:
                    return Page(entries, message.id)
            if len(ids) < LOOKED_AT_ONCE:
                return Page(entries, None)
            before = ids[-1]
        return Page(entries, before)

    def _notice(
        self,
        asker: _Asker,
        levels: Mapping[int, Choice],
        parents: Mapping[int, int],
        message: Message,
    ) -> Notice | None:
        """Return why a message stands in somebody's inbox, if it does."""
        channel_id = message.channel_id
        channel = asker.places.get(parents.get(channel_id, channel_id))
        if channel is None:
            return None
        reader = Reader(
            account=asker.account,
            choice=levels.get(channel_id),
            was_here=True,  # else there would be no row
            blocks_author=message.author_id in asker.blocked,
        )
        said = Said(message.author_id, message.mentions, channel.is_conversation)
        notice = notice_for(said, reader, self._clock.now())
        return None if notice is None or notice.reason == "message" else notice

    def _asker(self, actor: Account) -> _Asker:
        account = self._directory.account(actor.id) or actor
        targets = [
            Target("account", account.id),
            Target("reply", account.id),
            Target("here", account.id),
            *(Target("role", id_) for id_ in sorted(account.role_ids)),
            Target("everyone", ALL),
        ]
        places = {channel.id: channel for channel in self._directory.readable(account)}
        return _Asker(account, targets, places, self._directory.privacy(account.id).blocked)


def _parents(
    connection: Connection, asker: _Asker, messages: Sequence[Message]
) -> Mapping[int, int]:
    """Return the channels of the threads in which these stand."""
    elsewhere = {message.channel_id for message in messages} - asker.places.keys()
    return stored_channels.parents_of(connection, elsewhere)
