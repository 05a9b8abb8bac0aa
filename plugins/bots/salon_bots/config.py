"""The settings of the plugin: limits of bots and webhooks."""

from pydantic import Field

from salon.plugin import PluginConfig


class BotsConfig(PluginConfig):
    """Limits. The defaults are those that bot libraries are used to."""

    bots_max: int = Field(
        50, ge=1, le=500, description="Most bots that can be registered.", examples=[10]
    )
    webhooks_max: int = Field(
        200, ge=1, le=2_000, description="Most webhooks that can exist.", examples=[50]
    )
    sessions_per_bot: int = Field(
        4,
        ge=1,
        le=32,
        description="Connections of one bot, those included that may still be resumed.",
        examples=[2],
    )
    replay_events: int = Field(
        250,
        ge=10,
        le=5_000,
        description="Events that are kept for a bot which lost its connection.",
        examples=[500],
    )
    replay_s: int = Field(
        300,
        ge=5,
        le=3_600,
        description="How long a bot that lost its connection may come back and go on.",
        examples=[600],
    )
    outbox_max_bytes: int = Field(
        1_048_576,
        ge=65_536,
        le=16_777_216,
        description="A bot that is so far behind in reading is disconnected; it may resume.",
        examples=[262_144],
    )
    requests_per_s: int = Field(
        50, ge=5, le=1_000, description="Requests of one bot in a second.", examples=[20]
    )
    messages_per_5_s: int = Field(
        5,
        ge=1,
        le=100,
        description="Messages of one bot in one channel in five seconds.",
        examples=[10],
    )
    webhook_posts_per_2_s: int = Field(
        5, ge=1, le=100, description="Messages of one webhook in two seconds.", examples=[2]
    )
