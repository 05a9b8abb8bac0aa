"""Committed batches to sockets: one encoding per event, one write per socket and batch.

Who may see an event is asked when it is delivered. The answer per place is kept until somebody's
access or a connection changes, so that a message to a room of a thousand costs a thousand writes
and no questions. Nobody waits for a socket: one that does not read is cut off and comes back with
its `seq`.

What people say to many is held for three milliseconds, so that messages of several commits cost one
write to each: the write is most of what a message to many costs. In a busy place it is held longer,
so that writing takes a tenth of the time at most. When a commit is just then on its way, what is
held goes with it, up to six milliseconds later. Who hears it was asked when it was committed;
whatever may change that, and everything else that is told, is told after what is held. Answers
given meanwhile wait for the same write.

A client that was away is told everything it missed, in order, from a ring in memory or from the
event log; if access changed meanwhile, or the log no longer reaches back, it gets a snapshot.
"""

import asyncio
import struct
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any, Protocol

import orjson

from salon.domain.accounts import AccountState
from salon.domain.channels import Channel
from salon.domain.events import (
    Event,
    Everyone,
    MessageEdited,
    MessagePosted,
    Only,
    OnlySession,
    Place,
    ReactionChanged,
    ReadMoved,
    Scope,
    ThreadFollowed,
)
from salon.errors import Unavailable
from salon.services.directory import Directory, View
from salon.services.gaps import (
    Missed,
    as_said_last,
    changes_what_is_seen,
    place_made_or_ended,
    without_deleted,
)
from salon.services.snapshot import places_of
from salon.services.unread import passed_over
from salon.store import channels as stored_channels
from salon.store import messages as stored_messages
from salon.store.log import Committed, Logged
from salon.store.store import Store

RING = 10_000
REPLAY_MAX = 5_000
REPLAY_MAX_BYTES = 4 * 1_024 * 1_024  # more is told as a snapshot, which is smaller
RING_MAX_BYTES = 16 * 1_024 * 1_024
FOLLOWED_KEPT = 1_000  # the newest, of somebody who is connected
HOLD_S = 0.003
HOLD_BUSY_S = 0.025  # at most, after a write to many
REST = 9  # so many times as long as the last write to many took, nothing is written to many
HOLD_FOR_COMMIT_S = 0.006  # longer, when one is on its way
HOLD_MAX_BYTES = 64 * 1_024
MANY = 32  # sockets; what fewer hear is not worth holding
OPCODE_TEXT = 0x81
CLOSE_SIGN_IN = 4001

# What may be held: none of them changes who hears the next one.
SAID = frozenset({MessagePosted.name, MessageEdited.name, ReactionChanged.name, ReadMoved.name})

Write = Callable[[bytes], None]


class Connection(Protocol):
    """One open socket, as the announcer sees it."""

    account_id: int
    session_id: int
    write: Write
    """Hands finished frames to the transport without waiting; closes a slow reader.

    Whoever changes it calls `Announcer.rerouted`.
    """

    def close(self, code: int, reason: str) -> "asyncio.Task[Any]":
        """End the connection soon; the task ends when it has said goodbye."""


class Announcer:
    """Owns the open connections, the ring and how far each connected account has read."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store = store
        self._directory = directory
        self._connections: dict[int, set[Connection]] = defaultdict(set)
        self._open: dict[Connection, None] = {}  # the same, in the order in which they came
        self._ring: deque[Logged] = deque()
        self._ring_bytes = 0
        self._reads: dict[int, dict[int, int]] = {}
        self._passed: dict[int, Mapping[int, int]] = {}
        self._moved: dict[int, dict[int, int]] = {}
        self._followed: dict[int, dict[int, int]] = {}  # threads with their channels, by account
        self._following: dict[int, dict[int, int | None]] = {}  # what is told while that is read
        self._views: dict[int, View] = {}
        self._receivers: dict[Scope, Mapping[Connection, Write]] = {}
        self._held: list[tuple[Mapping[Connection, Write], list[bytes]]] = []
        self._held_bytes = 0
        self._answers: dict[Connection, bytes] = {}  # held as well
        self._release_at: asyncio.TimerHandle | None = None
        self._rests_until_s = 0.0
        self._is_due = False  # once the commit on its way is told
        self._receivers_version = -1
        self._access_version = -1
        self._after: list[Callable[[Event], None]] = []
        self._access_body: Callable[[int], dict[str, Any]] = lambda _account_id: {}
        store.listen(self._committed)

    def when_committed(self, callback: Callable[[Event], None]) -> None:
        """Call back with each committed event."""
        self._after.append(callback)

    def describe_access_with(self, body: Callable[[int], dict[str, Any]]) -> None:
        """Say how to make the body of `access.changed` for an account."""
        self._access_body = body

    # -- coming and going

    def connected_accounts(self) -> frozenset[int]:
        return frozenset(id_ for id_, open_ in self._connections.items() if open_)

    def count(self, account_id: int) -> int:
        return len(self._connections.get(account_id, ()))

    @property
    def open_sockets(self) -> int:
        return len(self._open)

    def sessions_of(self, account_id: int) -> frozenset[int]:
        """Return the sign-ins by which an account is connected."""
        return frozenset(each.session_id for each in self._connections.get(account_id, ()))

    async def load_reads(self, account_id: int) -> Mapping[int, int]:
        """Return how far the account has read, kept up to date while it is connected."""
        passed = await self._load_passed(account_id)
        if account_id not in self._reads:
            moved = self._moved.setdefault(account_id, {})  # what is told while it is read
            try:
                found = await self._store.read(lambda c: stored_messages.load_reads(c, account_id))
            finally:
                self._moved.pop(account_id, None)
            self._reads.setdefault(account_id, {**found, **moved})
        self._passed[account_id] = passed
        return self._reads[account_id]

    async def _load_passed(self, account_id: int) -> Mapping[int, int]:
        """Return what only people wrote whom the account blocks, who make nothing unread."""
        account = self._directory.account(account_id)
        blocked = self._directory.privacy(account_id).blocked
        if account is None or not blocked:
            return {}
        places = places_of(self._directory, account)
        return await self._store.read(
            lambda connection: passed_over(connection, account_id, places, blocked)
        )

    def reads(self, account_id: int) -> Mapping[int, int]:
        """Return how far the account has read, and over what it passes."""
        own, passed = self._reads.get(account_id, {}), self._passed.get(account_id)
        if not passed:
            return own
        return own | {id_: max(last, own.get(id_, 0)) for id_, last in passed.items()}

    async def load_followed(self, account_id: int) -> None:
        """Know the threads that the account follows, while it is connected."""
        if account_id in self._followed:
            return
        told = self._following.setdefault(account_id, {})
        try:
            found = await self._store.read(
                lambda c: stored_channels.followed_by(c, account_id, FOLLOWED_KEPT)
            )
        finally:
            self._following.pop(account_id, None)
        kept = {**found, **told}
        followed = {id_: parent for id_, parent in kept.items() if parent is not None}
        self._followed.setdefault(account_id, followed)

    def followed(self, account_id: int) -> Mapping[int, int]:
        """Return the threads that a connected account follows, with their channels."""
        return self._followed.get(account_id, {})

    async def missed(self, epoch: str | None, seq: int | None) -> Missed:
        """Prepare the way back of a client that knew everything up to `seq`."""
        if epoch != self._store.epoch or seq is None or seq > self._store.head_seq:
            return Missed(None, 0)
        if self._ring_reaches(seq):
            return Missed((), seq)
        logged = await self._store.log_after(seq, REPLAY_MAX)
        if logged is None or len(logged) >= REPLAY_MAX:
            return Missed(None, 0)
        return Missed(logged, logged[-1].seq if logged else seq)

    def add(self, connection: Connection) -> None:
        """Let a connection hear everything from now on."""
        account = self._directory.account(connection.account_id)
        if account is None or account.state is not AccountState.ACTIVE:
            raise Unavailable("This account cannot be used any more.", reason="account_unusable")
        self._connections[account.id].add(connection)
        self._open[connection] = None
        self._views[account.id] = self._directory.view(account)
        self._receivers.clear()

    def remove(self, connection: Connection) -> None:
        mine = self._connections.get(connection.account_id)
        if mine is None:
            return
        self.release()
        mine.discard(connection)
        self._open.pop(connection, None)
        self._receivers.clear()
        if not mine:
            for known in (
                self._connections,
                self._views,
                self._reads,
                self._passed,
                self._followed,
            ):
                known.pop(connection.account_id, None)

    def rerouted(self) -> None:
        """Forget how connections are written to: one has changed its way."""
        self.release()
        self._receivers.clear()

    def close_sessions(self, account_id: int, session_id: int | None) -> None:
        """Close the sockets of an ended session, or of all of an account."""
        for connection in tuple(self._connections.get(account_id, ())):
            if session_id is None or connection.session_id == session_id:
                self.remove(connection)
                connection.close(CLOSE_SIGN_IN, "sign in again")

    async def close_all(self, code: int, reason: str, *, within_s: float) -> None:
        """Close every socket; return when all have answered, or when the time is over."""
        self.release()
        goodbyes = [connection.close(code, reason) for connection in tuple(self._open)]
        if goodbyes:
            await asyncio.wait(goodbyes, timeout=within_s)

    def replay(self, missed: Missed, account_id: int) -> list[bytes] | None:
        """Return the frames the account missed, up to now; None when a snapshot must be told."""
        if missed.logged is None or not self._ring_reaches(missed.seq):
            return None
        entries = [*missed.logged, *(entry for entry in self._ring if entry.seq > missed.seq)]
        if any(map(changes_what_is_seen, entries)):
            return None
        if sum(len(entry.body) for entry in entries) > REPLAY_MAX_BYTES:
            return None
        return [
            encode_event(entry.name, entry.body, entry.seq)
            for entry in as_said_last(without_deleted(entries))
            if self._directory.may_receive(account_id, entry.scope)
        ]

    def _ring_reaches(self, seq: int) -> bool:
        """Whether the ring holds everything after `seq`."""
        if seq >= self._store.head_seq:
            return True
        return bool(self._ring) and self._ring[0].seq <= seq + 1

    # -- telling

    def tell(self, event: Event, among: Collection[int] | None = None) -> None:
        """Send an ephemeral event now to those who may see it, or to those of some accounts."""
        self.release()
        frame = encode_event(event.wire_name, orjson.dumps(event.body()), None)
        for connection, write in self._of_scope(event.scope).items():
            if among is None or connection.account_id in among:
                write(frame)

    def tell_account(self, account_id: int, name: str, body: dict[str, Any]) -> None:
        self.release()
        frame = encode_event(name, orjson.dumps(body), None)
        for connection in tuple(self._connections.get(account_id, ())):
            connection.write(frame)

    def answer(self, connection: Connection, frame: bytes) -> None:
        """Send one socket an answer, behind what is held for it."""
        if self._release_at is None:
            connection.write(frame)
        else:
            self._answers[connection] = self._answers.get(connection, b"") + frame

    def _committed(self, batch: Sequence[Committed]) -> None:
        self._tell_batch(batch)
        self._tell_new_access(batch)
        for entry in batch:
            for callback in self._after:
                callback(entry.event)

    def _tell_batch(self, batch: Sequence[Committed]) -> None:
        """Write a batch to the sockets, or hold it so that it is written with the next ones."""
        is_said = all(entry.name in SAID for entry in batch)
        if not is_said:
            self.release()
        for entry in batch:
            self._keep(entry)
            self._hold(self._of_scope(entry.scope), encode_event(entry.name, entry.body, entry.seq))
        self._directory.settle()
        is_to_many = any(len(receivers) >= MANY for receivers, _ in self._held)
        is_due = self._is_due and not self._store.is_writing
        if not is_said or not is_to_many or is_due or self._held_bytes > HOLD_MAX_BYTES:
            self.release()
        elif self._release_at is None:
            hold_s = max(HOLD_S, self._rests_until_s - monotonic())
            self._release_at = asyncio.get_running_loop().call_later(hold_s, self._fall_due)

    def _hold(self, receivers: Mapping[Connection, Write], frame: bytes) -> None:
        self._held_bytes += len(frame)
        if self._held and self._held[-1][0] is receivers:
            self._held[-1][1].append(frame)
        else:
            self._held.append((receivers, [frame]))

    def _fall_due(self) -> None:
        """Release what was held long enough, or with the commit that is on its way."""
        if not self._store.is_writing:
            self.release()
            return
        self._is_due = True
        loop = asyncio.get_running_loop()
        self._release_at = loop.call_later(HOLD_FOR_COMMIT_S, self.release)

    def release(self) -> None:
        """Write what is held: joined once for all who hear the same, and then for each."""
        self._is_due = False
        if self._release_at is not None:
            self._release_at.cancel()
            self._release_at = None
        began_s = monotonic()  # a loop's own time may be in whole milliseconds
        self._write_held()
        ended_s = monotonic()
        rests_until_s = ended_s + min(REST * (ended_s - began_s), HOLD_BUSY_S)
        self._rests_until_s = max(self._rests_until_s, rests_until_s)  # a heartbeat writes nothing

    def _write_held(self) -> None:
        runs, self._held, self._held_bytes = self._held, [], 0
        answers, self._answers = self._answers, {}
        if len(runs) == 1:
            receivers, frames = runs[0]
            joined = b"".join(frames)
            for connection, write in receivers.items():
                write(joined + answers.pop(connection, b""))
            runs = []
        outgoing: dict[Connection, list[bytes]] = defaultdict(list)
        for receivers, frames in runs:
            joined = b"".join(frames)
            for connection in receivers:
                outgoing[connection].append(joined)
        for connection, frame in answers.items():
            outgoing[connection].append(frame)
        for connection, pieces in outgoing.items():
            connection.write(b"".join(pieces))

    def _keep(self, entry: Committed) -> None:
        self._directory.apply(entry.event)
        self._ring.append(Logged(entry.seq, entry.name, entry.scope, entry.body))
        self._ring_bytes += len(entry.body)
        while len(self._ring) > RING or self._ring_bytes > RING_MAX_BYTES:
            self._ring_bytes -= len(self._ring.popleft().body)
        if isinstance(entry.event, ThreadFollowed):
            self._keep_followed(entry.event)
        if isinstance(entry.event, ReadMoved):
            for known in (self._reads, self._moved):
                reads = known.get(entry.event.account_id)
                if reads is not None:
                    reads[entry.event.channel_id] = entry.event.message_id

    def _keep_followed(self, event: ThreadFollowed) -> None:
        parent_id = self._directory.parent_of(event.thread_id) if event.follows else None
        if event.account_id in self._following:
            self._following[event.account_id][event.thread_id] = parent_id
        followed = self._followed.get(event.account_id)
        if followed is not None and parent_id is not None:
            followed[event.thread_id] = parent_id
        elif followed is not None:
            followed.pop(event.thread_id, None)

    def _of_scope(self, scope: Scope) -> Mapping[Connection, Write]:
        if self._receivers_version != self._directory.access_version:
            self._receivers_version = self._directory.access_version
            self._receivers.clear()
        if isinstance(scope, Only):
            may = self._directory.may_receive(scope.account_id, scope)
            mine = tuple(self._connections.get(scope.account_id, ())) if may else ()
            if isinstance(scope, OnlySession):
                mine = tuple(each for each in mine if each.session_id == scope.session_id)
            return {connection: connection.write for connection in mine}
        if not isinstance(scope, Place | Everyone):
            return self._judged(scope)
        if isinstance(scope, Place):
            parent_id = self._directory.parent_of(scope.id)
            if parent_id is not None:
                scope = Place(parent_id)  # who reads a channel reads its threads
            conversation = self._directory.conversations.get(scope.id)
            if conversation is not None:
                return self._of_members(conversation, scope)
        known = self._receivers.get(scope)
        if known is None:
            known = self._receivers[scope] = self._judged(scope)
        return known

    def _of_members(self, conversation: Channel, scope: Scope) -> Mapping[Connection, Write]:
        """Return who is in a conversation now; not kept, since they come and go by themselves."""
        may = [id_ for id_ in conversation.member_ids if self._directory.may_receive(id_, scope)]
        here = (each for id_ in may for each in self._connections.get(id_, ()))
        return {connection: connection.write for connection in here}

    def _judged(self, scope: Scope) -> Mapping[Connection, Write]:
        """Return who may receive and how, first come first: they lie in memory in that order.

        Looking up a connection's way again for each message costs a tenth of a message to many.
        """
        may = {id_ for id_ in self._connections if self._directory.may_receive(id_, scope)}
        return {each: each.write for each in self._open if each.account_id in may}

    def _tell_new_access(self, batch: Sequence[Committed]) -> None:
        """Send everything anew to accounts whose view has changed.

        Not for places that this batch itself made or ended: they were told as events.
        """
        if self._access_version == self._directory.access_version:
            return
        self._access_version = self._directory.access_version
        told = {id_ for entry in batch if (id_ := place_made_or_ended(entry)) is not None}
        for account_id, before in tuple(self._views.items()):
            account = self._directory.account(account_id)
            if account is None or account.state is not AccountState.ACTIVE:
                self.close_sessions(account_id, None)
                continue
            view = self._directory.view(account)
            if view == before:
                continue
            self._views[account_id] = view
            if replace(before, places=view.places) == view and before.places ^ view.places <= told:
                continue
            self.tell_account(account_id, "access.changed", self._access_body(account_id))


def encode_event(name: str, body: bytes, seq: int | None) -> bytes:
    """Return the finished WebSocket frame of an event (RFC 6455, 5.2): unmasked, one piece."""
    number = b"" if seq is None else b',"seq":%d' % seq
    return encode_frame(b'{"event":"%s"%s,"data":%s}' % (name.encode("ascii"), number, body))


def encode_frame(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:  # noqa: PLR2004 the three forms of a length in RFC 6455
        return struct.pack("!BB", OPCODE_TEXT, size) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", OPCODE_TEXT, 126, size) + payload
    return struct.pack("!BBQ", OPCODE_TEXT, 127, size) + payload
