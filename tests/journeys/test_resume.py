"""Many lost lines, the server killed among them: nothing missed, nothing twice, nothing lost.

A real server process on a real database file; ten people who post all the time and whose lines are
cut at random moments. Whoever got no answer posts again with the same nonce. A thousand cuts:
`./salon test tests/journeys/test_resume.py --cuts 1000`.
"""

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from salon.testing import Person
from salon.testing.process import ServerProcess

PEOPLE = 10
KILLS = 4
LIMITS = {
    "messages_burst": 100,
    "messages_per_s": 50,
    "frames_per_10_s": 1_000,
    "sockets_per_account": 100,
}


@dataclass
class Journal:
    """What all were promised, and what each was told."""

    cuts_wanted: int
    acknowledged: set[str] = field(default_factory=set)
    cuts: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def count_cut(self) -> None:
        self.cuts += 1
        self._news.set()

    @property
    def is_full(self) -> bool:
        return self.cuts >= self.cuts_wanted

    async def reached(self, cuts: int) -> None:
        while self.cuts < cuts:
            self._news.clear()
            await self._news.wait()


class Talker:
    """One person whose line keeps breaking."""

    def __init__(self, person: Person, journal: Journal, chance: random.Random) -> None:
        self.person = person
        self.told: list[int] = []
        self._journal = journal
        self._chance = chance
        self._number = 0

    async def talk(self, channel: str) -> None:
        while not self._journal.is_full:
            nonce = f"{self.person.handle}-{self._number}"
            await self._post(channel, nonce)
            self._number += 1
            if self._chance.random() < 0.7:
                await self._cut_somewhere(channel)

    async def _post(self, channel: str, nonce: str) -> None:
        while True:
            try:
                await self.person.post(channel, nonce, nonce=nonce)
            except (ConnectionError, TimeoutError, aiohttp.ClientError):
                await self.come_back()
            else:
                self._journal.acknowledged.add(nonce)
                return

    async def _cut_somewhere(self, channel: str) -> None:
        """Cut while something is on its way."""
        nonce = f"{self.person.handle}-{self._number}"
        posting = asyncio.create_task(self._post_once(channel, nonce))
        for _ in range(self._chance.randrange(4)):
            await asyncio.sleep(0)
        await self.person.cut()
        await posting
        self._journal.count_cut()
        await self.come_back()
        await self._post(channel, nonce)
        self._number += 1

    async def _post_once(self, channel: str, nonce: str) -> None:
        try:
            await self.person.post(channel, nonce, nonce=nonce)
        except (ConnectionError, TimeoutError, aiohttp.ClientError):
            return
        self._journal.acknowledged.add(nonce)

    async def come_back(self) -> None:
        self.collect()
        while True:
            try:
                await self.person.cut()
                await self.person.open(resume=True)
            except (ConnectionError, TimeoutError, aiohttp.ClientError, KeyError):
                await asyncio.sleep(0.02)
                continue
            assert self.person.welcome["resumed"]
            return

    def collect(self) -> None:
        """Move what was told to the record."""
        events = self.person.events
        self.told += [f["seq"] for f in events if f["event"] == "message.posted"]
        events.clear()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_after_many_cuts_nothing_is_missed_doubled_or_lost(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    server = ServerProcess(tmp_path, limits=LIMITS)
    await server.start()
    people = await arrive(server)
    journal = Journal(cuts_wanted=pytestconfig.getoption("cuts"))
    chance = random.Random(1)  # noqa: S311 a seed, not a secret
    talkers = [Talker(person, journal, random.Random(chance.random())) for person in people]  # noqa: S311
    channel = people[0].channel("general")
    async with asyncio.TaskGroup() as group:
        for talker in talkers:
            group.create_task(talker.talk(channel))
        group.create_task(kill_now_and_then(server, journal))
    for talker in talkers:
        await talker.come_back()
    head = (await talkers[0].person.command("ping"))["seq"]
    for talker in talkers:
        await talker.person.command("ping")
        talker.collect()
        assert talker.person.seq == head
        assert talker.told == sorted(set(talker.told)), "something was told twice or out of order"
    everything = talkers[0].told
    for talker in talkers[1:]:
        missed = set(everything) ^ set(talker.told)
        assert not {seq for seq in missed if seq > max(everything[0], talker.told[0])}
    stored = await history(talkers[0].person, channel)
    assert len(stored) == len(set(stored)), "something was stored twice"
    assert journal.acknowledged <= set(stored), "an acknowledged message was lost"
    for person in people:
        await person.close()
    await server.kill()


async def arrive(server: ServerProcess) -> list[Person]:
    owner = await server.claim()
    guests = [await server.member(f"guest{number}", owner) for number in range(PEOPLE - 1)]
    return [owner, *guests]


async def kill_now_and_then(server: ServerProcess, journal: Journal) -> None:
    for kill in range(1, KILLS + 1):
        await journal.reached(journal.cuts_wanted * kill // (KILLS + 1))
        await server.restart()


async def history(person: Person, channel: str) -> list[str]:
    texts: list[str] = []
    before: dict[str, str] = {}
    while True:
        page = await person.command("message.history", channel=channel, limit=100, **before)
        texts += [message["text"] for message in page["messages"]]
        if not page["has_older"]:
            return texts
        before = {"before": page["messages"][0]["id"]}
