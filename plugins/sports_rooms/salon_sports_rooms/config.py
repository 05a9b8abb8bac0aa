"""The settings of the plugin."""

from collections.abc import Mapping
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from salon.plugin import PluginConfig

CALENDARS_MAX = 20
SPORTS_MAX = 50


def _a_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("expected the name of a time zone like Europe/Paris") from error
    return name


HalfMinutes = Annotated[int, Field(ge=1, le=90)]
SportName = Annotated[str, Field(min_length=1, max_length=32)]
CalendarPath = Annotated[str, Field(min_length=1, max_length=1_024)]


class SportsRoomsConfig(PluginConfig):
    """Calendars of matches, and when their rooms open and close."""

    calendars: Annotated[tuple[CalendarPath, ...], Field(max_length=CALENDARS_MAX)] = Field(
        default=(),
        description="Files in the iCalendar format (.ics) whose entries are matches, titled "
        "`Home - Away` or `Home vs Away`. A relative path starts at the plugin's own folder in the "
        "data directory, `plugin-data/sports_rooms`. At most 1 MiB and 2,000 entries each.",
        examples=[["league.ics"]],
    )
    timezone: Annotated[str, AfterValidator(_a_time_zone)] = Field(
        default="UTC",
        description="The time zone of calendar entries that name none.",
        examples=["Europe/Paris"],
    )
    open_before_minutes: int = Field(
        default=30,
        ge=0,
        le=1_440,
        description="Minutes before the start at which the room of a match opens.",
        examples=[60],
    )
    close_after_minutes: int = Field(
        default=120,
        ge=0,
        le=10_080,
        description="Minutes after the end at which the room and its chat go, once nobody is in. "
        "Only rooms that the plugin opened are closed.",
        examples=[1_440],
    )
    sports: Annotated[
        Mapping[SportName, HalfMinutes], Field(min_length=1, max_length=SPORTS_MAX)
    ] = Field(
        default={"football": 45, "rugby": 40, "handball": 30},
        description="Sports of two halves, and the minutes of a half. A calendar entry chooses by "
        "its category.",
        examples=[{"football": 45, "futsal": 20}],
    )
    sport: SportName = Field(
        default="football",
        description="The sport of a match that names none.",
        examples=["rugby"],
    )
    commentators_only: bool = Field(
        default=False,
        description="Whether only people with the permission `sports_rooms.commentate`, and those "
        "who keep the score, may speak in a new match; each match can be changed.",
        examples=[True],
    )

    @model_validator(mode="after")
    def _has_its_sport(self) -> Self:
        if self.sport not in self.sports:
            raise ValueError(f"sport: {self.sport!r} is not among the sports")
        return self

    def half_s(self, sport: str) -> int:
        """Return the seconds of a half; of a sport that is not known, those of the default."""
        return 60 * self.sports.get(sport, self.sports[self.sport])
