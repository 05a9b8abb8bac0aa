"""Where the server listens, and how it goes away."""

import asyncio
import ssl
from pathlib import Path

import aiohttp
import pytest

from salon.config import Tls
from salon.errors import Unavailable
from salon.testing import Server
from salon.web import doors
from salon.web.tls import self_signed, server_context

FIRST = asyncio.FIRST_COMPLETED
ELSEWHERE = "127.0.0.2"  # another address of this machine, that only `0.0.0.0` listens to


async def reachable(port: int, host: str) -> bool:
    try:
        _reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.mark.settings(server={"host": "0.0.0.0"})  # noqa: S104 what the test is about
async def test_until_it_is_claimed_the_server_listens_on_loopback_whatever_is_configured(
    server: Server,
) -> None:
    assert await reachable(server.port, "127.0.0.1")
    assert not await reachable(server.port, ELSEWHERE)
    owner = await server.claim()
    assert await reachable(server.port, ELSEWHERE)
    assert await owner.command("ping")


async def test_clients_are_told_before_the_server_goes(server: Server) -> None:
    owner = await server.claim()
    await server.app.stop()
    assert await owner.expect("server.stopping") == {"spread_s": 0.0}
    assert await owner.expect_close() == 1001
    await server.start()


async def test_voices_are_offered_at_the_media_port_only(server: Server) -> None:
    owner = await server.claim()
    joined = await owner.command("room.join", room=owner.room("Kitchen table"))
    ports = {line.split()[5] for line in joined["offer"].splitlines() if "a=candidate" in line}
    assert ports == {str(server.media_port)}


async def test_a_self_signed_certificate_is_made_once_and_is_used(tmp_path: Path) -> None:
    context = server_context(Tls(mode="self-signed"), tmp_path, frozenset({"box.local"}))
    assert context is not None
    file = tmp_path / "self-signed.pem"
    first = file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    server_context(Tls(mode="self-signed"), tmp_path)
    assert file.read_bytes() == first

    async def hello(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hi")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(hello, "127.0.0.1", 0, ssl=context)
    port = listening.sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=str(file))
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=trusting, server_hostname="127.0.0.1"
    )
    assert await reader.read() == b"hi"
    writer.close()
    listening.close()


def test_a_certificate_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "cert.pem"
    broken.write_bytes(self_signed({"localhost"})[:50])
    with pytest.raises(Unavailable, match="cannot be used"):
        server_context(Tls(mode="files", certificate=broken, key=broken), tmp_path)


@pytest.mark.settings(server={"tls": {"mode": "self-signed"}})
async def test_the_server_speaks_tls_when_told_to(server: Server) -> None:
    address = f"https://127.0.0.1:{server.port}/health/live"
    async with aiohttp.ClientSession() as web, web.get(address, ssl=False) as response:
        assert response.status == 200
        assert "max-age" in response.headers["Strict-Transport-Security"]


async def ready(server: Server) -> int:
    address = f"https://127.0.0.1:{server.port}/health/live"
    async with aiohttp.ClientSession() as web, web.get(address, ssl=False) as response:
        return response.status


@pytest.mark.settings(
    server={"tls": {"mode": "self-signed"}}, limits={"connections_per_address": 4}
)
async def test_whoever_does_not_finish_the_handshake_is_counted(server: Server) -> None:
    lines = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(12)]
    ends = [asyncio.create_task(reader.read()) for reader, _ in lines]
    async with asyncio.timeout(5):
        while sum(end.done() for end in ends) < 8:
            await asyncio.wait([end for end in ends if not end.done()], return_when=FIRST)
    assert sum(not end.done() for end in ends) == 4
    with pytest.raises(aiohttp.ClientError):
        await ready(server)
    for _, writer in lines:
        writer.close()
    await asyncio.gather(*ends, return_exceptions=True)
    for _ in range(6):  # those that are through are counted once, and given back
        assert await ready(server) == 200


@pytest.mark.settings(
    server={"tls": {"mode": "self-signed"}}, limits={"connections_per_address": 4}
)
async def test_a_handshake_that_does_not_end_is_given_up_and_its_place_given_back(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "HANDSHAKE_WITHIN_S", 1)
    lines = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(4)]
    lines[0][1].write(b"\x16\x03\x01")  # the first bytes of a hello
    async with asyncio.timeout(5):
        await asyncio.gather(*(reader.read() for reader, _ in lines), return_exceptions=True)
    monkeypatch.undo()
    assert await ready(server) == 200
    for _, writer in lines:
        writer.close()
