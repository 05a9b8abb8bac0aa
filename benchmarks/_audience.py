"""Those who hear, so many that each must cost little: a socket and a count.

What came is counted by the numbers that stand in the clear; only a sample is decrypted and asked
for its age. The kernel stamps those packets as they arrive, so that how long this process takes
until it looks at them is no part of it. All sockets of an audience are one entry of the event loop.
"""

import asyncio
import contextlib
import itertools
import select
import socket
import statistics
import struct
from abc import ABC, abstractmethod
from dataclasses import dataclass

from _figures import percentile
from _voice import Voice, frames_in, made_ns, opus_of
from pylibsrtp import Error as NotAuthentic

RECEIVE_BYTES = 2_000
AT_ONCE = 256  # sockets of one wake-up: then the speaker may have a turn
SAMPLE_OF = 20  # one of so many is listened to closely
CHECK_EVERY_S = 2.5  # as Chromium confirms its path
TURNS_PER_CHECK = 50
SO_TIMESTAMPNS = 35  # of Linux; `socket` has no name for it
_STAMP = struct.Struct("@qq")  # seconds, ns

_buffer = bytearray(RECEIVE_BYTES)  # one for all: a packet is looked at and forgotten
_seen = memoryview(_buffer)


def first_byte() -> int:
    """Return how the datagram that an ear is just taking begins."""
    return _buffer[0]


class Tally:
    """What came of one stream, by its numbers, which begin anew at `modulus` (a power of two)."""

    __slots__ = ("_half", "_highest", "_mask", "_missing", "came", "late", "repeated")

    def __init__(self, modulus: int) -> None:
        self._mask = modulus - 1
        self._half = modulus // 2
        self._highest: int | None = None
        self._missing: set[int] = set()
        self.begin()

    def begin(self) -> None:
        """Count from here; what is missing from before is forgotten."""
        self._missing.clear()
        self.came = self.late = self.repeated = 0

    @property
    def lost(self) -> int:
        """How many numbers were left out and have not come since."""
        return len(self._missing)

    def note(self, number: int) -> bool:
        """Count a packet; False for one that has come before."""
        if self._highest is None:
            self._highest = number - 1
        ahead = number - self._highest & self._mask
        if ahead == 1:
            self._highest += 1
        elif 0 < ahead < self._half:
            self._missing.update(range(self._highest + 1, self._highest + ahead))
            self._highest += ahead
        else:
            number = self._highest - (-ahead & self._mask)
            if number not in self._missing:
                self.repeated += 1
                return False
            self._missing.remove(number)
            self.late += 1
        self.came += 1
        return True


class Ear(ABC):
    """One who hears. What a packet is, and what it holds, the two kinds say."""

    def __init__(self, opened: socket.socket) -> None:
        self.socket = opened
        self.tallies: dict[int, Tally] = {}
        self.frames = 0
        self.ages_ms: list[float] = []
        self.receive = self._receive
        self._read = opened.recv_into

    def listen_closely(self) -> None:
        """Ask each packet from here on how old it is."""
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.receive = self._receive_closely

    def begin(self) -> None:
        """Count from here."""
        for tally in self.tallies.values():
            tally.begin()
        self.frames = 0
        self.ages_ms.clear()

    @abstractmethod
    def confirm(self) -> None:
        """Say that it is still there."""

    @abstractmethod
    def take(self, size: int) -> bool:
        """Count what is in the buffer; whether it is sound that has not come before."""

    @abstractmethod
    def made_ns(self, datagram: bytes) -> int | None:
        """Return when the sound in it was made, the newest if there are several frames."""

    def _receive(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self.take(self._read(_buffer))

    def _receive_closely(self) -> None:
        try:
            size, said, _, _ = self.socket.recvmsg_into([_buffer], socket.CMSG_SPACE(_STAMP.size))
        except BlockingIOError:
            return
        datagram = bytes(_seen[:size])
        if self.take(size) and said and (made_ns := self.made_ns(datagram)) is not None:
            seconds, ns = _STAMP.unpack(said[0][2])
            self.ages_ms.append((seconds * 1_000_000_000 + ns - made_ns) / 1e6)

    def number(self, stream: int, number: int, modulus: int) -> bool:
        """Count a packet's number; False for one that has come before."""
        tally = self.tallies.get(stream)
        if tally is None:
            tally = self.tallies[stream] = Tally(modulus)
        return tally.note(number)


class RtpEar(Ear):
    """A voice that is connected and from now on only hears.

    `frames` says how many frames a packet of a size holds: the speaker's are all of one size. Ears
    of one room share it and learn it together.
    """

    def __init__(self, voice: Voice, frames: dict[int, int]) -> None:
        opened, self._check, self._session = voice.hand_over()
        super().__init__(opened)
        self._confirmed = voice.confirm
        self._frames = frames

    def confirm(self) -> None:
        self.socket.send(self._check)

    def take(self, size: int) -> bool:
        first, second = _buffer[0], _buffer[1]
        if first >> 6 != 2 or 192 <= second <= 223:  # a check, an alert, a report
            if first == 0:
                self._confirmed(bytes(_seen[:size]))
            return False
        # A stream is told apart by the last byte of its SSRC.
        if not self.number(_buffer[11], _buffer[2] << 8 | _buffer[3], 1 << 16):
            return False
        frames = self._frames.get(size)
        if frames is None:
            opus = self._opened(bytes(_seen[:size]))
            frames = self._frames[size] = 0 if opus is None else frames_in(opus)
        self.frames += frames
        return frames > 0

    def made_ns(self, datagram: bytes) -> int | None:
        opus = self._opened(datagram)
        return None if opus is None else made_ns(opus)

    def _opened(self, datagram: bytes) -> bytes | None:
        try:
            return opus_of(self._session.unprotect(datagram))
        except NotAuthentic:
            return None


@dataclass(frozen=True, slots=True)
class Heard:
    """What an audience heard, all together, and how old a sample of it was."""

    frames: int
    lost: int
    late: int
    repeated: int
    ages_ms: list[float]

    def __str__(self) -> str:
        ages = "nothing is known of its age"
        if self.ages_ms:
            p50_ms, p99_ms = statistics.median(self.ages_ms), percentile(self.ages_ms, 0.99)
            ages = f"{p50_ms:.2f} ms on the way, p99 {p99_ms:.2f}"
        return (
            f"{self.frames} frames, {self.lost} packets lost, {self.late} late, "
            f"{self.repeated} twice, {ages}"
        )


class Audience:
    """Owns its ears: one waits for all their sockets, one task keeps their paths open."""

    def __init__(self) -> None:
        self._ears: dict[int, Ear] = {}  # by the number of its socket
        self._loop = asyncio.get_running_loop()
        self._poll = select.epoll()
        self._loop.add_reader(self._poll.fileno(), self._receive)
        self._confirming = asyncio.create_task(self._confirm(), name="audience.confirm")

    def __len__(self) -> int:
        return len(self._ears)

    def seat(self, ear: Ear) -> None:
        if len(self._ears) % SAMPLE_OF == 0:
            ear.listen_closely()
        self._ears[ear.socket.fileno()] = ear
        self._poll.register(ear.socket, select.EPOLLIN)

    def begin(self) -> None:
        """Count from here."""
        for ear in self._ears.values():
            ear.begin()

    def heard(self) -> Heard:
        """Return what was heard since `begin`."""
        ears = self._ears.values()
        tallies = [tally for ear in ears for tally in ear.tallies.values()]
        return Heard(
            frames=sum(ear.frames for ear in ears),
            lost=sum(tally.lost for tally in tallies),
            late=sum(tally.late for tally in tallies),
            repeated=sum(tally.repeated for tally in tallies),
            ages_ms=[age_ms for ear in ears for age_ms in ear.ages_ms],
        )

    def _receive(self) -> None:
        for number, _ in self._poll.poll(0, AT_ONCE):
            self._ears[number].receive()

    async def _confirm(self) -> None:
        for turn in itertools.count():
            for ear in list(self._ears.values())[turn % TURNS_PER_CHECK :: TURNS_PER_CHECK]:
                ear.confirm()
            await asyncio.sleep(CHECK_EVERY_S / TURNS_PER_CHECK)

    async def close(self) -> None:
        self._confirming.cancel()
        await asyncio.gather(self._confirming, return_exceptions=True)
        self._loop.remove_reader(self._poll.fileno())
        self._poll.close()
        for ear in self._ears.values():
            ear.socket.close()
