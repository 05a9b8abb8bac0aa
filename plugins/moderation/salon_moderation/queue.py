"""What hosts do with reports: look, decide, undo. Always for an actor."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from salon.plugin import (
    Account,
    AccountState,
    Conflict,
    Denied,
    Invalid,
    Message,
    NotFound,
    Room,
    Salon,
    SanctionKind,
    Transaction,
)
from salon_moderation import cases, keeping_out, shapes
from salon_moderation.models import Case, Decision, Shown, Step
from salon_moderation.payloads import (
    AROUND_MAX,
    ListCases,
    ReportMessage,
    ResolveCase,
    ShowCase,
    ShowLog,
    UndoCase,
)

CONTEXT_MESSAGES = 2
MANAGE_ROOM = "room.manage"
LET_SPEAK = "let_speak"
STEP_OF: dict[str, str] = {
    "dismiss": "dismissed",
    "warn": "warned",
    "time_out": "timed_out",
    "keep_out": "kept_out",
    "kick": "sent_away",
    "suspend": "suspended",
    "ban": "banned",
}
SANCTION_OF: dict[str, SanctionKind] = {
    "warn": SanctionKind.WARNING,
    "time_out": SanctionKind.TIME_OUT,
    "kick": SanctionKind.KICK,
    "suspend": SanctionKind.SUSPENSION,
    "ban": SanctionKind.BAN,
}
NEEDS: dict[str, str] = {
    "warn": "member.time_out",
    "time_out": "member.time_out",
    "kick": "member.kick",
    "suspend": "member.suspend",
    "ban": "member.ban",
}


class Queue:
    """The cases of one server. Decisions are made one after another, news waits for them."""

    def __init__(self, salon: Salon) -> None:
        self._salon = salon
        self._deciding = asyncio.Lock()
        self._silenced: dict[tuple[int, int], int] = {}  # by room and person: by which case

    # -- members

    async def report(self, actor: Account, payload: ReportMessage) -> None:
        """Report a message that the actor may read.

        Of a conversation the hosts see this message and those `around` it that the actor chose.
        Raises NotFound, Invalid (one's own, not around it), Conflict (reported before), TooMany.
        """
        message = await self._salon.messages.get(payload.message, actor=actor)
        if message.author_id == actor.id:
            raise Invalid(
                "This is your own message; you can delete it.",
                field="message",
                reason="moderation.own_message",
            )
        channel = self._salon.channels.get(message.channel_id)
        is_between = channel is not None and channel.is_conversation
        around = await self._around(actor, message) if is_between and payload.around else {}
        if not around.keys() >= set(payload.around):
            raise Invalid(
                f"Only the {AROUND_MAX} messages before and after it in a conversation are shown.",
                field="around",
                reason="moderation.not_around",
                most=AROUND_MAX,
            )
        complaint = cases.Complaint(
            actor.id,
            payload.reason,
            payload.note.strip(),
            is_between=is_between,
            around=[around[id_] for id_ in sorted(set(payload.around))],
        )
        await self._salon.db.write(lambda tx: cases.add_report(tx, message, complaint))

    async def _around(self, actor: Account, message: Message) -> Mapping[int, Message]:
        """Return what may be shown with a message, by id."""
        history, place = self._salon.messages.history, message.channel_id
        before = await history(place, actor=actor, before=message.id, limit=AROUND_MAX)
        after = await history(place, actor=actor, after=message.id, limit=AROUND_MAX)
        return {one.id: one for one in (*before, *after)}

    # -- hosts look

    async def list(self, _actor: Account, payload: ListCases) -> dict[str, Any]:
        """Return a page of cases, newest first, and how many wait."""
        await self._end_in_gone_places()

        def read(connection: Any) -> dict[str, Any]:
            found = cases.page(
                connection, payload.state, before=payload.before, limit=payload.limit + 1
            )
            since_ms = cases.open_since(connection)
            return {
                "cases": [shapes.case(one) for one in found[: payload.limit]],
                "has_more": len(found) > payload.limit,
                "open_count": cases.open_count(connection),
                "open_since": None if since_ms is None else shapes.time(since_ms),
            }

        return await self._salon.db.read(read)

    async def show(self, actor: Account, payload: ShowCase) -> dict[str, Any]:
        """Return a case with its reports and history, and what was said around the message.

        What was said around it is there only for those who may read the place; of a conversation
        it is what was chosen by who reported it, and who looks is written down. Raises NotFound.
        """
        await self._end_in_gone_places()

        def read(connection: Any) -> tuple[Case, Sequence[Shown], dict[str, Any]]:
            listed = cases.listed(connection, payload.case)
            told = {
                "case": shapes.case(listed),
                "reports": [shapes.report(r) for r in cases.reports_of(connection, payload.case)],
                "history": [shapes.step(s) for s in cases.steps_of(connection, payload.case)],
            }
            return listed.case, cases.shown_of(connection, payload.case), told

        case, shown, told = await self._salon.db.read(read)
        if case.is_between:
            await self._note_look(actor, case)
            told |= _beside(case, shown)
        else:
            told["before"] = await self._context(actor, case, before=case.message_id)
            told["after"] = await self._context(actor, case, after=case.message_id)
        room = self._salon.rooms.get(case.channel_id)
        return {
            **told,
            "may_delete": self._may_delete(actor, case),
            "may_impose": self._may_impose(actor, case),
            "may_keep_out": room is not None and self._may_keep_out(actor, case, room),
        }

    async def _note_look(self, actor: Account, case: Case) -> None:
        """Write down that somebody reads from a conversation: in the log and in the record."""
        if await self._salon.db.read(lambda c: cases.has_looked(c, case.id, actor.id)):
            return
        author = self._salon.accounts.get(case.author_id)
        await self._salon.audit.record(
            actor,
            cases.LOOKED,
            kind="account",
            target_id=str(case.author_id),
            name="" if author is None else author.handle,
        )
        await self._salon.db.write(
            lambda tx: cases.add_step(tx, case.id, cases.LOOKED, actor_id=actor.id)
        )

    async def log(self, _actor: Account, payload: ShowLog) -> dict[str, Any]:
        """Return a page of what was done, newest first."""
        limit = payload.limit + 1
        found = await self._salon.db.read(
            lambda connection: cases.log(connection, before=payload.before, limit=limit)
        )
        steps = [shapes.logged(step, case) for step, case in found[: payload.limit]]
        return {"steps": steps, "has_more": len(found) > payload.limit}

    # -- hosts decide

    async def resolve(self, actor: Account, payload: ResolveCase) -> dict[str, Any]:
        """Decide an open case and do what was decided.

        Raises NotFound, Conflict (decided by somebody else), Denied (the actor may not do this to
        the author, or not delete there); then nothing was done.
        """
        async with self._deciding:
            case = await self._get(payload.case)
            if case.state != "open":
                raise Conflict(
                    "Somebody has decided this case already.", reason="moderation.decided"
                )
            if payload.delete_message and not self._may_delete(actor, case):
                raise Denied(
                    "You may not delete messages there.",
                    field="delete_message",
                    reason="moderation.may_not_delete",
                )
            until = None
            if payload.minutes is not None:
                until = self._salon.clock.now() + timedelta(minutes=payload.minutes)
            await self._act(actor, case, payload, until)
            if payload.delete_message:
                with suppress(NotFound):  # deleted in the meantime, which is what was wanted
                    await self._salon.messages.delete(case.message_id, as_account=actor)
            await self._salon.db.write(lambda tx: _decided(tx, actor, case, payload, until))
        return await self._told(case.id)

    async def undo(self, actor: Account, payload: UndoCase) -> dict[str, Any]:
        """Take a decision back and put the case into the queue again.

        Raises NotFound, Denied, Conflict (still open, nothing that can be undone, reported anew).
        """
        async with self._deciding:
            case = await self._get(payload.case)
            if case.state == "open":
                raise Conflict(
                    "This case waits for a decision; there is nothing to undo.",
                    reason="moderation.undecided",
                )
            if case.decision not in STEP_OF:
                raise Conflict(
                    "The message is deleted and cannot come back.", reason="moderation.deleted"
                )
            if case.decision in SANCTION_OF:
                await self._lift(actor, case, case.decision)
            if case.decision == "keep_out":
                await self._let_in(actor, case)

            def save(tx: Transaction) -> None:
                cases.reopen(tx, case)
                cases.add_step(tx, case.id, "undone", actor_id=actor.id)

            await self._salon.db.write(save)
        return await self._told(case.id)

    # -- news

    async def message_edited(self, message: Message) -> None:
        """Note it in the open case of the message, which keeps the text as it was reported."""
        await self._salon.db.write(
            lambda tx: cases.note_for_message(tx, message.id, "message_edited")
        )

    async def message_deleted(self, message: Message) -> None:
        """End the open case of the message: there is nothing left to decide about it."""

        def end(tx: Transaction) -> None:
            case = cases.note_for_message(tx, message.id, "message_gone")
            if case is not None:
                cases.close(tx, case, "gone")

        async with self._deciding:
            await self._salon.db.write(end)

    async def place_gone(self, place_id: int) -> None:
        """End the open cases of a channel or room that is deleted."""
        async with self._deciding:
            await self._salon.db.write(lambda tx: cases.end_in_place(tx, place_id))

    async def account_suspended(self, account: Account) -> None:
        """Note it in the open cases of the person."""
        until = account.timed_out_until
        until_ms = None if until is None else cases.in_ms(until)
        is_pause = until is not None and account.state is AccountState.ACTIVE
        what = "author_suspended" if is_pause else "author_shut_out"
        async with self._deciding:
            await self._salon.db.write(
                lambda tx: cases.note_for_author(tx, account.id, what, until_ms)
            )

    def participant_left(self, room_id: int, account_id: int) -> None:
        """Forget whom a case silenced: that ends with the visit."""
        self._silenced.pop((room_id, account_id), None)

    async def let_speak(self, payload: dict[str, Any]) -> None:
        """Let whom a case silenced speak again when they are no longer kept out."""
        case_id = int(payload["case"])
        async with self._deciding:
            for seat, by_case in tuple(self._silenced.items()):
                if by_case == case_id and not await self._is_kept_out(*seat):
                    del self._silenced[seat]
                    await self._silence(*seat, silenced=False)

    # -- inside

    async def _end_in_gone_places(self) -> None:
        """End the cases of deleted channels: no hook tells of these, so it is seen when asked."""
        places = await self._salon.db.read(cases.open_places)
        for place_id in places:
            if self._salon.channels.get(place_id) is None:
                await self.place_gone(place_id)

    async def _is_kept_out(self, room_id: int, account_id: int) -> bool:
        now = self._salon.clock.now()
        found = await self._salon.db.read(
            lambda connection: keeping_out.lasting(connection, room_id, account_id, now)
        )
        return found is not None

    async def _act(
        self, actor: Account, case: Case, payload: ResolveCase, until: datetime | None
    ) -> None:
        kind = SANCTION_OF.get(payload.decision)
        if kind is not None:
            await self._salon.accounts.impose(
                case.author_id, kind, by=actor, until=until, reason=payload.reason
            )
        elif payload.decision == "keep_out":
            await self._keep_out(actor, case, until, payload.reason)

    async def _keep_out(
        self, actor: Account, case: Case, until: datetime | None, reason: str
    ) -> None:
        room = self._salon.rooms.get(case.channel_id)
        if room is None or until is None:
            raise Invalid(
                "This message was not written in a room.",
                field="decision",
                reason="moderation.not_in_room",
            )
        if not self._may_keep_out(actor, case, room):
            raise Denied(
                "You may not keep this person out of this room.",
                field="decision",
                reason="moderation.may_not_keep_out",
            )
        await self._salon.db.write(
            lambda tx: keeping_out.add(tx, room.id, case.author_id, until=until, reason=reason)
        )
        seat = (room.id, case.author_id)
        if seat in self._silenced:
            self._silenced[seat] = case.id
        elif self._is_speaking(case):  # whom a host has silenced stays so when this ends
            self._silenced[seat] = case.id
            await self._silence(*seat, silenced=True)
        await self._salon.jobs.enqueue(LET_SPEAK, {"case": str(case.id)}, run_at=until)

    def _is_speaking(self, case: Case) -> bool:
        inside = self._salon.rooms.participants(case.channel_id)
        return any(one.account_id == case.author_id and not one.silenced for one in inside)

    async def _let_in(self, actor: Account, case: Case) -> None:
        room = self._salon.rooms.get(case.channel_id)
        if room is None:
            return  # with it went who was kept out
        if not self._salon.accounts.may(actor, MANAGE_ROOM, room.id):
            raise Denied(
                "You may not decide who enters this room.", reason="moderation.may_not_decide"
            )
        steps = await self._salon.db.read(lambda c: cases.steps_of(c, case.id))
        until_ms = _until_of_last(steps, "kept_out")
        if until_ms is None:
            return
        room_id, author_id = case.channel_id, case.author_id
        is_lifted = await self._salon.db.write(
            lambda tx: keeping_out.lift(tx, room_id, author_id, until_ms)
        )
        if is_lifted and self._silenced.pop((room_id, author_id), None) == case.id:
            await self._silence(room_id, author_id, silenced=False)

    async def _silence(self, room_id: int, account_id: int, *, silenced: bool) -> None:
        """Mute whoever sits in the room already: the door is asked only by those who enter."""
        with suppress(NotFound):  # left in this moment
            await self._salon.rooms.silence(room_id, account_id, silenced=silenced)

    async def _lift(self, actor: Account, case: Case, decision: str) -> None:
        """Lift what this case decided; what somebody imposed since stays."""
        kind, decided_ms = SANCTION_OF[decision], case.decided_at_ms or 0
        holding = await self._salon.accounts.sanctions(actor, kind=kind, account_id=case.author_id)
        if any(cases.in_ms(each.began_at) <= decided_ms for each in holding):
            await self._salon.accounts.lift(case.author_id, kind, by=actor)

    def _may_impose(self, actor: Account, case: Case) -> Sequence[str]:
        """Return what the actor may decide about the author, but for questions of rank."""
        author = self._salon.accounts.get(case.author_id)
        if author is None or author.is_owner or author.id == actor.id:
            return ()
        return [what for what, needed in NEEDS.items() if self._salon.accounts.may(actor, needed)]

    def _may_delete(self, actor: Account, case: Case) -> bool:
        is_there = self._salon.channels.get(case.channel_id) is not None
        return is_there and self._salon.accounts.may(actor, "message.manage", case.channel_id)

    def _may_keep_out(self, actor: Account, case: Case, room: Room) -> bool:
        """Whether the actor decides about the room, and the author does not."""
        author = self._salon.accounts.get(case.author_id)
        accounts = self._salon.accounts
        return (
            author is not None
            and accounts.may(actor, MANAGE_ROOM, room.id)
            and not accounts.may(author, MANAGE_ROOM, room.id)
        )

    async def _context(
        self, actor: Account, case: Case, *, before: int | None = None, after: int | None = None
    ) -> Sequence[dict[str, Any]]:
        try:
            found = await self._salon.messages.history(
                case.channel_id, actor=actor, before=before, after=after, limit=CONTEXT_MESSAGES
            )
        except NotFound:
            return ()
        return [shapes.message(one) for one in found]

    async def _get(self, case_id: int) -> Case:
        return await self._salon.db.read(lambda connection: cases.get(connection, case_id))

    async def _told(self, case_id: int) -> dict[str, Any]:
        listed = await self._salon.db.read(lambda connection: cases.listed(connection, case_id))
        return {"case": shapes.case(listed)}


def _decided(
    tx: Transaction, actor: Account, case: Case, payload: ResolveCase, until: datetime | None
) -> None:
    decision: Decision = payload.decision
    if decision == "dismiss" and payload.delete_message:
        decision = "delete"
    cases.close(tx, case, decision)
    if decision in STEP_OF:
        until_ms = None if until is None else cases.in_ms(until)
        cases.add_step(
            tx,
            case.id,
            STEP_OF[decision],
            actor_id=actor.id,
            until_ms=until_ms,
            reason=payload.reason,
        )
    if payload.delete_message:
        cases.add_step(tx, case.id, "message_deleted", actor_id=actor.id, reason=payload.reason)


def _beside(case: Case, shown: Sequence[Shown]) -> dict[str, Any]:
    """Return what was shown of a conversation, before the reported message and after it."""
    return {
        "before": [shapes.shown(one) for one in shown if one.message_id < case.message_id],
        "after": [shapes.shown(one) for one in shown if one.message_id > case.message_id],
    }


def _until_of_last(steps: Sequence[Step], what: str) -> int | None:
    return next((step.until_ms for step in reversed(steps) if step.what == what), None)
