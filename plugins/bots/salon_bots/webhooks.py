"""Incoming webhooks: whoever has the address writes in its channel, by a name of their choice."""

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from salon.plugin import Account, Salon, SalonError
from salon_bots import content
from salon_bots.config import BotsConfig
from salon_bots.errors import DiscordError, bad_field, no_such_route, not_here, of_salon, unknown
from salon_bots.models import Webhook
from salon_bots.objects import Objects
from salon_bots.pace import Limit, Pace, Paces
from salon_bots.registry import Registry
from salon_bots.rest import bodies
from salon_bots.rest.api import TooOften, refuse, respond
from salon_bots.rest.channels import check_carried
from salon_bots.rest.table import WEBHOOK_MORE, parse_id

NAME_MAX = 80
SHOWN_MAX = 32
YES = frozenset({"true", "True", "1"})


class Webhooks:
    """The route at `/api/webhooks/<id>/<token>`."""

    def __init__(
        self, salon: Salon, config: BotsConfig, registry: Registry, objects: Objects
    ) -> None:
        self._salon = salon
        self._registry = registry
        self._objects = objects
        self._limit = Limit(config.webhook_posts_per_2_s, 2.0)
        self._paces = Paces()

    async def show(self, request: web.Request, _actor: object) -> web.StreamResponse:
        """`GET`: what libraries read to learn where a webhook writes."""
        try:
            webhook, account = self._known(request)
            return respond(self._object(webhook, account))
        except DiscordError as error:
            return refuse(error)

    async def execute(self, request: web.Request, _actor: object) -> web.StreamResponse:
        pace: Pace | None = None
        try:
            webhook, account = self._known(request)
            pace = self._paced(webhook)
            posted = await self._post(webhook, account, await bodies.fields(request))
            is_awaited = request.query.get("wait") in YES
            return respond(posted if is_awaited else None, pace)
        except DiscordError as error:
            return refuse(error, pace)
        except SalonError as error:
            return refuse(of_salon(error), pace)

    async def nothing(self, request: web.Request, _actor: object) -> web.StreamResponse:
        is_known = re.fullmatch(WEBHOOK_MORE, f"/webhooks/{request.match_info['rest']}")
        return refuse(not_here("this of webhooks") if is_known else no_such_route())

    def _known(self, request: web.Request) -> tuple[Webhook, Account]:
        webhook_id = parse_id(request.match_info["webhook"], "Webhook")
        webhook, is_own = self._registry.webhook(webhook_id, request.match_info["token"])
        account = None if webhook is None else self._salon.accounts.get(webhook_id)
        if webhook is None or account is None:
            raise unknown("Webhook")
        if not is_own:
            raise DiscordError(401, 50027, "Invalid Webhook Token")
        return webhook, account

    def _paced(self, webhook: Webhook) -> Pace:
        clock = self._salon.clock
        pace = self._paces.hit(
            str(webhook.account_id),
            "webhook",
            self._limit,
            now_s=clock.monotonic_s(),
            unix_s=clock.now().timestamp(),
        )
        if pace.is_over:
            raise TooOften(pace)
        return pace

    async def _post(
        self, webhook: Webhook, account: Account, fields: Mapping[str, Any]
    ) -> dict[str, Any]:
        check_carried(fields)
        channel = self._salon.channels.get(webhook.channel_id)
        if channel is None:
            raise unknown("Channel")
        text = content.compose(fields.get("content"), fields.get("embeds"))
        message = await self._salon.messages.post(
            channel.id,
            content.from_discord(text),
            as_account=account,
            shown_as=_shown_as(fields.get("username"), account),
        )
        await self._registry.webhook_used(account.id)
        return await self._objects.messages.one(message, account)

    def _object(self, webhook: Webhook, account: Account) -> dict[str, Any]:
        return {
            "id": str(account.id),
            "type": 1,
            "guild_id": str(self._objects.guild.id),
            "channel_id": str(webhook.channel_id),
            "name": account.display_name,
            "avatar": None,
            "application_id": None,
        }


def _shown_as(name: object, account: Account) -> str:
    """Return the name this once. Longer ones than Salon shows are cut."""
    if name is None:
        return account.display_name
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= NAME_MAX:
        raise bad_field("username", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {NAME_MAX}.")
    return name.strip()[:SHOWN_MAX].strip()
