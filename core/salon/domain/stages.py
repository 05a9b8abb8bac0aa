"""A stage: a room in which speakers and listeners are kept apart, and who has which part in it.

Everything here is pure: it takes a stage as it is and returns it as it is to be. Who may ask for a
change, and what the relay is told, is `services/stages.py`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

EachT = TypeVar("EachT")

STAGE = "stage"
"""The kind of such rooms."""

HANDS_MAX = 200
QUESTION_MAX = 100
SPEAKERS_MAX = 50
INVITED_FOR = timedelta(seconds=60)
HOSTLESS_FOR = timedelta(minutes=2)


class Part(StrEnum):
    """What somebody is on a stage; a listener has no part, unless a hand is up."""

    HOST = "host"
    COHOST = "cohost"
    SPEAKER = "speaker"
    HAND = "hand"


HOSTING = frozenset({Part.HOST, Part.COHOST})
SPEAKING = frozenset({Part.HOST, Part.COHOST, Part.SPEAKER})


@dataclass(frozen=True, slots=True)
class Held:
    """One account's part, since when, and what it wants to ask, which hosts read."""

    part: Part
    since: datetime
    question: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody is asked to speak, or a co-host to be the host; nobody is put up unasked."""

    part: Part
    until: datetime
    by_account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """`parts` and the three switches outlive a restart, all else does not.

    While it is not open only those with a part are in: the green room. `closes_at`: the host is not
    there, and then it ends unless they come back or a co-host takes over; `declined`: who will not.
    `asking`: who is on the stage, was muted by a host, and asks to speak again.
    """

    room_id: int
    is_open: bool
    hands_open: bool = True
    chat_open: bool = True
    parts: Mapping[int, Held] = field(default_factory=lambda: MappingProxyType({}))
    invitations: Mapping[int, Invitation] = field(default_factory=lambda: MappingProxyType({}))
    declined: frozenset[int] = frozenset()
    closes_at: datetime | None = None
    asking: Mapping[int, Held] = field(default_factory=lambda: MappingProxyType({}))

    def part(self, account_id: int) -> Part | None:
        held = self.parts.get(account_id)
        return None if held is None else held.part

    def is_hosted_by(self, account_id: int) -> bool:
        return self.part(account_id) in HOSTING

    def may_speak(self, account_id: int) -> bool:
        return self.part(account_id) in SPEAKING

    @property
    def host_id(self) -> int | None:
        return next((id_ for id_, held in self.parts.items() if held.part is Part.HOST), None)

    @property
    def waiting(self) -> Mapping[int, Held]:
        """Whose hands are up, before the stage and on it; the longest waiting first."""
        hands = {id_: held for id_, held in self.parts.items() if held.part is Part.HAND}
        return dict(sorted({**hands, **self.asking}.items(), key=lambda each: each[1].since))

    def of(self, part: Part) -> list[int]:
        """Return who has this part, the longest standing first."""
        having = [(held.since, id_) for id_, held in self.parts.items() if held.part is part]
        return [id_ for _since, id_ in sorted(having)]

    def with_part(self, account_id: int, held: Held | None) -> "Stage":
        """Give or take a part; what somebody was invited to is settled by it."""
        parts = {id_: each for id_, each in self.parts.items() if id_ != account_id}
        if held is not None:
            parts[account_id] = held
        invitations = {id_: each for id_, each in self.invitations.items() if id_ != account_id}
        return replace(self.with_asking(account_id, None), parts=parts, invitations=invitations)

    def with_asking(self, account_id: int, held: Held | None) -> "Stage":
        asking = {id_: each for id_, each in self.asking.items() if id_ != account_id}
        if held is not None:
            asking[account_id] = held
        return replace(self, asking=asking)

    def with_invitation(self, account_id: int, invitation: Invitation | None) -> "Stage":
        invitations = {id_: each for id_, each in self.invitations.items() if id_ != account_id}
        if invitation is not None:
            invitations[account_id] = invitation
        return replace(self, invitations=invitations)

    def standing_invitation(self, account_id: int, now: datetime) -> Invitation | None:
        invitation = self.invitations.get(account_id)
        return None if invitation is None or invitation.until < now else invitation


def handed_over(stage: Stage, account_id: int, now: datetime) -> Stage:
    """Make somebody the host; who was it stays as a co-host."""
    before = stage.host_id
    if before is not None:
        stage = stage.with_part(before, replace(stage.parts[before], part=Part.COHOST))
    stage = stage.with_part(account_id, Held(Part.HOST, now))
    return _hosted(stage)


def taken_back(now: Stage, before: Stage, after: Stage) -> Stage:
    """Undo the change from `before` to `after`, but for what has been changed again since."""

    def kept(name: str) -> Any:
        is_as_left = getattr(now, name) == getattr(after, name)
        return getattr(before if is_as_left else now, name)

    return replace(
        now,
        is_open=kept("is_open"),
        hands_open=kept("hands_open"),
        chat_open=kept("chat_open"),
        closes_at=kept("closes_at"),
        parts=_put_back(now.parts, before.parts, after.parts),
        invitations=_put_back(now.invitations, before.invitations, after.invitations),
    )


def _put_back(
    now: Mapping[int, EachT], before: Mapping[int, EachT], after: Mapping[int, EachT]
) -> Mapping[int, EachT]:
    kept = dict(now)
    for id_ in before.keys() | after.keys():
        if before.get(id_) == after.get(id_) or now.get(id_) != after.get(id_):
            continue
        kept.pop(id_, None)
        if id_ in before:
            kept[id_] = before[id_]
    return kept


def watched(stage: Stage, here: Collection[int], now: datetime) -> Stage:
    """Judge a stage by who is there with a voice: does it go on, and who could take over?

    Without its host an open stage closes two minutes later; meanwhile the co-host who has been one
    for longest is asked. One who said no is not asked again before a host was back.
    """
    host_id = stage.host_id
    if not stage.is_open or host_id in here:
        if stage.closes_at is None:
            return stage
        return _hosted(stage)
    closes_at = stage.closes_at or now + HOSTLESS_FOR
    stage = replace(stage, closes_at=closes_at)
    if any(each.part is Part.HOST for each in stage.invitations.values()):
        asked = next(i for i, each in stage.invitations.items() if each.part is Part.HOST)
        if asked in here:
            return stage
        stage = stage.with_invitation(asked, None)
    willing = [id_ for id_ in stage.of(Part.COHOST) if id_ in here and id_ not in stage.declined]
    if not willing:
        return stage
    return stage.with_invitation(willing[0], Invitation(Part.HOST, closes_at))


def _hosted(stage: Stage) -> Stage:
    others = {id_: each for id_, each in stage.invitations.items() if each.part is not Part.HOST}
    return replace(stage, invitations=others, declined=frozenset(), closes_at=None)
