"""A thousand lost lines, the server killed among them: nothing missed, nothing twice, nothing lost.

A real server process on a real database file; ten people who post all the time and whose lines are
cut at random moments. Whoever got no answer posts again with the same nonce.
"""

import asyncio
import random
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
import yaml

from salon.testing import Person
from salon.testing.person import PASSWORD
from salon.testing.server import LEAST_ARGON2, PEOPLE_LIMITS, free_port

PEOPLE = 10
CUTS = 1_000
KILL_EVERY = 200  # cuts
LIMITS = {
    **PEOPLE_LIMITS,
    "messages_burst": 100,
    "messages_per_s": 50,
    "frames_per_10_s": 1_000,
    "sockets_per_account": 100,
}


class ServerProcess:
    """`salon serve` with its own data, to be killed and started again."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        settings = {
            "server": {"port": self.port},
            "media": {"port": free_port(socket.SOCK_DGRAM)},
            "data": {"directory": str(directory / "data")},
            "accounts": LEAST_ARGON2,
            "limits": LIMITS,
            "logs": {"level": "error"},
            "plugins": {},
        }
        self._file = directory / "config.yaml"
        self._file.write_text(yaml.safe_dump(settings))
        self._process: subprocess.Popen[str]
        self.setup_path = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        command = [sys.executable, "-m", "salon", "serve", "--config", str(self._file)]
        await asyncio.to_thread(self._run, command)

    def _run(self, command: list[str]) -> None:
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            link = re.search(r"/setup/\S+", line)
            if link is not None:
                self.setup_path = link[0]
            if link is not None or ("is open at" in line and self.setup_path):
                return
        raise AssertionError("the server did not start")

    async def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(self._process.communicate)

    async def restart(self) -> None:
        await self.kill()
        await self.start()


@dataclass
class Journal:
    """What all were promised, and what each was told."""

    acknowledged: set[str] = field(default_factory=set)
    cuts: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def count_cut(self) -> None:
        self.cuts += 1
        self._news.set()

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
        while self._journal.cuts < CUTS:
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
async def test_after_1000_cuts_nothing_is_missed_doubled_or_lost(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path)
    await server.start()
    people = await arrive(server)
    journal = Journal()
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
    owner = Person(server.url, "owner", PASSWORD)
    await owner.fill(server.setup_path, community="Les Voisins")
    await owner.open()
    code = (await owner.command("invitation.create", max_uses=100))["invitation"]["code"]
    people = [owner]
    for number in range(PEOPLE - 1):
        person = Person(server.url, f"guest{number}", PASSWORD)
        await person.fill(f"/i/{code}")
        people.append(await person.open())
    return people


async def kill_now_and_then(server: ServerProcess, journal: Journal) -> None:
    for cuts in range(KILL_EVERY, CUTS, KILL_EVERY):
        await journal.reached(cuts)
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
