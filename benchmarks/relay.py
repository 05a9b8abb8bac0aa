"""What a frame of sound costs for each who hears it, against Janus' VideoRoom.

Rooms grow from fifty to five hundred listeners. At each size the servers take turns.
"""

import statistics
from collections.abc import Sequence
from contextlib import AsyncExitStack

from _figures import Figure, Target, at_most, figure, publish, scaled
from _stage import Cores, Stage, janus_stage, salon_stage, spoken

ROUNDS = 3
PACKETS = 300  # of a round and server: 6 s
AGAINST_JANUS = {50: at_most(0.6), 200: at_most(0.4), 500: at_most(0.4)}


async def measure() -> Sequence[Figure]:
    cores = Cores()
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(salon_stage("Salon", cores))
        theirs = await stack.enter_async_context(janus_stage(cores))
        for listeners, target in AGAINST_JANUS.items():
            figures += await at_size(scaled(listeners, least=2), ours, theirs, target)
    return figures


async def at_size(listeners: int, ours: Stage, theirs: Stage, target: Target) -> list[Figure]:
    """Compare when so many listen."""
    for stage in (ours, theirs):
        await stage.grow(listeners)
    us: dict[str, list[float]] = {stage.name: [] for stage in (ours, theirs)}
    for _ in range(ROUNDS):
        for stage in (ours, theirs):
            us[stage.name].append((await spoken(stage, scaled(PACKETS))).us_per_frame)
    medians = {name: statistics.median(each) for name, each in us.items()}
    peer = (f"{theirs.name}, one event loop", medians[theirs.name])
    what = f"CPU for a frame and listener, {listeners} listeners"
    return [figure(what, medians[ours.name], "µs", peer, target)]


if __name__ == "__main__":
    publish("relay", measure)
