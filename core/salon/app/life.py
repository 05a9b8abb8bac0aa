"""The life of one server: starts what the composition built, in order; stops it in reverse.

Start: lock and migrate the data, read what is known by heart, find and prepare the plugins, compose
services and web, start the relay and the plugins, open the doors. Stop (within 10 s): shut the
doors, tell the browsers, end voices, plugins (recordings close their files) and jobs, commit what
waits, give the data free.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from aiohttp import web

from salon.app.composition import Composition
from salon.app.foundation import Foundation
from salon.app.relay import chosen_relay
from salon.clock import Clock, SystemClock
from salon.config import Config
from salon.domain.events import (
    ServerStopping,
)
from salon.errors import SalonError
from salon.host import Discovered
from salon.ids import Ids
from salon.relay.control import Relay
from salon.services.directory import Directory
from salon.services.grants import grant_new_permissions
from salon.services.sealing import Seal
from salon.services.services import Services
from salon.services.sessions import Sessions
from salon.store.base import Connection
from salon.store.store import Store
from salon.web.doorman import Doorman
from salon.web.doors import Doors
from salon.web.metrics import MetricsDoor
from salon.web.unreadable import quiet_handler

DRAIN_S = 10.0
LAST_S = 2.0  # of which so much is kept for the database, which ends last
SOCKETS_DRAIN_S = 1.0  # for browsers to answer the goodbye; then nobody listens to them any more
HTTP_DRAIN_S = 2.0
GOING_AWAY = 1001
PRUNE_EVERY_S = 3_600.0
ADDRESSES_EVERY_S = 5.0  # the machine is asked for them, which takes it a millisecond
NAME_EVERY_S = 60.0

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
        self._stopping.append(self.services.plugin_pushes.stop)
        self.services.plugin_pushes.start()
        self._stopping.append(self.services.rooms_told.stop)
        self.services.rooms_told.start()
        self._stopping.append(self.services.reactions.stop)
        self._stopping.append(self.services.live_reactions.stop)
        self._stopping.append(self.services.stages.keeping.stop)
        self._stopping.append(self.services.room_keeping.stop)
        self._stopping.append(self.services.stage_waiting.stop)
        await self.services.rooms.start()
        self._stopping.append(self.services.trials.stop)
        self._stopping.append(self._end_voices)
        self._base.notices.rooms_exist()
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
        self._base = Foundation(
            self.config,
            self._plugins,
            clock=self.clock,
            ids=self._ids,
            relay=self._relay or chosen_relay(self.config, self.clock),
            store=self.store,
            seal=self._seal,
            directory=self.directory,
            sessions=self.sessions,
        )
        self._stopping.append(self._close_passwords)
        self._parts = Composition(self._base)
        self.services = self._parts.services
        self.host = self._base.host
        self.announcer = self._base.announcer
        self.presence = self._base.presence
        self.invitations = self._base.invitations
        self.client = self._parts.client

    async def _prepare(self) -> None:
        """Bring up the media worker, which takes a while, beside all that needs no voices."""
        self._stopping.append(self.services.relay.stop)
        relay_started = asyncio.create_task(self.services.relay.start(), name="app.relay")
        self._stopping.append(self.services.sound.stop)
        self._stopping.append(self.services.host.stop)
        try:
            await self.services.host.prepare()
            await grant_new_permissions(self.store, self.directory, self.services.host)
            self.front = self._parts.compose_web(
                claimed=self._claimed, is_voice_open=lambda: self.doors.is_voice_open
            )
        except BaseException:
            relay_started.cancel()
            await asyncio.gather(relay_started, return_exceptions=True)
            raise
        await relay_started

    async def _open_files(self) -> None:
        self._stopping.append(self.services.storage.close)
        await self.services.storage.open()
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
        doorman = Doorman(lambda: quiet_handler(server), limits, self._base.origins.is_trusted)
        self.doors = Doors(self.config, self.services.relay, doorman)
        self._stopping.append(lambda: self._close_web(runner))
        await self.doors.open(claimed=self.directory.is_claimed)
        metrics = MetricsDoor(self.config.metrics, limits, self.services.measures)
        self._stopping.append(metrics.close)
        await metrics.open()
        self._chores = [
            asyncio.create_task(self._prune(), name="app.prune"),
            asyncio.create_task(self._follow_addresses(), name="app.addresses"),
            asyncio.create_task(self._follow_name(), name="app.name"),
        ]

    # -- while running

    async def reload(self, config: Config) -> None:
        """Move voices to where a configuration that was read again has them.

        All else in it waits for the next start. Raises PortInUse, Unavailable; then all stays.
        """
        await self.doors.move_voices(config.media, claimed=self.directory.is_claimed)
        self.services.doctor.media = config.media

    @property
    def base_url(self) -> str:
        return self._base.origins.base_url

    async def _claimed(self) -> None:
        """The server has an owner: plugins' permissions are given, the doors go where told."""
        await grant_new_permissions(self.store, self.directory, self.host)
        try:
            await self.doors.rebind(claimed=True)
        except SalonError as error:  # the owner has come in; only the way for others is missing
            log.warning("the server listens on this machine only", reason=error.message)

    async def _prune(self) -> None:
        while True:
            await asyncio.sleep(PRUNE_EVERY_S)
            try:
                await self.sessions.prune()
                await self.services.former_texts.prune()
                await self.services.applications.prune()
                await self.services.jobs.prune()
                await self.services.guests.end_due()
                await self.services.exports.prune()
                await self.services.mail.queue_digests()
                await self.services.threads.archive_quiet()
                await self.services.link_cards.prune()
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

    async def _follow_name(self) -> None:
        while True:
            try:
                await self.doors.follow_name(claimed=self.directory.is_claimed)
            except SalonError as error:
                log.warning("browsers are told the addresses of before", reason=error.message)
            await asyncio.sleep(NAME_EVERY_S)

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
        self.announcer.tell(ServerStopping(self.front.gateway.spread_s))
        self.presence.stop()
        await self.services.listening.stop()
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
        self._base.passwords.close()
