"""One plugin in a host, from its discovery to its end."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from salon.host.contain import Guard
from salon.host.discovery import Discovered
from salon.host.inbox import Inbox
from salon.host.specs import SPECS
from salon.host.status import Cause, PluginState, PluginStatus, Standing
from salon.host.tasks import Tasks
from salon.plugin import Plugin, PluginConfig
from salon.plugin.base import CAPABILITIES, Capability
from salon.plugin.contributions import Contributions


class Resident:
    """Holds what belongs to one plugin; the host decides what happens to it."""

    def __init__(self, found: Discovered, guard: Guard) -> None:
        self.name = found.name
        self.plugin_class = found.plugin
        self.instance: Plugin[Any] | None = None
        self.config: PluginConfig = PluginConfig()
        self.contributions: Contributions | None = None
        self.inbox = Inbox()
        self.tasks = Tasks(guard, found.name)
        self.is_alive = False
        """Whether `startup` was called and the plugin is not wound down yet."""

        self.ending: asyncio.Task[None] | None = None
        """Winds a suspended plugin down in the background."""

        self._reader: asyncio.Task[None] | None = None
        self.standing = _first_standing(found)

    @property
    def is_running(self) -> bool:
        return self.standing.state is PluginState.RUNNING

    @property
    def title(self) -> str:
        title = getattr(self.plugin_class, "title", "")
        return title if isinstance(title, str) and title else self.name

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """What it declares to need; of one that was refused, as far as it is known here."""
        wanted = getattr(self.plugin_class, "capabilities", ())
        return tuple(each for each in CAPABILITIES if isinstance(wanted, tuple) and each in wanted)

    def policy_of(self, hook: str) -> Literal["allow", "deny"] | None:
        """Return what a failure in this hook means: the owner's word, else the hook's."""
        return self.config.on_failure.get(hook, SPECS[hook].kind.on_failure)

    def implements(self, hook: str) -> bool:
        """Whether the class has such a hook, also when it was refused."""
        return hasattr(self.plugin_class, hook)

    def listen(self, read: Callable[["Resident"], Coroutine[Any, Any, None]]) -> None:
        """Begin to deal with what comes into the inbox."""
        self._reader = asyncio.create_task(read(self), name=f"{self.name}.inbox")

    async def stop_listening(self) -> None:
        """Forget what was not told yet. Can be called twice."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()
            await asyncio.wait({reader})
        self.inbox.clear()

    def reason_of_failure(self) -> str:
        """Return where and how it failed last, for the owner."""
        fault = self.standing.last_fault
        return f"{fault.where}: {fault.text}" if fault else "it failed"

    def status(self, now_s: float) -> PluginStatus:
        fault = self.standing.last_fault
        version = getattr(self.plugin_class, "version", "")
        return PluginStatus(
            name=self.name,
            title=self.title,
            version=version if isinstance(version, str) else "",
            state=self.standing.state,
            reason=self.standing.reason,
            cause=self.standing.cause,
            faults=self.standing.recent_faults(now_s),
            where=fault.where if fault else "",
            lost_notices=self.inbox.lost,
            capabilities=self.capabilities,
        )


def _first_standing(found: Discovered) -> Standing:
    if found.problem is not None:
        return Standing(PluginState.REFUSED, Cause.UNFIT, found.problem)
    if found.plugin is None:
        return Standing(PluginState.OFF, Cause.NOT_LISTED)
    return Standing(PluginState.STARTING)
