"""What the server adds to the way from mouth to ear.

Two people in a room at the level of packets; one speaks every 20 ms. Between two packets one goes
to a bare UDP echo on this machine. Both are stamped, protected and taken apart by this process in
the same way, so that what differs is the server.
"""

import asyncio
import socket
import statistics
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from _figures import Figure, at_most, figure, note, percentile, publish, scaled
from _server import guests, program, scratch, serving
from _shake import echoed_sessions
from _voice import Heard, Packets, Voice

from salon.testing import Person
from salon.testing.process import ServerProcess

PACKETS = 3_000
FRAME_S = 0.02
LAST_ONES_S = 0.5
LEAST_HEARD = 0.98
MEDIAN_LIMIT_MS = 1.0
P99_LIMIT_MS = 3.0
ECHO = Path(__file__).with_name("_bare_echo.py")


async def measure() -> Sequence[Figure]:
    relayed_ms: list[float] = []
    echoed_ms: list[float] = []
    packets = scaled(PACKETS)
    async with (
        scratch() as folder,
        serving(folder) as (server, owner),
        voice_in_room(server, owner, relayed_ms.append) as say,
        bare_echo(echoed_ms.append) as shout,
    ):
        await spoken(packets, say, shout)
    for name, ages_ms in (("server", relayed_ms), ("echo", echoed_ms)):
        median_ms, p99_ms = statistics.median(ages_ms), percentile(ages_ms, 0.99)
        note(f"{name}: {len(ages_ms)} of {packets}, {median_ms:.3f} ms, p99 {p99_ms:.3f} ms")
        if len(ages_ms) < LEAST_HEARD * packets:
            raise RuntimeError(f"of {packets} packets only {len(ages_ms)} came back")
    return [
        added("median", statistics.median, MEDIAN_LIMIT_MS, relayed_ms, echoed_ms),
        added("p99", lambda ages: percentile(ages, 0.99), P99_LIMIT_MS, relayed_ms, echoed_ms),
    ]


def added(
    kind: str,
    of: Callable[[Sequence[float]], float],
    limit_ms: float,
    relayed_ms: Sequence[float],
    echoed_ms: Sequence[float],
) -> Figure:
    """Compare what the server adds to the bare echo, at one point of both distributions."""
    more_ms = of(relayed_ms) - of(echoed_ms)
    what = f"delay added by the server, {kind}"
    return figure(what, more_ms, "ms", ("limit", limit_ms), at_most(1))


@asynccontextmanager
async def voice_in_room(
    server: ServerProcess, owner: Person, heard: Heard
) -> AsyncIterator[Callable[[], None]]:
    """Yield what makes the speaker say a packet, which the listener hears."""
    (guest,) = await guests(server, owner, 1)
    await guest.open()
    room = owner.room("Kitchen table")
    speaker, listener = Voice(), Voice(heard)
    try:
        await speaker.speak(owner, room)
        await listener.join(guest, room)
        yield speaker.say
    finally:
        speaker.close()
        listener.close()


@asynccontextmanager
async def bare_echo(heard: Heard) -> AsyncIterator[Callable[[], None]]:
    """Yield what sends a packet to the echo."""
    packets = Packets(echoed_sessions())
    loop = asyncio.get_running_loop()
    async with program(str(ECHO)) as (_pid, port):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
            opened.setblocking(False)  # noqa: FBT003 the socket's own signature
            opened.connect(("127.0.0.1", int(port)))

            def receive() -> None:
                age_ms = packets.age_ms(opened.recv(2_000))
                if age_ms is not None:
                    heard(age_ms)

            def shout() -> None:
                opened.send(packets.make())

            loop.add_reader(opened, receive)
            yield shout
            loop.remove_reader(opened)


async def spoken(packets: int, say: Callable[[], None], shout: Callable[[], None]) -> None:
    """Send by turns, half a frame apart, so that neither waits for the other."""
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    for turn in range(2 * packets):
        (shout if turn % 2 else say)()
        due_s = max(due_s + FRAME_S / 2, loop.time())
        await asyncio.sleep(due_s - loop.time())
    await asyncio.sleep(LAST_ONES_S)


if __name__ == "__main__":
    publish("delay", measure)
