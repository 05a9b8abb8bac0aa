"""Plugins' addresses, contained: under `/p/<plugin>/`, their files, and prefixes they claimed.

`access` decides what a route gets: a signed-in account, a permission, or nothing but the request.
"public" and "token" routes are handed a request without a cookie in reach: no actor.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import hdrs, web

from salon.config import Limits
from salon.domain.accounts import Account
from salon.errors import Denied, NotFound, SalonError
from salon.host import Host
from salon.plugin.contributions import BODY_PARTS, Route
from salon.services.directory import Directory
from salon.web import bodies
from salon.web.assets import Bundle
from salon.web.auth import Auth, SignedOut
from salon.web.files import answer

OPEN = frozenset({"public", "token"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PASSES: tuple[type[Exception], ...] = (SalonError, web.HTTPException, ConnectionError)


@dataclass(frozen=True, slots=True)
class Mounted:
    """A plugin's route as the middleware sees it: which rules it is exempt from."""

    plugin: str
    route: Route

    @property
    def is_open(self) -> bool:
        return self.route.access in OPEN


class Mounts:
    """Adds every plugin's routes to the application once, before the doors open."""

    def __init__(
        self,
        host: Host,
        auth: Auth,
        directory: Directory,
        limits: Limits,
        bundle_of: Callable[[str], Bundle],
    ) -> None:
        self._host = host
        self._auth = auth
        self._directory = directory
        self._limits = limits
        self._bundle_of = bundle_of

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/p/{plugin}/static/{folder}/{name}", self._file)
        for plugin, contributed in self._host.contributions.items():
            for route in contributed.routes:
                path = route.path if route.at == "claim" else f"/p/{plugin}{route.path}"
                mounted = Mounted(plugin, route)
                handler = self._handler(mounted)
                app.router.add_route(route.method, path, handler)

    def of(self, request: web.Request) -> Mounted | None:
        """Return the plugin's route that a request is for."""
        return getattr(request.match_info.handler, "mounted", None)

    def page_meant(self, request: web.Request) -> str | None:
        """Return where a plugin's page is, for `/<plugin>/…` typed without what comes before it.

        Only what nothing else answers is read so: a plugin's name takes no address from anybody.
        """
        plugin = request.path.removeprefix("/").partition("/")[0]
        contributed = self._host.contributions.get(plugin)
        is_free = request.match_info.route.resource is None
        is_read = request.method in {hdrs.METH_GET, hdrs.METH_HEAD}
        if contributed is None or not contributed.client_modules or not (is_free and is_read):
            return None
        return f"/p{request.path_qs}"

    def _handler(self, mounted: Mounted) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self.serve(request, mounted)

        serve.__dict__["mounted"] = mounted  # aiohttp takes nothing but functions
        return serve

    async def serve(self, request: web.Request, mounted: Mounted) -> web.StreamResponse:
        route = mounted.route
        actor = await self._actor(request, route.access)
        if route.streams:
            most = route.body_max_bytes
            request[BODY_PARTS] = bodies.parts_up_to(request, self._limits, most)
        elif request.can_read_body and request.headers.get(hdrs.UPGRADE) is None:
            body = await bodies.read(request, self._limits, at_most=route.body_max_bytes)
            bodies.preload(request, body)
        return await self._host.call(
            mounted.plugin,
            f"route {route.method} {route.path}",
            route.handler,
            request,
            actor,
            budget_s=None,
            passes=PASSES,
        )

    async def _actor(self, request: web.Request, access: str) -> Account | None:
        if access in OPEN:
            return None
        actor = await self._auth.actor(request)
        if actor is None:
            raise SignedOut("Please sign in.", reason="session_ended")
        permission = access.removeprefix("permission:")
        if permission != access and not self._directory.may(actor.account, permission):
            raise Denied(
                f"You need the permission “{permission}” for that.",
                permission=permission,
                reason="no_permission",
            )
        return actor.account

    async def _file(self, request: web.Request) -> web.StreamResponse:
        plugin, folder = request.match_info["plugin"], request.match_info["folder"]
        if plugin not in self._host.contributions or folder != "app":
            raise NotFound("There is no such file.", reason="nothing_here")
        return answer(request, self._bundle_of(plugin).asset(request.match_info["name"]))
