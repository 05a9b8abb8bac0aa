"""Stages: who speaks, who waits with a hand up, and who is in charge.

A change is made in memory at once, so that two at a time never work on the same stage; then it is
kept, then the relay is told, and only then everybody (the part `stage` of the room's live state)
and who asked. What cannot be kept is taken back, and nothing else with it.

Failure cases: the host's line drops (two minutes, then a co-host who said yes, else the end); the
server restarts (parts and hands are kept, the two minutes begin anew); somebody invited leaves
(the invitation goes, a hand too); a client that ignores what it is told (the relay forwards
nothing of who has no part); two hosts at once (the later finds the stage as the earlier left it).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Protocol

from salon.clock import Clock
from salon.domain import wire
from salon.domain.accounts import Account
from salon.domain.blocks import Way
from salon.domain.events import RoomStateChanged
from salon.domain.rooms import Participant, Room
from salon.domain.stages import (
    HANDS_MAX,
    HOSTING,
    INVITED_FOR,
    QUESTION_MAX,
    SPEAKERS_MAX,
    SPEAKING,
    STAGE,
    Held,
    Invitation,
    Part,
    Stage,
    handed_over,
    taken_back,
    watched,
)
from salon.errors import Conflict, Denied, NotFound, SalonError
from salon.services import texts
from salon.services.access import Access, unreachable
from salon.services.directory import Directory
from salon.services.jobs import CORE, Jobs
from salon.services.limits import Paces
from salon.services.live import Live
from salon.store import jobs as stored_jobs
from salon.store import stages as stored
from salon.store.base import CoreTransaction, to_ms
from salon.store.store import Store

CLOSE = "close_stage"
UNDO_WITHIN_S = 10.0  # what the page shows for eight seconds, and the way to here
BURST, PER_S = 60, 5.0
QUIET_S = 0.2  # hands that go up in hundreds are told five times a second, not hundreds of times

Wanted = Literal[Part.HOST, Part.COHOST, Part.SPEAKER] | None
"""None: a listener."""


class Voices(Protocol):
    """What a stage asks of the people in rooms."""

    def all(self, room_id: int) -> tuple[Participant, ...]: ...
    async def rejudge(self, account_id: int) -> None: ...
    async def change(
        self, room_id: int, account_id: int, alter: Callable[[Participant], Participant]
    ) -> Participant: ...
    async def leave(self, account_id: int, reason: str = "left") -> None: ...
    async def empty(self, room_id: int, reason: str) -> None: ...
    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None: ...


class Stages:
    """Owns what each stage is now."""

    def __init__(  # noqa: PLR0913 a stage touches places, voices and the clock
        self,
        *,
        store: Store,
        access: Access,
        directory: Directory,
        live: Live,
        voices: Voices,
        tell: Callable[[RoomStateChanged], None],
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._live = live
        self._voices = voices
        self._tell = tell
        self._jobs = jobs
        self._clock = clock
        self._stages: dict[int, Stage] = {}
        self._muted: dict[int, tuple[float, frozenset[int]]] = {}
        self._quiet: dict[int, asyncio.TimerHandle] = {}
        self._untold: set[int] = set()
        self._paces = Paces(BURST, PER_S)
        self._reading = Paces(BURST, PER_S)  # the line's own: it moves, and hosts must act then
        self._close_room: Callable[[int], Awaitable[None]]
        jobs.perform(CLOSE, self._close_late)

    async def start(self, close_room: Callable[[int], Awaitable[None]]) -> None:
        """Know all stages; `close_room` ends one that was opened on the spot."""
        self._close_room = close_room
        self._stages = dict(await self._store.read(stored.load))
        for room_id in tuple(self._stages):
            self.look(room_id)

    async def stop(self) -> None:
        for timer in self._quiet.values():
            timer.cancel()

    # -- what rooms and voices ask

    def begin(self, tx: CoreTransaction, room: Room, host_ids: Sequence[int] = ()) -> None:
        """Keep a new stage; on the spot it is open at once and hosted by who opened it.

        `host_ids`: who leads it, the host first and co-hosts after.
        """
        is_hosted = room.temporary and room.opened_by != 0
        leading = host_ids or ([room.opened_by] if is_hosted else [])
        parts = {
            id_: Held(Part.COHOST if at else Part.HOST, tx.now) for at, id_ in enumerate(leading)
        }
        stored.add(tx, Stage(room.id, is_open=room.temporary, parts=parts))

    async def begun(self, room_id: int) -> None:
        known = await self._store.read(lambda connection: stored.load(connection, room_id))
        if room_id in known and room_id in self._directory.rooms:
            self._stages[room_id] = known[room_id]
            self.look(room_id)

    def over(self, room_id: int) -> None:
        """The room is gone."""
        self._stages.pop(room_id, None)
        self._muted.pop(room_id, None)

    def may_speak(self, account_id: int, room_id: int) -> bool:
        """Whether a stage lets somebody speak; other rooms let everybody."""
        stage = self._stages.get(room_id)
        return not self._is_stage(room_id) if stage is None else stage.may_speak(account_id)

    def is_over(self, account_id: int, other_id: int, room_id: int) -> bool:
        """Whether somebody leads another on a stage: hosts all, but no co-host another host."""
        stage = self._stages.get(room_id)
        if stage is None or not stage.is_hosted_by(account_id):
            return False
        return stage.host_id == account_id or not stage.is_hosted_by(other_id)

    def rests(self, account_id: int, room_id: int) -> None:
        """Somebody has closed their microphone themselves: no undoing opens it."""
        if room_id in self._muted:
            until_s, muted = self._muted[room_id]
            self._muted[room_id] = (until_s, muted - {account_id})

    def forget(self, account_id: int) -> None:
        """Somebody is erased: of what was kept of them nothing is kept here either."""
        for room_id, stage in tuple(self._stages.items()):
            if account_id in stage.parts or account_id in stage.invitations:
                self._stages[room_id] = stage.with_part(account_id, None)
                self.look(room_id)

    def _is_stage(self, room_id: int) -> bool:
        """Whether a room is one, also while nothing is known of it yet or any more."""
        room = self._directory.rooms.get(room_id)
        return room is not None and room.kind == STAGE

    def check_enter(self, actor: Account, room_id: int) -> None:
        """Raise Denied while a stage is not open, but for its hosts and speakers."""
        stage = self._stages.get(room_id)
        if stage is None and not self._is_stage(room_id):
            return
        if stage is not None and (stage.is_open or stage.may_speak(actor.id)):
            return
        if not self._access.may(actor, "room.manage", room_id):
            raise Denied("The stage is not open yet.", reason="stage_closed")

    def check_chat(self, actor: Account, room_id: int) -> None:
        """Raise Denied where the hosts keep the chat for themselves."""
        stage = self._stages.get(room_id)
        if stage is None or stage.chat_open or stage.is_hosted_by(actor.id):
            return
        if not self._access.may(actor, "room.manage", room_id):
            raise Denied("The hosts have closed the chat for now.", reason="chat_closed")

    def look(self, room_id: int) -> None:
        """Somebody came, went, lost their line or has it again: does the stage go on?"""
        stage = self._stages.get(room_id)
        if stage is None:
            return
        changed = watched(stage, self._here(room_id), self._clock.now())
        if changed.closes_at is not None and stage.closes_at is None:
            self._voices.spawn(self._close_then(changed), "stages.close")
        self._stages[room_id] = changed
        self._publish(room_id)

    async def gone(self, room_id: int, account_id: int) -> None:
        """Somebody has left for good: their hand goes down, and what they were asked is void."""
        stage = self._stages.get(room_id)
        if stage is None:
            return
        if stage.part(account_id) is Part.HAND:
            await self._change(stage.with_part(account_id, None))
        elif account_id in stage.invitations:
            self._stages[room_id] = stage.with_invitation(account_id, None)
            self._publish(room_id)
        self.look(room_id)

    # -- hosts

    async def open(self, actor: Account, room_id: int) -> None:
        """Let everybody in. Who opens a stage that has no host is its host."""
        stage = self._led(actor, room_id)
        if stage.host_id is None:
            stage = stage.with_part(actor.id, Held(Part.HOST, self._clock.now()))
        await self._change(replace(stage, is_open=True))
        self.look(room_id)

    async def end(self, actor: Account, room_id: int) -> None:
        """Send everybody home; a stage opened on the spot goes with it. Co-hosts may not."""
        self._owned(actor, room_id)
        await self._end(room_id)

    async def edit(
        self, actor: Account, room_id: int, *, hands_open: bool | None, chat_open: bool | None
    ) -> None:
        stage = self._led(actor, room_id)
        await self._change(
            replace(
                stage,
                hands_open=stage.hands_open if hands_open is None else hands_open,
                chat_open=stage.chat_open if chat_open is None else chat_open,
            )
        )

    async def invite(self, actor: Account, room_id: int, account_id: int) -> None:
        """Ask a listener up; before the opening, let somebody into the green room as a speaker.

        Who blocks the actor is not asked by them; another host may.
        """
        stage = self._led(actor, room_id)
        other = self._directory.account(account_id)
        if other is None or not self._access.may(other, "room.speak", room_id):
            raise NotFound("This person cannot speak here.", field="account", reason="cannot_speak")
        if stage.may_speak(account_id):
            return
        with_space = self._with_space(stage)
        now = self._clock.now()
        if account_id == actor.id or not stage.is_open:
            await self._change(with_space.with_part(account_id, Held(Part.SPEAKER, now)))
            return
        if account_id not in self._present(room_id):
            raise NotFound("This person is not in the room.", reason="person_not_in_room")
        if not self._directory.reaches(Way.NOTICE, actor.id, account_id):
            raise unreachable()
        invitation = Invitation(Part.SPEAKER, now + INVITED_FOR, actor.id)
        self._stages[room_id] = stage.with_invitation(account_id, invitation)
        self._publish(room_id)

    async def place(self, actor: Account, room_id: int, account_id: int, wanted: Wanted) -> None:
        """Move somebody down, make a speaker a co-host or no more, hand the stage to a co-host.

        Everybody may step down themselves but the host, who hands over or ends.
        """
        is_own = account_id == actor.id and wanted is None
        stage = self._seen(actor, room_id) if is_own else self._led(actor, room_id)
        held = stage.parts.get(account_id)
        if held is None:
            if wanted is None:
                return
            raise Conflict("Invite this person to speak first.", reason="invite_first")
        if HOSTING & {held.part, wanted}:
            if held.part is Part.HOST and is_own:
                raise Conflict(
                    "You are the host: hand the stage to a co-host, or end it.", reason="host_stays"
                )
            if not is_own:
                self._owned(actor, room_id)
        await self._change(self._placed(stage, account_id, held, wanted))
        if wanted is None and not stage.is_open:
            await self._send_out(room_id, account_id, "left" if is_own else "removed")
        self.look(room_id)

    async def _send_out(self, room_id: int, account_id: int, reason: str) -> None:
        """The green room is for those with a part."""
        other = self._directory.account(account_id)
        if other is None or account_id not in self._present(room_id):
            return
        try:
            self.check_enter(other, room_id)
        except Denied:
            await self._voices.leave(account_id, reason)

    def _placed(self, stage: Stage, account_id: int, held: Held, wanted: Wanted) -> Stage:
        if wanted is None:
            return stage.with_part(account_id, None)
        if held.part is Part.HAND or (wanted is Part.HOST and held.part is not Part.COHOST):
            raise Conflict(
                "First a speaker, then a co-host, then the host.", reason="one_step_at_a_time"
            )
        now = self._clock.now()
        if wanted is Part.HOST:
            return handed_over(stage, account_id, now)
        return stage.with_part(account_id, Held(wanted, now))

    async def mute_all(self, actor: Account, room_id: int) -> int:
        """Mute everybody but hosts and return how many were open; it can be undone at once."""
        stage = self._led(actor, room_id)
        open_ = frozenset(
            each.account_id
            for each in self._voices.all(room_id)
            if each.may_speak and not each.muted and not stage.is_hosted_by(each.account_id)
        )
        now_s = self._clock.monotonic_s()
        until_s, before = self._muted.get(room_id, (0.0, frozenset()))
        again = before if now_s <= until_s else frozenset()  # two hosts, or one who presses twice
        self._muted[room_id] = (now_s + UNDO_WITHIN_S, again | open_)
        await self._change_voices(
            room_id, open_, lambda now: replace(now, silenced=now.may_speak, muted=True)
        )
        return len(open_)

    async def undo_mute(self, actor: Account, room_id: int) -> None:
        """Open the microphones again that `mute_all` closed a moment ago."""
        self._led(actor, room_id)
        until_s, muted = self._muted.pop(room_id, (0.0, frozenset()))
        if self._clock.monotonic_s() > until_s:
            raise Conflict("That was too long ago to be undone.", reason="too_late")
        await self._change_voices(room_id, muted, _opened_again)

    async def _change_voices(
        self,
        room_id: int,
        account_ids: Collection[int],
        alter: Callable[[Participant], Participant],
    ) -> None:
        """Change many at once, each as they are when it is their turn; who has left is left out."""

        async def change(account_id: int) -> None:
            with suppress(NotFound):
                await self._voices.change(room_id, account_id, alter)

        await asyncio.gather(*(change(id_) for id_ in account_ids))

    # -- everybody

    async def answer(self, actor: Account, room_id: int, *, accept: bool) -> None:
        """Go up, or take the stage over; or rather not."""
        stage = self._seen(actor, room_id)
        now = self._clock.now()
        invitation = stage.standing_invitation(actor.id, now)
        if invitation is None:
            raise Conflict("This invitation has run out.", reason="invitation_over")
        if invitation.part is Part.HOST:
            if accept:
                await self._change(handed_over(stage, actor.id, now))
            else:
                refused = stage.with_invitation(actor.id, None)
                self._stages[room_id] = replace(refused, declined=stage.declined | {actor.id})
            self.look(room_id)
            return
        if accept:
            self._access.room(actor, room_id, "room.speak")
            stage = self._with_space(stage)
        up = Held(Part.SPEAKER, now) if accept else None
        await self._change(stage.with_part(actor.id, up))

    async def raise_hand(self, actor: Account, room_id: int, question: str) -> None:
        """Wait in line to speak; again is another question at the same place."""
        self._access.room(actor, room_id, "room.speak")
        stage = self._seen(actor, room_id)
        if actor.id not in self._present(room_id):
            raise NotFound("You are not in this room.", reason="not_in_room")
        if stage.may_speak(actor.id):
            return
        held = stage.parts.get(actor.id)
        if held is None and not stage.hands_open:
            raise Denied("Hands are closed for now.", reason="hands_closed")
        if held is None and len(self._line(stage)) >= HANDS_MAX:
            raise Conflict(
                f"{HANDS_MAX} hands are up; no more fit.", reason="hands_full", most=HANDS_MAX
            )
        clean = texts.line(question, field="question", at_most=QUESTION_MAX) if question else ""
        since = self._clock.now() if held is None else held.since
        invitation = stage.invitations.get(actor.id)
        stage = stage.with_part(actor.id, Held(Part.HAND, since, clean))
        await self._change(stage.with_invitation(actor.id, invitation))

    async def lower_hand(self, actor: Account, room_id: int, account_id: int) -> None:
        stage = (self._seen if account_id == actor.id else self._led)(actor, room_id)
        if stage.part(account_id) is Part.HAND:
            await self._change(stage.with_part(account_id, None))

    async def lower_all(self, actor: Account, room_id: int) -> None:
        stage = self._led(actor, room_id)
        for account_id in stage.of(Part.HAND):
            stage = stage.with_part(account_id, None)
        await self._change(stage)

    def hands(self, actor: Account, room_id: int) -> Sequence[dict[str, Any]]:
        """Return the line of those who are here, with what they want to ask, for hosts."""
        stage = self._read(actor, room_id, self._reading)
        self._check_leads(actor, stage)
        return [
            {
                "account_id": str(id_),
                "since": wire.time(stage.parts[id_].since),
                "question": stage.parts[id_].question,
            }
            for id_ in self._line(stage)
        ]

    # -- who may

    def _seen(self, actor: Account, room_id: int) -> Stage:
        return self._read(actor, room_id, self._paces)

    def _read(self, actor: Account, room_id: int, paces: Paces) -> Stage:
        paces.take(
            actor.id, self._clock.monotonic_s(), message="That was a lot at once. One moment."
        )
        self._access.room(actor, room_id)
        self._access.no_time_out(actor)
        stage = self._stages.get(room_id)
        if stage is None:
            raise NotFound("This room is no stage.", field="room", reason="no_stage")
        return stage

    def _led(self, actor: Account, room_id: int) -> Stage:
        """Return a stage that the actor hosts and is not kept out of, or whose room they keep."""
        stage = self._seen(actor, room_id)
        self._check_leads(actor, stage)
        return stage

    def _check_leads(self, actor: Account, stage: Stage) -> None:
        room_id = stage.room_id
        leads = stage.is_hosted_by(actor.id) and self._access.may(actor, "room.join", room_id)
        if not leads:
            self._access.room(actor, room_id, "room.manage")

    def _owned(self, actor: Account, room_id: int) -> None:
        stage = self._led(actor, room_id)
        if stage.host_id != actor.id:
            self._access.room(actor, room_id, "room.manage")

    def _with_space(self, stage: Stage) -> Stage:
        """Return the stage with a place for one more. Raises Conflict when it is full.

        Who went away as a speaker keeps the place until somebody else needs it.
        """
        speaking = sum(each.part in SPEAKING for each in stage.parts.values())
        missing = max(speaking + 1 - SPEAKERS_MAX, 0)
        here = self._present(stage.room_id)
        away = [id_ for id_ in stage.of(Part.SPEAKER) if stage.is_open and id_ not in here]
        if len(away) < missing:
            raise Conflict(
                f"{SPEAKERS_MAX} are on the stage; no more fit.",
                reason="stage_full",
                most=SPEAKERS_MAX,
            )
        for id_ in away[:missing]:
            stage = stage.with_part(id_, None)
        return stage

    # -- keeping and telling

    async def _change(self, after: Stage) -> None:
        room_id = after.room_id
        before = self._stages[room_id]
        self._stages[room_id] = after
        try:
            await self._store.write(lambda tx: stored.save(tx, before, after))
        except SalonError:
            if room_id in self._stages:
                self._stages[room_id] = taken_back(self._stages[room_id], before, after)
            await self._judge_voices(before, after)
            raise
        await self._judge_voices(before, after)

    async def _judge_voices(self, before: Stage, after: Stage) -> None:
        for id_ in before.parts.keys() | after.parts.keys():
            if before.may_speak(id_) != after.may_speak(id_):
                await self._voices.rejudge(id_)
        self._publish(after.room_id)

    async def _end(self, room_id: int) -> None:
        room = self._directory.rooms.get(room_id)
        if room is None:
            return
        if room.temporary:
            await self._close_room(room_id)
            return
        await self._change(Stage(room_id, is_open=False))
        await self._voices.empty(room_id, "closed")

    async def _close_then(self, stage: Stage) -> None:
        payload = {"room_id": str(stage.room_id)}
        at = stage.closes_at or self._clock.now()
        await self._store.write(lambda tx: stored_jobs.add(tx, CORE, CLOSE, payload, at))
        self._jobs.look()

    async def _close_late(self, payload: dict[str, Any]) -> None:
        """Two minutes without a host are over, unless one came back meanwhile."""
        stage = self._stages.get(int(payload["room_id"]))
        closes_at, now = None if stage is None else stage.closes_at, self._clock.now()
        if stage is not None and closes_at is not None and _is_due(closes_at, now):
            await self._end(stage.room_id)

    def _here(self, room_id: int) -> Sequence[int]:
        return [each.account_id for each in self._voices.all(room_id) if each.connected]

    def _present(self, room_id: int) -> Collection[int]:
        return {each.account_id for each in self._voices.all(room_id)}

    def _line(self, stage: Stage) -> Sequence[int]:
        """Return who waits, the longest first; after a restart only those who came back."""
        here = self._present(stage.room_id)
        return [id_ for id_ in stage.of(Part.HAND) if id_ in here]

    def _publish(self, room_id: int) -> None:
        if room_id in self._quiet:
            self._untold.add(room_id)
            return
        stage = self._stages.get(room_id)
        if stage is None:
            return
        state, states = self._body(stage), self._live.room(room_id).states
        if state == states.get("stage"):
            return
        loop = asyncio.get_running_loop()
        self._quiet[room_id] = loop.call_later(QUIET_S, self._publish_rest, room_id)
        states["stage"] = state
        self._tell(RoomStateChanged(room_id, "stage", state))

    def _publish_rest(self, room_id: int) -> None:
        self._quiet.pop(room_id, None)
        if room_id in self._untold:
            self._untold.discard(room_id)
            self._publish(room_id)

    def _body(self, stage: Stage) -> dict[str, Any]:
        now = self._clock.now()
        return {
            "is_open": stage.is_open,
            "hands_open": stage.hands_open,
            "chat_open": stage.chat_open,
            "closes_at": None if stage.closes_at is None else wire.time(stage.closes_at),
            "host_id": wire.id_or_none(stage.host_id),
            "cohost_ids": [str(id_) for id_ in stage.of(Part.COHOST)],
            "speaker_ids": [str(id_) for id_ in stage.of(Part.SPEAKER)],
            "hand_ids": [str(id_) for id_ in self._line(stage)],
            "invited": [
                {
                    "account_id": str(id_),
                    "part": each.part.value,
                    "until": wire.time(each.until),
                    "by_account_id": wire.id_or_none(each.by_account_id),
                }
                for id_, each in stage.invitations.items()
                if each.until >= now
            ],
        }


def _opened_again(now: Participant) -> Participant:
    return replace(now, silenced=False, muted=not now.may_speak) if now.silenced else now


def _is_due(at: datetime, now: datetime) -> bool:
    """In the milliseconds that jobs are kept in: none comes back for the rest of one."""
    return to_ms(at) <= to_ms(now)
