"""The threads that the directory knows: the open ones by heart, of the others where they stand.

What was put away lives in the store. Of each such thread two numbers stay here, its id and its
channel's (16 bytes, however many there are), by which permissions are judged and events are
delivered. The thread itself is fetched when somebody looks at it (`Access.channel_or_archived`),
and the last `LOOKED_AT_KEPT` of those are kept.
"""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from salon.domain.channels import Channel

LOOKED_AT_KEPT = 1_000


class KnownThreads:
    """Every open thread as it is now, and some that were put away."""

    def __init__(self) -> None:
        self.by_id: dict[int, Channel] = {}
        self._open: set[int] = set()
        self._away = _Away()
        self._looked_at: dict[int, None] = {}  # what is in `by_id` and not open, the oldest first

    def load(self, opened: Iterable[Channel], away: Iterable[tuple[int, int]]) -> None:
        """`away`: (thread, its channel), by id."""
        for thread in opened:
            self.keep(thread)
        for thread_id, parent_id in away:
            self._away.add(thread_id, parent_id)

    def parent_of(self, thread_id: int) -> int | None:
        """Return the channel in which a thread stands; None if there is no such thread."""
        known = self.by_id.get(thread_id)
        return self._away.parent_of(thread_id) if known is None else known.parent_id

    def is_lacking(self, thread_id: int) -> bool:
        """Whether there is such a thread and no more is known of it than where it stands."""
        return thread_id not in self.by_id and self._away.parent_of(thread_id) is not None

    def open_in(self, parent_ids: Collection[int] | None = None) -> list[Channel]:
        """Return those that are not archived, the last spoken in first; of these channels."""
        found = map(self.by_id.__getitem__, self._open)
        here = [t for t in found if parent_ids is None or t.parent_id in parent_ids]
        return sorted(here, key=lambda t: t.last_message_id or t.id, reverse=True)

    # -- keeping up

    def look_at(self, thread: Channel) -> None:
        """Keep for a while what was fetched; unless it was told of meanwhile, or has gone."""
        if self.is_lacking(thread.id):
            self._keep_for_a_while(thread)

    def keep(self, thread: Channel) -> None:
        if thread.archived:
            self._open.discard(thread.id)
            self._away.add(thread.id, thread.parent_id or 0)
            self._keep_for_a_while(thread)
        else:
            self._looked_at.pop(thread.id, None)
            self._away.remove(thread.id)
            self._open.add(thread.id)
            self.by_id[thread.id] = thread

    def _keep_for_a_while(self, thread: Channel) -> None:
        self._looked_at.pop(thread.id, None)
        self._looked_at[thread.id] = None
        self.by_id[thread.id] = thread
        if len(self._looked_at) > LOOKED_AT_KEPT:
            oldest = next(iter(self._looked_at))
            del self._looked_at[oldest], self.by_id[oldest]

    def forget(self, thread_id: int) -> None:
        self.by_id.pop(thread_id, None)
        self._open.discard(thread_id)
        self._looked_at.pop(thread_id, None)
        self._away.remove(thread_id)

    def forget_in(self, parent_id: int) -> None:
        """Forget all that stood in a channel."""
        here = [id_ for id_, thread in self.by_id.items() if thread.parent_id == parent_id]
        for thread_id in (*here, *self._away.those_in(parent_id)):
            self.forget(thread_id)

    def follow(self, account_id: int, thread_id: int, *, follows: bool) -> None:
        thread = self.by_id.get(thread_id)
        if thread is not None:
            who = frozenset({account_id})
            members = thread.member_ids | who if follows else thread.member_ids - who
            self.by_id[thread_id] = replace(thread, member_ids=members)

    def count(self, thread_id: int, more: int) -> None:
        """Count messages that came, or with a number below 0 went."""
        thread = self.by_id.get(thread_id)
        if thread is not None:
            self.by_id[thread_id] = replace(thread, message_count=thread.message_count + more)


class _Away:
    """Ids of threads with those of their channels, in the order of the first."""

    def __init__(self) -> None:
        self._ids = array("q")
        self._parent_ids = array("q")

    def _place(self, thread_id: int) -> tuple[int, bool]:
        """Return where it stands or would stand, and whether it does."""
        at = bisect_left(self._ids, thread_id)
        return at, at < len(self._ids) and self._ids[at] == thread_id

    def parent_of(self, thread_id: int) -> int | None:
        at, is_here = self._place(thread_id)
        return self._parent_ids[at] if is_here else None

    def those_in(self, parent_id: int) -> Sequence[int]:
        both = zip(self._ids, self._parent_ids, strict=True)
        return [thread_id for thread_id, parent in both if parent == parent_id]

    def add(self, thread_id: int, parent_id: int) -> None:
        at, is_here = self._place(thread_id)
        if not is_here:
            self._ids.insert(at, thread_id)
            self._parent_ids.insert(at, parent_id)

    def remove(self, thread_id: int) -> None:
        at, is_here = self._place(thread_id)
        if is_here:
            del self._ids[at], self._parent_ids[at]
