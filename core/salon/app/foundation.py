"""What the services stand on, and what they share: who may what, plugins, messages, accounts."""

from salon.app.plugin_folders import files_of, migrate_plugin
from salon.clock import Clock
from salon.config import Config
from salon.domain.events import Event, PluginsChanged
from salon.host import Discovered, Host
from salon.services.access import Access
from salon.services.accounts import Accounts
from salon.services.announcer import Announcer
from salon.services.deletions import Deletions
from salon.services.directory import Directory
from salon.services.facade import Facade
from salon.services.invitations import Invitations
from salon.services.jobs import Jobs
from salon.services.limits import Paces, RateLimits
from salon.services.mentions import MentionRules
from salon.services.messages import Messages
from salon.services.notices import Notices
from salon.services.passwords import Passwords
from salon.services.pins import Pins
from salon.services.presence import Presence
from salon.services.recent_messages import RecentMessages
from salon.services.sanctions import Sanctions
from salon.services.sealing import Seal
from salon.services.services import Services
from salon.services.sessions import Sessions
from salon.store.store import Store


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
        store: Store,
        seal: Seal,
        directory: Directory,
        sessions: Sessions,
    ) -> None:
        self.config = config
        self._plugins = plugins
        self.clock = clock
        self.store = store
        self._seal = seal
        self.directory = directory
        self.sessions = sessions
        self._compose()

    def _compose(self) -> None:
        config, clock, store, directory = self.config, self.clock, self.store, self.directory
        limits = config.limits
        self.files = files_of(self._plugins)
        self.host = Host(
            clock=clock,
            config=config,
            plugins=self._plugins,
            salon_for=lambda name: Facade(name, self.services),
            on_change=self._plugins_changed,
            migrate=lambda name, plugin: migrate_plugin(store, name, plugin),
        )
        self.access = Access(directory, store, clock)
        self.announcer = Announcer(store, directory)
        rates = self._rates = RateLimits(clock)
        self.passwords = Passwords(
            memory_kib=config.accounts.argon2_memory_kib,
            passes=config.accounts.argon2_passes,
            length_min=config.accounts.password_min_length,
            at_once=limits.password_hashes_at_once,
            waiting_max=limits.password_queue,
        )
        self.presence = Presence(
            announcer=self.announcer,
            access=self.access,
            directory=directory,
            clock=clock,
            tell=self._tell,
        )
        paces, recent = Paces(limits.messages_burst, limits.messages_per_s), RecentMessages()
        self._messages = Messages(
            store=store,
            access=self.access,
            host=self.host,
            mentions=MentionRules(directory, self.presence.present),
            clock=clock,
            limits=limits,
            paces=paces,
            recent=recent,
        )
        self._deletions = Deletions(store, self.access, recent, limits)
        self._pins = Pins(store, self.access, paces, clock)
        self._jobs = Jobs(store, self.host, clock)
        self._sanctions = Sanctions(
            store=store,
            directory=directory,
            access=self.access,
            sessions=self.sessions,
            jobs=self._jobs,
            deletions=self._deletions,
            clock=clock,
            seal=self._seal,
        )
        self._accounts = Accounts(
            store=store,
            directory=directory,
            access=self.access,
            host=self.host,
            sessions=self.sessions,
            sanctions=self._sanctions,
            passwords=self.passwords,
            rates=rates,
            clock=clock,
            settings=config.accounts,
            limits=limits,
        )
        self.invitations = Invitations(store, self.access, directory, rates, clock, config.accounts)
        self.notices = Notices(self.host, directory)

    def _tell(self, event: Event) -> None:
        """Tell clients of an ephemeral event, then the plugins."""
        self.announcer.tell(event)
        self.notices.happened(event)

    def _plugins_changed(self) -> None:
        bodies = tuple(status.body() for status in self.host.statuses())
        if self.directory.is_claimed:
            self.announcer.tell(PluginsChanged(bodies))
