"""What happens to the people in a room, and to what is heard of them."""

from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.events.base import Event, Only, OnlySession, Place, Scope
from salon.domain.rooms import Participant, Ruling


@dataclass(frozen=True, slots=True)
class ParticipantJoined(Event):
    name: ClassVar[str] = "participant.joined"
    durable: ClassVar[bool] = False
    participant: Participant

    @property
    def scope(self) -> Scope:
        return Place(self.participant.room_id)

    def body(self) -> dict[str, Any]:
        return wire.participant(self.participant)


@dataclass(frozen=True, slots=True)
class ParticipantChanged(ParticipantJoined):
    """Muted, deafened, silenced, connected, may speak."""

    name: ClassVar[str] = "participant.changed"


@dataclass(frozen=True, slots=True)
class ParticipantLeft(Event):
    """`reason` is "left", "lost", "removed", "moved", "closed" or "shutdown"."""

    name: ClassVar[str] = "participant.left"
    durable: ClassVar[bool] = False
    participant: Participant
    reason: str

    @property
    def scope(self) -> Scope:
        return Place(self.participant.room_id)

    def body(self) -> dict[str, Any]:
        return {
            "room_id": str(self.participant.room_id),
            "account_id": str(self.participant.account_id),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class SpeakingChanged(Event):
    """Everybody in the room who is talking now; at most five a second and room."""

    name: ClassVar[str] = "speaking.changed"
    durable: ClassVar[bool] = False
    room_id: int
    account_ids: tuple[int, ...]

    @property
    def scope(self) -> Scope:
        return Place(self.room_id)

    def body(self) -> dict[str, Any]:
        speaking = [str(id_) for id_ in self.account_ids]
        return {"room_id": str(self.room_id), "account_ids": speaking}


@dataclass(frozen=True, slots=True)
class SlotsChanged(Event):
    """Which participant's voice comes out of which slot (m-line `s0`, `s1`, ...)."""

    name: ClassVar[str] = "slots.changed"
    durable: ClassVar[bool] = False
    room_id: int
    slots: tuple[int | None, ...]

    @property
    def scope(self) -> Scope:
        return Place(self.room_id)

    def body(self) -> dict[str, Any]:
        slots = [None if id_ is None else str(id_) for id_ in self.slots]
        return {"room_id": str(self.room_id), "slots": slots}


@dataclass(frozen=True, slots=True)
class VisitorsChanged(Event):
    """How many listen to a room without an account; nobody knows who. At most once a second."""

    name: ClassVar[str] = "visitors.changed"
    durable: ClassVar[bool] = False
    room_id: int
    count: int

    @property
    def scope(self) -> Scope:
        return Place(self.room_id)

    def body(self) -> dict[str, Any]:
        return {"room_id": str(self.room_id), "count": self.count}


@dataclass(frozen=True, slots=True)
class VoiceMoved(Event):
    """Another sign-in of an account has taken over its place; told to all devices of it."""

    name: ClassVar[str] = "voice.moved"
    durable: ClassVar[bool] = False
    account_id: int
    room_id: int
    session_id: int

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return {"room_id": str(self.room_id), "session_id": str(self.session_id)}


@dataclass(frozen=True, slots=True)
class VoiceCalled(Event):
    """A room waits for an account: its door was opened to a knock, or a host sent them there."""

    name: ClassVar[str] = "voice.called"
    durable: ClassVar[bool] = False
    account_id: int
    session_id: int
    room_id: int

    @property
    def scope(self) -> Scope:
        return OnlySession(self.account_id, self.session_id)

    def body(self) -> dict[str, Any]:
        return {"room_id": str(self.room_id)}


@dataclass(frozen=True, slots=True)
class VoiceRuled(Event):
    """Who is in charge did this to somebody's voice; told to that account and nobody else."""

    name: ClassVar[str] = "voice.ruled"
    durable: ClassVar[bool] = False
    account_id: int
    room_id: int
    act: Ruling
    by_account_id: int

    @property
    def scope(self) -> Scope:
        return Only(self.account_id)

    def body(self) -> dict[str, Any]:
        return {
            "room_id": str(self.room_id),
            "act": self.act,
            "by_account_id": str(self.by_account_id),
        }


@dataclass(frozen=True, slots=True)
class VoiceMoving(Event):
    """The server is reached elsewhere; a connection goes there by this offer, which is a secret."""

    name: ClassVar[str] = "voice.moving"
    durable: ClassVar[bool] = False
    account_id: int
    session_id: int
    room_id: int
    peer_id: str
    offer: str

    @property
    def scope(self) -> Scope:
        return OnlySession(self.account_id, self.session_id)

    def body(self) -> dict[str, Any]:
        return {"room_id": str(self.room_id), "peer": self.peer_id, "offer": self.offer}
