"""A room of real people: two pages in Chromium, ten with aiortc, an ear at the level of packets.

All of them use one address of the server's, so that what floods it floods them.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from _server import guests
from _shake import is_report
from _voice import RECEIVE_BYTES, Voice
from join import ROOM, go_in, write_voice

from salon.testing import Person
from salon.testing.browser import Browsers, Visitor
from salon.testing.process import ServerProcess
from salon.testing.voice import VoicePeer

GUESTS = 10
SPEAKERS = 2  # of these; both pages speak as well, and so all slots are in use
TONE_HZ = 440.0
WARM_S = 4.0
_CANDIDATE = re.compile(r"a=candidate:\S+ \d+ \S+ \d+ (\S+) .*\r\n")

ONE_WAY = """
const set = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function (told) {
  const kept = (line) => !line.startsWith("a=candidate:") || line.split(" ")[4] === "ADDRESS";
  const sdp = told.sdp.split("\\r\\n").filter(kept).join("\\r\\n");
  return set.call(this, {type: told.type, sdp});
};
"""
HEARD = """
async () => {
  const last = salonPeers.at(-1);
  const heard = {connected: last.connectionState === "connected", lines: salonPeers.length};
  const count = (name, more) => heard[name] = (heard[name] ?? 0) + more;
  for (const of of (await last.getStats()).values()) {
    if (of.type !== "inbound-rtp" || !of.packetsReceived) continue;
    count("received", of.packetsReceived);
    count("lost", of.packetsLost);
    count("concealed", of.concealedSamples - of.silentConcealedSamples);
    count("played", of.totalSamplesReceived);
  }
  return heard;
}
"""


@dataclass
class Numbers:
    """The numbers of packets that came, by SSRC, and what they say of those that did not."""

    heard: Counter[int] = field(default_factory=Counter)
    _first: dict[int, int] = field(default_factory=dict)
    _last: dict[int, int] = field(default_factory=dict)

    def note(self, ssrc: int, number: int) -> None:
        self.heard[ssrc] += 1
        last = self._last.setdefault(ssrc, self._first.setdefault(ssrc, number))
        step = (number - last + 0x8000) % 0x10000 - 0x8000
        self._last[ssrc] = last + max(0, step)

    def lost(self) -> int:
        expected = sum(self._last[ssrc] - self._first[ssrc] + 1 for ssrc in self.heard)
        return max(0, expected - self.heard.total())


class Ear(Voice):
    """Somebody who hears all slots and only counts."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = Numbers()

    def _readable(self) -> None:
        while True:
            try:
                datagram = self._socket.recv(RECEIVE_BYTES)
            except BlockingIOError:
                return
            if not self._connected.is_set():
                self._shake(datagram)
            elif datagram[0] >> 6 == 2 and not is_report(datagram):
                ssrc, number = int.from_bytes(datagram[8:12]), int.from_bytes(datagram[2:4])
                self.numbers.note(ssrc, number)


class Guest(VoicePeer):
    """Somebody with aiortc who receives all slots."""

    async def heard(self) -> dict[str, int]:
        """Return what came and what did not, as aiortc counts it."""
        counted = {"connected": int(self.state == "connected"), "received": 0, "lost": 0}
        for told in (await self._peer.getStats()).values():
            if told.type == "inbound-rtp":
                counted["received"] += told.packetsReceived
                counted["lost"] += told.packetsLost
        return counted


@dataclass(frozen=True)
class Crowd:
    """Everybody in the room, and members who have not come in."""

    server: ServerProcess
    owner: Person
    room: str
    pages: list[Visitor]
    guests: list[Guest]
    ear: Ear
    others: list[Person]

    async def heard(self) -> tuple[Counter[str], Counter[str]]:
        """Return what pages and guests have heard since they came, and how many are connected."""
        pages, guests = Counter[str](), Counter[str]()
        for page in self.pages:
            pages.update(await page.page.evaluate(HEARD))
        for each in self.guests:
            guests.update(await each.heard())
        return pages, guests

    def disconnected(self) -> int:
        """Return how often somebody of the room was told to be gone or without a line."""
        strangers = {person.id for person in self.others}
        told = [*self.owner.heard("participant.left"), *self.owner.heard("participant.changed")]
        return sum(
            data["account_id"] not in strangers and not data.get("connected") for data in told
        )


@asynccontextmanager
async def gathered(
    server: ServerProcess, owner: Person, address: str, others: int, folder: Path
) -> AsyncIterator[Crowd]:
    """Let everybody come in over one address, and four of them speak."""
    voice = await asyncio.to_thread(write_voice, folder / "voice.wav")
    pair, *people = await guests(server, owner, 2 + GUESTS + others)
    room = owner.room("Kitchen table")
    for person in people:
        await person.open()
    async with Browsers() as browsers, AsyncExitStack() as stack:
        stack.enter_context(patch("aiortc.rtcrtpreceiver.decoder_worker", _discard))
        pages = [await _page(browsers, person, address, voice) for person in (owner, pair)]
        inside = []
        for person in people[:GUESTS]:
            inside.append(await _guest(person, room, address))
            stack.push_async_callback(inside[-1].close)
        for person, guest in zip(people[:SPEAKERS], inside, strict=False):
            await person.command("voice.set", room=room, muted=False)
            guest.talk(TONE_HZ)
        ear = Ear()
        stack.callback(ear.close)
        await come_in(ear, people[GUESTS], room, address)
        await asyncio.sleep(WARM_S)
        yield Crowd(server, owner, room, pages, inside, ear, people[GUESTS + 1 :])


async def _page(browsers: Browsers, person: Person, address: str, voice: Path) -> Visitor:
    """Return somebody in the room who speaks."""
    browser = await browsers.browser(microphone=voice)
    visitor = await Visitor.open(browser, person.url, locale="en-GB")
    await visitor.page.context.add_init_script(ONE_WAY.replace("ADDRESS", address))
    await visitor.sign_in(person.handle, person.password, at=ROOM)
    await go_in(visitor)
    await visitor.page.keyboard.press("m")
    await visitor.page.get_by_role("button", name="Mute", exact=True).first.wait_for()
    return visitor


async def _guest(person: Person, room: str, address: str) -> Guest:
    joined = await person.command("room.join", room=room)
    guest = Guest({**joined, "offer": one_way(joined["offer"], address)}, hear=False)
    fields = {"room": room, "peer": joined["peer"], "sdp": await guest.answer()}
    await person.command("voice.answer", **fields)
    await guest.connected()
    return guest


async def come_in(voice: Voice, person: Person, room: str, address: str) -> str:
    """Let a voice be connected over one address; return the server's offer."""
    joined = await person.command("room.join", room=room)
    offer = one_way(joined["offer"], address)
    voice.reach(offer)
    fields = {"room": room, "peer": joined["peer"], "sdp": voice.answer(offer)}
    await person.command("voice.answer", **fields)
    await voice.connected()
    return offer


def one_way(offer: str, address: str) -> str:
    """Return an offer that names this address only."""
    return _CANDIDATE.sub(lambda line: line[0] if line[1] == address else "", offer)


def _discard(*given: Any) -> None:
    """Stand for aiortc's decoder: throw away what came through its jitter buffer."""
    _loop, received, *_ = given
    while received.get() is not None:
        pass
