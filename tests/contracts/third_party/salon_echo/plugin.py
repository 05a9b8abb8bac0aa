"""Echo: greets at an address, and remembers in a table how many messages it was told of."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import BigInteger, Column, Integer, Table, select

from salon.plugin import (
    Account,
    Channel,
    Message,
    Plugin,
    PluginConfig,
    Route,
    SlashArgument,
    SlashCommand,
    Transaction,
    hookimpl,
    plugin_metadata,
)

counts = Table(
    "echo_count",
    plugin_metadata(),
    Column("channel_id", BigInteger, primary_key=True),
    Column("messages", Integer, nullable=False),
)


class EchoConfig(PluginConfig):
    """What the keeper may choose."""

    greeting: str = "hello"


class EchoPlugin(Plugin[EchoConfig]):
    """See the module."""

    name = "echo"
    title = "Echo"
    version = "1.2.3"
    api = "1.4"
    Config = EchoConfig

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("GET", "/greet", self._greet, access="public")]

    async def _greet(self, _request: web.Request, _actor: Account | None) -> web.Response:
        every = await self.salon.db.read(lambda c: c.execute(select(counts)).all())
        return web.json_response({"says": self.config.greeting, "messages": len(every)})

    @hookimpl
    def register_commands(self) -> list[SlashCommand]:
        words = {"en": "Say something again", "fr": "Redire quelque chose"}
        times = SlashArgument(
            "times",
            {"en": "How often", "fr": "Combien de fois"},
            kind="number",
            is_required=False,
            least=1,
            most=3,
        )
        text = SlashArgument("text", {"en": "What", "fr": "Quoi"}, most=20)
        return [SlashCommand("again", words, self._again, (text, times))]

    async def _again(
        self, actor: Account, channel: Channel, arguments: Mapping[str, Any]
    ) -> Mapping[str, str]:
        said = " ".join([arguments["text"]] * (arguments["times"] or 2))
        await self.salon.messages.post(channel.id, said, as_account=actor)
        return {"en": "Said again.", "fr": "Redit."}

    @hookimpl
    async def message_posted(self, message: Message, channel: Channel) -> None:
        def count(tx: Transaction) -> None:
            tx.connection.execute(
                counts.insert().values(channel_id=message.id, messages=channel.position)
            )

        await self.salon.db.write(count)
