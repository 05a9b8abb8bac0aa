"""Stages: who speaks, who waits with a hand up, and who is in charge.

Each act is judged, made on the stage as it is at that moment, and given to `stage_keeping.py`,
which keeps it, tells the relay, and then everybody. Who asked is answered after that.

Failure cases: the host's line drops (two minutes, then a co-host who said yes, else the end); the
server restarts (parts and hands are kept, the two minutes begin anew); somebody invited leaves
(the invitation goes, a hand too); a client that ignores what it is told (the relay forwards
nothing of who has no part); two hosts at once (the later finds the stage as the earlier left it).
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from salon.clock import Clock
from salon.domain import wire
from salon.domain.accounts import Account
from salon.domain.blocks import Way
from salon.domain.rooms import Participant
from salon.domain.stages import (
    HANDS_MAX,
    HOSTING,
    INVITED_FOR,
    QUESTION_MAX,
    SPEAKERS_MAX,
    SPEAKING,
    Held,
    Invitation,
    Part,
    Stage,
    handed_over,
)
from salon.errors import Conflict, Denied, NotFound
from salon.services import texts
from salon.services.access import Access, unreachable
from salon.services.directory import Directory
from salon.services.limits import Paces
from salon.services.stage_keeping import StageKeeping, Voices

UNDO_WITHIN_S = 10.0  # what the page shows for eight seconds, and the way to here
BURST, PER_S = 60, 5.0

Wanted = Literal[Part.HOST, Part.COHOST, Part.SPEAKER] | None
"""None: a listener."""


class Stages:
    """What people do at a stage. Owns who was muted by `mute_all` a moment ago."""

    def __init__(
        self,
        *,
        keeping: StageKeeping,
        access: Access,
        directory: Directory,
        voices: Voices,
        clock: Clock,
    ) -> None:
        self.keeping = keeping
        self._access = access
        self._directory = directory
        self._voices = voices
        self._clock = clock
        # By room: until when it can be undone, and since when each of those who were muted is in.
        # None, for who has closed their own microphone meanwhile.
        self._muted: dict[int, tuple[float, dict[int, datetime | None]]] = {}
        self._paces = Paces(BURST, PER_S)
        self._reading = Paces(BURST, PER_S)  # the line's own: it moves, and hosts must act then
        self._opened: Callable[[int], None] = lambda _room_id: None

    def when_opened(self, callback: Callable[[int], None]) -> None:
        """Call back with the room's id when its hosts let everybody in."""
        self._opened = callback

    # -- what rooms and voices ask

    def over(self, room_id: int) -> None:
        """The room is gone."""
        self.keeping.over(room_id)
        self._muted.pop(room_id, None)

    def may_speak(self, account_id: int, room_id: int) -> bool:
        """Whether a stage lets somebody speak; other rooms let everybody."""
        stage = self.keeping.get(room_id)
        return not self.keeping.is_stage(room_id) if stage is None else stage.may_speak(account_id)

    def is_over(self, account_id: int, other_id: int, room_id: int) -> bool:
        """Whether somebody leads another on a stage: hosts all, but no co-host another host."""
        stage = self.keeping.get(room_id)
        if stage is None or not stage.is_hosted_by(account_id):
            return False
        return stage.host_id == account_id or not stage.is_hosted_by(other_id)

    def rests(self, account_id: int, room_id: int) -> None:
        """Somebody has closed their microphone themselves: no undoing opens it."""
        if room_id in self._muted:
            until_s, muted = self._muted[room_id]
            if account_id in muted:
                self._muted[room_id] = (until_s, muted | {account_id: None})

    def is_open(self, room_id: int) -> bool:
        """Whether everybody may come in; rooms that are no stage are always open."""
        stage = self.keeping.get(room_id)
        return not self.keeping.is_stage(room_id) if stage is None else stage.is_open

    def host_of(self, room_id: int) -> int | None:
        """Return the account that leads a stage."""
        stage = self.keeping.get(room_id)
        return None if stage is None else stage.host_id

    def hosts_of(self, room_id: int) -> frozenset[int]:
        """Return the accounts that lead a stage, co-hosts too."""
        stage = self.keeping.get(room_id)
        parts = {} if stage is None else stage.parts
        return frozenset(id_ for id_, held in parts.items() if held.part in HOSTING)

    def check_enter(self, actor: Account, room_id: int) -> None:
        """Raise Denied while a stage is not open, but for its hosts and speakers."""
        stage = self.keeping.get(room_id)
        if stage is None and not self.keeping.is_stage(room_id):
            return
        if stage is not None and (stage.is_open or stage.may_speak(actor.id)):
            return
        if not self._access.may(actor, "room.manage", room_id):
            raise Denied("The stage is not open yet.", reason="stage_closed")

    def check_chat(self, actor: Account, room_id: int) -> None:
        """Raise Denied where the hosts keep the chat for themselves."""
        stage = self.keeping.get(room_id)
        if stage is None or stage.chat_open or stage.is_hosted_by(actor.id):
            return
        if not self._access.may(actor, "room.manage", room_id):
            raise Denied("The hosts have closed the chat for now.", reason="chat_closed")

    def look(self, room_id: int) -> None:
        self.keeping.look(room_id)

    async def gone(self, room_id: int, account_ids: Collection[int]) -> None:
        await self.keeping.gone(room_id, account_ids)

    # -- hosts

    async def open(self, actor: Account, room_id: int) -> None:
        """Let everybody in. Who opens a stage that has no host is its host."""
        stage = self._led(actor, room_id)
        if stage.host_id is None:
            stage = stage.with_part(actor.id, Held(Part.HOST, self._clock.now()))
        await self.keeping.change(replace(stage, is_open=True))
        self.keeping.look(room_id)
        if not stage.is_open:
            self._opened(room_id)

    async def end(self, actor: Account, room_id: int) -> None:
        """Send everybody home; a stage opened on the spot goes with it. Co-hosts may not."""
        self._owned(actor, room_id)
        await self.keeping.end(room_id)

    async def edit(
        self, actor: Account, room_id: int, *, hands_open: bool | None, chat_open: bool | None
    ) -> None:
        stage = self._led(actor, room_id)
        await self.keeping.change(
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
            await self.keeping.change(with_space.with_part(account_id, Held(Part.SPEAKER, now)))
            return
        if account_id not in self.keeping.present(room_id):
            raise NotFound("This person is not in the room.", reason="person_not_in_room")
        if not self._directory.reaches(Way.NOTICE, actor.id, account_id):
            raise unreachable()
        invitation = Invitation(Part.SPEAKER, now + INVITED_FOR, actor.id)
        self.keeping.invite(stage, account_id, invitation)

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
        placed = self._placed(stage, account_id, held, wanted)
        if wanted is None and held.part in SPEAKING and not is_own:
            self._voices.say_who(actor, room_id, account_id, "moved_down")
        await self.keeping.change(placed)
        if wanted is None and not stage.is_open:
            await self._send_out(room_id, account_id, "left" if is_own else "removed")
        self.keeping.look(room_id)

    async def _send_out(self, room_id: int, account_id: int, reason: str) -> None:
        """The green room is for those with a part."""
        other = self._directory.account(account_id)
        if other is None or account_id not in self.keeping.present(room_id):
            return
        try:
            self.check_enter(other, room_id)
        except Denied:
            await self._voices.leave(account_id, reason, room_id=room_id)

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
        open_: dict[int, datetime | None] = {
            each.account_id: each.joined_at
            for each in self._voices.all(room_id)
            if each.may_speak and not each.muted and not stage.is_hosted_by(each.account_id)
        }
        now_s = self._clock.monotonic_s()
        until_s, before = self._muted.get(room_id, (0.0, {}))
        again = before if now_s <= until_s else {}  # two hosts, or one who presses twice
        self._muted[room_id] = (now_s + UNDO_WITHIN_S, again | open_)
        for account_id in open_:
            self._voices.say_who(actor, room_id, account_id, "silenced")
        await self._change_voices(
            room_id, open_, lambda now: replace(now, silenced=now.may_speak, muted=True)
        )
        return len(open_)

    async def undo_mute(self, actor: Account, room_id: int) -> None:
        """Open the microphones again that `mute_all` closed a moment ago.

        Who has closed theirs, or left and come again, is let speak and opens it when they like.
        """
        self._led(actor, room_id)
        until_s, muted = self._muted.pop(room_id, (0.0, {}))
        if self._clock.monotonic_s() > until_s:
            raise Conflict("That was too long ago to be undone.", reason="too_late")
        await self._change_voices(
            room_id, muted, lambda now: _opened_again(now, muted[now.account_id])
        )
        self.keeping.look(room_id)

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
                await self.keeping.change(handed_over(stage, actor.id, now))
            else:
                refused = stage.with_invitation(actor.id, None)
                self.keeping.put(replace(refused, declined=stage.declined | {actor.id}))
            self.keeping.look(room_id)
            return
        if not accept:
            self.keeping.put(stage.with_invitation(actor.id, None))  # a hand stays up
            return
        self._access.room(actor, room_id, "room.speak")
        up = Held(Part.SPEAKER, now)
        await self.keeping.change(self._with_space(stage).with_part(actor.id, up))

    async def raise_hand(self, actor: Account, room_id: int, question: str) -> None:
        """Wait in line to speak; again is another question at the same place.

        On the stage: whom a host has muted asks to be let speak again.
        """
        self._access.room(actor, room_id, "room.speak")
        stage = self._seen(actor, room_id)
        if actor.id not in self.keeping.present(room_id):
            raise NotFound("You are not in this room.", reason="not_in_room")
        is_up = stage.may_speak(actor.id)
        if is_up and not self._is_silenced(actor.id, room_id):
            return
        held = stage.waiting.get(actor.id)
        if held is None and not stage.hands_open:
            raise Denied("Hands are closed for now.", reason="hands_closed")
        if held is None and len(self.keeping.line(stage)) >= HANDS_MAX:
            raise Conflict(
                f"{HANDS_MAX} hands are up; no more fit.", reason="hands_full", most=HANDS_MAX
            )
        clean = texts.line(question, field="question", at_most=QUESTION_MAX) if question else ""
        since = self._clock.now() if held is None else held.since
        if is_up:
            self.keeping.put(stage.with_asking(actor.id, Held(Part.HAND, since, clean)))
            return
        invitation = stage.invitations.get(actor.id)
        stage = stage.with_part(actor.id, Held(Part.HAND, since, clean))
        await self.keeping.change(stage.with_invitation(actor.id, invitation))

    async def lower_hand(self, actor: Account, room_id: int, account_id: int) -> None:
        stage = (self._seen if account_id == actor.id else self._led)(actor, room_id)
        if account_id in stage.asking:
            self.keeping.put(stage.with_asking(account_id, None))
        elif stage.part(account_id) is Part.HAND:
            await self.keeping.change(stage.with_part(account_id, None))

    async def lower_all(self, actor: Account, room_id: int) -> None:
        stage = self._led(actor, room_id)
        for account_id in stage.of(Part.HAND):
            stage = stage.with_part(account_id, None)
        await self.keeping.change(replace(stage, asking={}))

    def hands(self, actor: Account, room_id: int) -> Sequence[dict[str, Any]]:
        """Return the line of those who are here, with what they want to ask, for hosts."""
        stage = self._read(actor, room_id, self._reading)
        self._check_leads(actor, stage)
        return [
            {
                "account_id": str(id_),
                "since": wire.time(stage.waiting[id_].since),
                "question": stage.waiting[id_].question,
            }
            for id_ in self.keeping.line(stage)
        ]

    def _is_silenced(self, account_id: int, room_id: int) -> bool:
        return any(
            each.silenced for each in self._voices.all(room_id) if each.account_id == account_id
        )

    # -- who may

    def _seen(self, actor: Account, room_id: int) -> Stage:
        return self._read(actor, room_id, self._paces)

    def _read(self, actor: Account, room_id: int, paces: Paces) -> Stage:
        paces.take(
            actor.id, self._clock.monotonic_s(), message="That was a lot at once. One moment."
        )
        self._access.room(actor, room_id)
        self._access.no_time_out(actor)
        stage = self.keeping.get(room_id)
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
        here = self.keeping.present(stage.room_id)
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


def _opened_again(now: Participant, joined_at: datetime | None) -> Participant:
    if not now.silenced:
        return now
    return replace(now, silenced=False, muted=not now.may_speak or now.joined_at != joined_at)
