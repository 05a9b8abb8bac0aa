"""What a plugin may know of, and how much it may say."""

from typing import Any

import orjson

from salon.domain.accounts import Account
from salon.domain.blocks import Way
from salon.domain.channels import Channel
from salon.errors import Invalid, NotFound
from salon.services.services import Services


def is_given(plugin: str, services: Services, channel: Channel) -> bool:
    """Whether a plugin may know of a channel: of what is between people it has to say so."""
    if services.directory.is_for_plugins(channel):
        return True
    return services.host.has_capability(plugin, "conversations")


def reaches(services: Services, by: Account | None, account_id: int) -> bool:
    return by is None or services.directory.reaches(Way.NOTICE, by.id, account_id)


def check_given(plugin: str, services: Services, channel_id: int) -> None:
    """Raise NotFound where there is no channel for the plugin."""
    channel = services.directory.outline(channel_id)
    if channel is None or not is_given(plugin, services, channel):
        raise NotFound("There is no such channel.", field="channel", reason="no_channel")


def check_size(value: Any, most_bytes: int) -> None:
    try:
        size = len(orjson.dumps(value))
    except TypeError as error:
        raise Invalid(f"This cannot be written as JSON: {error}.") from error
    if size > most_bytes:
        raise Invalid(f"This has {size} bytes as JSON, at most {most_bytes} fit.")
