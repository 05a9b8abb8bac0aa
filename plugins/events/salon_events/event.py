"""What is planned: an event, the times at which it happens, and who said what to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TITLE_MAX_CHARACTERS = 100
ABOUT_MAX_CHARACTERS = 2_000
HOSTS_MAX = 10
ROLES_MAX = 20
LASTS_MIN = timedelta(minutes=5)
LASTS_MAX = timedelta(days=7)
TALK, STAGE = "talk", "stage"
NO_MORE = datetime(9999, 1, 1)  # noqa: DTZ001 on the wall: no occurrence is made any more


class State(StrEnum):
    """How far an occurrence is. `OPENING`: its room is being opened, or the server died at it."""

    PLANNED = "planned"
    OPENING = "opening"
    OPEN = "open"
    OVER = "over"
    CANCELLED = "cancelled"
    MISSED = "missed"  # the server was away for all of its time


TO_COME = (State.PLANNED, State.OPENING, State.OPEN)


class Said(StrEnum):
    COMING = "coming"
    MAYBE = "maybe"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Event:
    """What is planned, once or again and again.

    `wall` is when it first begins by the clocks of `zone`; `rule` when again, "" for never (see
    `recurrence`). Without `room_id` a room of its own opens each time, of a `kind`. `role_ids`:
    only who has one of them knows of it, none: whoever may see the room. `is_public`: also who has
    no account. `is_draft`: nobody but who planned it knows of it. `told_role_ids` are told of it
    once, when it is no draft any more. `to_be_recorded`: said on its page and at its room's door;
    `tag_ids`: what it is about, see `Salon.tags`. `extended_to`: up to this start, on the wall,
    occurrences have been made. `sequence` counts the changes (RFC 5545, 3.8.7.4).
    """

    id: int
    title: str
    about: str
    room_id: int | None
    wall: datetime
    zone: str
    lasts: timedelta
    rule: str
    role_ids: tuple[int, ...]
    host_ids: tuple[int, ...]
    is_public: bool
    made_by: int | None
    kind: str = TALK
    sequence: int = 0
    extended_to: datetime | None = None
    is_draft: bool = False
    to_be_recorded: bool = False
    tag_ids: tuple[int, ...] = ()
    told_role_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which an event happens. `title` and `about` are its own where it has them.

    `room_id` is the room that was opened for it; its id is higher than `drawn_id`, which was drawn
    before.
    """

    id: int
    event: Event
    starts_at: datetime
    ends_at: datetime
    state: State
    changed_at: datetime
    title: str | None = None
    about: str | None = None
    room_id: int | None = None
    drawn_id: int | None = None
    sequence: int = 0

    @property
    def own_title(self) -> str:
        return self.event.title if self.title is None else self.title

    @property
    def own_about(self) -> str:
        return self.event.about if self.about is None else self.about

    @property
    def place_id(self) -> int | None:
        """Return the room where it happens, if there is one yet."""
        return self.event.room_id or self.room_id

    @property
    def is_to_come(self) -> bool:
        return self.state in TO_COME


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said to an occurrence, and how long before it they want to be told."""

    occurrence_id: int
    account_id: int
    said: Said | None = None
    remind_min: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What all said to an occurrence, and the first of those who come."""

    coming: int = 0
    maybe: int = 0
    faces: tuple[int, ...] = ()
