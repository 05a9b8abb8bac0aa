"""Every request of a bot: who asks, how often, for what; and answers as libraries expect them."""

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import orjson
from aiohttp import hdrs, web

from salon.plugin import Account, AccountState, Salon, SalonError
from salon_bots import tokens
from salon_bots.config import BotsConfig
from salon_bots.errors import DiscordError, of_salon, unauthorized
from salon_bots.gateway.hub import gateway_url
from salon_bots.models import Bot
from salon_bots.pace import Limit, Pace, Paces, refused_headers
from salon_bots.registry import Registry
from salon_bots.rest import bodies
from salon_bots.rest.table import Call, Found, Table

ANY = Limit(10, 1.0)
TOO_MANY = 429
REASON_MAX = 512


class Api:
    """The route at `/api/v10/…` and `/api/v9/…`."""

    def __init__(self, salon: Salon, config: BotsConfig, registry: Registry, table: Table) -> None:
        self._salon = salon
        self._registry = registry
        self._table = table
        self._everything = Limit(config.requests_per_s, 1.0)
        self._paces = Paces()

    async def serve(self, request: web.Request, _actor: object) -> web.StreamResponse:
        pace: Pace | None = None
        try:
            found = self._table.find(request.method, f"/{request.match_info['rest']}")
            bot, account = self._who(request)
            pace = self._paced(bot, found)
            fields = await bodies.fields(request)
            reason = unquote(request.headers.get("X-Audit-Log-Reason", ""))[:REASON_MAX]
            call = Call(bot, account, found.ids, request.query, fields, reason)
            return respond(await found.endpoint.answer(call), pace)
        except DiscordError as error:
            return refuse(error, pace)
        except SalonError as error:
            return refuse(of_salon(error), pace)

    async def address(self, _request: web.Request, _actor: object) -> web.StreamResponse:
        """`GET /gateway`, for which nobody needs a token."""
        return respond({"url": gateway_url(self._salon.base_url)})

    def _who(self, request: web.Request) -> tuple[Bot, Account]:
        token = tokens.from_header(request.headers.get(hdrs.AUTHORIZATION, ""))
        bot = None if token is None else self._registry.by_token(token)
        account = None if bot is None else self._salon.accounts.get(bot.account_id)
        if bot is None or account is None or account.state is not AccountState.ACTIVE:
            raise unauthorized()
        return bot, account

    def _paced(self, bot: Bot, found: Found) -> Pace:
        """Count the request. Raises DiscordError when there were too many."""
        now_s, unix_s = self._salon.clock.monotonic_s(), self._salon.clock.now().timestamp()
        who = str(bot.account_id)
        total = self._paces.hit(who, "*", self._everything, now_s=now_s, unix_s=unix_s)
        if total.is_over:
            raise TooOften(replace(total, is_global=True))
        limit = found.endpoint.limit or ANY
        pace = self._paces.hit(who, found.bucket, limit, now_s=now_s, unix_s=unix_s)
        if pace.is_over:
            raise TooOften(pace)
        return pace


class TooOften(DiscordError):
    """Over a limit of ours; `pace` says which."""

    def __init__(self, pace: Pace) -> None:
        super().__init__(TOO_MANY, 0, "You are being rate limited.", retry_after_s=pace.ends_in_s)
        self.pace = pace

    def body(self) -> dict[str, Any]:
        return super().body() | {"global": self.pace.is_global}


def respond(body: Any, pace: Pace | None = None) -> web.Response:
    """Return 200 with JSON, or 204. The content type has no charset: libraries compare it."""
    headers = {} if pace is None else pace.headers()
    if body is None:
        return web.Response(status=204, headers=headers)
    headers[hdrs.CONTENT_TYPE] = "application/json"
    return web.Response(body=orjson.dumps(body), headers=headers)


def refuse(error: DiscordError, pace: Pace | None = None) -> web.Response:
    headers = {} if pace is None else pace.headers()
    if isinstance(error, TooOften):
        headers = error.pace.headers()
    elif error.status == TOO_MANY:
        headers |= refused_headers(error.retry_after_s or 1.0) | {"X-RateLimit-Remaining": "0"}
    elif error.retry_after_s is not None:
        headers[hdrs.RETRY_AFTER] = "1"
    headers[hdrs.CONTENT_TYPE] = "application/json"
    return web.Response(status=error.status, body=orjson.dumps(error.body()), headers=headers)
