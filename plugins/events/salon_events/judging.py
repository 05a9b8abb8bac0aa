"""What may be planned, and by whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from salon.plugin import Account, AccountKind, Conflict, Denied, Invalid, NotFound, Room, Salon
from salon_events import occurrence_rows
from salon_events.audience import MANAGE, SCHEDULE, VIEW, Audience
from salon_events.config import EventsConfig
from salon_events.event import Event, Occurrence
from salon_events.event_rows import Numbers

BEGINS_WITHIN = timedelta(days=5 * 366)
NAME_ANY = "mention.everyone"


class Judging:
    """Says who may plan what, where, for whom and how much of it."""

    def __init__(self, salon: Salon, config: EventsConfig, audience: Audience) -> None:
        self._salon = salon
        self._config = config
        self._audience = audience

    async def changeable(self, actor: Account, occurrence_id: int) -> Occurrence:
        """Return what is to come and the actor may change. Raises NotFound, Denied, Conflict."""
        known = await self._salon.db.read(lambda c: occurrence_rows.find(c, occurrence_id))
        if known is None or not self._audience.sees(actor, known.event):
            raise NotFound("There is no such event.", field="occurrence", reason="events.no_event")
        if not self._audience.may_change(actor, known.event):
            raise Denied("This event is not yours.", permission=MANAGE, reason="events.not_yours")
        if not known.is_to_come:
            raise Conflict("This event is over.", field="occurrence", reason="events.is_over")
        return known

    def check_place(self, actor: Account, room_id: int | None) -> Room | None:
        may = self._salon.accounts.may
        if room_id is None:
            if not may(actor, "room.open"):
                raise Denied(
                    "You may not open rooms here.", permission="room.open", reason="no_permission"
                )
            return None
        room = self._salon.rooms.get(room_id)
        if room is None or room.temporary or not may(actor, VIEW, room_id):
            raise NotFound("There is no such room.", field="room", reason="no_room")
        if not may(actor, SCHEDULE, room_id):
            raise Denied(
                "You may not plan events in this room.", permission=SCHEDULE, reason="no_permission"
            )
        return room

    def check_people(self, role_ids: Sequence[int], host_ids: Sequence[int]) -> None:
        if set(role_ids) - {role.id for role in self._salon.accounts.roles()}:
            raise NotFound("There is no such role.", field="role_ids", reason="no_role")
        for account_id in host_ids:
            found = self._salon.accounts.get(account_id)
            is_here = found is not None and found.is_usable(self._salon.clock.now())
            if found is None or not is_here or found.kind is not AccountKind.PERSON:
                raise NotFound("There is no such person.", field="host_ids", reason="nobody")

    def check_told(self, actor: Account, role_ids: Sequence[int]) -> None:
        """Raise Denied for roles that the actor may not name to all who have them."""
        if not role_ids or self._salon.accounts.may(actor, NAME_ANY):
            return
        roles = {role.id: role for role in self._salon.accounts.roles()}
        for id_ in role_ids:
            if id_ in roles and not roles[id_].mentionable:
                raise Denied(
                    f"You may not tell everybody with the role {roles[id_].name}.",
                    reason="events.role_untold",
                    name=roles[id_].name,
                )

    def check_public(self, actor: Account, room_id: int | None, *, is_public: bool) -> None:
        if is_public and not self._salon.accounts.may(actor, MANAGE, room_id):
            raise Denied(
                "You may not show events to people without an account.",
                permission=MANAGE,
                reason="no_permission",
            )

    def check_numbers(self, numbers: Numbers, actor: Account, event: Event) -> None:
        config = self._config
        if numbers.events >= config.events_max:
            raise Conflict(
                f"{config.events_max} events are planned; no more fit.",
                reason="events.full",
                most=config.events_max,
            )
        if event.rule and numbers.series >= config.series_max:
            raise Conflict(
                f"{config.series_max} events recur; no more fit.",
                reason="events.series_full",
                most=config.series_max,
            )
        if numbers.theirs >= config.events_per_member and not self._audience.may_manage(
            actor, event
        ):
            raise Conflict(
                f"You have {config.events_per_member} events planned. Cancel one first.",
                reason="events.yours_full",
                most=config.events_per_member,
            )


def check_time(starts_at: datetime, lasts: timedelta, now: datetime) -> None:
    if starts_at + lasts <= now:
        raise Invalid("This time is over.", field="starts", reason="events.over")
    if starts_at > now + BEGINS_WITHIN:
        raise Invalid(
            "This is too far away.",
            field="starts",
            reason="events.too_far",
            years=BEGINS_WITHIN.days // 366,
        )
