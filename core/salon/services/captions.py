"""Captions: what plugins say that people in a room say, shown for a moment and kept nowhere.

A plugin begins captions in a room, which everybody who sees the room is told (`captioned` in its
live state), and then says lines. The first is told at once; those of the fifth of a second after it
together, so that a room gets at most five small events a second. A line that is not final yet is
replaced while it waits; of final ones a few wait, and then the oldest is lost, counted.

They go to those in the room alone, and only to who may see it when they are told; a line of
somebody who is no longer in it is not told. Captions end with the room, with the plugin's tasks,
or when the plugin says so.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Protocol

from salon.clock import Clock
from salon.domain.captions import CAPTION_MAX, Caption, is_language
from salon.domain.events import Event, RoomCaptioned, RoomStateChanged
from salon.errors import Conflict, Invalid, NotFound
from salon.host import Host
from salon.services import texts
from salon.services.directory import Directory
from salon.services.limits import Paces
from salon.services.live import Live

STATE = "captioned"
TOGETHER_S = 0.2
WAITING_MAX = 16  # lines of a room
BURST, PER_S = 40, 20  # of a room


class Tell(Protocol):
    """Sends an event now to those of these accounts who may see it."""

    def __call__(self, event: Event, among: Collection[int] | None = None) -> None: ...


@dataclass(slots=True)
class _Waiting:
    """What is told of a room next."""

    timer: asyncio.TimerHandle
    lines: list[Caption] = field(default_factory=list)


class Captioning:
    """Captions of one room, in a plugin's hands."""

    def __init__(
        self,
        room_id: int,
        say: "Callable[[Captioning, Caption], None]",
        end: "Callable[[Captioning], None]",
    ) -> None:
        self.room_id = room_id
        self.ended = asyncio.Event()
        self.waiting: _Waiting | None = None
        self.dropped_lines = 0
        self._say = say
        self._end = end

    def say(self, caption: Caption) -> None:
        """Raises NotFound, Invalid, TooMany."""
        self._say(self, caption)

    async def close(self) -> None:
        self._end(self)

    async def last(self) -> None:
        """Return when they have ended; ends them when it is cancelled."""
        try:
            await self.ended.wait()
        finally:
            self._end(self)

    def wait(self, waiting: _Waiting, caption: Caption) -> None:
        """Keep a line until the next are told: instead of what its speaker had not finished."""
        waiting.lines = [each for each in waiting.lines if not _gives_way(each, caption)]
        waiting.lines.append(caption)
        if len(waiting.lines) > WAITING_MAX:
            del waiting.lines[0]
            self.dropped_lines += 1


class Captions:
    """Owns what is captioned, room by room: one plugin each."""

    def __init__(
        self, *, directory: Directory, live: Live, host: Host, tell: Tell, clock: Clock
    ) -> None:
        self._directory = directory
        self._live = live
        self._host = host
        self._tell = tell
        self._clock = clock
        self._paces = Paces(BURST, PER_S)  # by room
        self._open: dict[int, Captioning] = {}

    def begin(self, plugin: str, room_id: int) -> "Captioning":
        """Begin captions in a room, as a task of the plugin. Raises NotFound, Conflict."""
        if room_id not in self._directory.rooms:
            raise NotFound("There is no such room.", reason="no_room")
        if room_id in self._open:
            raise Conflict("This room has captions already.", reason="captions_on")
        begun = Captioning(room_id, self._say, self._end)
        self._host.spawn(plugin, begun.last(), name=f"captions in room {room_id}")
        self._open[room_id] = begun
        self._live.room(room_id).states[STATE] = state = {"plugin": plugin}
        self._tell(RoomStateChanged(room_id, STATE, state))
        return begun

    def over(self, room_id: int) -> None:
        """The room is no more."""
        begun = self._open.get(room_id)
        if begun is not None:
            self._end(begun)

    def _end(self, begun: "Captioning") -> None:
        """End captions. Twice is once."""
        if self._open.get(begun.room_id) is not begun:
            return
        del self._open[begun.room_id]
        begun.ended.set()
        if begun.waiting is not None:
            begun.waiting.timer.cancel()
        live = self._live.known(begun.room_id)
        if live is not None and live.states.pop(STATE, None) is not None:
            self._tell(RoomStateChanged(begun.room_id, STATE, None))

    def _say(self, begun: "Captioning", caption: Caption) -> None:
        if self._open.get(begun.room_id) is not begun:
            raise NotFound("These captions have ended.", reason="captions_over")
        clean = _checked(caption)
        if caption.account_id not in self._inside(begun.room_id):
            raise NotFound("This person is not in the room.", reason="person_not_in_room")
        self._paces.take(
            begun.room_id, self._clock.monotonic_s(), message="That is more than can be read."
        )
        if begun.waiting is None:
            self._tell_now(begun, (clean,))
        else:
            begun.wait(begun.waiting, clean)

    def _tell_now(self, begun: "Captioning", captions: Collection[Caption]) -> None:
        """Tell some, and gather what comes after them."""
        inside = self._inside(begun.room_id)
        told = tuple(each for each in captions if each.account_id in inside)
        if told:
            self._tell(RoomCaptioned(begun.room_id, told), inside)
        loop = asyncio.get_running_loop()
        begun.waiting = _Waiting(loop.call_later(TOGETHER_S, self._tell_rest, begun))

    def _tell_rest(self, begun: "Captioning") -> None:
        waiting, begun.waiting = begun.waiting, None
        if waiting is not None and waiting.lines:
            self._tell_now(begun, waiting.lines)

    def _inside(self, room_id: int) -> Collection[int]:
        live = self._live.known(room_id)
        return frozenset() if live is None else live.participants.keys()


def _gives_way(before: Caption, after: Caption) -> bool:
    """Whether a line that is not final is replaced by another of the same speaker."""
    same = (before.account_id, before.language) == (after.account_id, after.language)
    return same and not before.is_final


def _checked(caption: Caption) -> Caption:
    """Return a caption as it is shown. Raises Invalid."""
    for tag in (caption.language, caption.translated_from):
        if tag is not None and not is_language(tag):
            raise Invalid(
                f"{tag[:64]!r} is no language tag, such as 'fr'.",
                field="language",
                reason="malformed",
            )
    text = texts.line(caption.text, field="text", at_most=CAPTION_MAX)
    return replace(caption, text=text)
