"""The host: plugins are told, in order, and forget people."""

import asyncio
from typing import ClassVar, cast

import pytest

from salon.errors import Unavailable
from salon.host import Host
from salon.host.inbox import INBOX_NOTICES
from salon.plugin import (
    Message,
    Plugin,
    PluginConfig,
    hookimpl,
)

from .conftest import (
    AUTHOR,
    CHANNEL,
    Hosting,
)


class Listening(Plugin[PluginConfig]):
    name = "listening"
    heard: ClassVar[list[int]]
    gate: ClassVar[asyncio.Event]
    told: ClassVar[asyncio.Semaphore]

    @hookimpl
    async def message_posted(self, message: Message) -> None:
        await self.gate.wait()
        self.heard.append(cast("int", message))
        self.told.release()


def listener(name: str, gate: asyncio.Event) -> type[Listening]:
    facts = {"name": name, "heard": [], "gate": gate, "told": asyncio.Semaphore(0)}
    return type("Some", (Listening,), facts)


async def test_each_plugin_hears_in_order_and_a_slow_one_loses_the_oldest(
    hosting: Hosting,
) -> None:
    opened, shut = asyncio.Event(), asyncio.Event()
    opened.set()
    quick, slow = listener("quick", opened), listener("slow", shut)
    host = await hosting.started(quick, slow, kind=Host)
    for number in range(INBOX_NOTICES + 6):
        host.tell("message_posted", message=number, channel=CHANNEL, author=AUTHOR)
        await quick.told.acquire()  # the quick one takes its turn, the slow one is stuck
    shut.set()
    await host.settled()
    assert quick.heard == list(range(INBOX_NOTICES + 6))
    assert slow.heard == [0, *range(6, INBOX_NOTICES + 6)]
    assert [status.lost_notices for status in host.statuses()] == [0, 5]


async def test_a_plugin_that_stopped_is_told_nothing_more(hosting: Hosting) -> None:
    gate = asyncio.Event()
    plugin = listener("late", gate)
    host = await hosting.started(plugin)
    await host.stop()
    host.tell("message_posted", message=1, channel=CHANNEL, author=AUTHOR)
    await host.settled()
    assert plugin.heard == []


class Forgetting(Plugin[PluginConfig]):
    name = "forgetting"
    erased: ClassVar[list[int]]
    fails: ClassVar[bool]

    @hookimpl
    async def erase_account(self, account_id: int) -> None:
        if self.fails:
            raise OSError
        self.erased.append(account_id)

    @hookimpl
    async def startup(self) -> None:
        if self.name == "failed":
            raise RuntimeError


async def test_erasing_asks_everybody_and_is_not_done_until_all_have(hosting: Hosting) -> None:
    erased: list[int] = []
    facts = {"erased": erased, "fails": False}
    failing = type("Failing", (Forgetting,), facts | {"name": "failing", "fails": True})
    fine = type("Fine", (Forgetting,), facts | {"name": "fine"})
    failed = type("Failed", (Forgetting,), facts | {"name": "failed"})
    host = await hosting.started(failing, failed, fine)
    with pytest.raises(Unavailable) as undone:
        await host.erase_account(7)
    assert undone.value.facts["plugins"] == ["failing", "failed"]
    assert erased == [7]
    await (await hosting.started(fine)).erase_account(8)
    assert erased == [7, 8]
