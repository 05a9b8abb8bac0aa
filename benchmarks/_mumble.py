"""mumble-server as a peer: its own protocol, its own cipher, clients that are no browsers.

Control goes over TLS in messages of Protocol Buffers, of which a handful is needed; voice goes over
UDP under OCB2-AES128, whose key comes over TLS (mumble's "Protocol" manual, chapters 3 to 5).
"""

import asyncio
import contextlib
import getpass
import os
import shutil
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

from _audience import Ear, first_byte
from _figures import NotPossible
from _voice import FRAME_BYTES, STAMP_BYTES, sound
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from salon.testing.server import free_port

UP_WITHIN_S = 10.0
NAMES = ("mumble-server", "murmurd")  # of the program, before and since version 1.4
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
HOST = "127.0.0.1"
VERSION, AUTHENTICATE, REJECT, SERVER_SYNC, CRYPT_SETUP = 0, 2, 4, 5, 15  # control messages
VERSION_1_3_4 = b"\x08\x84\x86\x04"  # field 1: 0x010304
HAS_OPUS = b"\x28\1"  # field 5: true
OPUS, PING = 4 << 5, 1 << 5  # the first byte of a datagram's plain text
STEPS_PER_FRAME = 2  # its numbers count 10 ms
NONCES = 256
PING_BYTES = 64
READ_BYTES = 65_536
BLOCK = 16
TAG_BYTES = 3
_HEAD = struct.Struct("!HI")  # of a control message: kind, length
_ALL_ONES: Final = (1 << 128) - 1

SETTINGS = """
database={folder}/server.sqlite
logfile={folder}/server.log
pidfile={folder}/server.pid
host=127.0.0.1
port={port}
users={users}
bandwidth=558000
opusthreshold=0
autobanAttempts=0
timeout=3600
uname={user}
bonjour=false
welcometext=
"""
USERS = 1_000


class Ocb2:
    """OCB2-AES128 as mumble has it (Rogaway 2004): 3 bytes of tag, and of the nonce its lowest."""

    def __init__(self, key: bytes, nonce: bytes) -> None:
        cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 the block cipher of a mode
        self._encrypt, self._decrypt = cipher.encryptor(), cipher.decryptor()
        self._nonce = int.from_bytes(nonce, "little")

    def seal(self, plain: bytes) -> bytes:
        """Encrypt under the next nonce."""
        self._nonce = self._nonce + 1 & _ALL_ONES
        delta, checksum, sealed = self._delta(), 0, bytearray()
        *blocks, last = _blocks(plain)
        for block in blocks:
            delta = _doubled(delta)
            number = int.from_bytes(block)
            checksum ^= number
            sealed += _bytes(delta ^ self._e(delta ^ number))
        delta, pad = self._pad(delta, len(last))
        sealed += bytes(a ^ b for a, b in zip(last, pad, strict=False))
        checksum ^= int.from_bytes(last + pad[len(last) :])
        return bytes([self._nonce & 255]) + self._tag(delta, checksum) + sealed

    def open(self, datagram: bytes) -> bytes | None:
        """Decrypt what was sealed under a nonce near the last one; None if it was not."""
        step = (datagram[0] - self._nonce + 128 & 255) - 128
        self._nonce = self._nonce + step & _ALL_ONES
        delta, checksum, plain = self._delta(), 0, bytearray()
        *blocks, last = _blocks(datagram[1 + TAG_BYTES :])
        for block in blocks:
            delta = _doubled(delta)
            number = delta ^ self._d(delta ^ int.from_bytes(block))
            checksum ^= number
            plain += _bytes(number)
        delta, pad = self._pad(delta, len(last))
        end = bytes(a ^ b for a, b in zip(last, pad, strict=False))
        checksum ^= int.from_bytes(end + pad[len(last) :])
        is_authentic = self._tag(delta, checksum) == datagram[1 : 1 + TAG_BYTES]
        return bytes(plain + end) if is_authentic else None

    def _delta(self) -> int:
        return self._e(int.from_bytes(self._nonce.to_bytes(BLOCK, "little")))

    def _pad(self, delta: int, size: int) -> tuple[int, bytes]:
        delta = _doubled(delta)
        return delta, _bytes(self._e(delta ^ size * 8))

    def _tag(self, delta: int, checksum: int) -> bytes:
        return _bytes(self._e(delta ^ _doubled(delta) ^ checksum))[:TAG_BYTES]

    def _e(self, block: int) -> int:
        return int.from_bytes(self._encrypt.update(_bytes(block)))

    def _d(self, block: int) -> int:
        return int.from_bytes(self._decrypt.update(_bytes(block)))


def _doubled(block: int) -> int:
    """Multiply by x in the field of 2^128 elements."""
    return block << 1 & _ALL_ONES ^ (0x87 if block >> 127 else 0)


def _bytes(block: int) -> bytes:
    return block.to_bytes(BLOCK)


def _blocks(text: bytes) -> list[bytes]:
    return [text[at : at + BLOCK] for at in range(0, len(text), BLOCK)]


def _number(value: int) -> bytes:
    """Return a number of voice datagrams, of up to 28 bits."""
    for size, mark in ((1, 0), (2, 0x80), (3, 0xC0), (4, 0xE0)):
        if value < 1 << 7 * size:
            return (value | mark << 8 * (size - 1)).to_bytes(size)
    raise ValueError(f"{value} is too large")


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (number, value) of each field of a Protocol Buffers message."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        value, at = _varint(message, at)
        if key & 7 == 2:  # what it says is a length
            yield key >> 3, message[at : at + value]
            at += value
        else:
            yield key >> 3, value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (message[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if message[at - 1] < 128:
            return value, at


def _text(field: int, text: str) -> bytes:
    """Return a field of Protocol Buffers with a short text."""
    return bytes([field << 3 | 2, len(text)]) + text.encode("ascii")


class Client:
    """Somebody in the server's root channel, where everybody hears everybody."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._sealing: Ocb2
        self.opening: Ocb2
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)  # noqa: FBT003 the socket's own signature
        self._control: asyncio.Task[None]
        self._number = 0

    async def join(self, port: int) -> None:
        """Sign in, and let the server know where voice goes."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        reader, writer = await asyncio.open_connection(HOST, port, ssl=trusting)
        for kind, said in (
            (VERSION, VERSION_1_3_4),
            (AUTHENTICATE, _text(1, self._name) + HAS_OPUS),
        ):
            writer.write(_HEAD.pack(kind, len(said)) + said)
        async with asyncio.timeout(UP_WITHIN_S):
            await self._synced(reader)
        self._control = asyncio.create_task(_ignore(reader, writer), name="mumble.control")
        self.socket.connect((HOST, port))
        self.confirm()
        async with asyncio.timeout(UP_WITHIN_S):
            await asyncio.get_running_loop().sock_recv(self.socket, PING_BYTES)

    async def _synced(self, reader: asyncio.StreamReader) -> None:
        """Take the keys; return when the server has told everything."""
        while True:
            kind, size = _HEAD.unpack(await reader.readexactly(_HEAD.size))
            said = await reader.readexactly(size)
            if kind == REJECT:
                raise RuntimeError(f"mumble-server refused: {said!r}")
            if kind == SERVER_SYNC:
                return
            if kind == CRYPT_SETUP:
                key, ours, theirs = (bytes(value) for _, value in sorted(_fields(said)))
                self._sealing, self.opening = Ocb2(key, ours), Ocb2(key, theirs)

    def say(self) -> None:
        opus = sound()
        plain = bytes([OPUS]) + _number(self._number) + _number(len(opus)) + opus
        self._number += STEPS_PER_FRAME
        self.socket.send(self._sealing.seal(plain))

    def confirm(self) -> None:
        """Send a ping, which also tells the server the address."""
        self.socket.send(self._sealing.seal(bytes([PING, 1])))

    def close(self) -> None:
        self._control.cancel()
        self.socket.close()


class MumbleEar(Ear):
    """A client that only hears. Its numbers are nonces, whose lowest byte is in the clear."""

    def __init__(self, client: Client) -> None:
        super().__init__(client.socket)
        self.client = client
        self._confirmed = 0

    def confirm(self) -> None:
        self._confirmed += 1
        if self._confirmed % 2:  # half as often as browsers
            self.client.confirm()

    def take(self, size: int) -> bool:
        is_new = self.number(0, first_byte(), NONCES)
        if not is_new or size < FRAME_BYTES:  # twice, or an answer to a ping
            return False
        self.frames += 1
        return True

    def made_ns(self, datagram: bytes) -> int | None:
        plain = self.client.opening.open(datagram)
        return None if plain is None else int.from_bytes(plain[-STAMP_BYTES:])


async def _ignore(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read who else comes and goes, so that the server need not keep it."""
    try:
        while await reader.read(READ_BYTES):
            pass
    finally:
        writer.close()


@contextlib.asynccontextmanager
async def mumble(folder: Path) -> AsyncIterator[tuple[int, int]]:
    """Run it; yield its process id and its port. Raises NotPossible where it is not installed."""
    program = next(filter(None, (shutil.which(name, path=PATH) for name in NAMES)), None)
    if program is None:
        raise NotPossible("the peer, the Debian package mumble-server, is not installed")
    port, file = free_port(), folder / "server.ini"
    told = {"folder": folder, "port": port, "users": USERS, "user": getpass.getuser()}
    file.write_text(SETTINGS.format(**told), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(program, "-fg", "-ini", str(file)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _until_open(port)
        yield process.pid, port
    finally:
        with contextlib.suppress(ProcessLookupError):  # it did not start
            process.kill()
        await process.wait()


async def _until_open(port: int) -> None:
    async with asyncio.timeout(UP_WITHIN_S):
        while True:
            try:
                _, writer = await asyncio.open_connection(HOST, port)
            except ConnectionError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return
