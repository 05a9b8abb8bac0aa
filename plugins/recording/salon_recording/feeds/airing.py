"""Rooms of a show that are live now, for its feed.

A room is a show's when one of its latest episodes was recorded there; it stands in the feed while
anybody may hear it without an account, which the server judges at each look. When it began is the
arrival of who came first, noted until the room is empty again. When it ends nobody knows: programs
are told a guess, and go by the status.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from salon.plugin import Salon
from salon_recording.feeds.rss import Airing

LASTS = timedelta(hours=3)


class Airings:
    """Remembers since when rooms are live."""

    def __init__(self, salon: Salon) -> None:
        self._salon = salon
        self._since: dict[int, datetime] = {}

    def of(self, room_ids: Collection[int]) -> tuple[Airing, ...]:
        """Return those of the rooms that anybody may hear this moment."""
        found = (self._airing(room_id) for room_id in room_ids)
        return tuple(airing for airing in found if airing is not None)

    def left(self, room_id: int) -> None:
        """Somebody went, or the room is gone: who comes into an empty room begins anew."""
        if not self._salon.rooms.participants(room_id):
            self._since.pop(room_id, None)

    def _airing(self, room_id: int) -> Airing | None:
        room, url = self._salon.rooms.get(room_id), self._salon.rooms.heard_at(room_id)
        within = self._salon.rooms.participants(room_id)
        if room is None or url is None or not within:
            return None
        since = self._since.setdefault(room_id, within[0].joined_at.replace(microsecond=0))
        return Airing(
            guid=f"live-{room_id}-{since:%Y%m%dT%H%M%S}",
            title=room.name,
            url=url,
            starts_at=since,
            ends_at=since + LASTS,
        )
