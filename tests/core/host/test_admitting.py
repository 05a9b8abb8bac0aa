"""The host: who is refused and why, and what those contribute who are not."""

from typing import Any, cast

from salon.clock import SystemClock
from salon.config import Config
from salon.config.problems import Place, Problem
from salon.host import Discovered, Host, PluginState
from salon.plugin import (
    Claim,
    Permission,
    Plugin,
    PluginConfig,
    RoomKind,
    Salon,
    hookimpl,
)

from .conftest import Exclaiming, Hosting, Refusing, Shouting, diaries, post


async def test_the_second_of_two_with_one_name_is_refused(hosting: Hosting) -> None:
    host = await hosting.started(Shouting, Shouting)
    assert [status.state for status in host.statuses()] == ["running", "refused"]
    assert await post(host) == "HELLO"


async def test_a_plugin_with_a_wrong_section_is_refused_with_the_place(hosting: Hosting) -> None:
    problem = Problem(Place("config.yaml", 3, 5), "plugins.shouting.loud", "unknown setting")
    host = Host(
        clock=SystemClock(),
        config=Config().with_plugins({}, {"shouting": (problem,)}),
        plugins=[Discovered("shouting", "a test", Shouting)],
        salon_for=lambda _name: cast("Salon", None),
        on_change=lambda: None,
    )
    await host.start()
    assert host.statuses()[0].state is PluginState.REFUSED
    assert host.statuses()[0].reason.startswith("config.yaml:3:5: plugins.shouting.loud")
    await host.stop()


async def test_a_section_that_nobody_checked_is_refused() -> None:
    unchecked = Host(
        clock=SystemClock(),
        config=Config(),
        plugins=[Discovered("shouting", "a test", Shouting)],
        salon_for=lambda _name: cast("Salon", None),
        on_change=lambda: None,
    )
    await unchecked.start()
    assert "was not checked" in unchecked.statuses()[0].reason
    await unchecked.stop()


async def test_what_is_off_or_cannot_be_imported_is_listed(hosting: Hosting) -> None:
    found = [
        Discovered("shouting", "a test", Shouting),
        Discovered("gone", "a test", problem="cannot be imported: SyntaxError"),
        Discovered("asleep", "a test"),
    ]
    host = await hosting.started(found=found)
    assert [status.body()["state"] for status in host.statuses()] == ["running", "refused", "off"]
    assert [status.cause for status in host.statuses()] == [None, "unfit", "not_listed"]
    assert not host.is_running("gone")
    assert not host.is_running("nobody")


async def test_a_failing_migration_refuses_the_plugin_and_nothing_of_it_is_left(
    hosting: Hosting,
) -> None:
    async def migrate(name: str, _plugin: type[Plugin[Any]]) -> None:
        if name == "shouting":
            raise RuntimeError("no such column")

    host = await hosting.started(Shouting, Exclaiming, migrate=migrate)
    assert host.statuses()[0].state is PluginState.REFUSED
    assert "no such column" in host.statuses()[0].reason
    assert await post(host) == "hello oh!"
    assert list(host.contributions) == ["exclaiming"]


async def test_nothing_of_a_refused_plugin_is_asked_under_the_name_of_its_successor(
    hosting: Hosting,
) -> None:
    twin = type("Twin", (Plugin,), {"name": "refusing"})

    async def migrate(_name: str, plugin: type[Plugin[Any]]) -> None:
        if plugin is Refusing:
            raise RuntimeError("no such column")

    host = await hosting.started(Refusing, twin, migrate=migrate)
    assert [status.state for status in host.statuses()] == ["refused", "running"]
    assert await post(host) == "hello"


class Matches(Plugin[PluginConfig]):
    name = "matches"
    title = "Match rooms"

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("score", "Keep the score")]

    @hookimpl
    def register_room_kinds(self) -> list[RoomKind]:
        return [RoomKind("match", "Match", "A room for talking")]

    @hookimpl
    def register_routes(self) -> list[Claim]:
        return [Claim("/e/")]


async def test_contributions_are_known_before_anything_starts(hosting: Hosting) -> None:
    lines, plugins = diaries("first")
    host = hosting.host(*plugins, Matches)
    await host.prepare()
    assert lines == []
    assert [one.name for one in host.contributions["matches"].permissions] == ["matches.score"]
    assert [(kind.kind, kind.running) for kind in host.room_kinds] == [("matches.match", False)]
    await host.start()
    assert [(kind.kind, kind.running) for kind in host.room_kinds] == [("matches.match", True)]


async def test_a_claim_is_refused_to_the_second_plugin_wholly(hosting: Hosting) -> None:
    late = type("Late", (Matches,), {"name": "late"})
    host = await hosting.started(Matches, late)
    assert "the plugin 'matches' has claimed '/e/'" in host.statuses()[1].reason
    assert list(host.contributions) == ["matches"]
