"""A relay in a worker: started, killed, and looked at."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.core.relay.conftest import ROOM

from salon.errors import Unavailable
from salon.relay.remote import RemoteRelay, WorkerSettings
from salon.testing.server import free_port

WITHIN_S = 10.0


@asynccontextmanager
async def a_worker() -> AsyncIterator[RemoteRelay]:
    """Yield a relay that listens, with an open room."""
    relay = RemoteRelay(WorkerSettings(log_level="error"))
    await relay.start()
    try:
        await relay.rebind(["127.0.0.1"], free_port())
        await relay.open_room(ROOM, slots=2)
        yield relay
    finally:
        await relay.stop()


async def ready_again(relay: RemoteRelay) -> None:
    """Return when a worker takes people in again."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                await relay.add_peer(ROOM, "a look", "1", may_speak=False)
            except Unavailable:
                await asyncio.sleep(0.02)
            else:
                await relay.remove_peer("a look")
                return


def kill(relay: RemoteRelay, number: int = signal.SIGKILL) -> int:
    assert relay.process_id is not None
    os.kill(relay.process_id, number)
    return relay.process_id


async def until(is_it: Callable[[], bool]) -> None:
    """Return when this is so. Nothing tells of it, so it is asked for."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            if is_it():
                return
            await asyncio.sleep(0.005)


async def next_process(relay: RemoteRelay, dead: int) -> None:
    """Return when another worker is there, which is still to be told everything."""
    await until(lambda: relay.process_id not in {None, dead})


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
