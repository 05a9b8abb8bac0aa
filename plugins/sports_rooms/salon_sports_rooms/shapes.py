"""The JSON shapes of the plugin: a moment, the state of a room, the news of a goal."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from salon_sports_rooms.match import Kind, Match, Moment, Side

GOALS_SHOWN = 40
OTHERS_SHOWN = 20


def moment(moment: Moment, match: Match) -> dict[str, Any]:
    """Return a moment; `phase` is what a press on the clock brought about."""
    return {
        "id": str(moment.id),
        "kind": moment.kind.value,
        "minute": moment.minute.minute,
        "added": moment.minute.added,
        "side": None if moment.side is None else moment.side.value,
        "text": moment.text,
        "card": None if moment.card is None else moment.card.value,
        "phase": match.turns.get(moment.id),
        "by": None if moment.by is None else str(moment.by),
        "at": _time(moment.at),
    }


def score(match: Match) -> list[int]:
    return [match.score(Side.HOME), match.score(Side.AWAY)]


def state(match: Match, now: datetime) -> dict[str, Any]:
    """Return what everybody who may see the room knows of the match."""
    clock = match.clock
    return {
        "home": match.home,
        "away": match.away,
        "score": score(match),
        "phase": clock.phase.value,
        "clock": {
            "running": clock.is_running,
            "elapsed_s": clock.elapsed_s(now),
            "at": _time(now),
        },
        "half_s": match.half_s,
        "starts_at": None if match.starts_at is None else _time(match.starts_at),
        "commentators_only": match.commentators_only,
        "moments": [moment(each, match) for each in _shown(match)],
    }


def goal(match: Match, scored: Moment) -> dict[str, Any]:
    """Return the news of a goal, with the score it made."""
    return {
        "room_id": str(match.room_id),
        "home": match.home,
        "away": match.away,
        "score": score(match),
        "moment": moment(scored, match),
    }


def _shown(match: Match) -> Sequence[Moment]:
    """Return every goal and the last of what else happened, oldest first."""
    news = [m for m in match.standing if m.kind is not Kind.PERIOD or m.id in match.turns]
    goals = [each for each in news if each.kind is Kind.GOAL]
    others = [each for each in news if each.kind is not Kind.GOAL]
    chosen = [*goals[-GOALS_SHOWN:], *others[-OTHERS_SHOWN:]]
    return sorted(chosen, key=lambda each: each.id)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
