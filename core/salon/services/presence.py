"""Who is here, and who is writing; coalesced, so that one in is not many out.

Both are told once a second at most, for the house and for each channel, and in pieces of a bounded
size: a crowd that comes at once is told over several seconds. Whoever does not want to be seen
here, or writing, is not: that is decided here and not by their page.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.events import Event, PresenceChanged, TypingStarted
from salon.services.access import Access
from salon.services.announcer import Announcer
from salon.services.directory import Directory

COALESCE_S = 1.0
CHANGES_MAX = 1_000  # of one event
TYPING_EVERY_S = 3.0
TYPING_KEPT = 10_000
TYPISTS_MAX = 5  # of one event; more are “several people” anyway


class State(StrEnum):
    """How somebody is here. `busy` asks not to be disturbed."""

    HERE = "here"
    AWAY = "away"
    BUSY = "busy"


@dataclass(slots=True)
class _Typing:
    """Those who write in one channel and are not told yet."""

    timer: asyncio.TimerHandle
    waiting: dict[int, None] = field(default_factory=dict)


class Presence:
    """Watches connections come and go; tells the difference."""

    def __init__(
        self,
        *,
        announcer: Announcer,
        access: Access,
        directory: Directory,
        clock: Clock,
        tell: Callable[[Event], None],
    ) -> None:
        self._announcer = announcer
        self._tell_event = tell
        self._access = access
        self._directory = directory
        self._clock = clock
        self._told: Mapping[int, State] = {}
        self._shown: set[int] = set()  # in a picture since: who then went is told to have gone
        self._states: dict[int, dict[int, State]] = {}  # by account and sign-in, other than here
        self._bots: dict[str, frozenset[int]] = {}  # by the plugin that has their connections
        self._timer: asyncio.TimerHandle | None = None
        self._typed_at_s: dict[tuple[int, int], float] = {}
        self._typing: dict[int, _Typing] = {}

    def body(self) -> dict[str, list[str]]:
        """Return who is seen here, and who of them is away or busy."""
        seen = self._seen()
        self._shown.update(seen)
        return {
            "here": _ids(seen),
            "away": _ids(id_ for id_, state in seen.items() if state is State.AWAY),
            "busy": _ids(id_ for id_, state in seen.items() if state is State.BUSY),
        }

    def present(self) -> frozenset[int]:
        """Return who is here, seen or not."""
        return self._announcer.connected_accounts().union(*self._bots.values())

    def set_state(self, actor: Account, session_id: int, state: State) -> None:
        """Say how the actor is here, at one sign-in; as long as its sockets are open."""
        mine = self._states.setdefault(actor.id, {})
        mine.pop(session_id, None)
        if state is not State.HERE and session_id in self._announcer.sessions_of(actor.id):
            mine[session_id] = state
        if not mine:
            del self._states[actor.id]
        self.changed()

    def show_bots(self, plugin: str, bot_ids: Collection[int]) -> None:
        """Show these bots of a plugin as here, and the others of it as away."""
        before, self._bots[plugin] = self._bots.get(plugin), frozenset(bot_ids)
        if before != self._bots[plugin]:
            self.changed()

    def changed(self) -> None:
        """A connection came or went, or somebody wants to be seen otherwise."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(COALESCE_S, self._tell)

    def stop(self) -> None:
        for timer in (self._timer, *(typing.timer for typing in self._typing.values())):
            if timer is not None:
                timer.cancel()

    def _seen(self) -> dict[int, State]:
        shown = (id_ for id_ in self.present() if self._directory.privacy(id_).shows_presence)
        return {id_: self._state(id_) for id_ in sorted(shown)}

    def _state(self, account_id: int) -> State:
        """Busy at one sign-in is busy; away is who is away at each."""
        states = self._states.get(account_id)
        if not states:
            return State.HERE
        open_ = self._announcer.sessions_of(account_id)
        for session_id in states.keys() - open_:
            del states[session_id]
        if State.BUSY in states.values():
            return State.BUSY
        return State.AWAY if open_ and states.keys() >= open_ else State.HERE

    def _tell(self) -> None:
        self._timer = None
        for left in self._states.keys() - self.present():
            del self._states[left]
        seen, told = self._seen(), self._told
        changed = [id_ for id_, state in seen.items() if told.get(id_) is not state]
        changed += sorted((told.keys() | self._shown) - seen.keys())
        self._shown.clear()
        if not changed:
            return
        now, later = changed[:CHANGES_MAX], changed[CHANGES_MAX:]
        self._told = {
            id_: state
            for id_, state in ({**told, **{id_: seen[id_] for id_ in now if id_ in seen}}).items()
            if id_ in seen or id_ in later
        }
        by_state = {state: tuple(i for i in now if seen.get(i) is state) for state in State}
        gone = tuple(id_ for id_ in now if id_ not in seen)
        self._tell_event(
            PresenceChanged(
                here=by_state[State.HERE],
                away=by_state[State.AWAY],
                busy=by_state[State.BUSY],
                gone=gone,
            )
        )
        if later:
            self.changed()

    # -- writing

    async def typing(self, actor: Account, channel_id: int) -> None:
        """Show that somebody is writing. Raises NotFound, Denied."""
        channel = await self._access.channel_or_archived(actor, channel_id, "message.post")
        key = (actor.id, channel.id)
        now_s = self._clock.monotonic_s()
        is_soon = now_s - self._typed_at_s.get(key, -TYPING_EVERY_S) < TYPING_EVERY_S
        if is_soon or not self._directory.privacy(actor.id).shows_typing:
            return
        if len(self._typed_at_s) >= TYPING_KEPT:
            self._typed_at_s.clear()
        self._typed_at_s[key] = now_s
        known = self._typing.get(channel.id)
        if known is None:
            self._tell_typing(channel.id, (actor.id,))
        elif len(known.waiting) < TYPISTS_MAX:
            known.waiting[actor.id] = None

    def _tell_typing(self, channel_id: int, account_ids: tuple[int, ...]) -> None:
        """Tell now; who begins within the next second is told after it, together."""
        self._tell_event(TypingStarted(channel_id, account_ids))
        loop = asyncio.get_running_loop()
        timer = loop.call_later(COALESCE_S, self._tell_rest, channel_id)
        self._typing[channel_id] = _Typing(timer)

    def _tell_rest(self, channel_id: int) -> None:
        waiting = self._typing.pop(channel_id).waiting
        if waiting:
            self._tell_typing(channel_id, tuple(waiting))


def _ids(ids: Iterable[int]) -> list[str]:
    return [str(id_) for id_ in ids]
