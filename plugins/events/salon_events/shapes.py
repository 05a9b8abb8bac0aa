"""The JSON shapes of events: ids as text, times in UTC, zones by their names."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from salon.plugin import Room
from salon_events.event import Answer, Event, Occurrence, Said, Tally


def occurrence(
    occurrence: Occurrence, tally: Tally, answer: Answer | None, room: Room | None
) -> dict[str, Any]:
    """Return an occurrence as lists show it to somebody, whose answer stands in it."""
    event = occurrence.event
    said = None if answer is None or answer.said is None else answer.said.value
    return {
        "id": str(occurrence.id),
        "event_id": str(event.id),
        "title": occurrence.own_title,
        "starts_at": time(occurrence.starts_at),
        "ends_at": time(occurrence.ends_at),
        "zone": event.zone,
        "rule": event.rule,
        "state": occurrence.state.value,
        "room_id": None if room is None else str(room.id),
        "has_own_room": event.room_id is None,
        "kind": event.kind,
        "host_ids": [str(id_) for id_ in event.host_ids],
        "made_by": None if event.made_by is None else str(event.made_by),
        "is_public": event.is_public,
        "is_draft": event.is_draft,
        "to_be_recorded": event.to_be_recorded,
        "tag_ids": [str(id_) for id_ in event.tag_ids],
        "coming": tally.coming,
        "maybe": tally.maybe,
        "faces": [str(id_) for id_ in tally.faces],
        "said": said,
        "remind_min": None if answer is None else answer.remind_min,
    }


def details(
    occurrence: Occurrence,
    people: Mapping[int, Said],
    wall: datetime,
    *,
    opens_at: datetime,
    may_change: bool,
    tags: Sequence[str],
) -> dict[str, Any]:
    """Return what only the page of an occurrence shows; `wall` is its start in its own zone."""
    event: Event = occurrence.event
    return {
        "about": occurrence.own_about,
        "opens_at": time(opens_at),
        "wall": wall.strftime("%Y-%m-%dT%H:%M"),
        "place_id": None if event.room_id is None else str(event.room_id),
        "role_ids": [str(id_) for id_ in event.role_ids],
        "told_role_ids": [str(id_) for id_ in event.told_role_ids],
        "people": [{"account_id": str(id_), "said": said.value} for id_, said in people.items()],
        "may_change": may_change,
        "tags": list(tags),
    }


def times(occurrences: Sequence[Occurrence]) -> list[dict[str, str]]:
    """Return when these begin, for a month."""
    return [{"id": str(each.id), "starts_at": time(each.starts_at)} for each in occurrences]


def time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
