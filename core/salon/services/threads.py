"""Threads: started in a channel, from a message or alone; quiet ones are put away by themselves.

A thread is read and written in by those who read and write in its channel. Whoever writes in it
follows it, others follow it as they like. One that has been quiet for `QUIET_FOR` is archived: it
takes no place among the open ones, which are bounded for each channel, and opens again with the
next message.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.audit import differences, target
from salon.domain.channels import THREAD_MEMBERS_MAX, Channel, ChannelKind
from salon.domain.events import ThreadChanged, ThreadDeleted, ThreadFollowed
from salon.domain.messages import Beside
from salon.errors import Conflict, Invalid, NotFound
from salon.ids import MAX_ID, first_id_of
from salon.services import texts
from salon.services.access import Access
from salon.services.channels import given
from salon.services.directory import Directory
from salon.services.limits import RateLimits
from salon.store import audit
from salon.store import channels as stored
from salon.store import messages as stored_messages
from salon.store.base import CoreTransaction
from salon.store.store import Store

NAME_MAX = 64
OPEN_MAX = 50  # in one channel
STARTED_PER_HOUR = 60  # by one account: archived ones are kept
LISTED_MAX = 100
QUIET_FOR = timedelta(days=7)
ARCHIVED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Threads of a channel, the newest first."""

    threads: Sequence[Channel]
    has_older: bool


class Threads:
    """Start, change, delete, follow, list; always for an actor."""

    def __init__(
        self, store: Store, access: Access, directory: Directory, rates: RateLimits, clock: Clock
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._rates = rates
        self._clock = clock

    async def start(
        self, actor: Account, channel_id: int, name: str, *, message_id: int | None = None
    ) -> Channel:
        """Start a thread, from a message of the channel or alone. A message has one thread.

        Raises NotFound, Denied, Invalid, TooMany, Conflict (no place for threads, too many are
        open).
        """
        parent = self._access.text_channel(actor, channel_id, "thread.create")
        self._access.channel(actor, channel_id, "message.post")
        if parent.room_id is not None:
            raise Conflict("The chat of a room has no threads.", reason="thread_in_room")
        clean = texts.line(name, field="name", at_most=NAME_MAX)
        self._rates.hit(
            "start_thread",
            str(actor.id),
            times=STARTED_PER_HOUR,
            per_s=3_600,
            message="That is a lot of threads. Please wait a little.",
        )

        def add(tx: CoreTransaction) -> Channel:
            if message_id is not None:
                known = stored.find_channel(tx.connection, message_id)
                if known is not None and known.parent_id == parent.id:
                    return known
                message = stored_messages.find(tx.connection, message_id)
                if message is None or message.channel_id != parent.id:
                    raise NotFound(
                        "There is no such message.", field="message", reason="no_message"
                    )
            _check_room_for_one(tx, parent.id)
            thread = Channel(
                id=message_id or tx.new_id(),
                slug="",
                name=clean,
                topic="",
                category_id=None,
                position=0,
                kind=ChannelKind.THREAD,
                parent_id=parent.id,
                started_by=actor.id,
            )
            stored.save_channel(tx, thread)
            if message_id is not None:
                stored_messages.note_beside(tx, message_id, Beside.THREAD)
            tx.announce(ThreadChanged(thread))
            follow(tx, thread, actor.id)
            return thread

        return await self._store.write(add)

    async def edit(
        self,
        actor: Account,
        thread_id: int,
        *,
        name: str | None = None,
        archived: bool | None = None,
    ) -> Channel:
        """Rename, put away or open again: one's own, or any with `thread.manage`."""
        known = await self._own(actor, thread_id)
        clean = None if name is None else texts.line(name, field="name", at_most=NAME_MAX)
        changes = given(name=clean, archived=archived)

        def save(tx: CoreTransaction) -> Channel:
            thread = _stored(tx, thread_id)
            if thread.archived and archived is False:
                _check_room_for_one(tx, thread.parent_id or 0)
            changed = replace(thread, **changes)
            stored.save_channel(tx, changed)
            tx.announce(ThreadChanged(changed))
            if known.started_by != actor.id:
                what = differences(thread, changed, *changes)
                audit.record(tx, actor, "thread.changed", target("thread", changed), changes=what)
            return changed

        return await self._store.write(save)

    async def delete(self, actor: Account, thread_id: int) -> None:
        """Delete a thread and what was said in it, with `thread.manage`. Twice is once."""
        known = await self._thread(actor, thread_id, "thread.manage")

        def remove(tx: CoreTransaction) -> None:
            if stored.exists(tx, known.id):
                stored.delete_channel(tx, known.id)
                tx.announce(ThreadDeleted(known.id, known.parent_id or 0))
                audit.record(tx, actor, "thread.deleted", target("thread", known))

        await self._store.write(remove)

    async def follow(self, actor: Account, thread_id: int, *, follows: bool) -> None:
        """Follow a thread, or do not any more. Twice is once."""
        await self._thread(actor, thread_id)

        def save(tx: CoreTransaction) -> None:
            thread = _stored(tx, thread_id)
            if follows:
                follow(tx, thread, actor.id)
            elif stored.remove_member(tx, thread_id, actor.id):
                tx.announce(ThreadFollowed(actor.id, thread_id, follows=False))

        await self._store.write(save)

    async def list(
        self,
        actor: Account,
        channel_id: int,
        *,
        archived: bool = False,
        before: int | None = None,
        limit: int = 50,
    ) -> Page:
        """Return threads of a channel. Raises NotFound, Invalid."""
        parent = self._access.text_channel(actor, channel_id)
        if not 1 <= limit <= LISTED_MAX:
            raise Invalid(
                f"A page has 1 to {LISTED_MAX} threads.", field="limit", reason="malformed"
            )
        until = MAX_ID if before is None else before
        if archived:
            found = await self._store.read(
                lambda c: stored.archived_in(c, parent.id, before=until, limit=limit + 1)
            )
            self._access.channel(actor, parent.id)  # asked again: looking takes time
        else:
            opened = self._directory.open_threads({parent.id})
            here = [thread for thread in opened if thread.id < until]
            found = sorted(here, key=lambda thread: thread.id, reverse=True)
        return Page(found[:limit], has_older=len(found) > limit)

    async def archive_quiet(self) -> None:
        """Put away what nobody has written in for a while."""
        quiet = first_id_of(self._clock.now() - QUIET_FOR)
        ids = [t.id for t in self._directory.open_threads() if _last(t) < quiet]

        def save(tx: CoreTransaction) -> None:
            for id_ in ids[:ARCHIVED_AT_ONCE]:
                thread = stored.find_channel(tx.connection, id_)
                if thread is not None and not thread.archived and _last(thread) < quiet:
                    stored.save_channel(tx, put_away := replace(thread, archived=True))
                    tx.announce(ThreadChanged(put_away))

        if ids:
            await self._store.write(save)

    async def _thread(
        self, actor: Account, thread_id: int, permission: str = "channel.view"
    ) -> Channel:
        thread = await self._access.channel_or_archived(actor, thread_id)
        if thread.kind is not ChannelKind.THREAD:
            raise NotFound("There is no such thread.", field="thread", reason="no_thread")
        return self._access.channel(actor, thread_id, permission)

    async def _own(self, actor: Account, thread_id: int) -> Channel:
        thread = await self._thread(actor, thread_id)
        is_own = thread.started_by == actor.id
        return await self._thread(actor, thread_id, "message.post" if is_own else "thread.manage")


def follow(tx: CoreTransaction, thread: Channel, account_id: int) -> None:
    """Let somebody follow a thread, while it has room for followers. Twice is once."""
    known = stored.find_channel(tx.connection, thread.id)
    followers = frozenset() if known is None else known.member_ids
    if account_id not in followers and len(followers) < THREAD_MEMBERS_MAX:
        stored.add_members(tx, thread.id, {account_id})
        tx.announce(ThreadFollowed(account_id, thread.id, follows=True))


def spoken_in(tx: CoreTransaction, thread: Channel, author_id: int) -> None:
    """Open a thread again in which somebody has written, and let them follow it."""
    if author_id not in thread.member_ids:
        follow(tx, thread, author_id)
    if thread.archived:
        known = stored.find_channel(tx.connection, thread.id)
        if known is not None and known.archived:
            stored.save_channel(tx, opened := replace(known, archived=False))
            tx.announce(ThreadChanged(opened))


def _last(thread: Channel) -> int:
    return thread.last_message_id or thread.id


def _check_room_for_one(tx: CoreTransaction, parent_id: int) -> None:
    if stored.count_open_threads(tx, parent_id) >= OPEN_MAX:
        raise Conflict(
            f"{OPEN_MAX} threads are open here; no more fit. Archive some.",
            reason="threads_full",
            most=OPEN_MAX,
        )


def _stored(tx: CoreTransaction, thread_id: int) -> Channel:
    thread = stored.find_channel(tx.connection, thread_id)
    if thread is None:
        raise NotFound("There is no such thread.", field="thread", reason="no_thread")
    return thread
