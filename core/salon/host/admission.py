"""From a class that was found to a plugin that may start: checked, built, asked, migrated."""

from collections.abc import Awaitable, Callable
from typing import Any

from salon.config import Config
from salon.host.checks import Circumstances, reason_to_refuse
from salon.host.contain import Call, Guard, PluginFailed
from salon.host.declarations import Taken, accepted
from salon.host.hooks import Hooks
from salon.host.resident import Resident
from salon.plugin import Plugin, PluginConfig, Salon

Migrate = Callable[[str, type[Plugin[Any]]], Awaitable[None]]


class Admission:
    """Admits plugins one after the other, each judged against those before it."""

    def __init__(
        self, guard: Guard, hooks: Hooks, config: Config, salon_for: Callable[[str], Salon]
    ) -> None:
        self._guard = guard
        self._hooks = hooks
        self._config = config
        self._salon_for = salon_for
        self._names: list[str] = []
        self._taken = Taken()

    async def reason_against(
        self, resident: Resident, plugin: type[Plugin[Any]], migrate: Migrate
    ) -> str | None:
        """Make a plugin ready to start; return why that cannot be, or None. Nothing is left."""
        try:
            reason = self._reason_in_class(resident, plugin) or self._built(resident, plugin)
            if reason is None:
                await self._migrated(resident, plugin, migrate)
        except PluginFailed:
            reason = resident.reason_of_failure()
        if reason is not None:
            if resident.instance is not None:
                self._hooks.remove(resident.name)
            resident.instance = None
            resident.contributions = None
        elif resident.contributions is not None:
            self._names.append(resident.name)
            self._taken.add(resident.name, resident.contributions)
        return reason

    def _reason_in_class(self, resident: Resident, plugin: type[Plugin[Any]]) -> str | None:
        around = Circumstances(resident.name, tuple(self._names), self._config.plugin_problems)
        return self._guard.run_sync(
            Call(resident.name, "check"), lambda: reason_to_refuse(plugin, around)
        )

    def _built(self, resident: Resident, plugin: type[Plugin[Any]]) -> str | None:
        name = resident.name
        try:
            config = self._config.plugin_section(name)
        except KeyError:
            return "its section in the configuration was not checked"
        if not isinstance(config, PluginConfig) or not isinstance(config, plugin.Config):
            return f"its section is {type(config).__name__}, expected {plugin.Config.__name__}"
        salon = self._salon_for(name)
        resident.config = config
        instance = self._guard.run_sync(Call(name, "__init__"), lambda: plugin(salon, config))
        resident.instance = instance
        self._guard.run_sync(Call(name, "hooks"), lambda: self._hooks.add(name, instance))
        answers = self._hooks.collect(name)
        seats_max = self._config.limits.room_seats
        resident.contributions = self._guard.run_sync(
            Call(name, "declarations"),
            lambda: accepted(name, answers, self._taken, seats_max=seats_max),
        )
        return None

    async def _migrated(
        self, resident: Resident, plugin: type[Plugin[Any]], migrate: Migrate
    ) -> None:
        call = Call(resident.name, "migrations")
        await self._guard.run(call, lambda: migrate(resident.name, plugin), budget_s=None)
