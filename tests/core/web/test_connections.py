"""What strangers do to a connection: broken requests, held lines, pings, floods."""

import asyncio
import gzip
import logging
import resource
import socket
from contextlib import suppress
from typing import cast

import pytest
from aiohttp import web
from aiohttp.http_parser import HttpRequestParser
from structlog.testing import capture_logs
from yarl import URL

from salon.app import App
from salon.domain.events import Everyone, PluginEvent
from salon.testing import Person, Server
from salon.testing.person import PASSWORD
from salon.web import doorman
from salon.web.socket import connection


def request(server: Server, line: str, *headers: str, body: bytes = b"") -> bytes:
    own = f"127.0.0.1:{server.port}"
    lines = [line, f"Host: {own}", f"Origin: http://{own}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


async def answer(server: Server, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    async with asyncio.timeout(10):
        received = await reader.read(65_536)
    writer.close()
    return received


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /i/\xff HTTP/1.1\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"POST /signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ],
)
async def test_what_is_no_request_is_refused_without_a_version_an_echo_or_a_log_line(
    server: Server, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        received = await answer(server, sent)
    head, _, body = received.partition(b"\r\n\r\n")
    assert b" 400 " in head.partition(b"\r\n")[0]
    assert b"Server: Salon" in head
    assert b"nosniff" in head
    assert body == b"This cannot be read as a request.\n"
    assert "127.0.0.1" not in caplog.text


async def test_a_body_with_a_broken_compression_is_a_mistake_of_the_sender(server: Server) -> None:
    sent = request(server, "POST /signin HTTP/1.1", FORM, "Content-Encoding: gzip", body=b"abcde")
    assert b" 400 " in (await answer(server, sent)).partition(b"\r\n")[0]


FORM = "Content-Type: application/x-www-form-urlencoded"
SECOND = b"GET /signin HTTP/1.1\r\nHost: second\r\n\r\n"
# Two servers in a row that read these differently take what one sent for another's request.
SMUGGLED = {
    "two lengths": ["Content-Length: 0", f"Content-Length: {len(SECOND)}"],
    "a length in a list": [f"Content-Length: 0, {len(SECOND)}"],
    "a length and pieces": ["Content-Length: 4", "Transfer-Encoding: chunked"],
    "pieces of another kind": ["Transfer-Encoding: xchunked"],
    "pieces twice": ["Transfer-Encoding: chunked, chunked"],
    "pieces and then identity": ["Transfer-Encoding: chunked, identity"],
    "a blank before the colon": ["Transfer-Encoding : chunked"],
    "a line that goes on": ["X: a", " Transfer-Encoding: chunked"],
    "a length with a sign": ["Content-Length: +0"],
    "a length below nothing": ["Content-Length: -1"],
    "a length in other digits": ["Content-Length: 0x0"],
    "a name with a NUL": ["Content-Length\x00: 0"],
    "a value with a bare end": ["X: a\nContent-Length: 5"],
}


async def test_a_request_that_could_be_two_is_refused_and_the_line_ended(server: Server) -> None:
    wrong = {}
    for what, lines in SMUGGLED.items():
        sent = request(server, "POST /signin HTTP/1.1", FORM, *lines) + b"0\r\n\r\n" + SECOND
        received = await answer(server, sent)
        if b" 400 " not in received.partition(b"\r\n")[0] or received.count(b"HTTP/1.") != 1:
            wrong[what] = received[:60]
    assert not wrong


async def test_the_parser_of_requests_is_the_quick_and_strict_one() -> None:
    assert HttpRequestParser.__module__ == "aiohttp._http_parser"


async def test_headers_have_a_number_and_each_a_length(server: Server) -> None:
    limits = server.app.config.limits
    many, long = ["X: a"] * limits.headers_max_count, ["X: " + "a" * (limits.headers_max_bytes + 1)]
    for lines in (many, long):
        received = await answer(server, request(server, "GET /signin HTTP/1.1", *lines))
        assert b" 400 " in received.partition(b"\r\n")[0]


async def test_a_body_is_as_large_as_it_is_unpacked_and_its_fields_are_few_and_stand_once(
    server: Server,
) -> None:
    """A bomb of a thousand to one is met at the limit, not when all of it is in memory."""
    packed = gzip.compress(bytes(96 * 1024 * 1024), 1)
    assert len(packed) < 1_000_000
    before = peak_memory_kib()
    sent = request(server, "POST /signin HTTP/1.1", FORM, "Content-Encoding: gzip", body=packed)
    assert b" 413 " in (await answer(server, sent)).partition(b"\r\n")[0]
    assert peak_memory_kib() - before < 32 * 1024
    many = "&".join(f"a{n}=b" for n in range(51)).encode()
    for form in (many, b"handle=anna&handle=ben"):
        sent = request(server, "POST /signin HTTP/1.1", FORM, body=form)
        assert b" 400 " in (await answer(server, sent)).partition(b"\r\n")[0]


def peak_memory_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def test_who_is_no_proxy_of_ours_says_nothing_about_where_a_request_is_from(
    server: Server,
) -> None:
    said = ("X-Forwarded-For: 192.0.2.9", "X-Forwarded-Proto: https", "Forwarded: for=192.0.2.9")
    limit = server.app.config.limits.sign_ins_per_address_15_min
    rates = server.app.services.accounts._rates
    body = b"handle=nobody&password=not-this-one"
    sent = request(server, "POST /signin HTTP/1.1", FORM, *said, body=body)
    assert b" 403 " in (await answer(server, sent)).partition(b"\r\n")[0]
    for address, left in (("127.0.0.1", limit - 1), ("192.0.2.9", limit)):
        assert rates.remaining("sign-in-address", address, times=limit, per_s=900) == left


async def test_a_browser_with_a_strange_name_can_sign_in(server: Server, owner: Person) -> None:
    body = f"handle=owner&password={PASSWORD}".replace(" ", "+").encode()
    sent = request(server, "POST /signin HTTP/1.1", FORM, "User-Agent: \xff\xfe", body=body)
    assert b" 303 " in (await answer(server, sent)).partition(b"\r\n")[0]


async def test_a_key_of_a_socket_that_is_no_text_is_a_mistake_of_the_sender(server: Server) -> None:
    upgrade = ("Connection: Upgrade", "Upgrade: websocket")
    key = ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: \xff")
    sent = request(server, "GET /socket HTTP/1.1", *upgrade, *key)
    assert b" 400 " in (await answer(server, sent)).partition(b"\r\n")[0]


@pytest.mark.settings(limits={"header_deadline_s": 1})
async def test_blank_lines_before_a_request_win_no_time(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"\r\n\r\n")
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


@pytest.mark.settings(limits={"connections_per_address": 4})
async def test_people_who_are_signed_in_do_not_count_as_strangers(
    server: Server, owner: Person
) -> None:
    tabs = [owner]
    for _ in range(6):  # each page also holds one connection for HTTP, until it is idle
        tab = Person(server.url, "owner", PASSWORD)
        await tab.sign_in()
        await tab.open()
        tabs.append(tab)
    for tab in tabs[1:]:
        await tab.command("ping")
        await tab.close()


async def test_pings_do_not_put_off_the_hello(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HELLO_WITHIN_S", 1.0)
    opened = await owner.web.ws_connect("/socket", origin=owner.url)
    async with asyncio.timeout(5):
        while not opened.closed:
            await opened.ping()
            with suppress(TimeoutError):
                await opened.receive(timeout=0.2)
    assert opened.close_code == connection.CLOSE_QUIET


@pytest.mark.settings(limits={"frames_per_10_s": 10})
async def test_a_flood_of_pings_ends_the_socket(server: Server, owner: Person) -> None:
    assert owner._socket is not None
    for _ in range(200):
        await owner._socket.ping()
    assert await owner.expect_close() == connection.CLOSE_FLOOD


@pytest.mark.settings(limits={"sockets_per_account": 2})
async def test_tabs_that_open_at_the_same_time_are_counted(server: Server, owner: Person) -> None:
    tabs = []  # whoever lets go of one closes it

    async def hello() -> int | None:
        async with owner.web.post("/api/ticket", headers={"Origin": owner.url}) as response:
            ticket = (await response.json())["ticket"]
        opened = await owner.web.ws_connect("/socket", origin=owner.url)
        tabs.append(opened)
        await opened.send_json({"id": 1, "type": "hello", "ticket": ticket, "epoch": "", "seq": 0})
        await opened.receive(timeout=5)
        return opened.close_code

    codes = await asyncio.gather(*(hello() for _ in range(6)))
    assert codes.count(None) == 1
    assert server.app.announcer.count(int(owner.id)) == 2


async def test_a_session_that_ends_during_hello_opens_no_socket(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: App = server.app
    missed = app.announcer.missed

    async def slow(epoch: str | None, seq: int | None) -> object:
        await app.sessions.end_all(int(owner.id))
        return await missed(epoch, seq)

    monkeypatch.setattr(app.announcer, "missed", slow)
    async with owner.web.post("/api/ticket", headers={"Origin": owner.url}) as response:
        ticket = (await response.json())["ticket"]
    opened = await owner.web.ws_connect("/socket", origin=owner.url)
    await opened.send_json({"id": 1, "type": "hello", "ticket": ticket})
    refused = await opened.receive_json(timeout=5)
    assert refused["error"]["code"] == "denied"
    await opened.receive(timeout=5)
    assert opened.close_code == 4001
    assert app.announcer.count(int(owner.id)) == 0


@pytest.mark.settings(limits={"connections_per_address": 8})
async def test_a_house_full_of_members_is_let_in_and_one_member_has_a_limit(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    lines = []

    async def asks(person: Person, times: int) -> list[bool]:
        cookies = person.web.cookie_jar.filter_cookies(URL(server.url))
        cookie = "; ".join(f"{each.key}={each.value}" for each in cookies.values())
        answered = []
        for _ in range(times):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            lines.append(writer)
            writer.write(request(server, "GET / HTTP/1.1", f"Cookie: {cookie}"))
            try:
                answered.append(b" 200 " in await reader.readline())
            except ConnectionError:
                answered.append(False)
        return answered

    for person in (owner, alice, bob):
        assert all(await asks(person, 4))
    assert not all(await asks(alice, 16))
    for writer in lines:
        writer.close()


async def test_whoever_asks_and_takes_nothing_is_hung_up_on(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorman, "STALLED_FOR_S", 0.3)
    ended = asyncio.Event()
    lost = doorman.Guarded.connection_lost

    def watched(self: doorman.Guarded, exc: Exception | None) -> None:
        lost(self, exc)
        ended.set()

    monkeypatch.setattr(doorman.Guarded, "connection_lost", watched)
    style = server.app.client.bundle.entry("app/main.tsx").styles[0]
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.connect(("127.0.0.1", server.port))
    line.setblocking(False)  # noqa: FBT003 the only way the library has it
    reader, writer = await asyncio.open_connection(sock=line, limit=1_024)
    cast("asyncio.Transport", writer.transport).pause_reading()
    for _ in range(200):
        writer.write(request(server, f"GET {style} HTTP/1.1"))
    async with asyncio.timeout(10):
        await ended.wait()
    writer.close()
    del reader


async def test_a_socket_that_is_not_read_is_ended_and_the_others_hear_everything(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    assert alice._socket is not None
    line = alice._socket._conn
    assert line is not None
    held = cast("asyncio.Transport", line.transport)
    held.pause_reading()
    announcer = server.app.announcer
    body = {"x": "y" * 60_000}
    for _ in range(400):
        announcer.tell(PluginEvent("a.b", Everyone(), body))
        if not announcer.count(int(alice.id)):
            break
        await asyncio.sleep(0)
    assert announcer.count(int(alice.id)) == 0
    await owner.post("#general", "still here")
    assert (await bob.expect("message.posted"))["text"] == "still here"
    held.resume_reading()


@pytest.mark.settings(limits={"body_min_bytes_per_s": 1_048_576})
async def test_a_body_that_does_not_come_is_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salon.web.bodies.SLOW_GRACE_S", 0.3)
    sent = request(server, "POST /signin HTTP/1.1", FORM, "Content-Length: 1000")
    assert b" 408 " in (await answer(server, sent + b"handle=a")).partition(b"\r\n")[0]


@pytest.mark.settings(limits={"json_max_depth": 8})
async def test_how_deep_json_may_be_is_a_setting(server: Server, owner: Person) -> None:
    deep = "[" * 8 + "]" * 8
    async with owner.web.post(
        "/api/password",
        data=f'{{"current": {deep}}}',
        headers={"Origin": owner.url, "Content-Type": "application/json"},
    ) as response:
        assert response.status == 400
        assert "deeper than 8" in await response.text()
    await owner.send(f'{{"id": 99, "type": "ping", "x": {deep}}}')
    assert await owner.expect_close() == 1002


async def test_a_browser_that_goes_away_during_the_upgrade_is_no_error(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    prepare = web.WebSocketResponse.prepare
    ended = asyncio.Event()

    async def late(self: web.WebSocketResponse, request: web.BaseRequest) -> object:
        try:
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(0)  # the loop tells the protocol that its line is gone
            return await prepare(self, request)
        finally:
            ended.set()

    monkeypatch.setattr(web.WebSocketResponse, "prepare", late)
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    with caplog.at_level(logging.DEBUG), capture_logs() as lines:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request(server, "GET /socket HTTP/1.1", *upgrade, key))
        with suppress(ConnectionError):
            await reader.read()
        await ended.wait()
        await owner.command("ping")  # a round trip: what the request had to say is said
        writer.close()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert not [line for line in lines if line["log_level"] in {"warning", "error"}]
