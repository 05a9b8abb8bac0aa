"""Every address of the core and of the bundled plugins, one thing wrong at a time: never 5xx.

Each address is asked as our own page would ask, but for one part that nobody should send: a piece
of the path, the query, a header, the method or the body; signed in and not.
"""

import asyncio
import logging
import re
from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from structlog.testing import capture_logs
from yarl import URL

from salon.testing import Person, Server
from salon_bots.plugin import BotsPlugin
from salon_events.plugin import EventsPlugin
from salon_moderation.plugin import ModerationPlugin
from salon_recording.plugin import RecordingPlugin
from salon_sports_rooms.plugin import SportsRoomsPlugin

PLUGINS = (ModerationPlugin, RecordingPlugin, SportsRoomsPlugin, BotsPlugin, EventsPlugin)
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
BODY_MAX_BYTES = 65_536

pytestmark = [
    *(pytest.mark.plugin.with_args(plugin) for plugin in PLUGINS),
    pytest.mark.settings(limits={"body_max_bytes": BODY_MAX_BYTES}),
]

PIECES = (
    "1", "0", "-1", "1.0", "9" * 400, str(2**63), "x" * 8_000, "x" * 40_000, "%00", "x%00.js",
    "%ff", "%ED%A0%80", "%", "%zz", "%u0041", "..", "%2e%2e", "..%2f..%2fetc%2fpasswd",
    "../../etc/passwd", "..%5c..%5cboot.ini", "%252e%252e%252f", ".", "//evil.example/", "a%0d%0ab",
    "a%20b", "\u00e9", "%E2%80%AE", "<script>", "{0}", "*", "manifest.json", "general;x=1",
)  # fmt: skip
QUERIES = (
    "", "&&=&", "next=//evil.example", "next=%00", "next=%ED%A0%80", "next=/%0d%0aSet-Cookie:%20a",
    "a=%ff&a=1&a=2", "%ED%A0%80=%ED%A0%80", "q" * 12_000, "q" * 40_000, "before=-1&limit=1e9",
    "limit=" + "9" * 400, "wait=maybe&thread_id=x&v=0", "&".join(f"a{n}" for n in range(2_000)),
)  # fmt: skip
HEADERS: tuple[Mapping[str, str | None], ...] = (
    {"Host": None}, {"Host": ""}, {"Host": "evil.example"}, {"Host": "[::1"}, {"Host": "\xff"},
    {"Host": "localhost:99999"}, {"Origin": None}, {"Origin": "http://evil.example"},
    {"Origin": "null"}, {"Origin": "http://["}, {"Origin": "\xff"},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "\xff"}, {"Cookie": None},
    {"Cookie": "salon_s=" + "x" * 43}, {"Cookie": "salon_s=\xff\xfe; =; ;;"},
    {"Cookie": "salon_s=" + "x" * 9_000}, {"Cookie": 'salon_s="\\000"; salon_s=x'},
    {"Accept": "\xff"}, {"Accept": "application/json;q=nan"}, {"Accept": None},
    {"Accept-Language": "\xff\xfe,fr;q=nan,en;q=1e999,*;q=-1"}, {"Accept-Encoding": "gzip;q=\xff"},
    {"Range": "bytes=0-1,5-,-1"}, {"Range": "bytes=" + "9" * 40 + "-"}, {"Range": "\xff"},
    {"If-None-Match": "*"}, {"If-None-Match": '"\xff'}, {"If-Modified-Since": "\xff"},
    {"If-Modified-Since": "Fri, 31 Feb 9999 25:61:61 GMT"}, {"If-Range": "x"},
    {"Authorization": "Bot \xff"}, {"Authorization": "Basic =="}, {"Authorization": ""},
    {"User-Agent": "\xff" * 3_000}, {"X-Forwarded-For": "\xff, 1.2.3, ::1"}, {"Upgrade": "h2c"},
    {"Connection": "Upgrade", "Upgrade": "websocket"}, {"Expect": "a miracle"},
    {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "99"},
    {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
     "Sec-WebSocket-Key": "\xff"},
    {"X-Long": "x" * 40_000},
)  # fmt: skip
METHODS = ("HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "BREW", "get", "\xff")
BODIES: tuple[tuple[str | None, bytes], ...] = (
    (None, b"{}"), ("", b"{}"), ("\xff", b"{}"), ("text/plain", b"{}"), ("text/html", b"a=b"),
    ("multipart/form-data", b"--x"), ("multipart/form-data; boundary=x", b"--x\r\n\r\n\xff"),
    ("multipart/form-data; boundary=" + "x" * 500, b"--x--"), (f"{JSON}; charset=utf-7", b"{}"),
    (f"{JSON}; charset=nonsense", b"{}"), (JSON, b""), (JSON, b"[]"), (JSON, b"null"),
    (JSON, b'"x"'), (JSON, b"\xff\x00"), (JSON, b"\xef\xbb\xbf{}"), (JSON, b"[" * 15_000),
    (JSON, b'{"a": NaN}'), (JSON, b'{"a": 1e999}'), (JSON, b'{"a": "\\ud800"}'),
    (JSON, b'{"a": 1, "a": 2}'), (JSON, b'{"a": 9223372036854775808}'),
    (JSON, b'{"current": null, "new": 7}'), (JSON, b'{"current": [], "new": {}}'),
    (JSON, b'{"current": "%s", "new": "%s"}' % (b"x" * 9_000, b"y" * 9_000)),
    (JSON, b'{"content": 1, "embeds": [[]], "username": {}, "nonce": []}'),
    (JSON, b'{"content": "\\u202e\\u0001", "username": "\\u200b", "tts": "x"}'),
    (JSON, b" " * (BODY_MAX_BYTES + 1)), (FORM, b"x" * (BODY_MAX_BYTES + 1)), (FORM, b""),
    (FORM, b"&" * 9_000), (FORM, b"=&a=b;c=%ff"), (FORM, b"\xff\x00"), (FORM, b"%"), (FORM, b"%zz"),
    (FORM, b"handle=a&handle=b&password=c&password=d"),
    (FORM, b"handle=%00&password=%00&display_name=%00&community=%00"),
    (FORM, b"handle=%ED%A0%80&password=%ED%A0%80&display_name=%ED%A0%80&community=%ED%A0%80"),
    (FORM, b"handle=a%E2%80%AEb&display_name=%E2%80%AE&password=%E2%80%8B&community=%EF%B7%BA"),
    (FORM, b"handle=owner&password=wrong&next=//evil.example"),
    (FORM, b"handle=" + b"a" * 9_000 + b"&password=" + b"b" * 9_000),
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_is_our_fault(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with capture_logs() as told:
        yield
    errors: list[object] = [entry for entry in told if entry["log_level"] in {"error", "critical"}]
    errors += [r for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert not errors, errors[:5]


def addresses(server: Server) -> list[str]:
    resources = server.app.front.application.router.resources()
    return sorted({resource.canonical for resource in resources})


def filled(pattern: str, piece: str) -> str:
    return re.sub(r"\{[^}]*\}", lambda _found: piece, pattern)


class Asker:
    """Asks as a page of the server would, signed in as the owner, but for what is changed."""

    def __init__(self, server: Server, owner: Person) -> None:
        self._port = server.port
        own = f"127.0.0.1:{server.port}"
        cookies = owner.web.cookie_jar.filter_cookies(URL(server.url)).values()
        self._headers: Mapping[str, str] = {
            "Host": own,
            "Origin": f"http://{own}",
            "Accept": "text/html",
            "Cookie": "; ".join(f"{cookie.key}={cookie.value}" for cookie in cookies),
            "Connection": "close",
        }
        self.asked = 0

    async def __call__(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str | None] | None = None,
        body: bytes = b"",
    ) -> int:
        """Return the status; 0 when the server said nothing."""
        self.asked += 1
        every = {**self._headers, **(headers or {})}
        if method not in {"GET", "HEAD"}:
            every.setdefault("Content-Length", str(len(body)))
        lines = [f"{method} {path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in every.items() if value is not None]
        encoding = "utf-8" if "\u00e9" in path else "latin-1"
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode(encoding) + body)
            async with asyncio.timeout(10):
                status = (await reader.readline()).split()
        except ConnectionError:
            return 0
        finally:
            writer.close()
        return int(status[1]) if len(status) > 1 else 0


@pytest.fixture
def ask(server: Server, owner: Person) -> Asker:
    return Asker(server, owner)


async def test_no_path_query_or_header_is_a_fault_of_ours(server: Server, ask: Asker) -> None:
    faults = []
    for pattern in addresses(server):
        right = filled(pattern, "1")
        wrong: list[tuple[str, Mapping[str, str | None]]]
        wrong = [(filled(pattern, piece), {}) for piece in PIECES if "{" in pattern]
        wrong += [(f"{right}?{query}", {}) for query in QUERIES]
        wrong += [(right, headers) for headers in HEADERS]
        for path, headers in wrong:
            status = await ask(path, headers=headers)
            if not 100 < status < 500:
                faults.append((status, path[:80], headers))
    assert not faults, faults[:20]


async def test_no_method_or_body_is_a_fault_of_ours(server: Server, ask: Asker) -> None:
    faults = []
    for pattern in addresses(server):
        path = filled(pattern, "1")
        wrong: list[tuple[str, str | None, bytes]]
        wrong = [(method, None, b"") for method in METHODS]
        wrong += [("POST", kind, body) for kind, body in BODIES]
        for method, kind, body in wrong:
            status = await ask(path, method=method, headers={"Content-Type": kind}, body=body)
            if not 100 < status < 500:
                faults.append((status, method, path[:80], kind, body[:60]))
    assert not faults, faults[:20]


async def test_no_body_at_an_open_door_is_a_fault_of_ours(
    server: Server, owner: Person, alice: Person, ask: Asker
) -> None:
    """The same bodies where the link, the hook's address or the bot's token is right."""
    bot = await owner.command("bots.create", handle="almanac", display_name="Almanac")
    channel = owner.channel("#general")
    hook = await owner.command("bots.webhook_create", channel=channel, name="Weather")
    said = (await alice.post(channel, "Good morning."))["id"]
    faults = []
    for method, (kind, body) in product(("POST", "PATCH"), BODIES):
        invitation = await owner.command("invitation.create")
        reset = await owner.command("account.reset_link", account=alice.id)
        api = f"/api/v10/channels/{channel}"
        for address in (
            invitation["url"],
            reset["url"],
            hook["url"],
            f"{hook['url']}?wait=true",
            *(f"{api}/{rest}" for rest in ("", "typing", "messages", f"messages/{said}")),
        ):
            server.clock.advance(seconds=60)
            headers = {"Content-Type": kind, "Authorization": f"Bot {bot['token']}"}
            path = URL(address).raw_path_qs
            status = await ask(path, method=method, headers=headers, body=body)
            if not 100 < status < 500:
                faults.append((status, method, path[:80], kind, body[:60]))
    assert not faults, faults[:20]
    assert [s.name for s in server.app.host.statuses() if s.faults] == []
