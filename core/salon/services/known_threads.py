"""The threads that the directory knows by heart: in which channels, open, followed by whom."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from salon.domain.channels import Channel


class KnownThreads:
    """Every thread as it is now, archived ones too."""

    def __init__(self) -> None:
        self.by_id: dict[int, Channel] = {}
        self._in: dict[int, set[int]] = defaultdict(set)  # by channel, archived ones too
        self._open: set[int] = set()
        self._followed: dict[int, set[int]] = defaultdict(set)  # by follower

    def open_in(self, parent_ids: Collection[int] | None = None) -> list[Channel]:
        """Return those that are not archived, the last spoken in first; of these channels."""
        found = map(self.by_id.__getitem__, self._open)
        here = [t for t in found if parent_ids is None or t.parent_id in parent_ids]
        return sorted(here, key=lambda t: t.last_message_id or t.id, reverse=True)

    def followed_by(self, account_id: int, parent_ids: Collection[int]) -> list[int]:
        """Return what somebody follows in these channels, archived or not, the newest first."""
        mine = [self.by_id[id_] for id_ in self._followed.get(account_id, ())]
        here = [thread.id for thread in mine if thread.parent_id in parent_ids]
        return sorted(here, reverse=True)

    def all_in(self, parent_id: int) -> Sequence[Channel]:
        return [self.by_id[id_] for id_ in self._in.get(parent_id, ())]

    # -- keeping up

    def keep(self, thread: Channel) -> None:
        self.by_id[thread.id] = thread
        for follower in thread.member_ids:
            self._followed[follower].add(thread.id)
        self._in[thread.parent_id or 0].add(thread.id)
        if thread.archived:
            self._open.discard(thread.id)
        else:
            self._open.add(thread.id)

    def forget(self, thread_id: int) -> None:
        gone = self.by_id.pop(thread_id, None)
        self._open.discard(thread_id)
        if gone is not None:
            self._in[gone.parent_id or 0].discard(thread_id)
            for follower in gone.member_ids:
                self._followed[follower].discard(thread_id)

    def follow(self, account_id: int, thread_id: int, *, follows: bool) -> None:
        thread = self.by_id.get(thread_id)
        if thread is not None:
            who = frozenset({account_id})
            members = thread.member_ids | who if follows else thread.member_ids - who
            mine = self._followed[account_id]
            mine.add(thread_id) if follows else mine.discard(thread_id)
            self.by_id[thread_id] = replace(thread, member_ids=members)

    def count(self, thread_id: int, more: int) -> None:
        """Count messages that came, or with a number below 0 went."""
        thread = self.by_id.get(thread_id)
        if thread is not None:
            self.by_id[thread_id] = replace(thread, message_count=thread.message_count + more)
