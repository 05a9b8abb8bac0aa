"""What a claimed server with the bundled plugins and nobody in it keeps in memory."""

import asyncio
from collections.abc import Sequence

from _figures import Figure, at_most, figure, publish, scaled
from _server import memory_mib, program, scratch, serving

SETTLE_S = 5
MOST = 1.5
BARE = """
import aiohttp, aiortc, sqlalchemy, sys
print("ready", flush=True)
sys.stdin.read()
"""


async def measure() -> Sequence[Figure]:
    async with scratch() as folder, serving(folder) as (server, owner):
        await owner.close()
        await asyncio.sleep(scaled(SETTLE_S))
        ours_mib = memory_mib(server.process.pid)
    async with program("-c", BARE) as (pid, _ready):
        bare_mib = memory_mib(pid)
    peer = ("a bare interpreter with aiohttp, SQLAlchemy and aiortc imported", bare_mib)
    return [figure("resident memory, nobody there", ours_mib, "MiB", peer, at_most(MOST))]


if __name__ == "__main__":
    publish("idle_memory", measure)
