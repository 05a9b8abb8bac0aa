"""Everything that can be asked, asked wrongly: no fault of ours, no 5xx, bounded memory.

Seeded, so that a failure can be seen again; each test is bounded by a number of tries and by time.
"""

import asyncio
import json
import logging
import random
import re
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from salon.testing import Person, Refused, Server
from salon.testing.person import PASSWORD
from salon.web.socket.commands import core_commands

SEED = 20_261_125
SECONDS = 6.0
TRIES_PER_COMMAND = 60
TRIES_PER_ADDRESS = 60
STREAMS = 150
GROWTH_MAX_BYTES = 96 * 1024 * 1024
CODES = {"invalid", "denied", "not_found", "conflict", "too_many", "unavailable"}
OUR_FAULTS = (
    "a command failed",
    "a request failed",
    "a connection failed",
    "a listener failed",
    "the page of an error failed",
    "a participant could not be moved",
    "never retrieved",
    "Traceback",
)

TEXTS = [
    "",
    " ",
    "x",
    "x" * 64,
    "x" * 65,
    "x" * 512,
    "x" * 4_000,
    "x" * 4_001,
    "x" * 20_001,
    "\u202e\u2066evil",
    "\u200b\u2060",
    "\U0001f9d1\u200d\U0001f3a4" * 30,
    "e\u0301" * 400,
    "\ufdfa" * 60,  # eighteen letters each, once normalised
    "a\r\nSet-Cookie: x=y",
    "'; DROP TABLE account; --",
    "%00%ff{{7*7}}${7*7}<script>alert(1)</script>",
    "../../etc/passwd",
    "[" * 3_000,
    "talk",
    "fr",
]
IDS = ["0", "1", "-1", "", "007", "9" * 20, str(2**63 - 1), str(2**63), "\u0663", "1e3", " 1"]
OTHERS: list[Any] = [
    None,
    True,
    0,
    -1,
    1,
    100,
    101,
    2**31,
    2**53,
    -(2**53),
    0.5,
    1e308,
    [],
    {},
    [[[[]]]],
    {"a": {"b": [None] * 50}},
    ["0"] * 101,
]


@pytest.fixture
def chance() -> random.Random:
    return random.Random(SEED)  # noqa: S311 chance that can be had again


@pytest.fixture(autouse=True)
def no_fault_of_ours(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    before = memory_bytes()
    yield
    assert memory_bytes() - before < GROWTH_MAX_BYTES
    told = "".join(capfd.readouterr())
    errors = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert not errors, errors[:5]
    assert not [fault for fault in OUR_FAULTS if fault in told], told[-4_000:]


def memory_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096


# -- the socket


class Payloads:
    """Payloads for a command: the fields it has and others, right and wrong values, real ids."""

    def __init__(self, chance: random.Random, person: Person) -> None:
        self._chance = chance
        self._person = person

    def of(self, fields: list[str]) -> dict[str, Any]:
        if fields and self._chance.random() < 0.7:  # all but one are as they should be
            spoiled = self._chance.choice(fields)
            fitting = {name: self._fitting(name) for name in fields}
            return fitting | {spoiled: self._value(spoiled)}
        chosen = [name for name in fields if self._chance.random() < 0.85]
        if self._chance.random() < 0.05:
            chosen.append(
                self._chance.choice(["x", "__class__", "account_id", "\u202e", "a" * 300])
            )
        return {name: self._value(name) for name in chosen}

    def _value(self, name: str) -> Any:
        kind = self._chance.random()
        if kind < 0.5:
            return self._fitting(name)
        if kind < 0.7:
            return self._chance.choice(TEXTS)
        return self._chance.choice(IDS + OTHERS)

    def _fitting(self, name: str) -> Any:
        known = self._person.snapshot
        kinds = {"channel": "channels", "room": "rooms", "account": "accounts",
                 "category": "categories"}  # fmt: skip
        if name in kinds and known[kinds[name]]:
            return self._chance.choice(known[kinds[name]])["id"]
        if name == "role_ids":
            return [role["id"] for role in known["roles"] if self._chance.random() < 0.5]
        if name in {"muted", "deafened", "silenced", "temporary"}:
            return self._chance.random() < 0.5
        if name in {"limit", "seats", "days", "max_uses", "hue", "position", "accent_hue"}:
            return self._chance.randint(-1, 101)
        if name in {"before", "after", "around", "message", "reply_to"}:
            posted = self._person.heard("message.posted")
            return self._chance.choice(posted)["id"] if posted else "1"
        if name in {"nonce", "name", "text", "display_name"} and self._chance.random() < 0.7:
            return f"{name}-{self._chance.randint(1, 10**6)}"
        return self._chance.choice(TEXTS)


async def back(person: Person) -> None:
    """Come back after a session ended, by a fuzzed `session.revoke` or a flood."""
    await person.cut()
    assert (await person.sign_in()).status == 303
    await person.open()


async def ask(person: Person, name: str, payload: dict[str, Any]) -> None:
    refusal: dict[str, Any] | None = None
    try:
        answer = await person.command(name, **payload)
        if name == "account.change_handle":
            person.handle = answer["account"]["handle"]
    except Refused as refused:
        refusal = refused.error
    except (ConnectionError, RuntimeError):
        await back(person)
    if refusal is not None:
        assert refusal["code"] in CODES, (name, payload, refusal)
        assert refusal["message"]


@pytest.mark.settings(limits={"frames_per_10_s": 1_000})
async def test_no_payload_of_a_command_is_a_fault_of_ours(
    server: Server, owner: Person, alice: Person, chance: random.Random
) -> None:
    until_s = time.monotonic() + SECONDS
    commands = core_commands().names
    for person in (alice, owner):
        payloads = Payloads(chance, person)
        asked = [name for name in commands for _ in range(TRIES_PER_COMMAND)]
        chance.shuffle(asked)
        for n, name in enumerate(asked):
            if time.monotonic() > until_s:
                break
            if n % 50 == 0:
                server.clock.advance(seconds=30)
                made = await owner.command("channel.create", name=f"fresh {n}")
                person.snapshot["channels"].append(made["channel"])
            await ask(person, name, payloads.of(list(commands[name].payload.model_fields)))
        until_s += SECONDS
    assert (await owner.command("ping"))["seq"] > 0


async def stream(server: Server, ticket: str | None, frames: bytes) -> bytes:
    """Upgrade by hand, send bytes as they are, and return what came until the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    own = f"127.0.0.1:{server.port}"
    lines = ["GET /socket HTTP/1.1", f"Host: {own}", f"Origin: http://{own}", "Upgrade: websocket",
             "Connection: Upgrade", "Sec-WebSocket-Version: 13",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""]  # fmt: skip
    writer.write("\r\n".join(lines).encode())
    received = await reader.readuntil(b"\r\n\r\n")
    if ticket is not None:
        writer.write(frame(json.dumps({"id": 1, "type": "hello", "ticket": ticket}).encode()))
    writer.write(frames)
    writer.write_eof()
    try:
        async with asyncio.timeout(10):
            while more := await reader.read(1 << 20):
                received += more[: 1 << 16]
    except ConnectionError:
        pass
    writer.close()
    return received


def frame(payload: bytes, *, first: int = 0x81, length: int | None = None) -> bytes:
    size = len(payload) if length is None else length
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    return head + b"\0\0\0\0" + payload


def hostile_frames(chance: random.Random) -> bytes:
    pieces = []
    for n in range(chance.randint(1, 6)):
        payload = chance.choice(
            [
                chance.randbytes(chance.randint(0, 200)),
                b'{"id": %d, "type": "ping"}' % (n + 2),
                b'{"id": 1e9, "type": [' + b"[" * chance.randint(0, 200),
                b'{"id": %d, "type": "\\ud800"}' % (n + 2),
                b'{"id": %d, "type": {"a": 1}}' % (n + 2),
                b"\xed\xa0\x80",
                b"x" * 70_000,
            ]
        )
        first = chance.choice([0x81, 0x81, 0x82, 0x01, 0x00, 0x80, 0x89, 0x8A, 0x88, 0xC1, 0xFF])
        length = chance.choice([None, None, None, 0, 125, 65_535, 2**31, 2**63 - 1])
        pieces.append(frame(payload, first=first, length=length))
    return b"".join(pieces)


async def test_no_bytes_on_the_socket_are_a_fault_of_ours(
    server: Server, owner: Person, chance: random.Random
) -> None:
    until_s = time.monotonic() + SECONDS
    for n in range(STREAMS):
        if time.monotonic() > until_s:
            break
        ticket = None
        if n % 2:
            async with owner.web.post("/api/ticket", headers={"Origin": owner.url}) as response:
                ticket = (await response.json())["ticket"]
        received = await stream(server, ticket, hostile_frames(chance))
        assert received.startswith(b"HTTP/1.1 101")
        assert b'"code":"internal"' not in received
    assert (await owner.command("ping"))["seq"] > 0


# -- HTTP


PIECES = [
    "",
    "0",
    "a" * 300,
    "%00",
    "%ff",
    "%ED%A0%80",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "a%0d%0ab",
    "\u00e9",
    "<script>",
    "general",
    "manifest.json",
    "main.js%00",
    "%F0%9F%98%80",
    ".",
]
HEADERS = [
    "Accept: text/html",
    "Accept-Language: \xff\xfe,fr;q=nan,en;q=1e999,*;q=-1",
    "Accept-Encoding: gzip, \xff",
    "Cookie: salon_s=\xff\xfe; salon_s=" + "a" * 200,
    "Cookie: " + "; ".join(f"c{n}=" for n in range(200)),
    "X-Forwarded-For: \xff, 1.2.3, ::1",
    "Content-Encoding: gzip",
    "Content-Encoding: identity, br",
    "Range: bytes=0-1,5-",
    "If-None-Match: *",
    "Expect: 100-continue",
    "Sec-Fetch-Site: none",
    "Upgrade: h2c",
    "User-Agent: \xff",
    "X-A: " + "b" * 15_000,
]
TYPES = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "\xff",
    "application/json; charset=utf-7",
]
BODIES = [
    b"",
    b"{}",
    b"[]",
    b"\xff\x00",
    b'{"current": "x", "new": 7}',
    b'{"current": "%s", "new": "short"}' % PASSWORD.encode(),
    b"[" * 5_000,
    b"&" * 5_000,
    b"=&a=b;c=%ff",
    b"handle=%00&password=%ED%A0%80&display_name=%E2%80%AE&community=%EF%B7%BA",
    b"handle=" + b"a" * 5_000 + b"&password=" + b"b" * 5_000,
    b"handle=owner&password=wrong&next=" + b"%2F" * 600,
    b"handle=ow%CC%81ner&password=%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80",
    b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n",
]


def hostile_request(server: Server, chance: random.Random, pattern: str, cookie: str) -> bytes:
    path = re.sub(r"\{[^}]*\}", lambda _found: chance.choice(PIECES), pattern)
    query = chance.choice(["", "", "?next=//evil", "?a=%ff&a", "?" + "q" * 3_000, "?next=%00"])
    own = f"127.0.0.1:{server.port}"
    method = chance.choice(["GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "OPTIONS", "TRACE"])
    host = chance.choice([own, own, own, own, "evil.example", "[::1", "localhost:99999"])
    lines = [f"{method} {path}{query} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"Origin: {chance.choice([f'http://{own}'] * 4 + ['null', 'http://[', ''])}"]
    lines += chance.sample(HEADERS, chance.randint(0, 4))
    lines += [cookie] if chance.random() < 0.5 else []
    body = chance.choice(BODIES) if method in {"POST", "PUT"} else b""
    if body:
        length = len(body) if chance.random() < 0.9 else chance.choice([-1, 10**20, 3])
        lines += [f"Content-Type: {chance.choice(TYPES)}", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode("utf-8" if "\u00e9" in path else "latin-1") + body


async def status_of(server: Server, request: bytes) -> int | None:
    """Return the status, None when the server hung up; the sender says at once that it is done."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    try:
        async with asyncio.timeout(15):
            status = (await reader.readline()).split()
            if status[1:2] == [b"100"]:  # go on; the answer follows
                await reader.readline()
                status = (await reader.readline()).split()
    except (ConnectionError, TimeoutError):
        return None
    finally:
        writer.close()
    return int(status[1]) if len(status) > 1 else None


@pytest.mark.settings(limits={"body_min_bytes_per_s": 1_048_576})
async def test_no_request_to_an_address_of_the_core_is_a_fault_of_ours(
    server: Server, owner: Person, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salon.web.bodies.SLOW_GRACE_S", 0.2)  # of bodies that never come
    cookies = owner.web.cookie_jar.filter_cookies(URL(server.url))
    cookie = "Cookie: " + "; ".join(f"{c.key}={c.value}" for c in cookies.values())
    patterns = sorted({r.canonical for r in server.app.front.application.router.resources()})
    asked = patterns * TRIES_PER_ADDRESS
    chance.shuffle(asked)
    until_s = time.monotonic() + SECONDS
    for pattern in asked:
        if time.monotonic() > until_s:
            break
        sent = hostile_request(server, chance, pattern, cookie)
        status = await status_of(server, sent)
        assert status is None or status < 500, sent
    async with server.visitor() as visitor, visitor.get("/health/live") as response:
        assert response.status == 200
