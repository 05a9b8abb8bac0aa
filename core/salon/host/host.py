"""The plugin host: finds out who may run, starts, asks, tells, contains and stops."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

import structlog

from salon.clock import Clock
from salon.config import Config
from salon.errors import Conflict, NotFound, SalonError, Unavailable
from salon.host.admission import Admission, Migrate
from salon.host.contain import Call, Guard, Misbehaved, PluginFailed, described
from salon.host.discovery import Discovered, in_starting_order
from salon.host.faultlog import FaultLog
from salon.host.hooks import Hooks, failure_of
from salon.host.inbox import Notice
from salon.host.resident import Resident
from salon.host.status import SHOWN_FAULTS, Cause, Fault, PluginState, PluginStatus
from salon.host.watchdog import Watchdog
from salon.plugin import Plugin, Salon
from salon.plugin.base import Capability
from salon.plugin.contributions import Contributions, Permission, Sentence

T = TypeVar("T")

SLOW_STARTUP_S = 3.0
TOLD_AT_ONCE = 8  # notices
EXPORT_MAX_BYTES = 8 * 1024 * 1024  # of what one plugin keeps of one person
RESUMABLE = frozenset({PluginState.FAILED, PluginState.SUSPENDED})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KindStatus:
    """A room kind that a plugin declared, and whether that plugin runs now."""

    kind: str
    title: str
    without: str
    plugin: str
    running: bool
    seats: int
    permission: str | None
    hint: Sentence


async def no_migrations(_name: str, _plugin: type[Plugin[Any]]) -> None:
    """Stand in where there is no database."""


class Host:
    """All plugins of one server. Everything here is used in the loop's thread.

    `salon_for` makes the view of the server that each plugin gets; `migrate` brings its tables up
    to date; `on_change` is called when the owner should look at the plugins again.
    """

    budget_factor: ClassVar[float] = 1.0
    """Multiplies the budgets of all hooks: more for slow machines, less for tests."""

    def __init__(
        self,
        *,
        clock: Clock,
        config: Config,
        plugins: Sequence[Discovered],
        salon_for: Callable[[str], Salon],
        on_change: Callable[[], None],
        migrate: Migrate = no_migrations,
    ) -> None:
        self._clock = clock
        self._on_change = on_change
        self._migrate = migrate
        self._guard = Guard(self._count)
        self._hooks = Hooks(self._guard, budget_factor=self.budget_factor)
        self._admission = Admission(self._guard, self._hooks, config, salon_for)
        self._fault_log = FaultLog()
        self._watchdog = Watchdog(self._guard.running_in, self._blame)
        self._asked_in_order = [found.name for found in plugins]
        self._residents = [Resident(found, self._guard) for found in in_starting_order(plugins)]
        self._by_name: dict[str, Resident] = {}
        self._is_prepared = False

    # -- life

    async def prepare(self) -> None:
        """Check, build and migrate all plugins and ask what they contribute.

        What cannot run is refused with a reason; the rest goes on. Nothing has started: the
        permissions and kinds can be made known before `start`. The second call does nothing.
        """
        if self._is_prepared:
            return
        self._is_prepared = True
        self._watchdog.start()
        for resident in self._residents:
            known = self._by_name.get(resident.name)
            if known is None or known.standing.state is not PluginState.STARTING:
                self._by_name[resident.name] = resident
            if resident.standing.state is PluginState.STARTING and resident.plugin_class:
                await self._admit(resident, resident.plugin_class)
        self._hooks.put_in_order(self._asked_in_order)

    async def start(self) -> None:
        """Prepare, then start each plugin; one that fails is wound down, the rest goes on."""
        await self.prepare()
        for resident in self._residents:
            if resident.standing.state is PluginState.STARTING:
                await self._launch(resident)

    async def stop(self) -> None:
        """End all plugins in reverse order, 5 s for each one's shutdown. Can be called twice."""
        for resident in reversed(self._residents):
            if resident.standing.state in {PluginState.STARTING, PluginState.RUNNING}:
                resident.standing.move_to(PluginState.STOPPED)
                await self._wind_down(resident)
        ending = {resident.ending for resident in self._residents if resident.ending}
        if ending:
            await asyncio.wait(ending)
        await self._watchdog.stop()

    async def resume(self, name: str) -> None:
        """Start a failed or suspended plugin again, with a clean slate.

        Raises NotFound, Conflict when there is nothing to resume, PluginFailed when it fails.
        """
        resident = self._by_name.get(name)
        if resident is None:
            raise NotFound(f"There is no plugin {name!r}.", reason="no_plugin")
        if resident.standing.state not in RESUMABLE:
            raise Conflict(
                f"The plugin {name!r} is {resident.standing.state.value}.",
                reason="plugin_not_stopped",
                plugin=name,
            )
        resident.standing.move_to(PluginState.STARTING)
        resident.standing.forget_faults()
        if resident.ending is not None:
            await asyncio.wait({resident.ending})
        await self._launch(resident)
        self._on_change()
        if not resident.is_running:
            raise PluginFailed(name)

    # -- asking and telling

    async def decide(self, hook: str, draft: T, /, **facts: Any) -> T:
        """Ask whether something may be done; return the draft as it is to be done.

        The draft, None for hooks that cannot amend, is the hook's first argument. Raises Denied
        with `plugin` in its facts: by a plugin's word, or because it failed where failure denies.
        """
        for one in self._hooks.of(hook):
            resident = self._by_name[one.plugin]
            if not resident.is_running:
                continue
            try:
                draft = await self._hooks.decide(one, draft, facts)
            except PluginFailed as failed:
                if resident.policy_of(hook) == "deny":
                    raise failure_of(failed, hook) from failed
        return draft

    def tell(self, hook: str, **facts: Any) -> None:
        """Put a notice into the inbox of every running plugin that wants it; never waits."""
        notice = Notice(hook, facts)
        for one in self._hooks.of(hook):
            resident = self._by_name[one.plugin]
            if resident.is_running and not resident.inbox.put(notice) and resident.inbox.lost == 1:
                log.warning("a plugin is too slow and loses notices", plugin=one.plugin)

    async def settled(self) -> None:
        """Return when every plugin has been told everything; for tests."""
        while busy := [one for one in self._residents if not one.inbox.is_idle]:
            for resident in busy:
                await resident.inbox.settled()

    async def erase_account(self, account_id: int) -> None:
        """Let every plugin forget a person.

        Raises Unavailable when one has not, after all were asked: to be tried again until it
        returns. A plugin that does not run may still hold something, so it counts as not done.
        """
        undone = []
        for resident in self._residents:
            if not resident.implements("erase_account"):
                continue
            if not resident.is_running:
                undone.append(resident.name)
                continue
            try:
                await self._hooks.tell(resident.name, "erase_account", {"account_id": account_id})
            except PluginFailed:
                undone.append(resident.name)
        if undone:
            raise Unavailable(
                f"not erased yet by {', '.join(undone)}", plugins=undone, reason="not_erased"
            )

    async def export_account(self, account_id: int) -> AsyncIterator[tuple[str, bytes | None]]:
        """Yield what each plugin keeps of a person, as JSON; None for one that could not say."""
        for resident in self._residents:
            if not resident.implements("export_account"):
                continue
            try:
                yield resident.name, await self._exported(resident, account_id)
            except PluginFailed:
                yield resident.name, None

    async def _exported(self, resident: Resident, account_id: int) -> bytes | None:
        if not resident.is_running:
            return None
        call = Call(resident.name, "export_account")
        kept = await self._hooks.answer(call.plugin, call.what, {"account_id": account_id})
        if not kept:
            return b""
        try:
            text = json.dumps(dict(kept), ensure_ascii=False, allow_nan=False, indent=2).encode()
        except Exception as error:
            raise self._guard.failed(call, error) from error
        if len(text) > EXPORT_MAX_BYTES:
            too_much = Misbehaved(f"answered {len(text):,} bytes, at most {EXPORT_MAX_BYTES:,} fit")
            raise self._guard.failed(call, too_much)
        return text

    # -- foreign code outside hooks

    async def call(
        self,
        plugin: str,
        what: str,
        function: Callable[..., Awaitable[T]],
        /,
        *args: Any,
        budget_s: float | None,
        passes: tuple[type[Exception], ...] = (SalonError,),
    ) -> T:
        """Run a route, command, fragment or job of a plugin; None waits as long as the caller.

        Raises what is listed in `passes` as it is, Unavailable when the plugin does not run, and
        PluginFailed, counted, for anything else.
        """
        if not self.is_running(plugin):
            title = self._by_name[plugin].title if plugin in self._by_name else plugin
            raise Unavailable(
                f"{title} is off at present.", plugin=plugin, reason="plugin_off", title=title
            )
        return await self._guard.run(
            Call(plugin, what), lambda: function(*args), budget_s=budget_s, passes=passes
        )

    async def feed(
        self,
        plugin: str,
        what: str,
        function: Callable[..., Awaitable[T]],
        /,
        *args: Any,
        budget_s: float | None,
    ) -> T:
        """Hand sound to a plugin's sink, also while the plugin starts or ends.

        Raises Unavailable when it is neither running nor on its way, and PluginFailed.
        """
        resident = self._by_name.get(plugin)
        if resident is None or not resident.is_alive:
            raise Unavailable(
                f"{plugin} is off at present.", plugin=plugin, reason="plugin_off", title=plugin
            )
        return await self._guard.run(Call(plugin, what), lambda: function(*args), budget_s=budget_s)

    def count_fault(self, plugin: str, what: str, error: BaseException) -> PluginFailed:
        """Count a failure that was caught elsewhere; return what the caller is to raise."""
        return self._guard.failed(Call(plugin, what), error)

    def spawn(self, plugin: str, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """See `Salon.spawn`. Raises Conflict when the plugin does not run."""
        self._by_name[plugin].tasks.spawn(work, name=name)

    def spawn_forever(
        self, plugin: str, work: Callable[[], Coroutine[Any, Any, None]], *, name: str
    ) -> None:
        """See `Salon.spawn_forever`. Raises Conflict when the plugin does not run."""
        self._by_name[plugin].tasks.spawn_forever(work, name=name)

    # -- what there is

    @property
    def contributions(self) -> Mapping[str, Contributions]:
        """Return what each admitted plugin declared, with full names; also of one that failed.

        Routes and commands of a plugin that does not run are refused by `call`.
        """
        return MappingProxyType(
            {
                resident.name: resident.contributions
                for resident in self._residents
                if resident.contributions is not None
            }
        )

    @property
    def room_kinds(self) -> Sequence[KindStatus]:
        """Return the kinds of rooms that plugins declared, whether these run or not."""
        return tuple(
            KindStatus(
                kind.name,
                kind.title,
                kind.without,
                name,
                self.is_running(name),
                kind.seats,
                kind.permission,
                kind.hint,
            )
            for name, contributions in self.contributions.items()
            for kind in contributions.room_kinds
        )

    @property
    def permissions(self) -> Sequence[Permission]:
        """Return the permissions that plugins declared, with full names, running or not."""
        every = self.contributions.values()
        return tuple(permission for each in every for permission in each.permissions)

    def is_running(self, name: str) -> bool:
        return name in self._by_name and self._by_name[name].is_running

    def has_capability(self, name: str, capability: Capability) -> bool:
        """Whether a plugin has declared that it needs this."""
        resident = self._by_name.get(name)
        return resident is not None and capability in resident.capabilities

    def statuses(self) -> Sequence[PluginStatus]:
        """Return how each plugin is, in starting order, those that are off included."""
        now_s = self._clock.monotonic_s()
        return tuple(resident.status(now_s) for resident in self._residents)

    # -- inside

    async def _admit(self, resident: Resident, plugin: type[Plugin[Any]]) -> None:
        reason = await self._admission.reason_against(resident, plugin, self._migrate)
        if reason is not None:
            resident.standing.move_to(PluginState.REFUSED, Cause.UNFIT, reason)
            log.error("a plugin is refused", plugin=resident.name, reason=reason)

    async def _launch(self, resident: Resident) -> None:
        reason, cause = self._missing_for(resident), Cause.NEEDS
        if reason is None:
            cause = Cause.STARTUP
            reason = await self._reason_after_startup(resident)
        if resident.standing.state is not PluginState.STARTING:
            return  # the server was stopped meanwhile, and has wound it down
        if reason is None:
            resident.standing.move_to(PluginState.RUNNING)
            resident.listen(self._read)
            return
        await self._wind_down(resident)
        resident.standing.move_to(PluginState.FAILED, cause, reason)
        log.error("a plugin did not start", plugin=resident.name, reason=reason)
        self._on_change()

    def _missing_for(self, resident: Resident) -> str | None:
        required = resident.plugin_class.requires if resident.plugin_class else ()
        missing = next((name for name in required if not self.is_running(name)), None)
        return f"it needs the plugin {missing!r}, which does not run" if missing else None

    async def _reason_after_startup(self, resident: Resident) -> str | None:
        resident.is_alive = True
        resident.tasks.open()
        slow = asyncio.get_running_loop().call_later(
            SLOW_STARTUP_S, lambda: log.warning("a plugin starts slowly", plugin=resident.name)
        )
        try:
            await self._hooks.tell(resident.name, "startup", {})
        except PluginFailed:
            return resident.reason_of_failure()
        finally:
            slow.cancel()
        return None

    async def _wind_down(self, resident: Resident) -> None:
        """End what runs of a plugin, and let it end the rest. A failure is only counted."""
        await resident.stop_listening()
        if not resident.is_alive:
            return
        with contextlib.suppress(PluginFailed):
            await self._hooks.tell(resident.name, "shutdown", {})
        await resident.tasks.stop()
        resident.is_alive = False

    async def _read(self, resident: Resident) -> None:
        for number in itertools.count(1):
            notice = await resident.inbox.next()
            with contextlib.suppress(PluginFailed):
                await self._hooks.tell(resident.name, notice.hook, notice.facts)
            if number % TOLD_AT_ONCE == 0:
                await asyncio.sleep(0)  # plain functions wait for nothing, and others wait for them

    def _count(self, call: Call, error: BaseException) -> None:
        now_s = self._clock.monotonic_s()
        self._fault_log.write(call, error, now_s)
        resident = self._by_name[call.plugin]
        resident.standing.add(Fault(now_s, call.what, described(error)))
        if resident.is_running and resident.standing.is_intolerable(now_s):
            self._suspend(resident)
        elif resident.standing.recent_faults(now_s) == SHOWN_FAULTS:
            self._on_change()

    def _suspend(self, resident: Resident) -> None:
        """Take a plugin out at once, as if it were absent, and wind it down in the background."""
        reason = f"it failed too often, the last time in {resident.reason_of_failure()}"
        resident.standing.move_to(PluginState.SUSPENDED, Cause.FAILING, reason)
        resident.ending = asyncio.create_task(
            self._wind_down(resident), name=f"host.suspend.{resident.name}"
        )
        log.error("a plugin is suspended", plugin=resident.name, reason=reason)
        self._on_change()

    def _blame(self, call: Call, place: str) -> None:
        self._guard.failed(call, Misbehaved(f"blocked the event loop at {place}"))
