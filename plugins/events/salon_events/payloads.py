"""What the plugin's commands are given."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from salon.plugin import Payload
from salon_events.event import (
    ABOUT_MAX_CHARACTERS,
    HOSTS_MAX,
    LASTS_MAX,
    LASTS_MIN,
    ROLES_MAX,
    TITLE_MAX_CHARACTERS,
    Said,
)
from salon_events.recurrence import RULE_MAX_CHARACTERS, ZONE_MAX_CHARACTERS
from salon_events.text import lines, one_line

ID_DIGITS_MAX = 19
ID_MAX = 2**63 - 1
TAG_MAX_CHARACTERS, TAGS_MAX = 32, 3
SENT_TIMES = 4  # a text is cleaned before it is measured
MINUTE = timedelta(minutes=1)
REMIND_MAX_MIN = 7 * 24 * 60
PAGE_MAX = 50
WALL = "%Y-%m-%dT%H:%M"
YEAR_MIN, YEAR_MAX = 1970, 9000  # far from where dates end, also in another zone


def _an_id(value: object) -> int:
    is_number = isinstance(value, str) and value.isascii() and value.isdigit()
    if not is_number or len(str(value)) > ID_DIGITS_MAX or int(str(value)) > ID_MAX:
        raise ValueError("expected an id: a decimal number as text")
    return int(str(value))


def _a_title(text: str) -> str:
    clean = one_line(text)
    if not clean:
        raise PydanticCustomError("string_too_short", "expected a title")
    return _fitting(clean, TITLE_MAX_CHARACTERS)


def _an_about(text: str) -> str:
    return _fitting(lines(text), ABOUT_MAX_CHARACTERS)


def _fitting(text: str, most: int) -> str:
    if len(text) > most:
        message = "at most {max_length} characters, please"
        raise PydanticCustomError("string_too_long", message, {"max_length": most})
    return text


def _a_wall(value: object) -> datetime:
    if not isinstance(value, str) or len(value) != len("2026-11-26T20:00"):
        raise ValueError("expected a time on the wall like 2026-11-26T20:00")
    found = datetime.strptime(value, WALL)  # noqa: DTZ007 its zone stands beside it
    if not YEAR_MIN <= found.year <= YEAR_MAX:
        raise ValueError(f"expected a time in the years {YEAR_MIN} to {YEAR_MAX}")
    return found


def _a_time(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("expected a time like 2026-11-24T20:45:00Z")  # noqa: TRY004 pydantic's way
    found = datetime.fromisoformat(value)
    if found.tzinfo is None or not YEAR_MIN <= found.year <= YEAR_MAX:
        raise ValueError(f"expected a time with its zone, in the years {YEAR_MIN} to {YEAR_MAX}")
    return found


Id = Annotated[int, BeforeValidator(_an_id)]
Flag = Annotated[bool, Field(strict=True)]
Title = Annotated[
    str, Field(max_length=SENT_TIMES * TITLE_MAX_CHARACTERS), AfterValidator(_a_title)
]
About = Annotated[
    str, Field(max_length=SENT_TIMES * ABOUT_MAX_CHARACTERS), AfterValidator(_an_about)
]
Wall = Annotated[datetime, BeforeValidator(_a_wall)]
Time = Annotated[datetime, BeforeValidator(_a_time)]
Zone = Annotated[str, Field(min_length=1, max_length=ZONE_MAX_CHARACTERS)]
Rule = Annotated[str, Field(max_length=RULE_MAX_CHARACTERS)]
LastsMin = Annotated[int, Field(ge=LASTS_MIN // MINUTE, le=LASTS_MAX // MINUTE, strict=True)]
Kind = Literal["talk", "stage"]
Roles = Annotated[tuple[Id, ...], Field(max_length=ROLES_MAX)]
Tags = Annotated[
    tuple[Annotated[str, Field(max_length=SENT_TIMES * TAG_MAX_CHARACTERS)], ...],
    Field(max_length=SENT_TIMES * TAGS_MAX),
]
Hosts = Annotated[tuple[Id, ...], Field(max_length=HOSTS_MAX)]


class Plan(Payload):
    """An event. Without `room` a room of its own opens, of a `kind`; without `rule` once.

    `starts` is what the clocks of `zone` show when it first begins. A draft is seen by nobody else
    until it is announced, which is when those with one of `told_role_ids` are told.
    """

    title: Title
    about: About = ""
    room: Id | None = None
    starts: Wall
    zone: Zone
    lasts_min: LastsMin
    rule: Rule = ""
    role_ids: Roles = ()
    host_ids: Hosts = ()
    is_public: Flag = False
    kind: Kind = "talk"
    is_draft: Flag = False
    to_be_recorded: Flag = False
    tags: Tags = ()
    told_role_ids: Roles = ()


class Preview(Payload):
    """When an event would happen, before it is planned. `except_event`: no clash with itself."""

    starts: Wall
    zone: Zone
    lasts_min: LastsMin
    rule: Rule = ""
    room: Id | None = None
    except_event: Id | None = None


class Change(Payload):
    """What is given is changed: of this occurrence, or with `every` of it and all later ones.

    `has_own_room`: no longer in a room that was there before.
    """

    occurrence: Id
    every: Flag = False
    title: Title | None = None
    about: About | None = None
    starts: Wall | None = None
    lasts_min: LastsMin | None = None
    zone: Zone | None = None
    rule: Rule | None = None
    room: Id | None = None
    has_own_room: Flag = False
    role_ids: Roles | None = None
    host_ids: Hosts | None = None
    is_public: Flag | None = None
    kind: Kind | None = None
    to_be_recorded: Flag | None = None
    tags: Tags | None = None
    told_role_ids: Roles | None = None

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if self.has_own_room and self.room is not None:
            raise ValueError("a room of its own, or `room`")
        return self


class Cancel(Payload):
    """Let one not take place, or with `every` it and all later ones."""

    occurrence: Id
    every: Flag = False


class Announce(Payload):
    """Put a draft into the calendar."""

    occurrence: Id


class One(Payload):
    """One occurrence."""

    occurrence: Id


class Listed(Payload):
    """A page of occurrences: what is to come, what is one's own of it, what is over.

    `after` is the id of the last one of the page before.
    """

    which: Literal["coming", "mine", "past"] = "coming"
    room: Id | None = None
    after: Id | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX, strict=True)] = PAGE_MAX


class Month(Payload):
    """When something happens, from and to a time that are at most 62 days apart."""

    begins: Time
    ends: Time

    @model_validator(mode="after")
    def _is_short(self) -> Self:
        if not timedelta() < self.ends - self.begins <= timedelta(days=62):
            raise ValueError("expected at most 62 days")
        return self


class Say(Payload):
    """Answer an occurrence; without `said` the answer is taken back."""

    occurrence: Id
    said: Said | None = None


class Remind(Payload):
    """Be told so many minutes before; without them not at all."""

    occurrence: Id
    minutes: Annotated[int, Field(ge=0, le=REMIND_MAX_MIN, strict=True)] | None = None


class MakeAddress(Payload):
    """An address for a calendar program: of everything, of what one comes to, or of a room."""

    holds: Literal["all", "mine", "room"]
    room: Id | None = None

    @model_validator(mode="after")
    def _has_its_room(self) -> Self:
        if (self.holds == "room") != (self.room is not None):
            raise ValueError("a calendar of a room has a room, and no other has")
        return self


class Revoke(Payload):
    """Let an address lead nowhere."""

    address: Id


class Nothing(Payload):
    """No fields."""
