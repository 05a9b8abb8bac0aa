"""Hosts with real plugins, without a server around them."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, cast

import pytest
from structlog.testing import capture_logs

from salon.config import Config
from salon.host import Discovered, Host
from salon.host.admission import Migrate
from salon.host.host import no_migrations
from salon.plugin import Account, Amend, Channel, Deny, Draft, Plugin, PluginConfig, Salon, hookimpl
from salon.testing.clock import PushedClock

PluginClass = type[Plugin[Any]]
AUTHOR = cast("Account", None)
CHANNEL = cast("Channel", None)
StateOf = Callable[[Host, str], str]


class Diary(Plugin[PluginConfig]):
    """Writes down on its class what happens; the test that uses it makes a subclass."""

    name = "diary"
    lines: ClassVar[list[str]]

    @hookimpl
    async def startup(self) -> None:
        self.lines.append(f"{self.name} starts")

    @hookimpl
    async def shutdown(self) -> None:
        self.lines.append(f"{self.name} stops")


def diaries(*names: str, **changed: Any) -> tuple[list[str], list[type[Plugin[Any]]]]:
    lines: list[str] = []
    made = [type("Some", (Diary,), {"name": name, "lines": lines} | changed) for name in names]
    return lines, made


class Shouting(Plugin[PluginConfig]):
    name = "shouting"

    @hookimpl
    async def may_post_message(self, draft: Draft) -> Amend[Draft]:
        return Amend(replace(draft, text=draft.text.upper()))


class Exclaiming(Plugin[PluginConfig]):
    name = "exclaiming"

    @hookimpl
    async def may_post_message(self, author: Account, draft: Draft) -> Amend[Draft]:
        assert author is AUTHOR
        return Amend(replace(draft, text=f"{draft.text} oh!"))


class Refusing(Plugin[PluginConfig]):
    name = "refusing"

    @hookimpl
    async def may_post_message(self, draft: Draft) -> Deny | None:
        return Deny(f"Not {draft.text}.")

    @hookimpl
    async def may_join_room(self) -> Deny | None:
        return Deny("Closed.")


async def post(host: Host, text: str = "hello") -> str:
    draft = await host.decide("may_post_message", Draft(text), author=AUTHOR, channel=CHANNEL)
    return draft.text


class HurriedHost(Host):
    """A host whose hooks have a fiftieth of their time, so that hanging is over soon."""

    budget_factor: ClassVar[float] = 0.02


class Hosting:
    """Makes hosts and stops them; remembers what the owner was told."""

    def __init__(self, clock: PushedClock) -> None:
        self.clock = clock
        self.changes = 0
        self.hosts: list[Host] = []

    def host(
        self,
        *plugins: PluginClass,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        migrate: Migrate = no_migrations,
        found: Sequence[Discovered] = (),
        kind: type[Host] = HurriedHost,
    ) -> Host:
        """Make a host of these plugins, not prepared and not started."""
        found = found or [Discovered(one.name, "a test", one) for one in plugins]
        sections = {
            one.name: _config_of(one.plugin, (settings or {}).get(one.name, {}))
            for one in found
            if one.plugin is not None
        }
        host = kind(
            clock=self.clock,
            config=Config().with_plugins(sections, {}),
            plugins=found,
            salon_for=lambda _name: cast("Salon", None),
            on_change=self._count_change,
            migrate=migrate,
        )
        self.hosts.append(host)
        return host

    async def started(self, *plugins: PluginClass, **keywords: Any) -> Host:
        host = self.host(*plugins, **keywords)
        await host.start()
        return host

    def _count_change(self) -> None:
        self.changes += 1


def _config_of(plugin: PluginClass, settings: Mapping[str, Any]) -> PluginConfig:
    model = plugin.Config if isinstance(plugin.Config, type) else PluginConfig
    return model(**settings)


@pytest.fixture(autouse=True)
def log_lines() -> Iterator[list[MutableMapping[str, Any]]]:
    """Keep what is logged for the test; also, printing hundreds of tracebacks takes its time."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def clock() -> PushedClock:
    return PushedClock()


@pytest.fixture
async def hosting(clock: PushedClock) -> AsyncIterator[Hosting]:
    hosting = Hosting(clock)
    yield hosting
    for host in hosting.hosts:
        await host.stop()


@pytest.fixture
def state_of() -> Callable[[Host, str], str]:
    def state(host: Host, name: str) -> str:
        return next(status.state.value for status in host.statuses() if status.name == name)

    return state
