"""The host: plugins start, stop, are resumed, and leave nothing running."""

import asyncio
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import pytest

from salon.errors import Conflict, NotFound
from salon.host import Host, PluginFailed
from salon.host import host as host_module
from salon.plugin import (
    Amend,
    Draft,
    Plugin,
    PluginConfig,
    Salon,
    hookimpl,
)

from .conftest import (
    Hosting,
    Shouting,
    StateOf,
    diaries,
    post,
)


async def test_plugins_start_in_order_and_stop_in_reverse(hosting: Hosting) -> None:
    lines, plugins = diaries("first", "second")
    host = await hosting.started(*plugins)
    await host.stop()
    assert lines == ["first starts", "second starts", "second stops", "first stops"]
    await host.stop()
    assert len(lines) == 4


async def test_a_host_that_was_never_started_stops(hosting: Hosting) -> None:
    lines, plugins = diaries("first")
    host = hosting.host(*plugins)
    await host.prepare()
    await host.stop()
    assert lines == []


async def test_a_plugin_whose_required_one_fails_does_not_start(
    hosting: Hosting, state_of: StateOf
) -> None:
    class Broken(Plugin[PluginConfig]):
        name = "broken"

        @hookimpl
        async def startup(self) -> None:
            raise RuntimeError

    _, (needy,) = diaries("needy", requires=("broken",))
    host = await hosting.started(needy, Broken)
    assert state_of(host, "needy") == "failed"
    assert "'broken', which does not run" in host.statuses()[1].reason
    assert host.statuses()[1].cause == "needs"


async def test_what_a_plugin_spawned_ends_with_it(hosting: Hosting) -> None:
    host = await hosting.started(Shouting)
    began, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    host.spawn("shouting", work(), name="scoreboard")
    await began.wait()
    await host.stop()
    assert ended.is_set()
    with pytest.raises(Conflict):
        host.spawn_forever("shouting", work, name="scoreboard")


async def test_two_servers_in_one_process_keep_their_plugins_apart(hosting: Hosting) -> None:
    class Counting(Plugin[PluginConfig]):
        name = "counting"

        def __init__(self, salon: Salon, config: PluginConfig) -> None:
            super().__init__(salon, config)
            self.count = 0

        @hookimpl
        async def may_post_message(self, draft: Draft) -> Amend[Draft]:
            self.count += 1
            return Amend(replace(draft, text=str(self.count)))

    one, two = await hosting.started(Counting), await hosting.started(Counting)
    assert [await post(one), await post(one), await post(two)] == ["1", "2", "1"]
    await one.stop()
    assert await post(two) == "2"


async def test_only_what_has_failed_can_be_resumed(hosting: Hosting) -> None:
    host = await hosting.started(Shouting)
    with pytest.raises(NotFound):
        await host.resume("nobody")
    with pytest.raises(Conflict, match="is running"):
        await host.resume("shouting")


async def test_a_plugin_that_failed_to_start_is_tried_again(
    hosting: Hosting, state_of: StateOf
) -> None:
    class Fickle(Plugin[PluginConfig]):
        name = "fickle"
        works = False

        @hookimpl
        async def startup(self) -> None:
            if not Fickle.works:
                raise FileNotFoundError("no ffmpeg")

    host = await hosting.started(Fickle)
    assert state_of(host, "fickle") == "failed"
    assert "no ffmpeg" in host.statuses()[0].reason
    assert host.statuses()[0].cause == "startup"
    with pytest.raises(PluginFailed):
        await host.resume("fickle")
    Fickle.works = True
    await host.resume("fickle")
    assert state_of(host, "fickle") == "running"
    assert host.statuses()[0].faults == 0


async def test_a_slow_startup_is_told_while_it_lasts(
    hosting: Hosting,
    monkeypatch: pytest.MonkeyPatch,
    log_lines: list[MutableMapping[str, Any]],
) -> None:
    class Slow(Plugin[PluginConfig]):
        name = "slow"

        @hookimpl
        async def startup(self) -> None:
            while not log_lines:  # noqa: ASYNC110 - a log line wakes nobody
                await asyncio.sleep(0)

    monkeypatch.setattr(host_module, "SLOW_STARTUP_S", 0)
    await hosting.started(Slow)
    assert log_lines[0]["event"] == "a plugin starts slowly"
    assert log_lines[0]["plugin"] == "slow"


async def test_a_server_that_stops_while_a_plugin_starts_leaves_it_stopped(
    hosting: Hosting, state_of: StateOf
) -> None:
    begun, release = asyncio.Event(), asyncio.Event()

    class Slow(Plugin[PluginConfig]):
        name = "slow"

        @hookimpl
        async def startup(self) -> None:
            begun.set()
            await release.wait()

    host = hosting.host(Slow, kind=Host)
    starting = asyncio.create_task(host.start())
    await begun.wait()
    await host.stop()
    release.set()
    await starting
    assert state_of(host, "slow") == "stopped"
