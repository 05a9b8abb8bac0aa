"""The host: commands and sinks of plugins are called and fed."""

import pytest

from salon.errors import Conflict, Unavailable
from salon.host import Host, PluginFailed
from salon.plugin import (
    Plugin,
    PluginConfig,
    hookimpl,
)

from .conftest import Hosting, Shouting


async def _answers(value: int) -> int:
    return value


async def _fails() -> None:
    raise RuntimeError


async def _refuses() -> None:
    raise Conflict("Taken.")


async def test_foreign_code_is_called_with_what_it_is_given(hosting: Hosting) -> None:
    host = await hosting.started(Shouting)
    assert await host.call("shouting", "command x", _answers, 7, budget_s=1) == 7
    with pytest.raises(Conflict, match="Taken"):
        await host.call("shouting", "command x", _refuses, budget_s=None)
    with pytest.raises(PluginFailed) as failed:
        await host.call("shouting", "command x", _fails, budget_s=1)
    assert failed.value.body() == {
        "code": "plugin_error",
        "message": failed.value.message,
        "plugin": "shouting",
    }
    assert host.statuses()[0].where == "command x"


async def test_what_is_off_cannot_be_called_or_fed(hosting: Hosting) -> None:
    host = await hosting.started(Shouting)
    await host.stop()
    for name in ("shouting", "nobody"):
        with pytest.raises(Unavailable, match="off at present"):
            await host.call(name, "command x", _answers, 7, budget_s=1)
        with pytest.raises(Unavailable, match="off at present"):
            await host.feed(name, "audio sink", _answers, 7, budget_s=1)


async def test_a_sink_is_fed_until_its_plugin_has_closed_it(hosting: Hosting) -> None:
    fed: list[int] = []
    hosts: list[Host] = []

    class Recorder(Plugin[PluginConfig]):
        name = "recorder"

        @hookimpl
        async def shutdown(self) -> None:
            fed.append(await hosts[0].feed("recorder", "audio sink", _answers, 7, budget_s=1))

    hosts.append(await hosting.started(Recorder, kind=Host))
    await hosts[0].stop()
    assert fed == [7]
