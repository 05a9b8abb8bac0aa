"""The composition root: builds everything once, in order; starts; stops in reverse.

Start: lock and migrate the data, read what is known by heart, find and prepare the plugins, compose
services and web, start the relay and the plugins, open the doors. Stop (within 10 s): shut the
doors, tell the browsers, end voices, plugins (recordings close their files) and jobs, commit what
waits, give the data free.
"""

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from salon.clock import Clock, SystemClock
from salon.config import Config
from salon.domain.events import (
    ChannelDeleted,
    ConversationLeft,
    Event,
    MessageDeleted,
    MessagesDeleted,
    PluginsChanged,
    PrivacyChanged,
    RoomClosed,
    ServerStopping,
    ThreadDeleted,
)
from salon.errors import SalonError
from salon.files.pictures import Pictures
from salon.files.storage import LocalDisk
from salon.host import Discovered, Host
from salon.ids import Ids
from salon.plugin import Plugin
from salon.relay.control import Relay
from salon.relay.decoding import Decoding
from salon.relay.remote import RemoteRelay, WorkerSettings
from salon.relay.workers import Workers
from salon.services.access import Access
from salon.services.accounts import Accounts
from salon.services.announcer import Announcer
from salon.services.applications import Applications
from salon.services.audit import Audit
from salon.services.channels import Channels
from salon.services.conversations import Conversations
from salon.services.directory import Directory
from salon.services.erasing import Erasing
from salon.services.exports import Exports
from salon.services.facade import Facade, Services
from salon.services.faces import Faces
from salon.services.fetch import Fetch, Rules
from salon.services.files import MIB, Files
from salon.services.former_texts import FormerTexts
from salon.services.grants import grant_new_permissions
from salon.services.guests import Guests
from salon.services.house_rules import HouseRules
from salon.services.inbox import Inbox
from salon.services.invitations import Invitations
from salon.services.jobs import Jobs
from salon.services.leaving import Leaving
from salon.services.limits import RateLimits
from salon.services.link_cards import LinkCards
from salon.services.live import Live
from salon.services.mail import Mail
from salon.services.measures import Measures
from salon.services.mentions import MentionRules
from salon.services.messages import Messages
from salon.services.notices import Notices
from salon.services.own_emoji import OwnEmoji
from salon.services.participants import Participants
from salon.services.passkeys import Passkeys
from salon.services.passwords import Passwords
from salon.services.presence import Presence
from salon.services.privacy import PrivacyChoices
from salon.services.push import Push
from salon.services.push_devices import PushDevices
from salon.services.reactions import Reactions
from salon.services.roles import Roles
from salon.services.rooms import Rooms
from salon.services.sanctions import Sanctions
from salon.services.sealing import Seal
from salon.services.search import Search
from salon.services.search_sources import SearchSources
from salon.services.second_step import SecondStep
from salon.services.sessions import Sessions
from salon.services.slash_commands import SlashCommands
from salon.services.sound import Sound
from salon.services.threads import Threads
from salon.store.base import Connection
from salon.store.store import Store
from salon.web.app import Front, PluginFiles, WebPages, build, shared_facts
from salon.web.assets import Client
from salon.web.doorman import Doorman
from salon.web.doors import Doors, own_names
from salon.web.metrics import MetricsDoor
from salon.web.origin import Origins
from salon.web.templating import Templates
from salon.web.unreadable import quiet_handler

LEAVES_FILES = (
    MessageDeleted,
    MessagesDeleted,
    ChannelDeleted,
    ThreadDeleted,
    ConversationLeft,
    RoomClosed,
)
DRAIN_S = 10.0
LAST_S = 2.0  # of which so much is kept for the database, which ends last
SOCKETS_DRAIN_S = 1.0  # for browsers to answer the goodbye; then nobody listens to them any more
HTTP_DRAIN_S = 2.0
GOING_AWAY = 1001
PRUNE_EVERY_S = 3_600.0
# A push service is one host for very many devices.
PUSH_RULES = Rules(ports={443}, schemes={"https"}, per_host_min=6_000)
ADDRESSES_EVERY_S = 5.0  # the machine is asked for them, which takes it a millisecond

log = structlog.get_logger(__name__)


class App:
    """One server. `start`, then `stop`; not to be started twice."""

    def __init__(
        self,
        config: Config,
        plugins: tuple[Discovered, ...],
        *,
        clock: Clock | None = None,
        relay: Relay | None = None,
    ) -> None:
        self.config = config
        self._plugins = plugins
        self.clock = clock or SystemClock()
        self._relay = relay
        self.services: Services
        self._stopping: list[Callable[[], Any]] = []
        self._chores: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start everything. What fails is raised after all that was started has been stopped."""
        try:
            await self._start()
        except BaseException:
            await self._unwind()
            raise

    async def _start(self) -> None:
        await self._open_store()
        self._compose()
        await self._prepare()
        await self._open_files()
        await self.services.host.start()
        self._stopping.append(self.services.jobs.stop)
        await self.services.jobs.start()
        self._stopping.append(self.services.link_cards.stop)
        await self.services.link_cards.start()
        self._stopping.append(self.services.push.stop)
        await self.services.push.start()
        self._stopping.append(self.services.reactions.stop)
        self.services.rooms.start()
        self._stopping.append(self._end_voices)
        self.notices.rooms_exist()
        await self._open_doors()

    async def _open_store(self) -> None:
        self._ids = Ids()
        self.store = await Store.open(
            self.config.data.directory,
            clock=self.clock,
            ids=self._ids,
            address=self.config.database.address,
            synchronous=self.config.database.synchronous,
        )
        self._stopping.append(self.store.close)
        self._seal = await asyncio.to_thread(Seal.of, self.config.data.directory)
        self.directory = Directory(self.clock)
        self.sessions = Sessions(self.store, self.clock, self.config.accounts)

        def load(connection: Connection) -> None:
            self.directory.load(connection)
            self.sessions.load(connection)

        await self.store.read(load)

    def _compose(self) -> None:
        config, clock, store, directory = self.config, self.clock, self.store, self.directory
        limits = config.limits
        self.files = PluginFiles()
        for found in self._plugins:
            if found.plugin is not None:
                self.files.know(found.name, _folder_of(found.plugin))
        self.host = Host(
            clock=clock,
            config=config,
            plugins=self._plugins,
            salon_for=lambda name: Facade(name, self.services),
            on_change=self._plugins_changed,
            migrate=self._migrate_plugin,
        )
        self.access = Access(directory, store, clock)
        self.announcer = Announcer(store, directory)
        rates = self._rates = RateLimits(clock)
        self._passwords = Passwords(
            memory_kib=config.accounts.argon2_memory_kib,
            passes=config.accounts.argon2_passes,
            length_min=config.accounts.password_min_length,
            at_once=limits.password_hashes_at_once,
            waiting_max=limits.password_queue,
        )
        self._stopping.append(self._close_passwords)
        self.presence = Presence(
            announcer=self.announcer,
            access=self.access,
            directory=directory,
            clock=clock,
            tell=self._tell,
        )
        self._messages = Messages(
            store=store,
            access=self.access,
            host=self.host,
            mentions=MentionRules(directory, self.presence.present),
            clock=clock,
            limits=limits,
        )
        self._jobs = Jobs(store, self.host, clock)
        self._sanctions = Sanctions(
            store=store,
            directory=directory,
            access=self.access,
            sessions=self.sessions,
            jobs=self._jobs,
            messages=self._messages,
            clock=clock,
        )
        accounts = Accounts(
            store=store,
            directory=directory,
            access=self.access,
            host=self.host,
            sessions=self.sessions,
            sanctions=self._sanctions,
            passwords=self._passwords,
            rates=rates,
            clock=clock,
            settings=config.accounts,
            limits=limits,
        )
        self.invitations = Invitations(store, self.access, directory, rates, clock, config.accounts)
        self.notices = Notices(self.host, directory)
        self._compose_services(accounts)

    def _compose_services(self, accounts: Accounts) -> None:
        config, clock, store, directory = self.config, self.clock, self.store, self.directory
        self.origins = Origins(config.server, own_names(config.server.host))
        self.client = Client()
        self.templates = Templates(
            self.files.loader, shared_facts(self.client, lambda: self.services)
        )
        pages = WebPages(self.templates, self.files, lambda: self._language)
        relay = self._relay or _relay(config, clock)
        live = Live()
        participants = Participants(
            live=live,
            access=self.access,
            directory=directory,
            host=self.host,
            relay=relay,
            tell=self._tell,
            clock=clock,
            slots=config.media.slots,
            pending_joins=config.limits.pending_joins_per_account,
        )
        rooms = Rooms(
            store=store,
            access=self.access,
            directory=directory,
            announcer=self.announcer,
            participants=participants,
            live=live,
            host=self.host,
            clock=clock,
            limits=config.limits,
        )
        self._storage = LocalDisk(
            config.data.directory / "files", keep_free_bytes=config.files.keep_free_mib * MIB
        )
        files = Files(
            store=store,
            access=self.access,
            storage=self._storage,
            pictures=Pictures(megapixels=config.files.picture_max_megapixels),
            rates=self._rates,
            clock=clock,
            settings=config.files,
        )
        push_devices = PushDevices(
            store=store,
            fetch=Fetch(clock, rules=PUSH_RULES),
            rates=self._rates,
            clock=clock,
            contact=lambda: self.base_url,
        )
        inbox = Inbox(store, self.access, directory, clock)
        self.services = Services(
            store=store,
            directory=directory,
            access=self.access,
            announcer=self.announcer,
            accounts=accounts,
            applications=Applications(
                store=store,
                access=self.access,
                directory=directory,
                host=self.host,
                accounts=accounts,
                passwords=self._passwords,
                limits=config.limits,
            ),
            guests=Guests(
                store=store,
                access=self.access,
                directory=directory,
                host=self.host,
                accounts=accounts,
                sessions=self.sessions,
                passwords=self._passwords,
                clock=clock,
            ),
            house_rules=HouseRules(store, self.access, directory),
            audit=Audit(store, self.access),
            sessions=self.sessions,
            second_step=SecondStep(
                store=store,
                directory=directory,
                sessions=self.sessions,
                sanctions=self._sanctions,
                rates=self._rates,
                clock=clock,
                seal=self._seal,
            ),
            mail=Mail(
                store=store,
                directory=directory,
                sessions=self.sessions,
                inbox=inbox,
                rates=self._rates,
                jobs=self._jobs,
                clock=clock,
                seal=self._seal,
                settings=config.mail,
                base_url=lambda: self.base_url,
            ),
            passkeys=Passkeys(
                store=store,
                directory=directory,
                sessions=self.sessions,
                sanctions=self._sanctions,
                rates=self._rates,
                clock=clock,
                base_url=lambda: self.base_url,
            ),
            sanctions=self._sanctions,
            roles=Roles(store, self.access, directory, self.host),
            conversations=Conversations(store, self.access, directory, self._rates),
            privacy=PrivacyChoices(store, directory),
            channels=Channels(store, self.access, directory, config.limits),
            messages=self._messages,
            inbox=inbox,
            reactions=Reactions(store, self.access, directory, clock),
            own_emoji=OwnEmoji(store, self.access, files, self._rates),
            slash_commands=SlashCommands(self.access, directory, self.host, clock),
            former_texts=FormerTexts(store, self.access, clock, config.limits),
            files=files,
            exports=Exports(
                store=store,
                storage=self._storage,
                access=self.access,
                accounts=accounts,
                directory=directory,
                host=self.host,
                queue=self._jobs,
                clock=clock,
            ),
            leaving=Leaving(
                store=store,
                access=self.access,
                accounts=accounts,
                queue=self._jobs,
                clock=clock,
                days=config.accounts.deletion_days,
            ),
            threads=Threads(store, self.access, directory, self._rates, clock),
            faces=Faces(
                store=store,
                access=self.access,
                directory=directory,
                files=files,
                rates=self._rates,
            ),
            presence=self.presence,
            link_cards=LinkCards(
                store=store,
                access=self.access,
                directory=directory,
                announcer=self.announcer,
                fetch=Fetch(clock),
                clock=clock,
            ),
            search=Search(store, self.access, directory, clock),
            search_sources=SearchSources(self.host, clock),
            rooms=rooms,
            participants=participants,
            live=live,
            sound=Sound(
                directory=directory,
                participants=participants,
                live=live,
                relay=relay,
                decoding=Decoding(log_level=config.logs.level, log_format=config.logs.format),
                host=self.host,
            ),
            measures=Measures(relay=relay, live=live, access=self.access, files=files, clock=clock),
            jobs=self._jobs,
            push_devices=push_devices,
            push=Push(
                store=store,
                access=self.access,
                directory=directory,
                devices=push_devices,
                jobs=self._jobs,
                clock=clock,
                present=self.presence.present,
            ),
            host=self.host,
            relay=relay,
            clock=clock,
            ids=self._ids,
            pages=pages,
            base_url=lambda: self.base_url,
            data_directory=config.data.directory,
        )
        self._connect(participants)

    def _connect(self, participants: Participants) -> None:
        """Let those hear of each other who must: what ends here ends there."""
        self._access_version = self.directory.access_version

        def happened(event: Event) -> None:
            self.notices.happened(event)
            self.services.link_cards.happened(event)
            self.services.push.happened(event)
            if self._access_version != self.directory.access_version:
                self._access_version = self.directory.access_version
                participants.access_changed()
            if isinstance(event, PrivacyChanged):
                self.presence.changed()
            if isinstance(event, LEAVES_FILES):
                self.services.files.look_soon()

        self.announcer.when_committed(happened)
        self.sessions.listen(self.announcer.close_sessions)
        self.sessions.listen(participants.revoked)
        self.sessions.listen(self.services.push_devices.session_ended)
        Erasing(self.services)  # the queue keeps it

    def _compose_web(self) -> None:
        self.front: Front = build(
            config=self.config,
            services=self.services,
            invitations=self.invitations,
            templates=self.templates,
            files=self.files,
            client=self.client,
            origins=self.origins,
            clock=self.clock,
            claimed=self._claimed,
            is_voice_open=lambda: self.doors.is_voice_open,
        )
        self.announcer.describe_access_with(self.front.gateway.access_body)

    async def _prepare(self) -> None:
        """Bring up the media worker, which takes a while, beside all that needs no voices."""
        self._stopping.append(self.services.relay.stop)
        relay_started = asyncio.create_task(self.services.relay.start(), name="app.relay")
        self._stopping.append(self.services.sound.stop)
        self._stopping.append(self.services.host.stop)
        try:
            await self.services.host.prepare()
            await grant_new_permissions(self.store, self.directory, self.services.host)
            self._compose_web()
        except BaseException:
            relay_started.cancel()
            await asyncio.gather(relay_started, return_exceptions=True)
            raise
        await relay_started

    async def _open_files(self) -> None:
        self._stopping.append(self._storage.close)
        await self._storage.open()
        self._stopping.append(self.services.files.stop)
        await self.services.files.start()

    async def _open_doors(self) -> None:
        limits = self.config.limits
        runner = web.AppRunner(
            self.front.application,
            access_log=None,
            handle_signals=False,
            keepalive_timeout=limits.keep_alive_s,
            max_line_size=limits.headers_max_bytes,
            max_field_size=limits.headers_max_bytes,
            max_headers=limits.headers_max_count,
        )
        await runner.setup()
        server = runner.server
        if server is None:
            raise RuntimeError("aiohttp made no server")
        doorman = Doorman(lambda: quiet_handler(server), limits, self.origins.is_trusted)
        self.doors = Doors(self.config, self.services.relay, doorman)
        self._stopping.append(lambda: self._close_web(runner))
        await self.doors.open(claimed=self.directory.is_claimed)
        metrics = MetricsDoor(self.config.metrics, limits, self.services.measures)
        self._stopping.append(metrics.close)
        await metrics.open()
        self._chores = [
            asyncio.create_task(self._prune(), name="app.prune"),
            asyncio.create_task(self._follow_addresses(), name="app.addresses"),
        ]

    # -- while running

    async def reload(self, config: Config) -> None:
        """Move voices to where a configuration that was read again has them.

        All else in it waits for the next start. Raises PortInUse, Unavailable; then all stays.
        """
        await self.doors.move_voices(config.media, claimed=self.directory.is_claimed)

    @property
    def base_url(self) -> str:
        return self.origins.base_url

    @property
    def _language(self) -> str:
        return self.directory.community.language if self.directory.is_claimed else "en"

    def _tell(self, event: Event) -> None:
        """Tell clients of an ephemeral event, then the plugins."""
        self.announcer.tell(event)
        self.notices.happened(event)

    async def _claimed(self) -> None:
        """The server has an owner: plugins' permissions are given, the doors go where told."""
        await grant_new_permissions(self.store, self.directory, self.host)
        try:
            await self.doors.rebind(claimed=True)
        except SalonError as error:  # the owner has come in; only the way for others is missing
            log.warning("the server listens on this machine only", reason=error.message)

    def _plugins_changed(self) -> None:
        bodies = tuple(status.body() for status in self.host.statuses())
        if self.directory.is_claimed:
            self.announcer.tell(PluginsChanged(bodies))

    async def _migrate_plugin(self, name: str, plugin: type[Plugin[Any]]) -> None:
        folder = _folder_of(plugin) / "migrations"
        if folder.is_dir():
            await self.store.migrate_plugin(name, folder)

    async def _prune(self) -> None:
        while True:
            await asyncio.sleep(PRUNE_EVERY_S)
            try:
                await self.sessions.prune()
                await self.services.former_texts.prune()
                await self.services.applications.prune()
                await self.services.guests.end_due()
                await self.services.exports.prune()
                await self.services.mail.queue_digests()
                await self.services.threads.archive_quiet()
            except SalonError as error:
                log.warning("what is old stays for another hour", reason=error.message)

    async def _follow_addresses(self) -> None:
        refusal = ""
        while True:
            await asyncio.sleep(ADDRESSES_EVERY_S)
            try:
                await self.doors.follow_addresses(claimed=self.directory.is_claimed)
            except SalonError as error:
                if error.message != refusal:  # once, though it is tried again and again
                    log.warning("voices stay on the addresses of before", reason=error.message)
                refusal = error.message
            else:
                refusal = ""

    # -- the end

    async def stop(self) -> None:
        """Drain and end, within 10 s. Whatever one part raises, the others are ended too."""
        self.front.api.stopping = True
        await self._unwind()

    async def _unwind(self) -> None:
        """End what was started, last first. What hangs is left behind; the database is not."""
        for chore in self._chores:
            chore.cancel()
        until_s = asyncio.get_running_loop().time() + DRAIN_S - LAST_S
        while self._stopping:
            end = self._stopping.pop()
            if not self._stopping:
                until_s += LAST_S
            try:
                async with asyncio.timeout_at(until_s):
                    await end()
            except TimeoutError:
                log.warning("a part did not end in time", seconds=DRAIN_S)
            except Exception:
                log.exception("a part did not end in order")

    async def _close_web(self, runner: web.AppRunner) -> None:
        await self.doors.close()
        self.announcer.tell(ServerStopping())
        self.presence.stop()
        await self.announcer.close_all(GOING_AWAY, "the server stops", within_s=SOCKETS_DRAIN_S)
        server = runner.server
        if server is not None:
            server.pre_shutdown()
            await server.shutdown(HTTP_DRAIN_S)
        await runner.cleanup()

    async def _end_voices(self) -> None:
        await self.services.rooms.stop()
        await self.services.participants.stop()

    async def _close_passwords(self) -> None:
        self._passwords.close()


def _relay(config: Config, clock: Clock) -> Relay:
    media, limits, logs = config.media, config.limits, config.logs
    if media.workers == 0:
        from salon.relay.local import LocalRelay  # with all that it needs: 20 MB

        return LocalRelay(
            clock,
            packed_from=media.packed_from,
            voice_max_kbit_per_s=limits.voice_max_kbit_per_s,
            voice_packets_per_s=limits.voice_packets_per_s,
            room_seats=limits.room_seats,
        )
    settings = WorkerSettings(
        packed_from=media.packed_from,
        voice_max_kbit_per_s=limits.voice_max_kbit_per_s,
        voice_packets_per_s=limits.voice_packets_per_s,
        room_seats=limits.room_seats,
        log_level=logs.level,
        log_format=logs.format,
    )
    relays = [RemoteRelay(settings) for _ in range(media.workers)]
    return relays[0] if len(relays) == 1 else Workers(relays)


def _folder_of(plugin: type[Plugin[Any]]) -> Path:
    return Path(inspect.getfile(plugin)).resolve().parent
