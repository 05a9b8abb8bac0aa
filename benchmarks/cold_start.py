"""From the spawn of `salon serve` to 200 at /health/ready, on data that exists."""

import asyncio
import statistics
import time
from collections.abc import Sequence

import aiohttp
from _figures import Figure, at_most, figure, note, publish, scaled
from _server import cpu_s, scratch, serving

from salon.testing.process import ServerProcess

STARTS = 5
LIMIT_S = 2.0
POLL_S = 0.005
GIVE_UP_S = 60.0


async def measure() -> Sequence[Figure]:
    async with scratch() as folder, serving(folder) as (server, _):
        took_s, worked_s = [], []
        for number in range(scaled(STARTS)):
            await server.stop()
            took_s.append(await started_within_s(server))
            worked_s.append(cpu_s(server.process.pid))
            note(f"start {number + 1}: {took_s[-1]:.2f} s, {worked_s[-1]:.2f} s of CPU")
    limit = ("limit", LIMIT_S)
    return [
        figure(f"second start until ready, {kind}", statistics.median(of), "s", limit, at_most(1))
        for kind, of in (("median", took_s), ("median of its CPU time", worked_s))
    ]


async def started_within_s(server: ServerProcess) -> float:
    """Start the server and return the seconds until it is ready."""
    before_s = time.perf_counter()
    server.spawn()
    async with aiohttp.ClientSession() as web, asyncio.timeout(GIVE_UP_S):
        while not await is_ready(web, f"{server.url}/health/ready"):  # noqa: ASYNC110 it is outside
            await asyncio.sleep(POLL_S)
    return time.perf_counter() - before_s


async def is_ready(web: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with web.get(address) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


if __name__ == "__main__":
    publish("cold_start", measure)
