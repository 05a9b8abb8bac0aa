"""Debates: one speaks at a time, for as long as the chair gives, and a clock shows how long.

Nobody's microphone opens before the chair has given them the floor; who wants it waits in a line.
When the time is over, or the speaker gives it back or leaves, they are silenced and the floor is
free. All of it is live: after a restart debates go on with a free floor and no line.

Shapes: the room's state is `{speaker_id, ends_at, waiting_ids}`: ids as text, a time or null.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from salon.plugin import (
    Account,
    ClientModule,
    Command,
    Conflict,
    Denied,
    Deny,
    NotFound,
    Participant,
    Payload,
    Permission,
    Plugin,
    PluginConfig,
    Room,
    RoomKind,
    Salon,
    hookimpl,
)

KIND = "debate.debate"
CHAIR = "debate.chair"
TURN_MAX_S = 600
WAITING_MAX = 50

Id = Annotated[int, BeforeValidator(int)]


class InDebate(Payload):
    """About a debate as it is."""

    room: Id


class GiveFloor(InDebate):
    """To whom, and for how long."""

    account: Id
    seconds: int = Field(ge=1, le=TURN_MAX_S)


class DebateConfig(PluginConfig):
    """What the keeper may choose."""

    seats: int = Field(default=12, ge=2, le=25, description="How many fit into a debate.")


@dataclass
class Debate:
    """Who has the floor until when, and who waits for it, the longest first."""

    speaker_id: int | None = None
    ends_at: datetime | None = None
    waiting_ids: list[int] = field(default_factory=list)
    turn: int = 0  # a bell rings for its own turn alone

    def state(self) -> dict[str, Any]:
        return {
            "speaker_id": None if self.speaker_id is None else str(self.speaker_id),
            "ends_at": None if self.ends_at is None else self.ends_at.isoformat(),
            "waiting_ids": [str(id_) for id_ in self.waiting_ids],
        }


class DebatePlugin(Plugin[DebateConfig]):
    """Owns the debates of this server."""

    name = "debate"
    title = "Debates"
    version = "1.0.0"
    api = "1.5"
    Config = DebateConfig

    def __init__(self, salon: Salon, config: DebateConfig) -> None:
        super().__init__(salon, config)
        self._debates: dict[int, Debate] = {}

    # -- contributions

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("chair", "Chair debates", granted_to="hosts")]

    @hookimpl
    def register_room_kinds(self) -> list[RoomKind]:
        without = "The speaking clock is away; voices and chat work as in any room."
        hint = {"en": "One speaks at a time", "fr": "Une personne parle à la fois"}
        return [
            RoomKind("debate", "Debate", without, self.config.seats, permission=CHAIR, hint=hint)
        ]

    @hookimpl
    def register_commands(self) -> list[Command]:
        return [
            Command("ask", InDebate, self._ask, permission=None),
            Command("give", GiveFloor, self._give, permission=CHAIR),
            Command("end_turn", InDebate, self._end_turn, permission=None),
        ]

    @hookimpl
    def register_client_modules(self) -> list[ClientModule]:
        return [ClientModule("debate.js")]

    # -- hooks

    @hookimpl
    async def room_opened(self, room: Room) -> None:
        if room.kind == KIND:
            self._debates[room.id] = Debate()
            await self._publish(room.id)

    @hookimpl
    async def room_closed(self, room: Room) -> None:
        self._debates.pop(room.id, None)

    @hookimpl
    async def may_speak(self, participant: Participant, room: Room) -> Deny | None:
        debate = self._debates.get(room.id)
        if debate is None or debate.speaker_id == participant.account_id:
            return None
        return Deny("Ask for the floor first.", "no_floor")

    @hookimpl
    async def participant_left(self, participant: Participant, room: Room) -> None:
        debate = self._debates.get(room.id)
        if debate is None:
            return
        if debate.speaker_id == participant.account_id:
            self._free(debate)
        if participant.account_id in debate.waiting_ids:
            debate.waiting_ids.remove(participant.account_id)
        await self._publish(room.id)

    # -- commands

    async def _ask(self, actor: Account, payload: InDebate) -> None:
        """Wait for the floor, or no more. Raises NotFound, Conflict (full)."""
        debate = self._inside(actor, payload.room)
        if actor.id in debate.waiting_ids:
            debate.waiting_ids.remove(actor.id)
        elif len(debate.waiting_ids) >= WAITING_MAX:
            raise Conflict("Many are waiting already.", reason="debate.full")
        elif debate.speaker_id != actor.id:
            debate.waiting_ids.append(actor.id)
        await self._publish(payload.room)

    async def _give(self, actor: Account, payload: GiveFloor) -> None:
        """Give the floor to somebody inside, who had it before gives it up. Raises NotFound."""
        debate = self._debate(actor, payload.room)
        if payload.account not in self._present(payload.room):
            raise NotFound("This person is not in the room.", reason="debate.not_here")
        await self._take_floor(payload.room, debate)
        debate.speaker_id = payload.account
        debate.ends_at = self.salon.clock.now() + timedelta(seconds=payload.seconds)
        if payload.account in debate.waiting_ids:
            debate.waiting_ids.remove(payload.account)
        self.salon.spawn(
            self._ring(payload.room, debate, debate.turn, payload.seconds), name="debate.bell"
        )
        await self.salon.rooms.silence(payload.room, payload.account, silenced=False)
        await self._publish(payload.room)

    async def _end_turn(self, actor: Account, payload: InDebate) -> None:
        """Give the floor back, or take it from who has it. Raises NotFound, Denied."""
        debate = self._debate(actor, payload.room)
        chairs = self.salon.accounts.may(actor, CHAIR, payload.room)
        if debate.speaker_id != actor.id and not chairs:
            raise Denied("Only the speaker and the chair can do that.", reason="debate.not_yours")
        await self._take_floor(payload.room, debate)
        await self._publish(payload.room)

    # -- the floor

    async def _ring(self, room_id: int, debate: Debate, turn: int, seconds: int) -> None:
        await asyncio.sleep(seconds)
        if debate.turn == turn and room_id in self._debates:
            await self._take_floor(room_id, debate)
            await self._publish(room_id)

    async def _take_floor(self, room_id: int, debate: Debate) -> None:
        """Nobody speaks from now on; the relay forwards nothing of who did."""
        speaker_id = debate.speaker_id
        self._free(debate)
        if speaker_id is not None and speaker_id in self._present(room_id):
            await self.salon.rooms.silence(room_id, speaker_id, silenced=True)

    @staticmethod
    def _free(debate: Debate) -> None:
        debate.speaker_id, debate.ends_at = None, None
        debate.turn += 1

    def _debate(self, actor: Account, room_id: int) -> Debate:
        """Return a debate that the actor may enter. Raises NotFound."""
        debate = self._debates.get(room_id)
        if debate is None or not self.salon.accounts.may(actor, "room.join", room_id):
            raise NotFound("There is no such debate.", reason="debate.no_debate")
        return debate

    def _inside(self, actor: Account, room_id: int) -> Debate:
        debate = self._debate(actor, room_id)
        if actor.id not in self._present(room_id):
            raise NotFound("You are not in this debate.", reason="debate.not_inside")
        return debate

    def _present(self, room_id: int) -> set[int]:
        return {each.account_id for each in self.salon.rooms.participants(room_id)}

    async def _publish(self, room_id: int) -> None:
        if self.salon.rooms.get(room_id) is not None:
            await self.salon.rooms.set_state(room_id, self._debates[room_id].state())
