"""The `Salon` each plugin receives: the server in its name, with its prefix, and nothing else.

The parts refer to services that exist only once the server is composed; `Services` is that set.
"""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from salon.domain.accounts import Account, Community
from salon.domain.events import Only, PluginEvent, Scope
from salon.files.objects import Objects
from salon.services.facade.keeping import PluginDatabase, PluginJobs, PluginKeyValues
from salon.services.facade.limits import check_size, reaches
from salon.services.facade.people import PluginAccounts, PluginAudit
from salon.services.facade.places import PluginChannels, PluginMessages, PluginTags
from salon.services.facade.rooms import PluginRooms
from salon.services.services import Services

BODY_MAX_BYTES = 65_536


class Facade:
    """One plugin's view of the server."""

    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services
        self.accounts = PluginAccounts(plugin, services)
        self.audit = PluginAudit(plugin, services)
        self.channels = PluginChannels(plugin, services)
        self.messages = PluginMessages(plugin, services)
        self.rooms = PluginRooms(plugin, services)
        self.tags = PluginTags(services)
        self.link_pictures = services.link_pictures
        self.db = PluginDatabase(plugin, services)
        self.kv = PluginKeyValues(plugin, services)
        self.jobs = PluginJobs(plugin, services)
        self.clock = services.clock
        storage = services.objects
        self.objects: Objects | None = None if storage is None else storage.below(plugin)

    @property
    def community(self) -> Community:
        return self._services.directory.community

    @property
    def base_url(self) -> str:
        return self._services.base_url()

    @property
    def data_directory(self) -> Path:
        directory = self._services.data_directory / "plugin-data" / self._plugin
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return directory

    def new_id(self) -> int:
        return self._services.ids.new(self._services.clock.now())

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        self._services.host.spawn(self._plugin, work, name=name)

    def spawn_forever(self, work: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> None:
        self._services.host.spawn_forever(self._plugin, work, name=name)

    async def announce(
        self, name: str, scope: Scope, body: dict[str, Any], *, by: Account | None = None
    ) -> None:
        check_size(body, BODY_MAX_BYTES)
        if isinstance(scope, Only) and not reaches(self._services, by, scope.account_id):
            return
        self._services.announcer.tell(PluginEvent(f"{self._plugin}.{name}", scope, body))

    async def render(self, template: str, **facts: Any) -> str:
        return await self._services.pages.render(self._plugin, template, facts)

    def asset(self, source: str) -> str:
        return self._services.pages.asset(self._plugin, source)
