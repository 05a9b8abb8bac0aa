"""Who may ask each address: docs/authorisation.md, carried out for real."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest
from aiohttp import hdrs
from tests.contracts.authorisation_stage import Stage
from tests.contracts.authorised import MARKS, row, rows, set_up
from yarl import URL

from salon.ids import new_secret
from salon.testing import Person, Server
from salon.testing.person import PASSWORD

pytestmark = MARKS

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
TRIED = ["audit.view", "message.attach", "message.post", "moderation.view", "recording.record"]
# An address as it is asked: what stands in its holes, by the names of these.
HOLES: Mapping[str, str] = {
    "name": "main.js",
    "kind": "csv",
    "slug": "shelf",
    "show": "episodes",
    "message": "1",
    "thread": "1",
    "channel": "1",
    "step": "you",
    "topic": "members",
    "plugin": "moderation",
    "folder": "app",
    "number": "1",
    "episode": "1",
    "piece": "1",
    "take": "1",
    "account": "1",
    "file": "sound",
    "rest": "users/@me",
    "room": "1",
    "secret": "x",
    "occurrence": "1",
}


@dataclass
class Asker:
    """Asks as one of the actors; each time with a sign-in of its own where the old one may end."""

    server: Server
    web: aiohttp.ClientSession
    handle: str | None
    cookie: str = ""
    token: str = ""

    async def signed_in(self) -> None:
        form = {"handle": self.handle, "password": PASSWORD}
        headers = {"Origin": self.server.url}
        async with self.web.post(
            "/signin", data=form, headers=headers, allow_redirects=False
        ) as answer:
            cookie = answer.cookies.get("salon_s")
        if cookie is not None:
            self.cookie = f"salon_s={cookie.value}"

    async def ask(self, method: str, path: str, body: Mapping[str, str]) -> str:
        self.server.clock.advance(seconds=60)
        headers = {"Origin": self.server.url, "Accept": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.token:
            headers[hdrs.AUTHORIZATION] = f"Bot {self.token}"
        data: dict[str, Any] = {}
        if method == "POST":
            data = {"json": body} if path in JSON else {"data": body}
        if method == "POST" and path.startswith(STREAMED):
            data = {"data": PICTURE}
            headers[hdrs.CONTENT_TYPE] = "application/octet-stream"
        async with self.web.request(
            method, URL(path, encoded=True), headers=headers, allow_redirects=False, **data
        ) as answer:
            if answer.status in {301, 302, 303, 307, 308}:
                return "sign in" if "/signin" in answer.headers[hdrs.LOCATION] else "yes"
            said = HTTP_ANSWERS.get(HTTPStatus(answer.status))
            return said or f"{answer.status}: {(await answer.text())[:100]}"


STREAMED = ("/api/files", "/p/recording/pieces", "/p/recording/shows")
JSON = {
    "/api/password",
    "/api/prove",
    "/api/export",
    "/api/deletion",
    "/api/passkey/challenge",
    "/api/passkey/sign-in",
}
ENDS_SIGN_INS = {"POST /signin", "POST /signout", "POST /api/password"}
OF_LINKS = {
    f"{method} /{page}/{{token}}" for method in ("GET", "POST") for page in ("setup", "reset")
}
HTTP_ANSWERS = {
    HTTPStatus.OK: "yes",
    HTTPStatus.NO_CONTENT: "yes",
    HTTPStatus.UNAUTHORIZED: "sign in",
    HTTPStatus.FORBIDDEN: "no",
    HTTPStatus.NOT_FOUND: "hidden",
    HTTPStatus.CONFLICT: "yes",  # it is not ready for it
    HTTPStatus.BAD_REQUEST: "yes",  # what was sent is looked at
}


@pytest.fixture
async def stage(server: Server, owner: Person) -> Stage:
    return await set_up(server, owner)


@pytest.fixture
async def askers(stage: Stage) -> AsyncIterator[Mapping[str, Asker]]:
    """The actors at the doors: also who is not signed in, whose sign-in has ended, and a bot."""
    made = await stage.owner.command("bots.create", handle="almanac", display_name="Almanac")
    async with aiohttp.ClientSession(stage.server.url, cookie_jar=aiohttp.DummyCookieJar()) as web:
        known = {
            "visitor": Asker(stage.server, web, None),
            "ended": Asker(stage.server, web, "ned"),
            **{who: Asker(stage.server, web, p.handle) for who, p in stage.cast.items()},
            "bot": Asker(stage.server, web, None, token=made["token"]),
        }
        for asker in known.values():
            if asker.handle is not None:
                await asker.signed_in()
        async with web.post(
            "/signout", headers={"Origin": stage.server.url, "Cookie": known["ended"].cookie}
        ) as answer:
            assert answer.status == HTTPStatus.OK
        yield known


def addresses(server: Server) -> Mapping[str, tuple[str, str]]:
    """Every method and address; HEAD is GET without a body."""
    found = {}
    for route in server.app.front.application.router.routes():
        if route.resource is not None and route.method != "HEAD":
            found[f"{route.method} {route.resource.canonical}"] = (
                "GET" if route.method == "*" else route.method, route.resource.canonical,
            )  # fmt: skip
    return dict(sorted(found.items(), key=lambda item: item[0] in ENDS_SIGN_INS))


async def filled(stage: Stage, name: str, pattern: str) -> tuple[str, Mapping[str, str]]:
    """Return the path and the form with which an address is asked rightly."""
    own = {name: stage.facts[name] for name in ("code", "webhook", "token")}
    form: Mapping[str, str] = {"display_name": ""}
    match name:
        case "POST /api/files":
            return f"/api/files?name=a.png&channel={stage.channel}", form
        case _ if name in OF_LINKS:
            own["token"] = new_secret(32)
        case "GET /f/{id}/{name}":
            own["id"] = stage.facts["file"]
        case "POST /api/password":
            form = {"current": PASSWORD, "new": f"{PASSWORD} again"}
    return re.sub(
        r"\{(\w+)\}", lambda hole: own.get(hole[1], HOLES.get(hole[1], "1")), pattern
    ), form


async def test_each_address_is_for_those_whom_its_row_names(
    stage: Stage, askers: Mapping[str, Asker]
) -> None:
    stated, wrong = rows("Addresses"), []
    known = addresses(stage.server)
    await stage.owner.command("role.edit", role=stage.trial_role, permissions=TRIED)
    file = await stage.eve.hand_in(PICTURE, "a.png", channel=stage.channel)
    await stage.eve.post(stage.channel, "A picture.", files=[{"file": file["id"]}])
    stage.facts["file"] = file["id"]
    stage.facts["code"] = (await stage.owner.command("invitation.create"))["invitation"]["code"]
    hook = await stage.owner.command(
        "bots.webhook_create", channel=stage.facts["open"], name="Weather"
    )
    stage.facts["webhook"], stage.facts["token"] = URL(hook["url"]).parts[-2:]
    for name, (method, pattern) in known.items():
        given = []
        for who, asker in askers.items():
            path, form = await filled(stage, name, pattern)
            if name == "POST /signin" and asker.handle is not None:
                form = {"handle": asker.handle, "password": PASSWORD}
            given.append(await asker.ask(method, path, form))
            if name in ENDS_SIGN_INS and asker.handle is not None and who != "ended":
                await asker.signed_in()
        if tuple(given) != tuple(stated.get(name, ())):
            wrong.append(row(name, given))
    assert not wrong, "these are the answers:\n" + "\n".join(wrong)
    assert set(stated) == set(known), "rows of addresses that are gone"
