"""Sockets come, stay and go."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator

import pytest

from salon.errors import Invalid, Unavailable
from salon.relay import port as udp
from salon.relay import queues
from salon.relay.port import Port, SocketPath


class Listening:
    """A port and what reached it."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[tuple[bytes, SocketPath]] = asyncio.Queue(maxsize=100)
        self.port = Port(lambda datagram, path: self.arrived.put_nowait((datagram, path)))


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    listening = Listening()
    yield listening
    listening.port.close()


async def test_a_reply_leaves_from_the_address_that_was_asked(listening: Listening) -> None:
    port = listening.port
    port.bind(["127.0.0.1", "127.0.0.2"], 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(5)
        asker.sendto(b"who", ("127.0.0.2", port.number))
        datagram, path = await listening.arrived.get()
        port.send(b"me", path)
        reply, sender = await asyncio.to_thread(asker.recvfrom, 100)
    assert (datagram, reply, sender) == (b"who", b"me", ("127.0.0.2", port.number))


async def test_sockets_that_stay_wanted_stay_open(listening: Listening) -> None:
    port = listening.port
    port.bind(["127.0.0.1"], 0)
    number, kept = port.number, port._sockets["127.0.0.1", port.number]
    port.bind(["127.0.0.1", "127.0.0.2"], number)
    assert port._sockets["127.0.0.1", number] is kept
    port.bind(["127.0.0.2"], number)
    assert port.addresses == ("127.0.0.2",)


async def test_a_socket_that_is_wanted_no_more_goes_on_until_it_is_left(
    listening: Listening,
) -> None:
    port = listening.port
    port.bind(["127.0.0.1", "127.0.0.2"], 0)
    before, number = dict(port._sockets), port.number
    port.bind(["127.0.0.2"], number)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.sendto(b"who", ("127.0.0.1", number))
        _, path = await listening.arrived.get()
    assert path[0] is before["127.0.0.1", number]
    assert [port.is_leaving(opened) for opened in before.values()] == [True, False]
    port.leave()
    assert [opened.fileno() == -1 for opened in before.values()] == [True, False]


async def test_a_socket_that_is_left_and_wanted_again_is_the_same(listening: Listening) -> None:
    port = listening.port
    port.bind(["127.0.0.1"], 0)
    number, kept = port.number, port._sockets["127.0.0.1", port.number]
    port.bind(["127.0.0.2"], number)
    port.bind(["127.0.0.1"], number)
    port.leave()
    assert port._sockets == {("127.0.0.1", number): kept}
    assert kept.fileno() != -1


async def test_a_port_that_changes_again_and_again_leaves_a_limited_number_of_sockets(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(udp, "ADDRESSES", 2)
    port = listening.port
    left = []
    for _ in range(4):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            number = probe.getsockname()[1]
        port.bind(["127.0.0.1"], number)
        left.append(port._sockets["127.0.0.1", number])
    assert [opened.fileno() == -1 for opened in left] == [True, False, False, False]


async def test_a_port_in_use_is_named_and_changes_nothing(listening: Listening) -> None:
    port = listening.port
    port.bind(["127.0.0.1"], 0)
    before = port.number
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        with pytest.raises(Unavailable, match=f"127.0.0.1 port {taken}"):
            port.bind(["127.0.0.1"], taken)
    assert (port.number, port.addresses) == (before, ("127.0.0.1",))


async def test_an_address_that_is_not_the_machines_is_left_out(listening: Listening) -> None:
    listening.port.bind(["127.0.0.1", "203.0.113.99"], 0)
    assert listening.port.addresses == ("127.0.0.1",)


@pytest.mark.parametrize("addresses", [["localhost"], [""], ["127.0.0.1"] * 65])
async def test_what_is_no_list_of_addresses_is_refused(
    listening: Listening, addresses: list[str]
) -> None:
    with pytest.raises(Invalid):
        listening.port.bind(addresses, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems number fragments cheaply")
async def test_what_is_sent_is_never_cut_into_fragments(listening: Listening) -> None:
    listening.port.bind(["127.0.0.1"], 0)
    (opened,) = listening.port._sockets.values()
    assert opened.getsockopt(socket.IPPROTO_IP, udp._MTU_DISCOVER) == udp._WHOLE


async def test_what_comes_too_fast_is_counted_by_the_kernel(listening: Listening) -> None:
    port = listening.port
    port.bind(["127.0.0.1"], 0)
    (opened,) = port._sockets.values()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        for _ in range(50):
            asker.sendto(bytes(1_000), ("127.0.0.1", port.number))
    lost = port.overflowed
    assert 0 < lost < 50
    port.close()
    assert port.overflowed == lost


async def test_what_cannot_be_sent_is_counted_and_not_raised(listening: Listening) -> None:
    port = listening.port
    port.bind(["127.0.0.1"], 0)
    (opened,) = port._sockets.values()
    port.send(bytes(70_000), (opened, ("127.0.0.1", 9)))
    assert port.unsent == 1


async def test_a_flood_from_elsewhere_does_not_drown_what_comes_from_a_proven_address(
    listening: Listening,
) -> None:
    port = listening.port
    port.bind(["127.0.0.1"], 0)
    (opened,) = port._sockets.values()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as page,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        page.bind(("127.0.0.1", 0))
        path = (opened, page.getsockname())
        port.keep_apart(path, speaks=False)
        port.keep_apart(path, speaks=False)
        for number in range(20):
            for _ in range(20):
                stranger.sendto(bytes(1_000), ("127.0.0.1", port.number))
            page.sendto(bytes((number,)), ("127.0.0.1", port.number))
        heard: list[int] = []
        while len(heard) < 20:
            datagram, came_by = await listening.arrived.get()
            if came_by == path:
                heard.append(datagram[0])
        assert heard == list(range(20))
        assert port.overflowed > 0
        port.let_go(path)
        page.sendto(b"again", ("127.0.0.1", port.number))
        while (await listening.arrived.get()) != (b"again", path):
            pass


async def test_where_queues_are_few_those_who_speak_have_them(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "QUEUES", 2)
    port = listening.port
    port.bind(["127.0.0.1"], 0)
    (opened,) = port._sockets.values()

    def ask(number: int, *, speaks: bool) -> list[int]:
        port.keep_apart((opened, ("127.0.0.1", number)), speaks=speaks)
        return [address[1] for _, address in port._queues._own]

    ask(1, speaks=False)
    assert ask(2, speaks=False) == [1, 2]
    assert ask(3, speaks=False) == [1, 2]
    assert ask(1, speaks=False) == [2, 1]
    assert ask(4, speaks=True) == [1, 4]


async def test_what_is_patient_waits_until_somebody_looks_and_says_how_long(
    listening: Listening,
) -> None:
    waited_s: dict[bytes, float] = {}
    was_hurried = asyncio.Event()

    def note(datagram: bytes, _path: SocketPath) -> None:
        waited_s[datagram] = port.waited_s
        if datagram == b"hurried":
            was_hurried.set()

    port = Port(note)
    listening.port = port
    port.bind(["127.0.0.1"], 0)
    (opened,) = port._sockets.values()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as page:
        page.connect(("127.0.0.1", port.number))
        path = (opened, page.getsockname())
        port.keep_apart(path, speaks=False, is_patient=True)
        for datagram in (b"\x80report", b"\x00check"):
            page.send(datagram)
        await asyncio.sleep(0)
        assert not waited_s
        port.look()
        assert list(waited_s) == [b"\x80report", b"\x00check"]
        assert 0 < waited_s[b"\x80report"] < 1
        assert port.waited_s == 0
        port.hurry(path)
        page.send(b"hurried")
        async with asyncio.timeout(5):
            await was_hurried.wait()
        port.keep_apart(path, speaks=False, is_patient=True)
        port.let_go(path)
        port.look()
        assert port._queues._patient is None


async def test_of_those_who_are_patient_none_takes_all_the_time(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "LOOK_DATAGRAMS", 4)
    port = listening.port
    port.bind(["127.0.0.1"], 0)
    (opened,) = port._sockets.values()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as much,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as little,
    ):
        for page in (much, little):
            page.connect(("127.0.0.1", port.number))
            port.keep_apart((opened, page.getsockname()), speaks=False, is_patient=True)
        for _ in range(10):
            much.send(b"much")
        little.send(b"little")
        port.look()
        heard = [listening.arrived.get_nowait()[0] for _ in range(4)]
        assert heard.count(b"little") == 1
        assert listening.arrived.empty()
        for _ in range(2):
            port.look()
        assert listening.arrived.qsize() == 7


async def test_nothing_of_a_port_stays_bound_when_it_has_closed(listening: Listening) -> None:
    port = listening.port
    port.bind(["127.0.0.1"], 0)
    number = port.number
    (opened,) = port._sockets.values()
    port.keep_apart((opened, ("127.0.0.1", 9)), speaks=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        port.close()
        other.bind(("127.0.0.1", number))


async def test_a_port_is_not_shared_with_another_server(listening: Listening) -> None:
    listening.port.bind(["127.0.0.1"], 0)
    another = Port(lambda _datagram, _path: None)
    with pytest.raises(Unavailable):
        another.bind(["127.0.0.1"], listening.port.number)
