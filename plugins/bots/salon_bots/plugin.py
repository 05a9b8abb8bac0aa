"""Bots: programs written for Discord log in here; webhooks post."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any

from salon.plugin import (
    Account,
    Channel,
    Claim,
    ClientModule,
    Command,
    Message,
    Permission,
    Plugin,
    Route,
    Salon,
    hookimpl,
)
from salon_bots.cdn import face
from salon_bots.commands import Commands
from salon_bots.config import BotsConfig
from salon_bots.gateway.connection import Gateway
from salon_bots.gateway.frames import Close
from salon_bots.gateway.hub import Hub
from salon_bots.gateway.members import Members
from salon_bots.models import Bot, Webhook
from salon_bots.objects import Objects
from salon_bots.registry import Registry
from salon_bots.rest.api import Api
from salon_bots.rest.bans import Bans
from salon_bots.rest.channels import Channels
from salon_bots.rest.people import People
from salon_bots.rest.table import Table
from salon_bots.webhooks import Webhooks

LOOK_EVERY_S = 1.0
BASES = ("/api/v10", "/api/v9")
WEBHOOK = "/webhooks/{webhook:[0-9]{1,20}}/{token:[A-Za-z0-9_-]{60,80}}"
BODY_MAX_BYTES = 262_144  # of text: there are no attachments


class BotsPlugin(Plugin[BotsConfig]):
    """Speaks Discord's REST API v10 and its gateway, as far as bots of the first tier need."""

    name = "bots"
    title = "Bots"
    version = "0.1.0"
    api = "1.10"
    Config = BotsConfig

    def __init__(self, salon: Salon, config: BotsConfig) -> None:
        super().__init__(salon, config)
        self._registry = Registry(salon, config)
        self._objects = Objects(salon, self._registry)
        self._hub = Hub(salon, config, self._registry, self._objects)
        members = Members(self._registry, self._objects)
        self._gateway = Gateway(self._hub, members, self._registry, config)
        people = People(salon, self._objects, self._hub)
        channels = Channels(salon, self._objects, config)
        bans = Bans(salon, self._objects)
        table = Table((*people.endpoints(), *bans.endpoints(), *channels.endpoints()))
        self._api = Api(salon, config, self._registry, table)
        self._webhooks = Webhooks(salon, config, self._registry, self._objects)
        self._commands = Commands(salon, self._registry, self._hub)

    # -- what it adds

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [
            Permission("manage", "Register bots and give them tokens"),
            Permission("webhooks", "Make webhooks that post in a channel", granted_to="hosts"),
        ]

    @hookimpl
    def register_commands(self) -> list[Command]:
        return self._commands.all()

    @hookimpl
    def register_client_modules(self) -> list[ClientModule]:
        return [ClientModule("main.tsx")]

    @hookimpl
    def register_routes(self) -> list[Route | Claim]:
        claims = [Claim(f"{base}/") for base in BASES]
        claims += [Claim("/api/webhooks/"), Claim("/gateway"), Claim("/cdn/")]
        routes = [
            Route("GET", path, self._gateway.serve, "token", at="claim")
            for path in ("/gateway", "/gateway/")
        ]
        for base in (*BASES, "/api"):
            routes += self._webhook_routes(base)
        for base in BASES:
            routes += [
                Route("GET", f"{base}/gateway", self._api.address, "token", at="claim"),
                Route(
                    "*",
                    f"{base}/{{rest:.*}}",
                    self._api.serve,
                    "token",
                    at="claim",
                    body_max_bytes=BODY_MAX_BYTES,
                ),
            ]
        routes += [
            Route("*", "/api/webhooks/{rest:.*}", self._webhooks.nothing, "token", at="claim"),
            Route("GET", "/cdn/embed/avatars/{number:[0-9]}.png", face, "public", at="claim"),
        ]
        return [*claims, *routes]

    def _webhook_routes(self, base: str) -> list[Route]:
        path = f"{base}{WEBHOOK}"
        return [
            Route("GET", path, self._webhooks.show, "token", at="claim"),
            Route(
                "POST",
                path,
                self._webhooks.execute,
                "token",
                at="claim",
                body_max_bytes=BODY_MAX_BYTES,
            ),
        ]

    # -- its life

    @hookimpl
    async def startup(self) -> None:
        await self._registry.load()
        self.salon.spawn_forever(self._look, name="look")

    @hookimpl
    async def shutdown(self) -> None:
        await self._hub.stop()

    async def _look(self) -> None:
        while True:
            await self._hub.has_come.wait()
            await asyncio.sleep(LOOK_EVERY_S)
            self._hub.look()

    @hookimpl
    async def erase_account(self, account_id: int) -> None:
        self._hub.end_bot(account_id, Close.BAD_TOKEN, "This bot has been removed.")
        await self._registry.forget(account_id)

    @hookimpl
    async def export_account(self, account_id: int) -> Mapping[str, list[str]]:
        def of(kept: Iterable[Bot | Webhook]) -> list[str]:
            return [str(each.account_id) for each in kept if each.kept_by == account_id]

        return {"bots": of(self._registry.bots()), "webhooks": of(self._registry.webhooks())}

    # -- what happens

    @hookimpl
    def message_posted(self, message: Message) -> Coroutine[Any, Any, None] | None:
        return self._hub.tell_message("MESSAGE_CREATE", message) if self._hub.is_heard else None

    @hookimpl
    def message_edited(self, message: Message) -> Coroutine[Any, Any, None] | None:
        return self._hub.tell_message("MESSAGE_UPDATE", message) if self._hub.is_heard else None

    @hookimpl
    async def message_deleted(self, message: Message) -> None:
        self._hub.tell_deleted(message)

    @hookimpl
    async def typing_started(self, account: Account, channel: Channel) -> None:
        self._hub.tell_typing(account, channel.id)

    @hookimpl
    async def account_suspended(self) -> None:
        self._hub.look()

    @hookimpl
    async def account_created(self) -> None:
        self._hub.look()
