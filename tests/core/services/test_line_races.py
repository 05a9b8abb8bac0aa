"""Real sockets and real lines that come, go and are cut off, until the room ends: nothing is left.

The long form, five people two hundred times at once:
`./salon test tests/core/services/test_line_races.py --race-rounds 5000`.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from tests.core.services.on_stage import at_rest, stage_of

from salon.testing import Person, Refused, Server
from salon.testing.voice import VoicePeer

SEATS = 3
AS_LONG_AS = 25  # rounds of `test_stage_races`, which have no real lines
GONE_WITHIN_S = 10.0
LISTENS = "0A"  # a state of TCP, as the kernel writes it


class Guest:
    """Somebody with a socket and a line, who goes in, goes out and is cut off at any moment."""

    def __init__(self, person: Person, chosen: random.Random) -> None:
        self.person = person
        self._chosen = chosen

    async def act(self, room: str) -> None:
        acts = (self._go_in, self._go_in, self._leave, self._lose_line, self._lose_socket)
        try:
            await self._chosen.choice(acts)(room)
            await self.person.command("hand.raise", room=room)
        except Refused as refused:
            if refused.code == "internal":
                raise

    async def _go_in(self, room: str) -> None:
        await self._lose_line(room)
        joined = await self.person.command("room.join", room=room)
        self.person.voice = VoicePeer(joined, hear=False)
        sdp = await self.person.voice.answer()
        await self.person.command("voice.answer", room=room, peer=joined["peer"], sdp=sdp)

    async def _leave(self, room: str) -> None:
        await self.person.command("room.leave", room=room)

    async def _lose_line(self, _room: str) -> None:
        voice, self.person.voice = self.person.voice, None
        if voice is not None:
            await voice.close()

    async def _lose_socket(self, _room: str) -> None:
        await self.person.cut()
        await self.person.open()


async def ban_for_a_moment(host: Person, room: str, other: Person) -> None:
    for banned in (True, False):
        await host.command("participant.ban", room=room, account=other.id, banned=banned)


async def come_back(host: Person, room: str, _other: Person) -> None:
    """The last host's line drops, and is there again."""
    assert host.voice is not None
    await host.voice.close()
    await host.join(room)


def own_sockets() -> Mapping[str, int]:
    """Return how many sockets of this process wait for datagrams or for connections."""
    ends = set()
    for file in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the folder itself, open while it is read
            ends.add(str(file.readlink()))
    found = Counter[str]()
    for kind in ("udp", "udp6", "tcp", "tcp6"):
        for line in Path(f"/proc/self/net/{kind}").read_text("ascii").splitlines()[1:]:
            state, inode = line.split()[3], line.split()[9]
            if f"socket:[{inode}]" in ends and (kind.startswith("udp") or state == LISTENS):
                found[kind] += 1
    return found


def own_tasks() -> Mapping[str, int]:
    """Return the server's tasks by the code they run."""
    code = [getattr(task.get_coro(), "cr_code", None) for task in asyncio.all_tasks()]
    ours = [each for each in code if each is not None and "/core/salon/" in each.co_filename]
    return Counter(each.co_qualname for each in ours)


@pytest.mark.timeout(1_800)
async def test_of_lines_and_sockets_that_came_and_went_nothing_is_left_when_the_stage_ends(
    server: Server, owner: Person, alice: Person, bob: Person, request: pytest.FixtureRequest
) -> None:
    participants, relay = server.app.services.participants, server.app.services.relay
    chosen = random.Random(3)  # noqa: S311 an order, not a secret
    others = [owner, bob, await server.member("carol", owner), await server.member("dave", owner)]
    guests = [Guest(person, chosen) for person in others]
    sockets, tasks = own_sockets(), own_tasks()
    room = await stage_of(alice, seats=SEATS)
    for _ in range(max(1, request.config.getoption("--race-rounds") // AS_LONG_AS)):
        led = chosen.choice((come_back, ban_for_a_moment))(alice, room, chosen.choice(others[1:]))
        await asyncio.gather(led, *(guest.act(room) for guest in guests))
        assert len(participants.all(int(room))) <= SEATS
        server.clock.advance(seconds=5)  # of their paces
    await asyncio.gather(
        alice.command("stage.end", room=room), *(guest.act(room) for guest in guests)
    )
    for person in (alice, *others):
        if person.voice is not None:
            await person.voice.close()
            person.voice = None
    await at_rest(participants)
    assert participants.all(int(room)) == ()
    assert not participants.graces._timers
    assert not participants._sessions
    assert (relay.counters()["peers"], relay.counters()["rooms"]) == (0, 0)
    async with asyncio.timeout(GONE_WITHIN_S):
        while server.app.services.announcer.open_sockets > len({alice, *others}):  # noqa: ASYNC110 of lines that were cut
            await asyncio.sleep(0.01)
        while (own_sockets(), own_tasks()) != (sockets, tasks):  # noqa: ASYNC110 nobody tells of either
            await asyncio.sleep(0.01)
