"""What the plugin's nouns look like on the wire."""

from typing import Any

from salon.plugin import Message
from salon_moderation.cases import Listed, from_ms, in_ms
from salon_moderation.models import Case, Report, Shown, Step

CAN_BE_UNDONE = frozenset(
    {"dismissed", "warned", "timed_out", "kept_out", "sent_away", "suspended", "banned"}
)


def case(listed: Listed) -> dict[str, Any]:
    one = listed.case
    return {
        "id": str(one.id),
        "message_id": str(one.message_id),
        "channel_id": str(one.channel_id),
        "author_id": str(one.author_id),
        "text": one.text,
        "posted_at": time(one.posted_at_ms),
        "state": one.state,
        "decision": one.decision,
        "opened_at": time(one.opened_at_ms),
        "decided_at": None if one.decided_at_ms is None else time(one.decided_at_ms),
        "is_between": one.is_between,
        "reports": listed.reports,
        "reasons": list(listed.reasons),
    }


def report(one: Report) -> dict[str, Any]:
    return {
        "reporter_id": str(one.reporter_id),
        "reason": one.reason,
        "note": one.note,
        "reported_at": time(one.reported_at_ms),
    }


def step(one: Step) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "case_id": str(one.case_id),
        "actor_id": None if one.actor_id is None else str(one.actor_id),
        "what": one.what,
        "until": None if one.until_ms is None else time(one.until_ms),
        "reason": one.reason,
        "at": time(one.at_ms),
    }


def logged(one: Step, about: Case) -> dict[str, Any]:
    """Return a step with what it takes to tell it outside of its case."""
    is_last = about.state == "closed" and one.at_ms == about.decided_at_ms
    return {
        **step(one),
        "author_id": str(about.author_id),
        "channel_id": str(about.channel_id),
        "can_undo": is_last and one.what in CAN_BE_UNDONE,
    }


def shown(one: Shown) -> dict[str, Any]:
    return {
        "id": str(one.message_id),
        "author_id": str(one.author_id),
        "text": one.text,
        "posted_at": time(one.posted_at_ms),
    }


def message(one: Message) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "author_id": str(one.author_id),
        "text": one.text,
        "posted_at": time(in_ms(one.posted_at)),
    }


def time(at_ms: int) -> str:
    return from_ms(at_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
