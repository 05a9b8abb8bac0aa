"""Lines that stand before somebody goes in, so that going in is only a word to the relay.

A page that shows a room's door asks for one. Its peer connects as any other, but the relay lets it
neither speak nor hear, and nobody is told of it: it is no place. Whoever then goes in with it is
heard with the next packet. Whoever does not within `STANDS_S` has lost it without a word.

One line per sign-in, few per person and room, and a bounded number in all: who is refused one goes
in a moment later, and nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from salon.errors import NotFound, Unavailable
from salon.ids import new_secret
from salon.relay.control import PeerConnected, PeerLost, Relay, RelayEvent
from salon.services.live import Live, LiveRoom

STANDS_S = 30.0
LINES_PER_ROOM = 20  # fits into what a room of the relay carries beside its seats
LINES_PER_ACCOUNT = 3  # sign-ins of one person; then the longest standing makes room
LINES = 500  # each costs the relay a connection's memory


@dataclass(frozen=True, slots=True)
class Line:
    """A peer without a place."""

    room_id: int
    account_id: int
    session_id: int
    peer_id: str
    connected: bool = False


class Doorstep:
    """Owns the lines that nobody has gone in with yet."""

    def __init__(
        self,
        live: Live,
        relay: Relay,
        open_room: Callable[[LiveRoom], Awaitable[None]],
        ended: Callable[[Line], None],
    ) -> None:
        self._live = live
        self._relay = relay
        self._open_room = open_room
        self._ended = ended
        self._lines: dict[int, Line] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}
        relay.listen(self._heard)

    async def prepare(
        self, live: LiveRoom, account_id: int, session_id: int, *, music: bool
    ) -> tuple[str, str]:
        """Return (peer id, offer) of a line to a room.

        Raises Unavailable when too many stand at this door, or at all doors; NotFound when another
        line of this sign-in, or the end of the room, has ended it meanwhile.
        """
        self.drop(session_id)
        own = [line for line in self._lines.values() if line.account_id == account_id]
        if len(own) >= LINES_PER_ACCOUNT:
            self.drop(own[0].session_id)
        here = sum(line.room_id == live.room_id for line in self._lines.values())
        if here >= LINES_PER_ROOM or len(self._lines) >= LINES:
            raise Unavailable(
                "Many people are at the door. Please try again in a moment.", reason="door_busy"
            )
        line = Line(live.room_id, account_id, session_id, new_secret(16))
        self._lines[session_id] = line
        live.lines += 1
        loop = asyncio.get_running_loop()
        self._timers[session_id] = loop.call_later(STANDS_S, self.drop, session_id)
        try:
            await self._open_room(live)
            offer = await self._relay.add_peer(
                live.room_id, line.peer_id, str(account_id), may_speak=False, music=music
            )
            await self._relay.allow(line.peer_id, speak=False, hear=False)
        except BaseException:
            if self.of(session_id, line.peer_id) is not None:
                self.drop(session_id)
            raise
        if self.of(session_id, line.peer_id) is None:
            self._ended(line)  # once more: before, the relay may not have known it yet
            raise NotFound("This line has ended. Ask for another.", reason="connection_gone")
        return line.peer_id, offer

    def of(self, session_id: int, peer_id: str) -> Line | None:
        """Return a sign-in's line if it still stands."""
        line = self._lines.get(session_id)
        return line if line is not None and line.peer_id == peer_id else None

    def by_peer(self, peer_id: str) -> Line | None:
        """Return the line that is this peer, if it still stands."""
        return next((line for line in self._lines.values() if line.peer_id == peer_id), None)

    def take(self, session_id: int, room_id: int, peer_id: str | None) -> Line | None:
        """Hand a line over to who goes in with it; any other of this sign-in ends."""
        line = self._lines.get(session_id)
        if line is None:
            return None
        if line.peer_id != peer_id or line.room_id != room_id:
            self.drop(session_id)
            return None
        self._forget(line)
        return line

    def drop(self, session_id: int) -> None:
        """End a line that nobody went in with. Twice is once."""
        line = self._lines.get(session_id)
        if line is not None:
            self._forget(line)
            self._ended(line)

    def drop_of(self, *, account_id: int | None = None, room_id: int | None = None) -> None:
        """End all lines of an account, or all to a room."""
        for line in list(self._lines.values()):
            if account_id == line.account_id or room_id == line.room_id:
                self.drop(line.session_id)

    def drop_all(self) -> None:
        for session_id in list(self._lines):
            self.drop(session_id)

    def _forget(self, line: Line) -> None:
        del self._lines[line.session_id]
        self._timers.pop(line.session_id).cancel()
        live = self._live.known(line.room_id)
        if live is not None:
            live.lines -= 1

    def _heard(self, event: RelayEvent) -> None:
        if not isinstance(event, PeerConnected | PeerLost):
            return
        for line in list(self._lines.values()):
            if line.peer_id != event.peer_id:
                continue
            if isinstance(event, PeerConnected):
                self._lines[line.session_id] = replace(line, connected=True)
            else:
                self.drop(line.session_id)
