"""What a plugin is given: of what is between people nothing, unless it declares it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.core.services.on_stage import stage_of
from tests.core.services.test_conversations import direct

from salon.errors import NotFound
from salon.plugin import Channel, Plugin, PluginConfig, Salon, SlashCommand, hookimpl
from salon.services.facade import Facade
from salon.testing import Person, Refused, Server

WORDS = {"en": "Words", "fr": "Mots"}


class Confidant(Plugin[PluginConfig]):
    """Has declared that it is told things."""

    name = "confidant"
    capabilities = ("conversations",)
    told: Channel | None = None

    @hookimpl
    def register_commands(self) -> list[SlashCommand]:
        return [SlashCommand("tell", WORDS, self._tell)]

    async def _tell(self, _actor: object, channel: Channel, _arguments: object) -> None:
        type(self).told = channel


class Stranger(Plugin[PluginConfig]):
    """Has declared nothing."""

    name = "stranger"

    @hookimpl
    def register_commands(self) -> list[SlashCommand]:
        return [SlashCommand("peek", WORDS, self._peek)]

    async def _peek(self, *_: object) -> None:
        return None


def salon_of(server: Server, plugin: str) -> Salon:
    return Facade(plugin, server.app.services)


@pytest.mark.plugin.with_args(Stranger)
async def test_a_conversation_is_to_a_plugin_what_does_not_exist(
    server: Server, alice: Person, bob: Person
) -> None:
    id_ = int(await direct(alice, bob))
    said = int((await alice.post(str(id_), "a secret"))["id"])
    salon = salon_of(server, "stranger")
    account = salon.accounts.get(int(alice.id))
    assert account is not None
    assert salon.channels.get(id_) is None
    with pytest.raises(NotFound):
        salon.accounts.may(account, "channel.view", id_)
    messages = salon.messages
    ways: list[Callable[[], Awaitable[Any]]] = [
        lambda: messages.get(said, actor=account),
        lambda: messages.history(id_, actor=account),
        lambda: messages.post(id_, "x", as_account=account),
        lambda: messages.edit(said, "x", as_account=account),
        lambda: messages.delete(said, as_account=account),
        lambda: messages.typing(id_, as_account=account),
    ]
    for way in ways:
        with pytest.raises(NotFound):
            await way()
    assert (await alice.command("message.history", channel=str(id_)))["messages"] != []


@pytest.mark.plugin.with_args(Confidant)
async def test_a_plugin_that_declares_it_reads_what_a_member_asks_it_to_and_no_more(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    id_ = int(await direct(alice, bob))
    said = int((await alice.post(str(id_), "a secret"))["id"])
    salon = salon_of(server, "confidant")
    member, other = (salon.accounts.get(int(each.id)) for each in (alice, owner))
    assert member is not None
    assert other is not None
    assert salon.channels.get(id_) is not None
    assert (await salon.messages.get(said, actor=member)).text == "a secret"
    with pytest.raises(NotFound):
        await salon.messages.get(said, actor=other)


@pytest.mark.plugin.with_args(Confidant)
@pytest.mark.plugin.with_args(Stranger)
async def test_commands_of_plugins_that_declare_nothing_are_not_offered_in_a_conversation(
    server: Server, alice: Person, bob: Person
) -> None:
    id_ = await direct(alice, bob)
    offered = (await alice.command("slash.list", channel=id_))["commands"]
    assert [each["name"] for each in offered] == ["confidant.tell"]
    await alice.command("slash.run", channel=id_, command="confidant.tell", arguments={})
    assert Confidant.told is not None
    assert str(Confidant.told.id) == id_
    with pytest.raises(Refused) as refused:
        await alice.command("slash.run", channel=id_, command="stranger.peek", arguments={})
    assert refused.value.error["reason"] == "no_command"


@pytest.mark.plugin.with_args(Confidant)
@pytest.mark.plugin.with_args(Stranger)
async def test_who_keeps_the_server_sees_what_a_plugin_is_given(owner: Person) -> None:
    plugins = (await owner.command("plugin.list"))["plugins"]
    given = {each["name"]: each["capabilities"] for each in plugins}
    assert (given["confidant"], given["stranger"]) == (["conversations"], [])


async def test_a_permission_at_a_place_that_is_not_there_is_an_ordinary_refusal(
    server: Server, owner: Person
) -> None:
    salon = salon_of(server, "anybody")
    account = salon.accounts.get(int(owner.id))
    assert account is not None
    with pytest.raises(NotFound, match="no such"):
        salon.accounts.may(account, "channel.view", 999)
    assert salon.accounts.may(account, "channel.view", int(owner.channel("#general")))
    assert salon.accounts.may(account, "channel.view")


@pytest.mark.plugin.with_args(Stranger)
async def test_the_version_of_a_plugins_tables_grows_with_each_write_of_it_and_of_no_other(
    server: Server, alice: Person
) -> None:
    tables = salon_of(server, "stranger").db
    before = tables.version
    await alice.post("#general", "written by the core")
    assert tables.version == before
    await tables.write(lambda _tx: None)
    assert tables.version == before + 1
    with pytest.raises(ZeroDivisionError):
        await tables.write(lambda _tx: 1 // 0)
    assert tables.version > before + 1
    given_up = asyncio.ensure_future(tables.write(lambda _tx: None))
    await asyncio.sleep(0)
    given_up.cancel()  # what nobody waits for is written all the same
    await tables.write(lambda _tx: None)
    assert tables.version == before + 4


@pytest.mark.plugin.with_args(Stranger)
async def test_a_plugin_knows_who_leads_a_stage_and_where_anybody_may_hear_it(
    server: Server, owner: Person, alice: Person
) -> None:
    rooms = salon_of(server, "stranger").rooms
    stage = int(await stage_of(alice))
    assert rooms.hosts(stage) == {int(alice.id)}
    assert rooms.hosts(int(owner.room("Kitchen table"))) == frozenset()
    assert rooms.hosts(0) == frozenset()
    table = int(owner.room("Kitchen table"))
    await owner.command("community.edit", public_rooms=True)
    assert rooms.heard_at(table) is None
    await owner.command("room.edit", room=str(table), is_public=True)
    assert rooms.heard_at(table) is None  # nobody is in it
    await owner.join(str(table))
    assert rooms.heard_at(table) == f"{server.url}/listen/kitchen-table"
    await owner.command("community.edit", public_rooms=False)
    assert rooms.heard_at(table) is rooms.heard_at(0) is None
