"""What stands before every address and around every answer, of the core and of the plugins.

The addresses are those of the table of routes, so that a new one is tried here by itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from aiohttp import ClientResponse
from yarl import URL

from salon.testing import Person, Server
from salon.web.bodies import STREAM, STREAMED
from salon_bots.plugin import BotsPlugin
from salon_events.plugin import EventsPlugin
from salon_moderation.plugin import ModerationPlugin
from salon_recording.plugin import RecordingPlugin
from salon_sports_rooms.plugin import SportsRoomsPlugin

PLUGINS = (ModerationPlugin, RecordingPlugin, SportsRoomsPlugin, BotsPlugin, EventsPlugin)
pytestmark = [pytest.mark.plugin.with_args(plugin) for plugin in PLUGINS]

JSON = "application/json"
ONE_CLICK = "/unsubscribe/{token}"  # mail programs post here; all it can do is end a digest
FRAMED = "/e/{slug}/embed"  # the small player, which other sites show and which reads no cookie
ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "without a word about where it is from": {},
    "from another site": {"Origin": "http://evil.example"},
    "from a sandbox": {"Origin": "null"},
    "from another port of this machine": {"Origin": "http://127.0.0.1:1"},
    "from a name that begins like ours": {"Origin": "http://127.0.0.1.evil.example"},
    "from a frame of another site": {"Sec-Fetch-Site": "cross-site"},
    "from a sister of this site": {"Sec-Fetch-Site": "same-site"},
}
# A page of another site sends these without asking the browser (Fetch, "CORS-safelisted").
SIMPLE = ("text/plain", "multipart/form-data; boundary=x")
UP = ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "%252e%252e%252f", "....//", "%c0%ae./")
# Without a cookie, the same for all; as are routes of plugins that say they are public.
FOR_ALL = re.compile(r"/static/|/p/[^/]+/static/|/sw\.js|/manifest")


@dataclass(frozen=True, slots=True)
class Address:
    """One row of the table: a method, a pattern, and who may ask: "core", or what a plugin says."""

    method: str
    pattern: str
    access: str

    @property
    def is_open(self) -> bool:
        """Whether it reads no cookie."""
        return self.access in {"public", "token"}

    @property
    def is_for_all(self) -> bool:
        return self.access == "public" or FOR_ALL.match(self.pattern) is not None

    @property
    def path(self) -> str:
        return re.sub(r"\{[^}]*\}", "1", self.pattern)

    def __str__(self) -> str:
        return f"{self.method} {self.pattern}"


def addresses(server: Server) -> Sequence[Address]:
    found = {}
    for route in server.app.front.application.router.routes():
        mounted = getattr(route.handler, "mounted", None)
        methods = ("GET", "POST", "PUT", "PATCH", "DELETE") if route.method == "*" else ()
        assert route.resource is not None
        for method in methods or (route.method,):
            access = "core" if mounted is None else mounted.route.access
            address = Address(method, route.resource.canonical, access)
            found[str(address)] = address
    return list(found.values())


async def ask(
    person: Person, address: Address, headers: Mapping[str, str], kind: str = ""
) -> ClientResponse:
    body = b"x" if kind else None
    every = {**headers, **({"Content-Type": kind} if kind else {})}
    async with person.web.request(
        address.method, address.path, data=body, headers=every, allow_redirects=False
    ) as answer:
        await answer.read()
    return answer


async def test_no_address_that_changes_something_takes_it_from_another_site(
    server: Server, owner: Person
) -> None:
    wrong = []
    unsafe = [one for one in addresses(server) if one.method not in {"GET", "HEAD"}]
    guarded = [one for one in unsafe if not one.is_open and one.pattern != ONE_CLICK]
    assert len(guarded) > 15
    for address in guarded:
        kind = STREAM if address.pattern in STREAMED else JSON
        for what, headers in ELSEWHERE.items():
            answer = await ask(owner, address, headers, kind)
            if answer.status != 403:
                wrong.append(f"{address} {what}: {answer.status}")
        for simple in SIMPLE:
            answer = await ask(owner, address, {"Origin": server.url}, simple)
            if answer.status != 415:
                wrong.append(f"{address} as {simple}: {answer.status}")
    for address in (one for one in unsafe if one.is_open):  # a cookie takes no token's place
        answer = await ask(owner, address, ELSEWHERE["from another site"])
        wrong += [f"{address} opens without its token"] * answer.ok
    assert not wrong, wrong
    assert (await owner.command("ping"))["seq"] > 0  # and nobody was signed out


async def test_no_address_answers_under_another_name(server: Server, owner: Person) -> None:
    for address in addresses(server):
        answer = await ask(
            owner, address, {"Host": "evil.example", "Origin": "http://evil.example"}
        )
        assert answer.status == 421, address


async def test_no_answer_can_be_framed_guessed_at_or_kept_by_others(
    server: Server, owner: Person
) -> None:
    wrong = []
    for address in (one for one in addresses(server) if one.method in {"GET", "HEAD"}):
        answer = await ask(owner, address, {"Accept": "text/html"})
        told = answer.headers
        expected = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Server": "Salon",
        }
        wrong += [f"{address}: no {name}" for name, v in expected.items() if told.get(name) != v]
        policy = told.get("Content-Security-Policy", "")
        framed = "*" if address.pattern == FRAMED else "'none'"
        if f"frame-ancestors {framed}" not in policy or "default-src 'none'" not in policy:
            wrong.append(f"{address}: may be framed, {policy!r}")
        if address.is_for_all:
            wrong += [f"{address}: sets a cookie"] * ("Set-Cookie" in told)
            continue
        if told.get("Cross-Origin-Resource-Policy") != "same-origin":
            wrong.append(f"{address}: may be put into pages of others")
        if "Access-Control-Allow-Origin" in told:
            wrong.append(f"{address}: may be read by others")
        if told.get("Cache-Control") != "no-store":
            wrong.append(f"{address}: may be kept, {told.get('Cache-Control')}")
    assert not wrong, wrong


async def test_no_piece_of_an_address_leads_to_a_file_that_is_not_given(
    server: Server, owner: Person
) -> None:
    secret = server.directory / "secret.txt"
    secret.write_text("the canary sings")
    leads = [f"{up * 12}{to}" for up in UP for to in ("etc/passwd", str(secret)[1:])]
    leads += [f"{up}{name}" for up in UP for name in ("index.html", "manifest.json", "app.py")]
    leads += [str(secret).replace("/", "%2f"), "%2fetc%2fpasswd", "main.js%00", "C:%5cboot.ini"]
    with_holes = {one.pattern for one in addresses(server) if "{" in one.pattern}
    for pattern in with_holes:
        for lead in leads:
            path = re.sub(r"\{[^}]*\}", lead.replace("\\", r"\\"), pattern)
            where = URL(f"{server.url}{path}", encoded=True)
            async with owner.web.get(where, allow_redirects=False) as answer:
                said = await answer.read()
            assert answer.status < 500, path
            assert not any(kept in said for kept in (b"canary", b"root:", b"import ")), path


async def test_looking_at_an_address_changes_nothing(server: Server, owner: Person) -> None:
    """A link, a picture or a form with GET on another site can make a browser ask, no more."""
    before = await kept(server)
    for address in (one for one in addresses(server) if one.method == "GET"):
        await ask(owner, address, {"Sec-Fetch-Site": "cross-site", "Accept": "text/html"})
    assert await kept(server) == before
    assert (await owner.command("ping"))["seq"] > 0


async def kept(server: Server) -> Mapping[str, str]:
    """What stands in the database, but for what the server does by itself."""
    await server.settled()
    return {table: rows for table, rows in (await server.stored()).items() if table != "job"}
