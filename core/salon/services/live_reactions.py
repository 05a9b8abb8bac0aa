"""Reactions in a room: a picture that floats for a moment and is kept nowhere.

Who is in the room may send some. The first is told at once; what comes in the fifth of a second
after it is told together, the first few one by one and the rest as a number, so that a thousand who
clap at once are five small events a second. Everybody is judged again when theirs is told.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.events import RoomReacted
from salon.domain.reactions import Reacted
from salon.errors import NotFound
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.limits import Paces
from salon.services.live import Live
from salon.services.reactions import REACT, offered

SHOWN_MAX = 12  # of one event, as many as float at once
TOGETHER_S = 0.2
BURST, PER_S = 8, 3  # of one account


@dataclass(slots=True)
class _Waiting:
    """What is told of a room next."""

    timer: asyncio.TimerHandle
    shown: list[tuple[Account, str]] = field(default_factory=list)
    more: int = 0


class LiveReactions:
    """Owns what waits to be told, room by room."""

    def __init__(
        self,
        *,
        access: Access,
        directory: Directory,
        live: Live,
        tell: Callable[[RoomReacted], None],
        clock: Clock,
    ) -> None:
        self._access = access
        self._directory = directory
        self._live = live
        self._tell = tell
        self._clock = clock
        self._paces = Paces(BURST, PER_S)
        self._waiting: dict[int, _Waiting] = {}

    def react(self, actor: Account, room_id: int, emoji: str) -> None:
        """Raises NotFound (also who is not in the room), Denied, Invalid, TooMany."""
        self._access.room(actor, room_id, REACT)
        if not self._is_in(actor, room_id):
            raise NotFound("You are not in this room.", reason="not_in_room")
        picture = offered(emoji, self._directory)
        self._paces.take(
            actor.id,
            self._clock.monotonic_s(),
            message="That is a lot at once. Take a breath.",
        )
        waiting = self._waiting.get(room_id)
        if waiting is None:
            self._tell(RoomReacted(room_id, (Reacted(picture, actor.id),)))
            self._wait(room_id)
        elif len(waiting.shown) < SHOWN_MAX:
            waiting.shown.append((actor, picture))
        else:
            waiting.more += 1

    async def stop(self) -> None:
        """What waits is not told: nobody is there any more."""
        for waiting in self._waiting.values():
            waiting.timer.cancel()
        self._waiting.clear()

    def _wait(self, room_id: int) -> None:
        loop = asyncio.get_running_loop()
        self._waiting[room_id] = _Waiting(loop.call_later(TOGETHER_S, self._tell_rest, room_id))

    def _tell_rest(self, room_id: int) -> None:
        waiting = self._waiting.pop(room_id)
        shown = tuple(
            Reacted(picture, actor.id)
            for actor, picture in waiting.shown
            if self._is_in(actor, room_id) and self._access.may(actor, REACT, room_id)
        )
        if shown:
            self._tell(RoomReacted(room_id, shown, waiting.more))
            self._wait(room_id)

    def _is_in(self, actor: Account, room_id: int) -> bool:
        live = self._live.room_of(actor.id)
        return live is not None and live.room_id == room_id
