"""The settings of the plugin."""

from pydantic import Field

from salon.plugin import PluginConfig


class EventsConfig(PluginConfig):
    """How many events there may be, and when their rooms open and close."""

    open_before_minutes: int = Field(
        default=10,
        ge=0,
        le=1_440,
        description="Minutes before the start at which the room of an event opens.",
        examples=[30],
    )
    close_after_minutes: int = Field(
        default=15,
        ge=0,
        le=10_080,
        description="Minutes after the end at which a room that was opened for an event goes, once "
        "nobody is in. Rooms that were there before stay.",
        examples=[60],
    )
    events_max: int = Field(
        default=2_000,
        ge=1,
        le=20_000,
        description="Events that are to come, all together; one that recurs counts once.",
        examples=[500],
    )
    series_max: int = Field(
        default=200,
        ge=0,
        le=2_000,
        description="Events that recur.",
        examples=[50],
    )
    events_per_member: int = Field(
        default=20,
        ge=1,
        le=2_000,
        description="Events to come of one member who may not change those of others.",
        examples=[5],
    )
    keep_past_days: int = Field(
        default=365,
        ge=1,
        le=36_500,
        description="Days after which an event that is over is forgotten, with who came.",
        examples=[90],
    )
