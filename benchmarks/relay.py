"""What a frame of sound costs for each who hears it, against Janus' VideoRoom and mumble-server.

Rooms grow from fifty to five hundred listeners. At each size the servers take turns.
"""

import statistics
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from _figures import Figure, Target, at_most, figure, publish, scaled
from _server import Cores
from _stage import Stage, janus_stage, mumble_stage, salon_stage, spoken

ROUNDS = 3
PACKETS = 300  # of a round and server: 6 s
PLAIN, PACKED = "a packet per frame", "three frames in a packet"
JANUS, MUMBLE = "Janus VideoRoom, one event loop", "mumble-server"
LISTENERS = (50, 200, 500)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which of our two ways is held against which peer, how many hear, and what it has to be."""

    ours: str
    theirs: str
    listeners: int
    target: Target


COMPARISONS = (
    Comparison(PLAIN, JANUS, 50, at_most(0.6)),
    Comparison(PLAIN, JANUS, 200, at_most(0.4)),
    Comparison(PLAIN, JANUS, 500, at_most(0.4)),
    Comparison(PACKED, JANUS, 200, at_most(0.25)),
    Comparison(PACKED, JANUS, 500, at_most(0.25)),
    Comparison(PLAIN, MUMBLE, 200, at_most(1.6)),
    Comparison(PACKED, MUMBLE, 200, at_most(1.0)),
)


async def measure() -> Sequence[Figure]:
    cores = Cores()
    us: dict[tuple[str, int], float] = {}
    async with AsyncExitStack() as stack:
        stages = [
            await stack.enter_async_context(opening)
            for opening in (
                salon_stage(PLAIN, cores, packed_from=0),
                salon_stage(PACKED, cores, packed_from=1),
                janus_stage(JANUS, cores),
                mumble_stage(MUMBLE, cores),
            )
        ]
        for listeners in LISTENERS:
            here = [stage for stage in stages if is_compared(stage.name, listeners)]
            for name, median in (await medians_us(here, scaled(listeners, least=2))).items():
                us[name, listeners] = median
    return [
        figure(
            f"CPU of a frame to one of {scaled(each.listeners, least=2)}, {each.ours}",
            us[each.ours, each.listeners],
            "µs",
            (each.theirs, us[each.theirs, each.listeners]),
            each.target,
        )
        for each in COMPARISONS
    ]


def is_compared(name: str, listeners: int) -> bool:
    return any(name in {c.ours, c.theirs} and c.listeners == listeners for c in COMPARISONS)


async def medians_us(stages: Sequence[Stage], listeners: int) -> dict[str, float]:
    """Let the servers take turns before so many listeners; return each one's median."""
    for stage in stages:
        await stage.grow(listeners)
    us: dict[str, list[float]] = {stage.name: [] for stage in stages}
    for _ in range(ROUNDS):
        for stage in stages:
            us[stage.name].append((await spoken(stage, scaled(PACKETS))).us_per_frame)
    return {name: statistics.median(each) for name, each in us.items()}


if __name__ == "__main__":
    publish("relay", measure)
