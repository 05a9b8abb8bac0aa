"""Recording a room: everybody is told and asked, then a listener writes who agreed.

One recording per room. It ends by `stop`, with the room, with the last one in it, at a limit, or
with the server. What it does meanwhile is in `running.py`; here is who may do what to it.

What can go wrong: a room that cannot be told is not recorded (`failed`); a media worker that is
replaced leaves a gap, and the take goes on; a disk that is full or refuses ends it (`disk`) with
what is there; a server that is killed leaves a take that is `interrupted` when it comes back, each
voice up to its last whole page.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import structlog

from salon.plugin import (
    Account,
    AccountKind,
    Conflict,
    Denied,
    Deny,
    NotFound,
    Room,
    Salon,
    TooMany,
    Unavailable,
)
from salon_recording import consents, folders, takes
from salon_recording.consents import Said
from salon_recording.journal import Happened
from salon_recording.live import Live
from salon_recording.ogg import SAMPLE_RATE_HZ
from salon_recording.running import Running
from salon_recording.takes import Choice, Reason, Take, TakeStatus

PERMISSION = "recording.record"
RECORDINGS_MAX = 8
ENABLED = "enabled"  # the owner's switch, among the plugin's small values

log = structlog.get_logger(__name__)


class Recorder:
    """Starts and ends recordings, and knows who is on the record."""

    def __init__(self, salon: Salon, running: Running) -> None:
        self._salon = salon
        self._running = running
        self._starting: set[int] = set()  # rooms whose files are being made
        self._is_enabled = False
        self._is_stopping = False

    # -- life

    async def recover(self) -> None:
        """Learn the owner's switch and the notices, and end what a crash left open.

        Raises ValueError for a notice that cannot be read.
        """
        await self._running.load()
        self._is_enabled = await self._salon.kv.get(ENABLED) is True
        self._is_stopping = False
        for take in await self._salon.db.read(takes.capturing):
            found = await asyncio.to_thread(folders.lengths, self.directory_of(take.id))
            duration_ms = max(found.values(), default=0) * 1_000 // SAMPLE_RATE_HZ
            interrupted = replace(
                take,
                status=TakeStatus.INTERRUPTED,
                reason=Reason.CRASH,
                ended_at=take.begun_at + timedelta(milliseconds=duration_ms),
                duration_ms=duration_ms,
                voice_ids=tuple(sorted(found)),
            )
            await self._salon.db.write(lambda tx, it=interrupted: takes.end(tx, it))  # type: ignore[misc]
            log.warning("a take was cut off by a crash; what is on disk is kept", take=take.id)

    async def stop_all(self, reason: Reason) -> None:
        """End every recording; for the server's end and the owner's switch."""
        self._is_stopping = reason is Reason.SHUTDOWN
        running = list(self._running.live.values())
        await asyncio.gather(*(self._running.end(live, reason) for live in running))

    @property
    def is_enabled(self) -> bool:
        return self._is_enabled

    async def switch(self, *, enabled: bool) -> None:
        """Turn recording on or off for the community; off ends what runs."""
        await self._salon.kv.set(ENABLED, enabled)
        self._is_enabled = enabled
        if not enabled:
            await self.stop_all(Reason.SWITCHED_OFF)

    # -- verbs

    async def start(self, actor: Account, room_id: int) -> Take:
        """Tell and ask everybody; return while the countdown runs.

        Raises NotFound, Denied, Conflict (off, not in the room, already recorded), TooMany,
        Unavailable.
        """
        room = self._room_to_record(actor, room_id)
        self._check_may_run(actor, room)
        self._check_is_free(room)
        take = self._new_take(actor, room)
        self._starting.add(room.id)
        try:
            live = await asyncio.to_thread(self._running.prepared, take)
        finally:
            self._starting.discard(room.id)
        self._running.live[room.id] = live
        try:
            await self._salon.db.write(lambda tx: takes.add(tx, take))
            self._check_may_run(actor, room)  # all of it may have changed meanwhile
            await self._running.tell(live)
            self._salon.spawn(self._running.run(live), name=f"take {take.id}")
        except BaseException:  # who was not told is not recorded
            await self._running.end(live, Reason.FAILED)
            raise
        return take

    def _new_take(self, actor: Account, room: Room) -> Take:
        return Take(
            id=self._salon.new_id(),
            room_id=room.id,
            room_name=room.name,
            started_by=actor.id,
            status=TakeStatus.CAPTURING,
            begun_at=self._salon.clock.now() + timedelta(seconds=self._running.told_within_s()),
            ended_at=None,
            reason=None,
            duration_ms=0,
            lost_packets=0,
            pruned_at=None,
        )

    async def stop(self, actor: Account, room_id: int) -> Take:
        """End a room's recording and return it. Raises NotFound, Denied, Conflict."""
        self._room_to_record(actor, room_id)
        live = self._running.live.get(room_id)
        if live is None:
            raise Conflict("This room is not being recorded.", reason="recording.not_recording")
        return await self._running.end(live, Reason.STOPPED)

    async def consent(self, actor: Account, room_id: int, choice: Choice) -> None:
        """Keep somebody's voice from now on, or no more. Raises NotFound, Conflict."""
        self.room(actor, room_id)
        live = self.live(room_id)
        if not self.is_in(room_id, actor.id):
            raise Conflict("You are not in this room.", reason="not_in_room")
        if choice is Choice.OFF:  # first of all: nothing more is kept from here on
            live.capture.decline(actor.id)
        take_id = live.take.id
        await self._salon.db.write(
            lambda tx: consents.note(tx, take_id, actor.id, Said(choice.value))
        )
        if choice is Choice.OFF:  # and again: an earlier yes may have been on its way to here
            live.capture.decline(actor.id)
        if live.is_ending or not self.is_in(room_id, actor.id):
            return
        live.answers[actor.id] = choice
        if choice is Choice.ON:
            live.capture.agree(actor.id, self._running.now_s)
        live.note(self._running.now_s, Happened(choice.value), account=actor.id)
        await self._running.tell(live)

    async def forget_voice(self, account_id: int, take_id: int | None = None) -> None:
        """Delete what one running recording, or all of them, hold of an account."""
        for live in list(self._running.live.values()):
            if take_id not in {None, live.take.id}:
                continue
            await live.capture.forget(account_id)
            if live.closing is not None:  # it may have counted the voice already
                await asyncio.shield(live.closing)
            elif account_id in live.answers:
                live.answers[account_id] = Choice.OFF
                await self._running.tell(live)

    async def erase_from_journals(self, account_id: int) -> None:
        """Delete somebody from the journals of all takes, those that run first."""
        for live in list(self._running.live.values()):
            live.people = {id_: who for id_, who in live.people.items() if id_ != account_id}
            await asyncio.to_thread(live.files.erase, account_id)
        running = {live.take.id for live in self._running.live.values()}
        await asyncio.to_thread(
            folders.erase_from_journals, self._running.folder, account_id, running
        )

    def running(self, take_id: int) -> bool:
        """Whether a take is being recorded now."""
        return any(live.take.id == take_id for live in self._running.live.values())

    def directory_of(self, take_id: int) -> Path:
        """Return where a take's files are."""
        return self._running.directory_of(take_id)

    # -- what happens in the room

    def may_speak(self, account_id: int, room_id: int) -> Deny | None:
        """Say no to the microphone of a person who has not been asked; bots have nobody to ask."""
        live = self._running.live.get(room_id)
        account = self._salon.accounts.get(account_id)
        if live is None or account_id in live.answers:
            return None
        if account is None or account.kind is AccountKind.BOT:
            return None
        return Deny(
            "This room is being recorded. Say first whether you are on the record.", "answer_first"
        )

    async def joined(self, room_id: int) -> None:
        """Note who came; the room's state asks them, and without an answer nothing is kept."""
        live = self._running.live.get(room_id)
        if live is not None:
            self._running.look(live)

    async def left(self, account_id: int, room_id: int) -> None:
        """Leaving takes the answer back; the last one ends the recording."""
        live = self._running.live.get(room_id)
        if live is None or self.is_in(room_id, account_id):
            return
        live.capture.decline(account_id)
        answered = live.answers.pop(account_id, None)
        self._running.look(live)
        if not self._salon.rooms.participants(room_id):
            self._running.spawn_end(live, Reason.EMPTY)
        elif answered is not None:
            await self._running.tell(live)

    async def room_closed(self, room_id: int) -> None:
        live = self._running.live.get(room_id)
        if live is not None:
            await self._running.end(live, Reason.ROOM_CLOSED)

    # -- checks

    def room(self, actor: Account, room_id: int) -> Room:
        """Return a room that somebody may see. Raises NotFound."""
        room = self._salon.rooms.get(room_id)
        if room is None or not self._salon.accounts.may(actor, "channel.view", room_id):
            raise NotFound("There is no such room.", reason="no_room")
        return room

    def _room_to_record(self, actor: Account, room_id: int) -> Room:
        room = self.room(actor, room_id)  # first of all: what is hidden is not there
        if not self._salon.accounts.may(actor, PERMISSION, room_id):
            raise Denied(
                "You may not record in this room.", reason="no_permission", permission=PERMISSION
            )
        return room

    def live(self, room_id: int) -> Live:
        """Return what is recorded in a room now. Raises Conflict."""
        live = self._running.live.get(room_id)
        if live is None or live.is_ending:
            raise Conflict("This room is not being recorded.", reason="recording.not_recording")
        return live

    def is_in(self, room_id: int, account_id: int) -> bool:
        return any(p.account_id == account_id for p in self._salon.rooms.participants(room_id))

    def _check_may_run(self, actor: Account, room: Room) -> None:
        if not self._is_enabled:
            raise Conflict(
                "Recording is off in this community. The owner can turn it on.",
                reason="recording.off",
            )
        if self._is_stopping:
            raise Unavailable("The server is about to stop.", reason="recording.stopping")
        if not self.is_in(room.id, actor.id):
            raise Conflict(
                "Enter the room first: everybody sees who records.", reason="recording.enter_first"
            )

    def _check_is_free(self, room: Room) -> None:
        if room.id in self._running.live or room.id in self._starting:
            raise Conflict("This room is being recorded already.", reason="recording.running")
        if len(self._running.live) + len(self._starting) >= RECORDINGS_MAX:
            raise TooMany(
                f"{RECORDINGS_MAX} rooms are being recorded already.",
                retry_after_s=60,
                reason="recording.many",
            )
