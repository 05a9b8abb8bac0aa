"""Addresses that answer in JSON, and the upgrade to the socket."""

from collections.abc import Callable

from aiohttp import hdrs, web

from salon.config import Limits
from salon.errors import Denied, Invalid, NotFound
from salon.services.services import Services
from salon.web import bodies
from salon.web.auth import Auth
from salon.web.origin import Origins
from salon.web.socket.connection import Connection
from salon.web.socket.gateway import Gateway


class Api:
    """One method per address."""

    def __init__(
        self,
        *,
        auth: Auth,
        services: Services,
        gateway: Gateway,
        origins: Origins,
        limits: Limits,
        is_voice_open: Callable[[], bool],
    ) -> None:
        self._auth = auth
        self._services = services
        self._gateway = gateway
        self._origins = origins
        self._limits = limits
        self._clock = services.clock
        self._is_voice_open = is_voice_open
        self.stopping = False

    async def live(self, _request: web.Request) -> web.Response:
        """Answer as long as the loop does."""
        return web.json_response({"ok": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer 200 when the database can be written and voices can come in."""
        missing = []
        if self.stopping:
            missing.append("stopping")
        if not await self._services.store.is_writable():
            missing.append("database")
        if not self._is_voice_open():
            missing.append("voice")
        body = {"ok": not missing, "missing": missing}
        return web.json_response(body, status=503 if missing else 200)

    async def hops(self, request: web.Request) -> web.Response:
        """Tell `./salon doctor` of the port of voices; to all others there is nothing here."""
        told = request.headers.get(hdrs.AUTHORIZATION, "")
        if not self._services.doctor.is_ours(told.removeprefix("Bearer ")):
            raise NotFound("There is nothing here.", reason="nothing_here")
        hops = await self._services.doctor.voice()
        return web.json_response({"hops": [hop.body() for hop in hops]})

    async def address(self, request: web.Request) -> web.Response:
        """Tell who is signed in which address they come from, through proxies that are trusted."""
        await self._auth.signed_in(request)
        return web.json_response({"address": self._origins.asked(request).address})

    async def ticket(self, request: web.Request) -> web.Response:
        actor = await self._auth.signed_in(request)
        await bodies.read(request, self._limits)
        return web.json_response({"ticket": self._gateway.ticket(actor.session)})

    async def change_password(self, request: web.Request) -> web.Response:
        actor = await self._auth.signed_in(request)
        fields = await bodies.json_object(request, self._limits)
        current, new = fields.get("current"), fields.get("new")
        if not isinstance(current, str) or not isinstance(new, str):
            raise Invalid(
                "Expected the texts `current` and `new`.", field="current", reason="malformed"
            )
        await self._services.accounts.change_password(actor.account, current, new, actor.session.id)
        return await self._renewed(request)

    async def prove(self, request: web.Request) -> web.Response:
        """Take the password, or what a passkey signed, of who is signed in: it is still they."""
        actor = await self._auth.signed_in(request)
        fields = await bodies.json_object(request, self._limits)
        password, credential = fields.get("password"), fields.get("credential")
        if isinstance(credential, dict):
            await self._services.passkeys.check(actor.account, credential)
        elif isinstance(password, str):
            await self._services.accounts.check_password(actor.account, password)
        else:
            raise Invalid(
                "Expected the text `password` or the object `credential`.",
                field="password",
                reason="malformed",
            )
        self._services.sessions.prove(actor.session.id)
        return await self._renewed(request)

    async def _renewed(self, request: web.Request) -> web.Response:
        """Say that it is done; whoever had copied the cookie before has nothing of it."""
        response = web.json_response({"ok": True})
        await self._auth.renew(request, response)
        return response

    async def passkey_challenge(self, request: web.Request) -> web.Response:
        """Answer with what a browser needs to ask for a passkey, whoever it is."""
        await bodies.read(request, self._limits)
        network = self._origins.asked(request).network
        return web.json_response(await self._services.passkeys.challenge(network))

    async def passkey_sign_in(self, request: web.Request) -> web.Response:
        """Sign in who a passkey says it is."""
        fields = await bodies.json_object(request, self._limits)
        credential = fields.get("credential")
        if not isinstance(credential, dict):
            raise Invalid("Expected the object `credential`.", reason="malformed")
        account = await self._services.passkeys.come_in(credential)
        response = web.json_response({"ok": True})
        await self._auth.sign_in(request, response, account)
        return response

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Upgrade, for our own pages only; the ticket in the first frame says who it is."""
        if not self._origins.has_own_origin(request):
            raise Denied("The socket is for pages of this server.", reason="origin")
        socket = web.WebSocketResponse(
            max_msg_size=self._limits.frame_max_bytes, compress=False, autoping=False
        )
        await socket.prepare(request)
        if request.transport is None:
            return socket
        connection = Connection(socket, request.transport, self._gateway, self._limits, self._clock)
        await connection.serve()
        return socket
