"""What each stage is now: kept, watched and told; who may change it is `stages.py`.

A change is made in memory at once, so that two at a time never work on the same stage; then it is
kept, then the relay is told, and only then everybody (the part `stage` of the room's live state).
What cannot be kept is taken back, and nothing else with it.

What ends by the clock ends here, and pages are told of it: none of them compares its own clock with
the server's. An invitation runs out after a minute. A stage without its host closes after two, by a
job, so that it also closes when the server restarts meanwhile, or its disk was full.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import structlog

from salon.clock import Clock
from salon.domain import wire
from salon.domain.accounts import Account
from salon.domain.events import RoomStateChanged
from salon.domain.rooms import Participant, Room, Ruling
from salon.domain.stages import STAGE, Held, Invitation, Part, Stage, taken_back, watched
from salon.errors import SalonError
from salon.services.directory import Directory
from salon.services.jobs import Jobs
from salon.services.live import Live
from salon.store import stages as stored
from salon.store.base import CoreTransaction, to_ms
from salon.store.store import Store

CLOSE = "close_stage"
MOMENT_S = 0.05  # two clocks that measure one minute
QUIET_S = 0.2  # hands that go up in hundreds are told five times a second, not hundreds of times


log = structlog.get_logger(__name__)


class Voices(Protocol):
    """What a stage asks of the people in rooms."""

    def all(self, room_id: int) -> tuple[Participant, ...]: ...
    async def rejudge(self, account_id: int) -> None: ...
    def say_who(
        self, actor: Account | None, room_id: int, account_id: int, act: Ruling
    ) -> None: ...
    async def change(
        self, room_id: int, account_id: int, alter: Callable[[Participant], Participant]
    ) -> Participant: ...
    async def leave(
        self, account_id: int, reason: str = "left", *, room_id: int | None = None
    ) -> None: ...
    async def empty(self, room_id: int, reason: str) -> None: ...
    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None: ...


class StageKeeping:
    """Owns what each stage is now."""

    def __init__(  # noqa: PLR0913 it stands between rooms, voices and the clock
        self,
        *,
        store: Store,
        directory: Directory,
        live: Live,
        voices: Voices,
        tell: Callable[[RoomStateChanged], None],
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._store = store
        self._directory = directory
        self._live = live
        self._voices = voices
        self._tell = tell
        self._jobs = jobs
        self._clock = clock
        self._stages: dict[int, Stage] = {}
        self._quiet: dict[int, asyncio.TimerHandle] = {}
        self._untold: set[int] = set()
        self._invited: dict[int, asyncio.TimerHandle] = {}  # one a room, for what runs out first
        self._close_room: Callable[[int], Awaitable[None]]
        jobs.perform(CLOSE, self._close_late)

    async def start(self, close_room: Callable[[int], Awaitable[None]]) -> None:
        """Know all stages; `close_room` ends one that was opened on the spot."""
        self._close_room = close_room
        self._stages = dict(await self._store.read(stored.load))
        for room_id in tuple(self._stages):
            self.look(room_id)

    async def stop(self) -> None:
        for timer in (*self._quiet.values(), *self._invited.values()):
            timer.cancel()

    def get(self, room_id: int) -> Stage | None:
        return self._stages.get(room_id)

    def all(self) -> tuple[Stage, ...]:
        return tuple(self._stages.values())

    def is_stage(self, room_id: int) -> bool:
        """Whether a room is one, also while nothing is known of it yet or any more."""
        room = self._directory.rooms.get(room_id)
        return room is not None and room.kind == STAGE

    # -- beginning and ending

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
        self._untold.discard(room_id)
        for timers in (self._quiet, self._invited):
            timer = timers.pop(room_id, None)
            if timer is not None:
                timer.cancel()

    async def end(self, room_id: int) -> None:
        """Send everybody home; a stage opened on the spot goes with it."""
        room = self._directory.rooms.get(room_id)
        if room is None:
            return
        if room.temporary:
            await self._close_room(room_id)
            return
        await self.change(Stage(room_id, is_open=False))
        await self._voices.empty(room_id, "closed")

    # -- changing

    async def change(self, after: Stage) -> None:
        """Keep a change, tell the relay, then everybody. Raises what the store raises."""
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

    def put(self, after: Stage) -> None:
        """Make a change that no restart outlives: an invitation, and what is said to one."""
        self._stages[after.room_id] = after
        self._publish(after.room_id)

    def invite(self, stage: Stage, account_id: int, invitation: Invitation) -> None:
        """Ask somebody, for as long as the invitation lasts."""
        self.put(stage.with_invitation(account_id, invitation))
        self._wait(stage.room_id)

    def forget(self, account_id: int) -> None:
        """Somebody is erased: of what was kept of them nothing is kept here either."""
        for room_id, stage in tuple(self._stages.items()):
            if account_id in stage.parts or account_id in stage.invitations:
                self._stages[room_id] = stage.with_part(account_id, None)
                self.look(room_id)

    async def _judge_voices(self, before: Stage, after: Stage) -> None:
        for id_ in before.parts.keys() | after.parts.keys():
            if before.may_speak(id_) != after.may_speak(id_):
                await self._voices.rejudge(id_)
        self._publish(after.room_id)

    # -- watching

    def look(self, room_id: int) -> None:
        """Somebody came, went, lost their line or has it again: does the stage go on?"""
        stage = self._stages.get(room_id)
        if stage is None:
            return
        silenced = {each.account_id for each in self._voices.all(room_id) if each.silenced}
        asking = {id_: held for id_, held in stage.asking.items() if id_ in silenced}
        heard = replace(stage, asking=asking)  # whose hands served their purpose are down
        changed = watched(heard, self._here(room_id), self._clock.now())
        if changed.closes_at is not None and stage.closes_at is None:
            self._voices.spawn(self._close_then(room_id, changed.closes_at), "stages.close")
        self.put(changed)

    async def gone(self, room_id: int, account_ids: Collection[int]) -> None:
        """They have left for good: their hands go down, and what they were asked is void.

        Nobody is kept from leaving: a hand that the disk does not let go of waits in no line.
        """
        stage = self._stages.get(room_id)
        if stage is None:
            return
        after = stage
        for id_ in set(account_ids) - set(self.present(room_id)):
            is_waiting = stage.part(id_) is Part.HAND
            after = after.with_part(id_, None) if is_waiting else after.with_invitation(id_, None)
        if after.parts == stage.parts:
            self._stages[room_id] = after
        else:
            try:
                await self.change(after)
            except SalonError as error:
                log.warning("hands could not be lowered", room=room_id, reason=error.message)
        self.look(room_id)

    async def _close_then(self, room_id: int, at: datetime) -> None:
        await self._jobs.promise(CLOSE, {"room_id": str(room_id)}, at)

    async def _close_late(self, payload: dict[str, Any]) -> None:
        """Two minutes without a host are over, unless one came back meanwhile."""
        stage = self._stages.get(int(payload["room_id"]))
        closes_at, now = None if stage is None else stage.closes_at, self._clock.now()
        if stage is not None and closes_at is not None and _is_due(closes_at, now):
            await self.end(stage.room_id)

    def _wait(self, room_id: int) -> None:
        """Look again when the first who is invited to speak is so no more."""
        stage = self._stages.get(room_id)
        if stage is None or room_id in self._invited:
            return
        ends = [each.until for each in stage.invitations.values() if each.part is Part.SPEAKER]
        if not ends:
            return
        rest_s = max((min(ends) - self._clock.now()).total_seconds(), 0.0) + MOMENT_S
        loop = asyncio.get_running_loop()
        self._invited[room_id] = loop.call_later(rest_s, self._run_out, room_id)

    def _run_out(self, room_id: int) -> None:
        self._invited.pop(room_id, None)
        stage, now = self._stages.get(room_id), self._clock.now()
        if stage is None:
            return
        standing = {id_: each for id_, each in stage.invitations.items() if each.until >= now}
        self.put(replace(stage, invitations=standing))
        self._wait(room_id)

    # -- who is there

    def present(self, room_id: int) -> Collection[int]:
        """Return who has a place in the room, with a line or waiting for one."""
        return {each.account_id for each in self._voices.all(room_id)}

    def line(self, stage: Stage) -> Sequence[int]:
        """Return who waits, the longest first; after a restart only those who came back."""
        here = self.present(stage.room_id)
        return [id_ for id_ in stage.waiting if id_ in here]

    def _here(self, room_id: int) -> Sequence[int]:
        return [each.account_id for each in self._voices.all(room_id) if each.connected]

    # -- telling

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
            "hand_ids": [str(id_) for id_ in self.line(stage)],
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


def _is_due(at: datetime, now: datetime) -> bool:
    """In the milliseconds that jobs are kept in: none comes back for the rest of one."""
    return to_ms(at) <= to_ms(now)
