"""Members who are let in and behave badly: in the room, and at its door."""

import asyncio
import contextlib
import random
import struct

from _network import ATTACKER
from _voice import SSRC, Voice
from pylibsrtp import Error as Unfit

from salon.relay.room import SLOT_SSRC
from salon.relay.rtp import OPUS_PAYLOAD_TYPE, RED_PAYLOAD_TYPE
from salon.testing import Person
from salon.testing.person import Refused

TRAP = tuple(range(20_000, 20_050))  # ports at the attacker's address
ROUND_S = 0.1
ASK_EVERY_S = 0.2
OPUS = b"\x78" + bytes(60)
BOMB = b"\x7b\x3f" + bytes(40)  # 63 frames of 20 ms
REPEATS = b"\xef\x0f\x03\xff" * 3 + b"\x6f"  # each of 1,023 bytes that do not follow
_HEADER = struct.Struct("!BBHLL")


class Member(Voice):
    """Somebody with a connection of their own who says all that nobody should say.

    Their microphone is closed at the server, so that what others lose is not theirs.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0
        self._number = 0

    async def misbehave(self) -> None:
        """Go on until cancelled."""
        while True:
            for packet in self._sounds():
                self._sound(packet)
            for report in _reports():
                self._report(report)
            await asyncio.sleep(ROUND_S)

    def _sounds(self) -> list[bytes]:
        """Return packets without protection: too many, too odd, too far apart."""
        far, self._number = self._number + 20_000, self._number + 30
        odd = [self._packet(n, OPUS, payload_type=n + 90) for n in range(8)]
        strange = [self._packet(n, OPUS, ssrc=random.getrandbits(32)) for n in range(12)]
        overrun = struct.pack("!HHBBBB", 0xBEDE, 1, 0x1F, 0, 0, 0)
        return [
            *(self._packet(self._number - n, OPUS) for n in range(30)),
            *odd,
            *strange,
            self._packet(far, OPUS),
            self._packet(far, BOMB),
            self._packet(far, REPEATS + OPUS, payload_type=RED_PAYLOAD_TYPE),
            self._packet(far, REPEATS[:7], payload_type=RED_PAYLOAD_TYPE),
            self._packet(far + 1, bytes(1_300)),
            self._packet(far + 2, b""),
            self._packet(far + 3, overrun + OPUS, first=0x90),
            self._packet(far + 4, bytes(4) + b"\xff", first=0xA0),
        ]

    @staticmethod
    def _packet(
        number: int,
        payload: bytes,
        *,
        first: int = 0x80,
        payload_type: int = OPUS_PAYLOAD_TYPE,
        ssrc: int = SSRC,
    ) -> bytes:
        time = number * 960 & 0xFFFFFFFF
        return _HEADER.pack(first, payload_type & 0x7F, number & 0xFFFF, time, ssrc) + payload

    def _sound(self, packet: bytes) -> None:
        with contextlib.suppress(Unfit):  # what cannot even be protected
            self._send(self._packets.outgoing.protect(packet))

    def _report(self, report: bytes) -> None:
        with contextlib.suppress(Unfit):
            self._send(self._packets.outgoing.protect_rtcp(report))

    def _send(self, datagram: bytes) -> None:
        self._socket.send(datagram)
        self.sent += 1


def _reports() -> list[bytes]:
    """Return reports that lie, and some that are none."""
    slots = [SLOT_SSRC + n for n in range(4)]
    all_is_lost = b"".join(
        struct.pack("!LLLLLL", slot, 0xFF7FFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0) for slot in slots
    )
    return [
        struct.pack("!BBHL", 0x80 | len(slots), 201, 1 + 6 * len(slots), SSRC) + all_is_lost,
        *(struct.pack("!BBHLLHH", 0x81, 205, 3, SSRC, slot, 0, 0xFFFF) for slot in slots * 5),
        *(struct.pack("!BBHL", 0x81, 203, 1, slot) for slot in slots),
        *(struct.pack("!BBHLL", 0x81, 206, 2, SSRC, slot) for slot in slots),
        struct.pack("!BBHLL", 0x8F, 206, 4, SSRC, 0) + b"REMB\x01\0\0\0" + bytes(4),
        struct.pack("!BBHL", 0x9F, 201, 1, SSRC),
        struct.pack("!BBHL", 0x81, 202, 60_000, SSRC) + bytes(8),
        struct.pack("!BBHL", 0x80, 200, 1, SSRC) + random.randbytes(40),
    ]


async def ask_and_never_come(person: Person, room: str) -> None:
    """Ask for one line after the other and answer each with places to send to, until cancelled."""
    voice = Voice()
    while True:
        with contextlib.suppress(Refused):
            prepared = await person.command("voice.prepare", room=room)
            answer = with_candidates(voice.answer(prepared["offer"]))
            fields = {"room": room, "peer": prepared["peer"], "sdp": answer}
            await person.command("voice.answer", **fields)
        await asyncio.sleep(ASK_EVERY_S)


def with_candidates(answer: str) -> str:
    """Return an answer that names the traps, and a name to look up, as ways to its writer."""
    named = [f"a=candidate:{port} 1 udp 2130706431 {ATTACKER} {port} typ host\r\n" for port in TRAP]
    named.append("a=candidate:1 1 udp 2130706431 attack.local 9 typ host\r\n")
    return answer + "".join(named) + "a=end-of-candidates\r\n"
