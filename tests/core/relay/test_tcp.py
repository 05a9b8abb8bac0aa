"""Voices over TCP: datagrams in a stream, in front of the same guard."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.core.relay.checks import check
from tests.core.relay.conftest import ROOM

from salon.relay import listener, tcp
from salon.relay.guard import DATAGRAM_BYTES, PATHS_PER_PEER
from salon.relay.ice import Credentials
from salon.relay.local import LocalRelay
from salon.relay.tcp import UNPROVEN_PER_ADDRESS, Line, TcpPort

WITHIN_S = 5.0


async def gone(*writers: asyncio.StreamWriter) -> None:
    for writer in writers:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


class Port:
    """A listener of our own, and what came through it."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.came: asyncio.Queue[tuple[bytes, tuple[Any, Any]]] = asyncio.Queue()
        self.port = TcpPort(
            lambda datagram, path: self.came.put_nowait((datagram, path)), self.counts
        )
        self.number = 0
        self._writers: list[asyncio.StreamWriter] = []

    async def open(self) -> None:
        probe = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
        self.number = probe.sockets[0].getsockname()[1]
        probe.close()
        await probe.wait_closed()
        await self.port.bind(["127.0.0.1"], self.number)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.number)
        self._writers.append(writer)
        return reader, writer

    async def close(self) -> None:
        self.port.close()
        await gone(*self._writers)

    async def next(self) -> tuple[bytes, tuple[Any, Any]]:
        async with asyncio.timeout(WITHIN_S):
            return await self.came.get()


@pytest.fixture
async def port() -> AsyncIterator[Port]:
    port = Port()
    await port.open()
    yield port
    await port.close()


def framed(datagram: bytes) -> bytes:
    return len(datagram).to_bytes(2) + datagram


async def ended(reader: asyncio.StreamReader) -> bool:
    """Whether the other side ends the connection."""
    async with asyncio.timeout(WITHIN_S):
        try:
            return await reader.read(1) == b""
        except ConnectionError:
            return True


async def test_datagrams_come_out_as_they_went_in_however_the_stream_is_cut(port: Port) -> None:
    _, writer = await port.connect()
    stream = framed(b"one") + framed(b"") + framed(b"x" * DATAGRAM_BYTES)
    for at in range(0, len(stream), 7):
        writer.write(stream[at : at + 7])
        await writer.drain()
    came = [(await port.next())[0] for _ in range(3)]
    assert came == [b"one", b"", b"x" * DATAGRAM_BYTES]


async def test_what_is_sent_on_a_path_comes_framed(port: Port) -> None:
    reader, writer = await port.connect()
    writer.write(framed(b"hello"))
    _, path = await port.next()
    path[0].sendto(b"back", path[1])
    assert await reader.readexactly(6) == b"\x00\x04back"


async def test_a_length_over_that_of_a_datagram_ends_the_connection(port: Port) -> None:
    reader, writer = await port.connect()
    writer.write((DATAGRAM_BYTES + 1).to_bytes(2) + b"x")
    assert await ended(reader)
    assert port.counts["dropped.oversize"] == 1


async def test_who_proves_nothing_is_hung_up_on(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "PROVEN_WITHIN_S", 0.05)
    reader, writer = await port.connect()
    writer.write(framed(b"junk"))
    assert await ended(reader)
    assert port.counts["dropped.connection"] == 1


async def test_a_storm_of_connections_is_taken_a_few_at_a_time(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "ACCEPTS", 3)
    monkeypatch.setattr(listener, "ACCEPTS_PER_S", 30.0)
    port.port.close()
    await port.port.bind(["127.0.0.1"], port.number)
    began_s = asyncio.get_running_loop().time()
    for _, writer in [await port.connect() for _ in range(10)]:
        writer.write(framed(b"here"))
    for _ in range(10):
        await port.next()
    assert asyncio.get_running_loop().time() - began_s >= (10 - 3) / 30


async def test_one_address_holds_a_bounded_number_of_unproven_connections(port: Port) -> None:
    many = [await port.connect() for _ in range(tcp.UNPROVEN_PER_ADDRESS)]
    for _, writer in many:
        writer.write(framed(b"here"))
    paths = [(await port.next())[1] for _ in many]
    reader, _ = await port.connect()
    assert await ended(reader)
    assert port.counts["dropped.connection"] == 1
    paths[0][0].prove()
    paths[0][0].prove()
    _, writer = await port.connect()
    writer.write(framed(b"one more"))
    assert (await port.next())[0] == b"one more"


async def test_what_a_slow_reader_does_not_take_is_lost_and_nobody_waits(port: Port) -> None:
    _, writer = await port.connect()
    writer.write(framed(b"hello"))
    _, path = await port.next()

    def flood() -> None:
        for _ in range(10_000):
            path[0].sendto(bytes(1_000), path[1])

    with pytest.raises(BlockingIOError):
        flood()


async def test_a_port_that_is_taken_leaves_voices_without_tcp(port: Port) -> None:
    second = TcpPort(lambda _datagram, _path: None, Counter())
    await second.bind(["127.0.0.1"], port.number)
    assert second.addresses == ()


def facts(offer: str) -> Credentials:
    lines = offer.splitlines()
    ufrag = next(line[12:] for line in lines if line.startswith("a=ice-ufrag:"))
    password = next(line[10:] for line in lines if line.startswith("a=ice-pwd:"))
    return Credentials(ufrag, password)


async def test_the_offer_names_tcp_once_behind_udp_and_a_check_there_is_answered(
    relay: LocalRelay,
) -> None:
    offer = await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    named = [line for line in offer.splitlines() if " tcp " in line]
    assert len(named) == 1
    assert named[0].endswith(f"127.0.0.1 {relay.port} typ host tcptype passive")
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    writer.write(framed(check(facts(offer))))
    async with asyncio.timeout(WITHIN_S):
        length = int.from_bytes(await reader.readexactly(2))
        answer = await reader.readexactly(length)
    assert answer[:2] == b"\x01\x01"  # a success response (RFC 8489)
    await gone(writer)


@pytest.mark.parametrize(
    ("announced", "named"),
    [
        ([], ["127.0.0.1"]),
        (["127.0.0.2", "127.0.0.1", "203.0.113.7"], ["127.0.0.1", "203.0.113.7"]),
    ],
)
async def test_the_offer_names_tcp_only_where_it_is_taken_in(
    relay: LocalRelay, announced: list[str], named: list[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.2", relay.port))
        other.listen()
        await relay.rebind(["127.0.0.2", "127.0.0.1"], relay.port, announced)
        offer = await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    lines = [line.split() for line in offer.splitlines() if " tcp " in line]
    assert [line[4] for line in lines] == named


async def test_a_forged_check_over_tcp_is_not_answered(
    relay: LocalRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "PROVEN_WITHIN_S", 0.1)
    offer = await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    writer.write(framed(check(facts(offer), password="guessed")))
    assert await ended(reader)
    assert relay.counters()["dropped.forged_check"] == 1
    await gone(writer)


async def proven(
    relay: LocalRelay, credentials: Credentials
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Come over a connection and return it when the check was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    writer.write(framed(check(credentials)))
    async with asyncio.timeout(WITHIN_S):
        await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
    return reader, writer


async def test_the_connection_of_somebody_who_was_removed_ends(relay: LocalRelay) -> None:
    offer = await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    reader, writer = await proven(relay, facts(offer))
    await relay.remove_peer("anna")
    assert await ended(reader)
    await gone(writer)


async def test_one_person_holds_as_many_connections_as_paths(
    relay: LocalRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "PROVEN_WITHIN_S", 0.3)
    offer = await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    lines = [await proven(relay, facts(offer)) for _ in range(PATHS_PER_PEER + 2)]
    for reader, _ in lines[:2]:
        assert await ended(reader)
    for reader, writer in lines[2:]:
        writer.write(framed(check(facts(offer))))
        assert not await ended(reader)
    await gone(*(writer for _, writer in lines))


async def test_a_connection_too_many_that_proves_itself_again_stays(
    relay: LocalRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "PROVEN_WITHIN_S", 0.3)
    offer = await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    lines = [await proven(relay, facts(offer)) for _ in range(PATHS_PER_PEER + 1)]
    first, writer = lines[0]
    writer.write(framed(check(facts(offer))))
    assert not await ended(first)
    assert await ended(lines[1][0])  # which is the longest unseen now
    writer.write(framed(check(facts(offer))))
    await first.readuntil(b"\x01\x01")  # what was left of the answer, and the next one
    await gone(*(writer for _, writer in lines))


@pytest.mark.parametrize("said", [b"", b"junk"])
async def test_who_proves_nothing_and_says_much_is_hung_up_on(port: Port, said: bytes) -> None:
    reader, writer = await port.connect()
    writer.write(framed(said) * 20_000)
    assert await ended(reader)
    assert port.came.qsize() == tcp.UNPROVEN_DATAGRAMS
    assert port.counts["dropped.flood"] == 1


async def test_when_all_places_are_taken_the_longest_stranger_makes_room(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "LINES", 3)
    readers = []
    for number in range(4):
        reader, writer = await port.connect()
        readers.append(reader)
        writer.write(framed(b"here"))
        _, path = await port.next()
        if number == 0:
            path[0].prove()
    assert await ended(readers[1])
    path[0].sendto(b"welcome", path[1])
    assert await readers[3].readexactly(9) == framed(b"welcome")
    assert not readers[0].at_eof()
    assert port.counts["dropped.connection"] == 1


def test_addresses_of_one_network_of_ipv6_count_as_one() -> None:
    port = TcpPort(lambda _datagram, _path: None, Counter())
    came = [port.came(Line(port), f"2001:db8::{n:x}") for n in range(UNPROVEN_PER_ADDRESS + 1)]
    assert came == [True] * UNPROVEN_PER_ADDRESS + [False]
    assert port.came(Line(port), "2001:db8:0:1::1")
