"""What was changed, by whom: one entry for each deed of somebody who may change the community."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

TEXT_MAX = 200  # characters kept of a value: enough to tell it by


@dataclass(frozen=True, slots=True)
class Target:
    """What a deed was about. `name` is kept as it was, for when the thing is gone."""

    kind: str  # "account", "role", "channel" and so on: the noun of the wire
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Details:
    """What an entry says in words: it goes when the person it is about is erased."""

    name: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed. Without an actor it was the server, or its keeper at the console."""

    id: int
    at: datetime
    actor_id: int | None
    action: str  # "role.changed"
    target_kind: str
    target_id: str
    details: Details | None


def target(kind: str, thing: Any) -> Target:
    """Return what is told of one of the nouns: its id, and its name as it is now."""
    return Target(kind, str(thing.id), plain(getattr(thing, "display_name", "") or thing.name))


def differences(before: Any, after: Any, *fields: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what these fields were and are, of those that differ."""
    changed = [name for name in fields if getattr(before, name) != getattr(after, name)]
    return (
        {name: plain(getattr(before, name)) for name in changed},
        {name: plain(getattr(after, name)) for name in changed},
    )


def plain(value: Any) -> Any:
    """Return a value as JSON has it, long texts cut. Ids become text, sets sorted lists."""
    match value:
        case bool() | None:
            return value
        case int():
            return str(value)
        case str():
            return value if len(value) <= TEXT_MAX else value[: TEXT_MAX - 1] + "…"
        case datetime():
            return value.isoformat(timespec="seconds")
        case _:
            return sorted(str(each) for each in value)
