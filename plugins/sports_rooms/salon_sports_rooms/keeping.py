"""Keeping the score: what the commands do, and what everybody is shown of it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from salon.plugin import (
    Account,
    Conflict,
    Denied,
    Invalid,
    NotFound,
    Participant,
    Place,
    Room,
    Salon,
    Transaction,
)
from salon_sports_rooms import models, shapes
from salon_sports_rooms.clock import Minute
from salon_sports_rooms.config import SportsRoomsConfig
from salon_sports_rooms.match import Kind, Match, Moment
from salon_sports_rooms.names import room_name, sentence, teams
from salon_sports_rooms.payloads import (
    AddMoment,
    CorrectMoment,
    CreateMatch,
    EditMatch,
    PressClock,
    Undo,
)

KIND = "sports_rooms.match"
KEEP_SCORE = "sports_rooms.keep_score"
COMMENTATE = "sports_rooms.commentate"
VIEW = "channel.view"
MOMENTS_MAX = 500
HALF_TIME = timedelta(minutes=15)

Change = Callable[[Transaction, Match], Moment]


class Scorekeeping:
    """The matches: one row each, its moments, and the live state of its room."""

    def __init__(self, salon: Salon, config: SportsRoomsConfig) -> None:
        self._salon = salon
        self._config = config
        self._publishing = asyncio.Lock()  # of two states, the later one is told last
        self._running: set[int] = set()  # rooms whose clock runs

    # -- matches

    async def create(self, actor: Account, payload: CreateMatch) -> dict[str, Any]:
        """Open a room for a match. Raises Denied, Invalid (sport), Conflict (full)."""
        if not self._salon.accounts.may(actor, "room.open"):
            raise Denied(
                "You may not open rooms here.", permission="room.open", reason="no_permission"
            )
        sport = payload.sport or self._config.sport
        if sport not in self._config.sports:
            known = ", ".join(self._config.sports)
            raise Invalid(
                f"There is no such sport here; there are {known}.",
                field="sport",
                reason="sports_rooms.no_sport",
            )
        half_s = self._config.half_s(sport)
        name = payload.name or room_name(payload.home, payload.away)
        room = await self._salon.rooms.open(name, kind=KIND)
        starts_at = payload.starts_at or self._salon.clock.now()
        match = Match(
            room_id=room.id,
            home=payload.home,
            away=payload.away,
            half_s=half_s,
            starts_at=payload.starts_at,
            ends_at=starts_at + lasting(half_s),
            commentators_only=self._limited(payload.commentators_only),
        )
        await self.save(match)
        return {"room_id": str(room.id), "slug": room.slug}

    async def save(self, match: Match) -> None:
        """Write a match, or what has changed of it, and show it."""
        await self._salon.db.write(lambda tx: models.add_match(tx, match))
        await self.publish(match.room_id)

    async def welcome(self, room: Room) -> None:
        """Show the match of a room that exists; one opened by hand is named after its room."""
        if room.kind != KIND:
            return

        def add(tx: Transaction) -> None:
            if models.load_match(tx.connection, room.id) is None:
                models.add_match(tx, self._named_after(room))

        await self._salon.db.write(add)
        await self.publish(room.id)

    def _named_after(self, room: Room) -> Match:
        language = self._salon.community.language
        names = teams(room.name) or (sentence("home", language), sentence("away", language))
        half_s = self._config.half_s(self._config.sport)
        limited = self._limited(None)
        return Match(room.id, *names, half_s, commentators_only=limited)

    def _limited(self, wish: bool | None) -> bool:  # noqa: FBT001 as it stands in the payload
        return self._config.commentators_only if wish is None else wish

    async def edit(self, actor: Account, payload: EditMatch) -> None:
        """Change the names and who may speak. Raises NotFound, Denied."""
        self._check_keeper(actor, payload.room)
        given = payload.model_dump(exclude={"room"}, exclude_none=True)

        def save(tx: Transaction) -> None:
            models.add_match(tx, replace(_known(tx, payload.room), **given))

        await self._salon.db.write(save)
        await self.publish(payload.room)

    async def forget(self, room_id: int) -> None:
        self._running.discard(room_id)
        await self._salon.db.write(lambda tx: models.forget_match(tx, room_id))

    # -- moments

    async def add(self, actor: Account, payload: AddMoment) -> dict[str, Any]:
        """Enter something that happened. Raises NotFound, Denied, Conflict (too many)."""

        def enter(tx: Transaction, match: Match) -> Moment:
            minute = match.clock.minute(tx.now)
            if payload.minute is not None:
                minute = Minute(payload.minute, payload.added)
            return Moment(
                id=tx.new_id(),
                kind=Kind(payload.kind),
                at=tx.now,
                minute=minute,
                side=payload.side,
                text=payload.text,
                card=payload.card,
                by=actor.id,
                nonce=payload.nonce,
            )

        return await self._enter(actor, payload.room, payload.nonce, enter)

    async def press(self, actor: Account, payload: PressClock) -> dict[str, Any]:
        """Work the clock. Raises NotFound, Denied, Conflict (not now), Invalid."""

        def enter(tx: Transaction, match: Match) -> Moment:
            after = match.clock.pressed(payload.action, tx.now, payload.elapsed_s)
            return Moment(
                id=tx.new_id(),
                kind=Kind.PERIOD,
                at=tx.now,
                minute=after.minute(tx.now),
                press=payload.action,
                elapsed_s=payload.elapsed_s,
                by=actor.id,
                nonce=payload.nonce,
            )

        return await self._enter(actor, payload.room, payload.nonce, enter)

    async def _enter(
        self, actor: Account, room_id: int, nonce: str, make: Change
    ) -> dict[str, Any]:
        self._check_keeper(actor, room_id)

        def enter(tx: Transaction) -> dict[str, Any]:
            match = _known(tx, room_id)
            known = match.entered(nonce)
            if known is not None:
                if known.by != actor.id:  # hardly by chance; and not to be taken for entered
                    raise Conflict(
                        "Somebody else entered something with this nonce.", reason="malformed"
                    )
                return shapes.moment(known, match)
            if len(match.moments) >= MOMENTS_MAX:
                raise Conflict(
                    f"A match has at most {MOMENTS_MAX} entries.",
                    reason="sports_rooms.moments_full",
                    most=MOMENTS_MAX,
                )
            moment = make(tx, match)
            models.add_moment(tx, room_id, moment)
            after = replace(match, moments=[*match.moments, moment])
            if moment.kind is Kind.GOAL:
                tx.announce("goal", Place(room_id), shapes.goal(after, moment))
            return shapes.moment(moment, after)

        entered = await self._salon.db.write(enter)
        await self.publish(room_id)
        return {"moment": entered}

    async def correct(self, actor: Account, payload: CorrectMoment) -> dict[str, Any]:
        """Change the words, minute or card of an entry. Raises NotFound, Denied, Conflict."""

        def change(_tx: Transaction, match: Match) -> Moment:
            known = match.moment(payload.moment)
            if known.kind is Kind.PERIOD:
                raise Conflict("The clock is corrected by setting it.", reason="malformed")
            if payload.card is not None and known.kind is not Kind.CARD:
                raise Conflict("Only a card is yellow or red.", reason="malformed")
            minute = known.minute
            if payload.minute is not None:
                minute = Minute(payload.minute, payload.added)
            text = known.text if payload.text is None else payload.text
            return replace(known, text=text, minute=minute, card=payload.card or known.card)

        return await self._change(actor, payload.room, change)

    async def undo(self, actor: Account, payload: Undo) -> dict[str, Any]:
        """Take back an entry. Raises NotFound, Denied, Conflict."""

        def change(_tx: Transaction, match: Match) -> Moment:
            return replace(match.undoable(payload.moment), undone=True)

        return await self._change(actor, payload.room, change)

    async def _change(self, actor: Account, room_id: int, change: Change) -> dict[str, Any]:
        self._check_keeper(actor, room_id)

        def save(tx: Transaction) -> dict[str, Any]:
            match = _known(tx, room_id)
            changed = change(tx, match)
            models.correct_moment(tx, changed)
            return shapes.moment(changed, match)

        changed = await self._salon.db.write(save)
        await self.publish(room_id)
        return {"moment": changed}

    # -- who may, and who is shown what

    def _check_keeper(self, actor: Account, room_id: int) -> None:
        room = self._salon.rooms.get(room_id)
        may = self._salon.accounts.may
        if room is None or room.kind != KIND or not may(actor, VIEW, room_id):
            raise NotFound("There is no such match.", field="room", reason="sports_rooms.no_match")
        if not may(actor, KEEP_SCORE, room_id):
            raise Denied(
                "You do not keep the score here.",
                permission=KEEP_SCORE,
                reason="sports_rooms.not_yours",
            )

    async def may_speak(self, participant: Participant, room: Room) -> bool:
        """Whether the participant may open the microphone in this match."""
        match = await self._salon.db.read(lambda connection: models.load_match(connection, room.id))
        if match is None or not match.commentators_only:
            return True
        account = self._salon.accounts.get(participant.account_id)
        may = self._salon.accounts.may
        return account is not None and any(
            may(account, permission, room.id) for permission in (COMMENTATE, KEEP_SCORE)
        )

    async def publish(self, room_id: int) -> None:
        """Show the match as it is now to everybody who may see its room."""
        async with self._publishing:
            match = await self._salon.db.read(lambda c: models.load_match(c, room_id))
            if match is None:
                return
            (self._running.add if match.clock.is_running else self._running.discard)(room_id)
            with suppress(NotFound):  # the room may have closed meanwhile
                state = shapes.state(match, self._salon.clock.now())
                await self._salon.rooms.set_state(room_id, state)

    async def strike(self, _payload: dict[str, Any]) -> None:
        """Tell the time of every clock that runs; a device whose own is wrong learns it so."""
        for room_id in sorted(self._running):
            await self.publish(room_id)


def lasting(half_s: int) -> timedelta:
    """Return how long a match takes, with its half-time."""
    return timedelta(seconds=2 * half_s) + HALF_TIME


def _known(tx: Transaction, room_id: int) -> Match:
    match = models.load_match(tx.connection, room_id)
    if match is None:
        raise NotFound("There is no such match.", field="room", reason="sports_rooms.no_match")
    return match
