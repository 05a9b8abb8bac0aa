"""A relay on loopback, and people whose WebRTC is aiortc's: nothing of it is ours."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from salon.clock import SystemClock
from salon.relay.control import PeerConnected, Relay, RelayEvent
from salon.relay.local import LocalRelay
from salon.testing.server import free_port

ROOM = 7
FRAME_SAMPLES = 960
STEREO_BYTES = 4  # one sample of both sides; aiortc decodes to stereo
HEARD_S = 10.0


class PushedClock:
    """The machine's clock, and what a test pushes it forward."""

    def __init__(self) -> None:
        self._system = SystemClock()
        self.pushed_s = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return self._system.monotonic_s() + self.pushed_s


class Tone(MediaStreamTrack):
    """A sine in real time; `hz` may be changed while it sounds, 0 is silence."""

    kind = "audio"

    def __init__(self, hz: int) -> None:
        super().__init__()
        self.hz = hz
        self._at = 0
        self._due_s: float | None = None

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        self._due_s = (self._due_s or loop.time()) + 0.02
        await asyncio.sleep(max(0.0, self._due_s - loop.time()))
        amplitude = 12_000 if self.hz else 0
        samples = [
            round(amplitude * math.sin(2 * math.pi * self.hz * (self._at + i) / 48_000))
            for i in range(FRAME_SAMPLES)
        ]
        frame = AudioFrame(format="s16", layout="mono", samples=FRAME_SAMPLES)
        frame.planes[0].update(struct.pack(f"<{FRAME_SAMPLES}h", *samples))
        frame.pts, frame.sample_rate, frame.time_base = self._at, 48_000, Fraction(1, 48_000)
        self._at += FRAME_SAMPLES
        return frame


class Person:
    """A page without a browser: answers the offer, speaks a tone, listens in all slots."""

    def __init__(self, name: str, tone: Tone | None) -> None:
        self.name = name
        self.tone = tone
        self.heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(maxsize=4_000)
        self.packets_heard = 0
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connection.on("track", self._listen)
        self._ears: set[asyncio.Task[None]] = set()

    def _listen(self, track: MediaStreamTrack) -> None:
        ear = asyncio.create_task(self._hear(track), name=f"{self.name}.ear")
        self._ears.add(ear)

    async def _hear(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                self.packets_heard += 1
                if not self.heard.full():
                    pcm = bytes(frame.planes[0])[
                        : frame.samples * STEREO_BYTES
                    ]  # the rest is padding
                    self.heard.put_nowait((track.id, pcm))
        except MediaStreamError:
            return

    async def answer(self, offer: str) -> str:
        """Return the answer; the checks begin with it."""
        await self._connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        if self.tone is not None:
            microphone = self._connection.getTransceivers()[0]
            microphone.direction = "sendonly"
            microphone.sender.replaceTrack(self.tone)
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        return self._connection.localDescription.sdp

    async def gets(self, datagrams: int) -> None:
        """Return when so many more datagrams of media have come, sound or reports."""
        transport = self._connection.getTransceivers()[0].receiver.transport
        before: int | None = None
        async with asyncio.timeout(HEARD_S):
            while True:
                (stats,) = transport._get_stats().values()
                before = stats.packetsReceived if before is None else before
                if stats.packetsReceived >= before + datagrams:
                    return
                await asyncio.sleep(0.01)

    async def hears(self, hz: int) -> bool:
        """Whether this tone is heard within some seconds."""
        try:
            async with asyncio.timeout(HEARD_S):
                while not _is_tone((await self.heard.get())[1], hz):
                    pass
        except TimeoutError:
            return False
        return True

    async def hears_silence(self) -> bool:
        """Whether what still comes ends, within some seconds."""
        try:
            async with asyncio.timeout(HEARD_S):
                while True:
                    try:
                        async with asyncio.timeout(0.6):
                            _, pcm = await self.heard.get()
                    except TimeoutError:
                        return True
                    if _loudness(pcm) < 50:
                        return True
        except TimeoutError:
            return False

    async def close(self) -> None:
        await self._connection.close()
        for ear in self._ears:
            ear.cancel()
        await asyncio.gather(*self._ears, return_exceptions=True)


def _left(pcm: bytes) -> list[int]:
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    return list(samples[::2])


def _loudness(pcm: bytes) -> float:
    left = _left(pcm)
    return math.sqrt(sum(s * s for s in left) / max(1, len(left)))


def _is_tone(pcm: bytes, hz: int) -> bool:
    """Whether most of the energy stands at this frequency (Goertzel)."""
    left = _left(pcm)
    energy = sum(s * s for s in left)
    if energy < 1_000 * len(left):
        return False
    turn = 2 * math.pi * hz / 48_000
    real = sum(s * math.cos(turn * i) for i, s in enumerate(left))
    imaginary = sum(s * math.sin(turn * i) for i, s in enumerate(left))
    return 2 * (real**2 + imaginary**2) / (len(left) * energy) > 0.8


class Ledger:
    """What the relay told, and a way to wait for it."""

    def __init__(self, relay: Relay) -> None:
        self.events: list[RelayEvent] = []
        self._came = asyncio.Event()
        relay.listen(self._note)

    def _note(self, event: RelayEvent) -> None:
        self.events.append(event)
        self._came.set()

    async def until(self, is_it: Callable[[RelayEvent], bool]) -> RelayEvent:
        """Return the first such event, past or to come."""
        async with asyncio.timeout(HEARD_S):
            while True:
                for event in self.events:
                    if is_it(event):
                        return event
                self._came.clear()
                await self._came.wait()


async def counted(relay: Relay, what: str, at_least: int) -> None:
    """Return when the relay has counted so many. Nothing tells of a count, so it is asked for."""
    async with asyncio.timeout(HEARD_S):
        while True:
            if relay.counters().get(what, 0) >= at_least:
                return
            await asyncio.sleep(0.005)


@pytest.fixture
def clock() -> PushedClock:
    return PushedClock()


@pytest.fixture
async def relay(clock: PushedClock) -> AsyncIterator[LocalRelay]:
    relay = LocalRelay(clock)
    await relay.start()
    await relay.rebind(["127.0.0.1"], free_port())
    await relay.open_room(ROOM, slots=2)
    yield relay
    await relay.stop()


@pytest.fixture
def ledger(relay: LocalRelay) -> Ledger:
    return Ledger(relay)


class Door:
    """Lets people into the room, and out at the end of the test."""

    def __init__(self, relay: Relay, ledger: Ledger) -> None:
        self._relay = relay
        self._ledger = ledger
        self._people: list[Person] = []

    async def person(self, name: str, hz: int | None = None) -> Person:
        person = Person(name, None if hz is None else Tone(hz))
        self._people.append(person)
        return person

    async def join(self, name: str, hz: int | None = None) -> Person:
        """Come in and be connected. With `hz`: speaking that tone."""
        person = await self.person(name, hz)
        offer = await self._relay.add_peer(ROOM, name, f"of {name}", may_speak=True)
        await self._relay.answer(name, await person.answer(offer))
        await self._ledger.until(lambda e: isinstance(e, PeerConnected) and e.peer_id == name)
        return person

    async def close(self) -> None:
        for person in self._people:
            await person.close()


@pytest.fixture
async def door(relay: LocalRelay, ledger: Ledger) -> AsyncIterator[Door]:
    door = Door(relay, ledger)
    yield door
    await door.close()
