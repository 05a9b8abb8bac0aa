"""Echo: greets at an address, and remembers in a table how many messages it was told of."""

from aiohttp import web
from sqlalchemy import BigInteger, Column, Integer, Table, select

from salon.plugin import (
    Account,
    Channel,
    Message,
    Plugin,
    PluginConfig,
    Route,
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
    Config = EchoConfig

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("GET", "/greet", self._greet, access="public")]

    async def _greet(self, _request: web.Request, _actor: Account | None) -> web.Response:
        every = await self.salon.db.read(lambda c: c.execute(select(counts)).all())
        return web.json_response({"says": self.config.greeting, "messages": len(every)})

    @hookimpl
    async def message_posted(self, message: Message, channel: Channel) -> None:
        def count(tx: Transaction) -> None:
            tx.connection.execute(
                counts.insert().values(channel_id=message.id, messages=channel.position)
            )

        await self.salon.db.write(count)
