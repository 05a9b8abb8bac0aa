"""What comes with the plugin's commands."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from salon.plugin import Payload

NOTE_MAX_CHARACTERS = 500
REASON_MAX_CHARACTERS = 200
AROUND_MAX = 10
MINUTES_MAX = 3_650 * 24 * 60  # the core says how long each may last
PAGE_MAX_CASES = 100
ID_MAX = 2**63 - 1
ID_MAX_DIGITS = 19


def _id(value: Any) -> int:
    is_number = isinstance(value, str) and value.isascii() and value.isdigit()
    if not is_number or len(value) > ID_MAX_DIGITS or int(value) > ID_MAX:
        raise ValueError("expected an id: a decimal number as text")
    return int(value)


Id = Annotated[int, BeforeValidator(_id)]
Limit = Annotated[int, Field(ge=1, le=PAGE_MAX_CASES, strict=True)]


LIMITED_MINUTES_MAX = 28 * 24 * 60
LIMITED = frozenset({"time_out", "keep_out"})
TIMELESS = frozenset({"dismiss", "warn", "kick"})


class ReportMessage(Payload):
    """`moderation.report`. `around`: messages beside it in a conversation, for the hosts to see."""

    message: Id
    reason: Literal["spam", "hurtful", "other"]
    note: Annotated[str, Field(max_length=NOTE_MAX_CHARACTERS)] = ""
    around: Annotated[list[Id], Field(max_length=AROUND_MAX)] = Field(default_factory=list)


class ListCases(Payload):
    """`moderation.cases`."""

    state: Literal["open", "closed"] = "open"
    before: Id | None = None
    limit: Limit = 50


class ShowCase(Payload):
    """`moderation.case`."""

    case: Id


class ShowLog(Payload):
    """`moderation.log`."""

    before: Id | None = None
    limit: Limit = 50


class ResolveCase(Payload):
    """`moderation.resolve`. `minutes`: of a suspension and a ban none, until they are lifted."""

    case: Id
    decision: Literal["dismiss", "warn", "time_out", "keep_out", "kick", "suspend", "ban"]
    minutes: Annotated[int, Field(ge=1, le=MINUTES_MAX, strict=True)] | None = None
    delete_message: Annotated[bool, Field(strict=True)] = False
    reason: Annotated[str, Field(max_length=REASON_MAX_CHARACTERS)] = ""

    @model_validator(mode="after")
    def _has_minutes_where_they_count(self) -> "ResolveCase":
        if self.minutes is None and self.decision in LIMITED:
            raise ValueError("a time out and keeping out need minutes")
        if self.decision in LIMITED and (self.minutes or 0) > LIMITED_MINUTES_MAX:
            raise ValueError(f"at most {LIMITED_MINUTES_MAX} minutes")
        if self.minutes is not None and self.decision in TIMELESS:
            raise ValueError("a warning, a kick and nothing have no minutes")
        return self


class UndoCase(Payload):
    """`moderation.undo`."""

    case: Id
