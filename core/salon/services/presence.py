"""Who is here, and who is writing; coalesced, so that one in is not many out."""

import asyncio
from collections.abc import Callable, Collection

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.events import Event, PresenceChanged, TypingStarted
from salon.services.access import Access
from salon.services.announcer import Announcer

COALESCE_S = 1.0
TYPING_EVERY_S = 3.0
TYPING_KEPT = 10_000


class Presence:
    """Watches connections come and go; tells the difference at most once a second."""

    def __init__(
        self, announcer: Announcer, access: Access, clock: Clock, tell: Callable[[Event], None]
    ) -> None:
        self._announcer = announcer
        self._tell_event = tell
        self._access = access
        self._clock = clock
        self._told: frozenset[int] = frozenset()
        self._bots: dict[str, frozenset[int]] = {}  # by the plugin that has their connections
        self._timer: asyncio.TimerHandle | None = None
        self._typed_at_s: dict[tuple[int, int], float] = {}

    def here(self) -> list[str]:
        return [str(id_) for id_ in sorted(self.present())]

    def present(self) -> frozenset[int]:
        return self._announcer.connected_accounts().union(*self._bots.values())

    def show_bots(self, plugin: str, bot_ids: Collection[int]) -> None:
        """Show these bots of a plugin as here, and the others of it as away."""
        before, self._bots[plugin] = self._bots.get(plugin), frozenset(bot_ids)
        if before != self._bots[plugin]:
            self.changed()

    def changed(self) -> None:
        """A connection came or went."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(COALESCE_S, self._tell)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _tell(self) -> None:
        self._timer = None
        here = self.present()
        came, went = here - self._told, self._told - here
        self._told = here
        if came or went:
            self._tell_event(PresenceChanged(tuple(sorted(came)), tuple(sorted(went))))

    def typing(self, actor: Account, channel_id: int) -> None:
        """Show that somebody is writing. Raises NotFound, Denied."""
        channel = self._access.channel(actor, channel_id, "message.post")
        key = (actor.id, channel.id)
        now_s = self._clock.monotonic_s()
        if now_s - self._typed_at_s.get(key, -TYPING_EVERY_S) < TYPING_EVERY_S:
            return
        if len(self._typed_at_s) >= TYPING_KEPT:
            self._typed_at_s.clear()
        self._typed_at_s[key] = now_s
        self._tell_event(TypingStarted(channel.id, actor.id))
