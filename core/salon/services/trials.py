"""Trials: lines that are tried and carry nothing, so that a page can say which way sound has.

A trial is a peer of a room that is nobody's (`ROOM`): the page strikes all ways but one from the
offer, answers, and sees whether it connects. That proves more than a port that answers, since the
check is answered and the handshake made by this server and nobody else. Nobody speaks or hears
there, nobody is told of it, and it ends by itself.

Each costs the relay a connection's memory and a handshake: few for each sign-in, a bounded number
in all, at a pace.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from salon.clock import Clock
from salon.domain import wire
from salon.domain.accounts import Account
from salon.errors import NotFound, Unavailable
from salon.ids import new_secret
from salon.relay.control import PeerLost, Relay, RelayEvent
from salon.services.limits import Paces
from salon.services.turn import TurnServers

ROOM = 0  # no room of people has it: ids begin with the first millisecond
STANDS_S = 20.0  # until TURN by TCP has been given up
TRIALS_PER_ACCOUNT = 4  # the ways there are, at once; then the longest standing makes room
TRIALS = 60
BURST = 12  # a page tries each way once, and somebody looks again
PER_S = 0.2


@dataclass(frozen=True, slots=True)
class Trial:
    """A line that is tried by a sign-in."""

    peer_id: str
    account_id: int
    session_id: int


class Trials:
    """Owns the trials that stand."""

    def __init__(self, relay: Relay, turn: TurnServers, clock: Clock) -> None:
        self._relay = relay
        self._turn = turn
        self._clock = clock
        self._paces = Paces(BURST, PER_S)
        self._standing: dict[str, Trial] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        relay.listen(self._heard)

    def __len__(self) -> int:
        return len(self._standing)

    async def begin(self, actor: Account, session_id: int) -> Mapping[str, Any]:
        """Return a peer with its offer, TURN servers, and the time here. Raises TooMany,
        Unavailable.
        """
        self._paces.take(
            actor.id,
            self._clock.monotonic_s(),
            message="You have tried often just now. One moment.",
        )
        own = [trial for trial in self._standing.values() if trial.account_id == actor.id]
        if len(own) >= TRIALS_PER_ACCOUNT:
            self._end(own[0])
        if len(self._standing) >= TRIALS:
            raise Unavailable(
                "Many people try their connection. Please try again in a moment.",
                reason="door_busy",
            )
        trial = Trial(new_secret(16), actor.id, session_id)
        return {
            "peer": trial.peer_id,
            "offer": await self._offer(trial),
            "turn": self._turn.body(actor.id, session_id),
            "at": wire.time(self._clock.now()),
        }

    async def _offer(self, trial: Trial) -> str:
        self._standing[trial.peer_id] = trial
        loop = asyncio.get_running_loop()
        self._timers[trial.peer_id] = loop.call_later(STANDS_S, self._end, trial)
        try:
            return await tried(self._relay, trial.peer_id)
        except BaseException:
            self._end(trial)
            raise

    async def answer(self, session_id: int, peer_id: str, sdp: str) -> None:
        """Hand the page's answer to the relay. Raises NotFound (none of this sign-in), Invalid."""
        self._own(session_id, peer_id)
        await self._relay.answer(peer_id, sdp)

    def end(self, session_id: int, peer_id: str) -> None:
        """End one; again is no error."""
        trial = self._standing.get(peer_id)
        if trial is not None and trial.session_id == session_id:
            self._end(trial)

    def session_ended(self, account_id: int, session_id: int | None) -> None:
        """A sign-in ended, or all of an account: its trials go with it."""
        for trial in list(self._standing.values()):
            if trial.account_id == account_id and session_id in {None, trial.session_id}:
                self._end(trial)

    async def stop(self) -> None:
        for trial in list(self._standing.values()):
            self._end(trial)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _own(self, session_id: int, peer_id: str) -> Trial:
        trial = self._standing.get(peer_id)
        if trial is None or trial.session_id != session_id:
            raise NotFound("This trial has ended. Try again.", reason="connection_gone")
        return trial

    def _end(self, trial: Trial) -> None:
        if self._forget(trial.peer_id):
            task = asyncio.create_task(self._relay.remove_peer(trial.peer_id), name="trials.end")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _forget(self, peer_id: str) -> bool:
        known = self._standing.pop(peer_id, None)
        if known is not None:
            self._timers.pop(peer_id).cancel()
        return known is not None

    def _heard(self, event: RelayEvent) -> None:
        if isinstance(event, PeerLost):
            self._forget(event.peer_id)


async def tried(relay: Relay, peer_id: str) -> str:
    """Return the offer of a new peer that carries nothing; whoever asks removes it.

    Raises Unavailable.
    """
    await relay.open_room(ROOM, slots=1)
    offer = await relay.add_peer(ROOM, peer_id, "", may_speak=False)
    await relay.allow(peer_id, speak=False, hear=False)
    return offer
