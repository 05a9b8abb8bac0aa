"""Somebody hostile in a network of their own: a program for `attack.py`, run inside the namespace.

Standard input has one JSON object: `server` (address, port), `ufrag` (of an offer that a hostile
member was given), `victims` (ports of people at the server's address), `trap` (ports where nothing
may arrive), `packets` and `seconds`. It says `ready`; when it has sent all it prints one JSON
object: `sent`, and what came into the trap.
"""

import json
import os
import random
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from _network import ATTACKER, MORE_ATTACKERS
from aioice import stun
from OpenSSL import SSL

RING = 20_000  # packets that are made before, and sent again and again
BURST = 50  # at once: what the kernel hands over without losing any itself
FORGED_SHARE = 0.3  # with the address of somebody who is in the room
FIRST_VICTIM_SHARE = 0.5  # of these
CONNECTIONS = 160
CONNECTIONS_EVERY_S = 0.25
JUNK_BYTES = 1_200
_IP = struct.Struct("!BBHHHBBH4s4s")
_UDP = struct.Struct("!HHHH")

Make = Callable[[], bytes]


def kinds(ufrag: str) -> dict[str, Make]:
    """Return what makes a datagram of each kind."""
    hello = _hello()
    alert = bytes.fromhex("15fefd00000000000000000002022a")
    goodbye = bytes.fromhex("15fefd000000000000000000020100")
    return {
        "nothing": lambda: b"",
        "one byte": lambda: random.randbytes(1),
        "a real hello": lambda: hello,
        "a hello": lambda: bytes.fromhex("16fefd0000000000000000004000") + random.randbytes(64),
        "an alert in the clear": lambda: alert,
        "a goodbye in the clear": lambda: goodbye,
        "junk for the handshake": lambda: bytes((random.randrange(20, 64),)) + _junk(),
        "a record that is not authentic": lambda: (
            bytes.fromhex("17fefd0001") + random.randbytes(6) + (40).to_bytes(2) + bytes(40)
        ),
        "sound": lambda: b"\x80\x6f" + random.randbytes(80),
        "large sound": lambda: b"\x90\xef" + random.randbytes(JUNK_BYTES),
        "a report": lambda: b"\x80\xc9" + random.randbytes(30),
        "a goodbye of somebody": lambda: b"\x81\xcb\x00\x01" + random.randbytes(30),
        "random bytes": _junk,
        "large random bytes": lambda: random.randbytes(JUNK_BYTES),
        "too many bytes": lambda: b"\x80" + random.randbytes(2_000),
        "text": lambda: b"GET / HTTP/1.1\r\n\r\n",
        "a forged check": lambda: _check(ufrag),
        "a check for nobody": lambda: _check(random.randbytes(8).hex()),
        "a check that is cut": lambda: _check(ufrag)[: random.randrange(1, 60)],
        "a check with another length": lambda: _changed(_check(ufrag), 3, 4),
        "a check with an overrun": lambda: _changed(_check(ufrag), 23, 200),
        "a check with attributes of wrong size": lambda: _missized(ufrag),
        "a check without cookie": lambda: _changed(_check(ufrag), 4, 1),
        "a check with a bit flipped": lambda: _flipped(_check(ufrag)),
        "a check as a response": lambda: b"\x01\x01" + _check(ufrag)[2:],
    }


def _junk() -> bytes:
    return random.randbytes(random.randrange(1, 400))


def _hello() -> bytes:
    """Return the first flight of a real handshake."""
    ssl = SSL.Connection(SSL.Context(SSL.DTLS_METHOD), None)
    ssl.set_connect_state()
    with suppress(SSL.WantReadError):
        ssl.do_handshake()
    return ssl.bio_read(2_000)


def _check(ufrag: str) -> bytes:
    """Return a check by somebody who does not know the password."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{ufrag}:them"
    message.attributes["PRIORITY"] = 1_862_270_975
    message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(b"guessed")
    return bytes(message)


def _missized(ufrag: str) -> bytes:
    name = f"{ufrag}:t".encode()
    body = struct.pack("!HH", 0x0006, len(name)) + name + bytes(-len(name) % 4)
    body += struct.pack("!HH4s", 0x0024, 2, b"") + struct.pack("!HH4s", 0x0008, 3, b"")
    return struct.pack("!HHL12s", 1, len(body), 0x2112A442, random.randbytes(12)) + body


def _changed(datagram: bytes, at: int, by: int) -> bytes:
    return datagram[:at] + bytes(((datagram[at] + by) & 0xFF,)) + datagram[at + 1 :]


def _flipped(datagram: bytes) -> bytes:
    return _changed(datagram, random.randrange(len(datagram)), 1 << random.randrange(7))


class Wire:
    """Packets of UDP with whatever source is written into them."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def packet(self, payload: bytes, source: tuple[str, int]) -> bytes:
        """Return it whole; the kernel writes its length, number and checksum."""
        addresses = (socket.inet_aton(source[0]), socket.inet_aton(self._server[0]))
        ports = (source[1], self._server[1], _UDP.size + len(payload), 0)
        return _IP.pack(0x45, 0, 0, 0, 0, 64, socket.IPPROTO_UDP, 0, *addresses) + (
            _UDP.pack(*ports) + payload
        )

    def send(self, packets: Sequence[bytes]) -> None:
        for packet in packets:
            self._socket.sendto(packet, self._server)


def source_of(server: str, victims: Sequence[int]) -> tuple[str, int]:
    """Return whose address a packet is to have."""
    if victims and random.random() < FORGED_SHARE:
        is_first = random.random() < FIRST_VICTIM_SHARE
        return server, victims[0] if is_first else random.choice(victims)
    return f"198.18.0.{random.randrange(2, 255)}", random.randrange(1_024, 65_536)


def flood(wire: Wire, ring: Sequence[bytes], packets: int, seconds: float) -> int:
    """Send so many, evenly; return how many went out."""
    began_s, sent = time.monotonic(), 0
    while sent < packets:
        begin = sent % RING
        wire.send(ring[begin : begin + min(BURST, packets - sent, RING - begin)])
        sent += min(BURST, packets - sent, RING - begin)
        time.sleep(max(0.0, began_s + seconds * sent / packets - time.monotonic()))
    return sent


class Connections(threading.Thread):
    """Holds many connections of TCP: some say junk, others a byte now and then."""

    def __init__(self, server: tuple[str, int]) -> None:
        super().__init__(daemon=True)
        self.opened = 0
        self._server = server
        self._sources = (ATTACKER, *MORE_ATTACKERS)
        self._sockets: list[socket.socket | None] = [None] * CONNECTIONS

    def run(self) -> None:
        while True:
            for number in range(CONNECTIONS):
                self._turn(number)
            time.sleep(CONNECTIONS_EVERY_S)

    def _turn(self, number: int) -> None:
        connected = self._sockets[number]
        try:
            if connected is None:
                connected = self._sockets[number] = self._open(number)
            for said in (_framed(),) * 8 if number % 2 else (b"\x00",):
                connected.send(said)
        except BlockingIOError:
            return
        except OSError:  # they hung up
            if connected is not None:
                connected.close()
            self._sockets[number] = None

    def _open(self, number: int) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        opened.bind((self._sources[number % len(self._sources)], 0))
        opened.setblocking(False)  # noqa: FBT003 the socket's own signature
        self.opened += 1
        with suppress(BlockingIOError):
            opened.connect(self._server)
        return opened


def _framed() -> bytes:
    junk = random.choice((b"\x80\x6f", b"\x16\xfe", b"\x00\x01")) + random.randbytes(JUNK_BYTES)
    return len(junk).to_bytes(2) + junk


def trapped(traps: Sequence[socket.socket]) -> int:
    """Return how many datagrams came where nothing may be sent."""
    came = 0
    while ready := select.select(traps, [], [], 0)[0]:
        for trap in ready:
            trap.recv(2_000)
            came += 1
    return came


def main() -> None:
    told = json.loads(sys.stdin.readline())
    server = (told["server"][0], int(told["server"][1]))
    wire = Wire(server)
    traps = []
    for port in told["trap"]:
        trap = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        trap.bind((ATTACKER, port))
        traps.append(trap)
    makers = list(kinds(told["ufrag"]).values())
    ring = [
        wire.packet(random.choice(makers)(), source_of(server[0], told["victims"]))
        for _ in range(RING)
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    connections = Connections(server)
    connections.start()
    sent = flood(wire, ring, told["packets"], told["seconds"])
    took = {"sent": sent, "connections": connections.opened, "trapped": trapped(traps)}
    print(json.dumps(took), flush=True)
    os._exit(0)  # the thread has no other end


if __name__ == "__main__":
    main()
