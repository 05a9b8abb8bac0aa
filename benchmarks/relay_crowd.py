"""One voice to very many: how late the last of them hears it, and what of a core it takes.

The room grows; everybody is sent a packet per frame, the dearer way.
"""

import statistics
from collections.abc import Sequence

from _figures import Figure, at_most, figure, percentile, publish, scaled
from _server import Cores
from _stage import salon_stage, spoken

ROUNDS = 3
PACKETS = 300  # of a round: 6 s
MANY, VERY_MANY = 200, 1_500
P99_LIMIT_MS = 3.0
SHARE_LIMIT = 80.0  # % of a core


async def measure() -> Sequence[Figure]:
    packets, many, very_many = scaled(PACKETS), scaled(MANY), scaled(VERY_MANY)
    async with salon_stage("Salon", Cores(), packed_from=0) as stage:
        await stage.grow(many)
        delays = [await spoken(stage, packets) for _ in range(ROUNDS)]
        await stage.grow(very_many)
        shares = [await spoken(stage, packets) for _ in range(ROUNDS)]
    p99_ms = statistics.median(percentile(each.heard.ages_ms, 0.99) for each in delays)
    share = statistics.median(each.server_share for each in shares) * 100
    return [
        figure(
            f"delay from mouth to ear, {many} listeners, p99",
            p99_ms,
            "ms",
            ("limit", P99_LIMIT_MS),
            at_most(1),
        ),
        figure(
            f"CPU of a voice with {very_many} listeners",
            share,
            "% of a core",
            ("limit", SHARE_LIMIT),
            at_most(1),
        ),
    ]


if __name__ == "__main__":
    publish("relay_crowd", measure)
