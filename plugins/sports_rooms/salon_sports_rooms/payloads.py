"""What the plugin's commands are given."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from salon.plugin import Payload
from salon_sports_rooms.clock import Press
from salon_sports_rooms.match import Card, Side
from salon_sports_rooms.names import TEAM_MAX_CHARACTERS, TEXT_MAX_CHARACTERS, one_line

ID_DIGITS_MAX = 19
ID_MAX = 2**63 - 1
YEAR_MIN, YEAR_MAX = 1970, 9000  # far from where dates end, also in another zone or a match later
MINUTE_MAX = 180
ADDED_MAX = 59
SENT_MAX_CHARACTERS = 400


def _an_id(value: object) -> int:
    is_number = isinstance(value, str) and value.isascii() and value.isdigit()
    if not is_number or len(str(value)) > ID_DIGITS_MAX or int(str(value)) > ID_MAX:
        raise ValueError("expected an id: a decimal number as text")
    return int(str(value))


def _a_name(text: str) -> str:
    clean = one_line(text)
    if not clean:
        raise PydanticCustomError("string_too_short", "expected a name")
    return _fitting(clean, TEAM_MAX_CHARACTERS)


def _a_text(text: str) -> str:
    return _fitting(one_line(text), TEXT_MAX_CHARACTERS)


def _fitting(text: str, most: int) -> str:
    if len(text) > most:
        message = "at most {max_length} characters, please"
        raise PydanticCustomError("string_too_long", message, {"max_length": most})
    return text


def _a_time(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("expected a time like 2026-11-24T20:45:00Z")  # noqa: TRY004 pydantic's way
    return value


def _a_year_of_matches(time: datetime) -> datetime:
    if not YEAR_MIN <= time.year <= YEAR_MAX:
        raise ValueError(f"expected a time in the years {YEAR_MIN} to {YEAR_MAX}")
    return time


Id = Annotated[int, BeforeValidator(_an_id)]
Nonce = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(max_length=SENT_MAX_CHARACTERS), AfterValidator(_a_name)]
Text = Annotated[str, Field(max_length=SENT_MAX_CHARACTERS), AfterValidator(_a_text)]
Time = Annotated[AwareDatetime, BeforeValidator(_a_time), AfterValidator(_a_year_of_matches)]
MinuteOf = Annotated[int, Field(ge=0, le=MINUTE_MAX, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Added = Annotated[int, Field(ge=0, le=ADDED_MAX, strict=True)]


class CreateMatch(Payload):
    """A match and its room; without `name` the room is called after the teams."""

    home: Name
    away: Name
    name: Name | None = None
    starts_at: Time | None = None
    sport: Annotated[str, Field(max_length=32)] | None = None
    commentators_only: Flag | None = None


class EditMatch(Payload):
    """What is given is changed."""

    room: Id
    home: Name | None = None
    away: Name | None = None
    commentators_only: Flag | None = None


class AddMoment(Payload):
    """Something happened, at the clock's minute unless another is given.

    The same nonce again is the same moment.
    """

    room: Id
    nonce: Nonce
    kind: Literal["goal", "card", "substitution", "note"]
    side: Side | None = None
    minute: MinuteOf | None = None
    added: Added = 0
    text: Text = ""
    card: Card | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.side is None and self.kind != "note":
            raise ValueError(f"a {self.kind} has a side: home or away")
        if (self.card is not None) != (self.kind == "card"):
            raise ValueError("a card is yellow or red, and nothing else has a `card`")
        if self.kind == "note" and not self.text:
            raise ValueError("a note has a text")
        return self


class CorrectMoment(Payload):
    """What is given of an entry is changed."""

    room: Id
    moment: Id
    text: Text | None = None
    minute: MinuteOf | None = None
    added: Added = 0
    card: Card | None = None


class Undo(Payload):
    """Take back an entry; without `moment` the last one."""

    room: Id
    moment: Id | None = None


class PressClock(Payload):
    """Work the clock. The same nonce again is the same press."""

    room: Id
    nonce: Nonce
    action: Press
    elapsed_s: Annotated[int, Field(ge=0, strict=True)] | None = None
