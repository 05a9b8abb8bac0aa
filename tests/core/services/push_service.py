"""A push service on this machine, which reads what it is handed with another library."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import http_ece
import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec
from tests.core.services.test_fetch import LOCAL, Names

from salon.services.fetch import Fetch, Rules
from salon.services.web_push import encoded, point_of
from salon.testing import Person, Server

KNOCKS_WITHIN_S = 10


class PushService:
    """A push service on this machine, and the browsers that it knocks at."""

    def __init__(self) -> None:
        self.browsers: dict[str, tuple[ec.EllipticCurvePrivateKey, bytes]] = {}
        self.heads: list[dict[str, str]] = []
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.status = 201
        self.answers = asyncio.Event()  # cleared: it lets wait
        self.answers.set()
        self._knocked = asyncio.Event()
        application = web.Application()
        application.router.add_post("/{browser}", self._take)
        self.server = TestServer(application, host="127.0.0.1")

    @classmethod
    @asynccontextmanager
    async def reached_by(cls, server: Server) -> AsyncIterator[Self]:
        """Start one that a server may go to, which then gives nobody time to read."""
        service = cls()
        await service.server.start_server()
        services: Any = server.app.services
        rules = Rules({service.server.port or 0}, lambda at: at == LOCAL)
        names = Names(push_example=["127.0.0.1"])
        services.push_devices._fetch = Fetch(server.clock, resolver=names, rules=rules)
        services.push._seen_within_s = 0
        try:
            yield service
        finally:
            await service.server.close()

    def address(self, browser: str) -> str:
        return f"http://push.example:{self.server.port}/{browser}"

    def browser(self, name: str) -> dict[str, str]:
        """Return where a new browser is reached, and its keys, base64url."""
        key, secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self.browsers[name] = (key, secret)
        return {
            "endpoint": self.address(name),
            "public": encoded(point_of(key.public_key())),
            "secret": encoded(secret),
        }

    async def subscribe(self, person: Person, browser: str = "") -> dict[str, Any]:
        """Let a browser of somebody take pushes."""
        reached = self.browser(browser or person.handle)
        answer = await person.command("push.subscribe", **reached, language="fr")
        device: dict[str, Any] = answer["device"]
        return device

    async def knocked(self, times: int = 1) -> None:
        """Wait until there were so many knocks in all."""
        async with asyncio.timeout(KNOCKS_WITHIN_S):
            while len(self.heads) < times:
                self._knocked.clear()
                await self._knocked.wait()

    async def _take(self, request: web.Request) -> web.Response:
        name = request.match_info["browser"]
        self.heads.append(dict(request.headers))
        key, secret = self.browsers[name]
        opened = http_ece.decrypt(  # type: ignore[no-untyped-call]
            await request.read(), private_key=key, auth_secret=secret
        )
        if self.status == 201:
            self.told.append((name, orjson.loads(opened)))
        self._knocked.set()
        await self.answers.wait()
        return web.Response(status=self.status)
