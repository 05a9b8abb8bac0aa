"""What the services of every subject stand on: who may what, plugins, jobs, limits, addresses."""

from salon.app.plugin_folders import files_of, migrate_plugin
from salon.clock import Clock
from salon.config import Config
from salon.domain.events import Event, PluginsChanged
from salon.host import Discovered, Host
from salon.ids import Ids
from salon.relay.control import Relay
from salon.services.access import Access
from salon.services.announcer import Announcer
from salon.services.directory import Directory
from salon.services.facade import Facade
from salon.services.invitations import Invitations
from salon.services.jobs import Jobs
from salon.services.limits import RateLimits
from salon.services.notices import Notices
from salon.services.passwords import Passwords
from salon.services.presence import Presence
from salon.services.sealing import Seal
from salon.services.services import Services
from salon.services.sessions import Sessions
from salon.store.store import Store
from salon.web.doors import own_names
from salon.web.origin import Origins


class Foundation:
    """The parts that others are built on, over a database that is open and known by heart."""

    services: Services
    """All of them, once they are composed: plugins and pages ask for them later."""

    def __init__(  # noqa: PLR0913 all that stands before anything is built
        self,
        config: Config,
        plugins: tuple[Discovered, ...],
        *,
        clock: Clock,
        ids: Ids,
        relay: Relay,
        store: Store,
        seal: Seal,
        directory: Directory,
        sessions: Sessions,
    ) -> None:
        self.config = config
        self.clock = clock
        self.ids = ids
        self.relay = relay
        self.store = store
        self.seal = seal
        self.directory = directory
        self.sessions = sessions
        self.rates = RateLimits(clock)
        self.origins = Origins(config.server, own_names(config.server.host))
        self.passwords = _passwords(config)
        self.plugin_files = files_of(plugins)
        self.host = self._host(plugins)
        self.access = Access(directory, store, clock)
        self.announcer = Announcer(store, directory)
        self.notices = Notices(self.host, directory)
        self.jobs = Jobs(store, self.host, clock)
        self.presence = Presence(
            announcer=self.announcer,
            access=self.access,
            directory=directory,
            clock=clock,
            tell=self.tell,
        )
        self.invitations = Invitations(
            store, self.access, directory, self.rates, clock, config.accounts
        )

    def _host(self, plugins: tuple[Discovered, ...]) -> Host:
        return Host(
            clock=self.clock,
            config=self.config,
            plugins=plugins,
            salon_for=lambda name: Facade(name, self.services),
            on_change=self._plugins_changed,
            migrate=lambda name, plugin: migrate_plugin(self.store, name, plugin),
        )

    def base_url(self) -> str:
        return self.origins.base_url

    def language(self) -> str:
        return self.directory.community.language if self.directory.is_claimed else "en"

    def tell(self, event: Event) -> None:
        """Tell clients of an ephemeral event, then plugins, then who listens without an account."""
        self.announcer.tell(event)
        self.notices.happened(event)
        self.services.listening.happened(event)
        self.services.evenings.happened(event)

    def _plugins_changed(self) -> None:
        bodies = tuple(status.body() for status in self.host.statuses())
        if self.directory.is_claimed:
            self.announcer.tell(PluginsChanged(bodies))


def _passwords(config: Config) -> Passwords:
    return Passwords(
        memory_kib=config.accounts.argon2_memory_kib,
        passes=config.accounts.argon2_passes,
        length_min=config.accounts.password_min_length,
        at_once=config.limits.password_hashes_at_once,
        waiting_max=config.limits.password_queue,
    )
