"""Rooms that are to be recorded (`Room.to_be_recorded`) are, from their start.

It begins when whose recording it is comes in: who opened the room, or in a room that nobody opened
in person (an event's) the first who may record there. Everybody is told and asked as always. Once
per gathering: who stops it has stopped it until the room was empty. When it cannot begin, who came
in is told why, and may press Record.
"""

from salon.plugin import Account, Only, Participant, Room, Salon, SalonError
from salon_recording.recorder import PERMISSION, Recorder


class FromStart:
    """Watches who comes into rooms that are to be recorded."""

    def __init__(self, salon: Salon, recorder: Recorder) -> None:
        self._salon = salon
        self._recorder = recorder
        self._tried: set[int] = set()  # rooms in which this gathering's recording began, or failed

    def joined(self, participant: Participant) -> None:
        """Begin to record, when it is this one who does."""
        room = self._salon.rooms.get(participant.room_id)
        actor = self._salon.accounts.get(participant.account_id)
        if room is None or actor is None or room.id in self._tried:
            return
        if self._recorder.is_enabled and room.to_be_recorded and self._records(actor, room):
            self._tried.add(room.id)
            self._salon.spawn(self._start(actor, room), name=f"recording of room {room.id}")

    def left(self, room_id: int) -> None:
        """Forget a gathering with the last one who leaves it."""
        if not self._salon.rooms.participants(room_id):
            self._tried.discard(room_id)

    def _records(self, actor: Account, room: Room) -> bool:
        is_its = room.opened_by in {0, actor.id}
        return is_its and self._salon.accounts.may(actor, PERMISSION, room.id)

    async def _start(self, actor: Account, room: Room) -> None:
        try:
            await self._recorder.start(actor, room.id)
        except SalonError as error:
            body = {"room_id": str(room.id), "error": error.body()}
            await self._salon.announce("not_started", Only(actor.id), body)
