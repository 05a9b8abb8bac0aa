"""What pages are told: that something in the calendar changed, without a word of what.

Whoever shows a part of the calendar asks for it again and is answered by what they may know then;
so nothing about an event can reach anybody but as an answer to a question of theirs. It is kept, so
that a page whose line was lost asks when it is back.
"""

import asyncio

from salon.plugin import Everyone, Only, Place, Salon, Scope
from salon_events.event import Event

EVERY_S = 0.5


class Changes:
    """Says it at most so often to the same people."""

    def __init__(self, salon: Salon) -> None:
        self._salon = salon
        self._waiting: set[Scope] = set()

    async def changed(self, event: Event) -> None:
        """Tell the pages of whoever may see the room, or everybody's."""
        if event.is_draft and event.made_by is not None:
            return self._soon(Only(event.made_by))
        room_id = event.room_id
        is_there = room_id is not None and self._salon.rooms.get(room_id) is not None
        scope: Scope = Place(room_id) if room_id is not None and is_there else Everyone()
        return self._soon(scope)

    def _soon(self, scope: Scope) -> None:
        if scope not in self._waiting:
            self._waiting.add(scope)
            self._salon.spawn(self._tell(scope), name="changes")

    async def _tell(self, scope: Scope) -> None:
        await asyncio.sleep(EVERY_S)
        self._waiting.discard(scope)
        await self._salon.db.write(lambda tx: tx.announce("changed", scope, {}))
