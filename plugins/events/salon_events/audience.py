"""Who may know of an event: asked each time anew, when somebody asks and when somebody is told.

Of an event in a room knows who may see the room; of one with a room of its own who may see
anything here. Roles narrow both. Who planned it, who hosts it and who may change it know of it as
long as they may see its room. Of a draft knows who planned it alone. When the room has gone nobody
can be judged by it, so that only they know of it still; a role that is gone lets nobody in.
"""

from salon.plugin import Account, Room, Salon
from salon_events.event import Event, Occurrence

VIEW = "channel.view"
MANAGE = "events.manage"
SCHEDULE = "events.schedule"


class Audience:
    """Judges by the roles, rooms and accounts of this moment."""

    def __init__(self, salon: Salon) -> None:
        self._salon = salon

    def sees(self, account: Account, event: Event) -> bool:
        if event.is_draft:
            return account.id == event.made_by and self._sees_place(account, event)
        if self.has_part(account, event):
            return True
        room_id = event.room_id
        if room_id is not None and self._salon.rooms.get(room_id) is None:
            return False
        if not self._salon.accounts.may(account, VIEW, room_id):
            return False
        return not event.role_ids or bool(account.role_ids.intersection(event.role_ids))

    def sees_id(self, account_id: int, event: Event) -> Account | None:
        """Return an account, if there is one and it may know of the event."""
        account = self._salon.accounts.get(account_id)
        return account if account is not None and self.sees(account, event) else None

    def has_part(self, account: Account, event: Event) -> bool:
        """Whether somebody planned the event, hosts it or may change it, and sees its room."""
        has_one = account.id == event.made_by or account.id in event.host_ids
        return (has_one or self.may_manage(account, event)) and self._sees_place(account, event)

    def may_change(self, account: Account, event: Event) -> bool:
        """Whether somebody may change an event: their own, or those of others."""
        if not self._sees_place(account, event):
            return False
        if event.is_draft and account.id != event.made_by:
            return False
        may_plan = self._salon.accounts.may(account, SCHEDULE, self._place(event))
        return (may_plan and account.id == event.made_by) or self.may_manage(account, event)

    def may_manage(self, account: Account, event: Event) -> bool:
        return self._salon.accounts.may(account, MANAGE, self._place(event))

    def is_for_everybody(self, event: Event) -> bool:
        """Whether who has no account may know of it: it says so, and hides from no member."""
        if not event.is_public or event.role_ids or event.is_draft:
            return False
        room = None if event.room_id is None else self._salon.rooms.get(event.room_id)
        if event.room_id is not None and room is None:
            return False
        everyone = self._salon.accounts.roles()[-1]
        return VIEW in everyone.permissions and not (room and _hides(room))

    def room_of(self, occurrence: Occurrence) -> Room | None:
        """Return the room where it happens, if it is there."""
        place_id = occurrence.place_id
        return None if place_id is None else self._salon.rooms.get(place_id)

    def _place(self, event: Event) -> int | None:
        """Return where rights are asked about; a room that has gone says nothing any more."""
        is_there = event.room_id is not None and self._salon.rooms.get(event.room_id) is not None
        return event.room_id if is_there else None

    def _sees_place(self, account: Account, event: Event) -> bool:
        return self._salon.accounts.may(account, VIEW, self._place(event))


def _hides(room: Room) -> bool:
    return any(VIEW in overwrite.deny for overwrite in room.overwrites)
