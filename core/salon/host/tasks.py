"""What a plugin spawns: named, contained, counted, and ended with the plugin."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from salon.errors import Conflict, Unavailable
from salon.host.contain import Call, Guard

TASKS_MAX = 1_000
STOP_BUDGET_S = 5.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
NAME_MAX_CHARACTERS = 100

log = structlog.get_logger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]


class Tasks:
    """The running tasks of one plugin. Closed until `open`, and again after `stop`."""

    def __init__(self, guard: Guard, plugin: str, *, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._guard = guard
        self._plugin = plugin
        self._first_pause_s = first_pause_s
        self._running: set[asyncio.Task[None]] = set()
        self._is_open = False

    def open(self) -> None:
        self._is_open = True

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run a coroutine to its end; a death is counted as a fault.

        Raises Conflict when the plugin does not run, Unavailable above 1,000 tasks.
        """
        if not asyncio.iscoroutine(work):
            raise Conflict(f"{self._plugin} spawned {type(work).__name__}, expected a coroutine")
        try:
            self._check_room(name)
        except (Conflict, Unavailable):
            work.close()  # nobody will await it
            raise
        self._start(self._once(work, name), work, name)

    def spawn_forever(self, work: Work, *, name: str) -> None:
        """Like spawn; a coroutine that dies is made and run again after a growing pause.

        One that returns has ended. The pause starts over after a minute without a death.
        """
        self._check_room(name)
        self._start(self._forever(work, name), None, name)

    async def stop(self) -> None:
        """Cancel everything and wait at most 5 s. Can be called twice."""
        self._is_open = False
        cancelled = [task for task in self._running if task is not asyncio.current_task()]
        for task in cancelled:
            task.cancel()
        if not cancelled:
            return
        _, stuck = await asyncio.wait(cancelled, timeout=STOP_BUDGET_S)
        for task in stuck:
            log.warning("a task does not end and is left behind", task=task.get_name())

    def _check_room(self, name: str) -> None:
        if not self._is_open:
            raise Conflict(f"{self._plugin} does not run, so it cannot spawn {name!r}")
        if len(self._running) >= TASKS_MAX:
            raise Unavailable(f"{self._plugin} runs {TASKS_MAX:,} tasks already, no room for more")

    def _start(
        self,
        runner: Coroutine[Any, Any, None],
        work: Coroutine[Any, Any, None] | None,
        name: str,
    ) -> None:
        task = asyncio.create_task(runner, name=str(self._call(name)))
        self._running.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._running.discard(task)
            if work is not None:
                work.close()  # one that was cancelled before its first step was never awaited

        task.add_done_callback(ended)

    async def _once(self, work: Coroutine[Any, Any, None], name: str) -> None:
        await self._guard.run_here(self._call(name), lambda: work)

    async def _forever(self, work: Work, name: str) -> None:
        loop = asyncio.get_running_loop()
        pause_s = self._first_pause_s
        while True:
            began_s = loop.time()
            if await self._guard.run_here(self._call(name), work):
                return
            if loop.time() - began_s > LONGEST_PAUSE_S:
                pause_s = self._first_pause_s
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _call(self, name: str) -> Call:
        return Call(self._plugin, name[:NAME_MAX_CHARACTERS])
