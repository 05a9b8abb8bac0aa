"""What is live in rooms: participants, parts of state, who talks, who sits in which slot.

Pure bookkeeping in memory, owned by `services/places.py`; nothing here awaits or announces.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from salon.domain import wire
from salon.domain.rooms import Participant, Ruling

REMOVED_FOR_S = 60.0  # how long somebody who was removed cannot come back
LASTING: Mapping[Ruling, Callable[[Participant], bool]] = {
    "silenced": lambda participant: participant.silenced,
    "deafened": lambda participant: participant.deafened_by_host,
}


@dataclass(slots=True)
class LiveRoom:
    """One room's present. `accounts_by_peer` is how the relay's peers become people again.

    `rulers` are who muted or deafened whom. It lasts for who goes and comes again, as long as there
    is somebody in the room.
    """

    room_id: int
    participants: dict[int, Participant] = field(default_factory=dict)
    accounts_by_peer: dict[str, int] = field(default_factory=dict)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    speaking: tuple[int, ...] = ()
    slots: tuple[int | None, ...] = ()
    removed_until_s: dict[int, float] = field(default_factory=dict)
    rulers: dict[tuple[int, Ruling], int] = field(default_factory=dict)
    relayed: bool = False
    attachments: int = 0
    lines: int = 0
    visitors: int = 0  # who listen without an account, as it was told last

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is in or at the door, and nothing listens."""
        return not (self.participants or self.attachments or self.lines)

    def seat(self, participant: Participant) -> None:
        """Place a participant, or replace what was known of them, peer included."""
        before = self.participants.get(participant.account_id)
        if before is not None:
            self.accounts_by_peer.pop(before.peer_id, None)
        for act, lasts in LASTING.items():
            if not lasts(participant):
                self.rulers.pop((participant.account_id, act), None)
        self.participants[participant.account_id] = participant
        self.accounts_by_peer[participant.peer_id] = participant.account_id

    def unseat(self, account_id: int) -> Participant | None:
        participant = self.participants.pop(account_id, None)
        if participant is not None:
            self.accounts_by_peer.pop(participant.peer_id, None)
            self.speaking = tuple(id_ for id_ in self.speaking if id_ != account_id)
        if not self.participants:
            self.rulers.clear()
        return participant

    def rule(self, account_id: int, act: Ruling, by: int | None) -> None:
        """Keep who does this to somebody's voice: None, for it is the server."""
        self.rulers.pop((account_id, act), None)
        if act in LASTING and by is not None:
            self.rulers[account_id, act] = by

    def ruled(self, account_id: int) -> Iterator[tuple[Ruling, int]]:
        """Yield what lasts of what was done to somebody's voice, and who did it."""
        for act in LASTING:
            if (account_id, act) in self.rulers:
                yield act, self.rulers[account_id, act]

    def accounts(self, peer_ids: tuple[str | None, ...]) -> tuple[int | None, ...]:
        """Translate what the relay says of peers; a peer that has gone is None."""
        return tuple(None if p is None else self.accounts_by_peer.get(p) for p in peer_ids)

    def is_removed(self, account_id: int, now_s: float) -> bool:
        until_s = self.removed_until_s.get(account_id, 0.0)
        if until_s <= now_s:
            self.removed_until_s.pop(account_id, None)
        return until_s > now_s


class Live:
    """Every room that has a present."""

    def __init__(self) -> None:
        self._rooms: dict[int, LiveRoom] = {}
        self._room_of: dict[int, int] = {}

    def room(self, room_id: int) -> LiveRoom:
        return self._rooms.setdefault(room_id, LiveRoom(room_id))

    def known(self, room_id: int) -> LiveRoom | None:
        return self._rooms.get(room_id)

    def forget(self, room_id: int) -> LiveRoom | None:
        return self._rooms.pop(room_id, None)

    def room_of(self, account_id: int) -> LiveRoom | None:
        """Return the room the account is in: nobody is in two."""
        room_id = self._room_of.get(account_id)
        return None if room_id is None else self._rooms.get(room_id)

    def seat(self, participant: Participant) -> None:
        self.room(participant.room_id).seat(participant)
        self._room_of[participant.account_id] = participant.room_id

    def unseat(self, room_id: int, account_id: int) -> Participant | None:
        live = self._rooms.get(room_id)
        participant = None if live is None else live.unseat(account_id)
        if participant is not None and self._room_of.get(account_id) == room_id:
            del self._room_of[account_id]
        return participant

    def by_peer(self, room_id: int, peer_id: str) -> Participant | None:
        live = self._rooms.get(room_id)
        account_id = None if live is None else live.accounts_by_peer.get(peer_id)
        if live is None or account_id is None:
            return None
        return live.participants.get(account_id)

    def participants(self) -> Iterator[Participant]:
        for live in list(self._rooms.values()):
            yield from list(live.participants.values())

    def body(self, may_view: Callable[[int], bool]) -> Mapping[str, Any]:
        """Return the voice part of `live` in the answer to `hello`."""
        seen = [live for live in self._rooms.values() if may_view(live.room_id)]
        return {
            "participants": [wire.participant(p) for r in seen for p in r.participants.values()],
            "room_states": [
                {"room_id": str(r.room_id), "key": key, "state": state}
                for r in seen
                for key, state in r.states.items()
            ],
            "speaking": [
                {"room_id": str(r.room_id), "account_ids": [str(id_) for id_ in r.speaking]}
                for r in seen
                if r.speaking
            ],
            "slots": [
                {"room_id": str(r.room_id), "slots": [wire.id_or_none(id_) for id_ in r.slots]}
                for r in seen
                if r.slots
            ],
            "visitors": [
                {"room_id": str(r.room_id), "count": r.visitors} for r in seen if r.visitors
            ],
        }
