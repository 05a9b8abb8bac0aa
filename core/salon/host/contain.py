"""The one guard around foreign code: it may raise, hang or exit, and the server goes on.

What awaits runs in a task of its own, so that a plugin that cancels itself, or swallows its
cancellation, is told apart from a caller who was cancelled. A plain function is called at once: a
task, a timer and two rounds of the loop cost more than most plugins have to say to a message.
`SystemExit` counts as a fault: raised in a task it would end the event loop. `KeyboardInterrupt` is
the keeper's and passes.
"""

import asyncio
import inspect
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from salon.errors import Unavailable

T = TypeVar("T")

TEXT_MAX_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Call:
    """Whose code runs, and where: `Call("moderation", "may_post_message")`."""

    plugin: str
    what: str

    def __str__(self) -> str:
        return f"{self.plugin}.{self.what}"


class PluginFailed(Unavailable):
    """Foreign code failed while it was needed for an answer; `plugin` in the facts names it."""

    code = "plugin_error"
    http_status = 502

    def __init__(self, plugin: str) -> None:
        message = f"The plugin {plugin!r} failed. Try again later, or tell the owner."
        super().__init__(message, plugin=plugin)
        self.plugin = plugin


class Misbehaved(Exception):
    """What a plugin did wrong without raising; the text is ours and holds nothing foreign."""


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[T]):
    answer: T | None = None
    error: BaseException | None = None


class Guard:
    """Runs foreign code; a failure is counted for its plugin and raised as PluginFailed.

    Knows which calls run now, so that the watchdog can name the one that blocks. A call that
    refuses to end after its budget is left behind: we never wait for it.
    """

    def __init__(self, on_fault: Callable[[Call, BaseException], None]) -> None:
        self._on_fault = on_fault
        self._running: dict[asyncio.Task[Any], Call] = {}
        self._running_sync: Call | None = None

    async def run(
        self,
        call: Call,
        work: Callable[[], Awaitable[T]],
        *,
        budget_s: float | None,
        passes: tuple[type[Exception], ...] = (),
    ) -> T:
        """Await foreign code for at most `budget_s`; None waits as long as the caller does.

        Raises PluginFailed, and what is listed in `passes` as it is. The caller's own cancellation
        goes through and cancels the call.
        """
        task = asyncio.create_task(_caught(work), name=str(call))
        self._running[task] = call
        task.add_done_callback(self._running.pop)
        try:
            await asyncio.wait({task}, timeout=budget_s)
        finally:
            task.cancel()  # no effect on one that has ended
        if not task.done():
            raise self.failed(call, Misbehaved(f"no answer in {budget_s:g} s"))
        if task.cancelled():
            raise self.failed(call, Misbehaved("cancelled itself"))
        outcome = task.result()
        if outcome.error is None:
            return outcome.answer  # type: ignore[return-value]  # None is an answer, if T says so
        if isinstance(outcome.error, passes):
            raise outcome.error
        raise self.failed(call, outcome.error) from outcome.error

    async def run_here(self, call: Call, work: Callable[[], Awaitable[Any]]) -> bool:
        """Await foreign code in the caller's own task, made for it, without a budget.

        Return whether it ended well; a failure is counted. Cancelling the task cancels the code
        and leaves it the time that the canceller gives.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._running[task] = call
        try:
            outcome = await _caught(work)
        except asyncio.CancelledError:
            if task.cancelling():
                raise
            outcome = _Outcome(error=Misbehaved("cancelled itself"))
        finally:
            self._running.pop(task, None)
        if outcome.error is not None:
            self._on_fault(call, outcome.error)
        return outcome.error is None

    def run_sync(self, call: Call, work: Callable[[], T]) -> T:
        """Call foreign code that does not await. Raises PluginFailed and nothing else.

        It cannot be interrupted; the watchdog names it when it takes too long. Meanwhile nobody's
        task is the current one: what cancels that would cancel the caller.
        """
        before, self._running_sync = self._running_sync, call
        loop = asyncio.get_running_loop()
        caller = asyncio.current_task(loop)
        if caller is not None:
            asyncio._leave_task(loop, caller)  # noqa: SLF001 documented for who steps tasks himself
        try:
            return work()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise self.failed(call, error) from error
        finally:
            if caller is not None:
                asyncio._enter_task(loop, caller)  # noqa: SLF001 the same
            self._running_sync = before

    def failed(self, call: Call, error: BaseException) -> PluginFailed:
        """Count a failure and return what the caller is to raise."""
        self._on_fault(call, error)
        return PluginFailed(call.plugin)

    def wrong_answer(self, call: Call, answer: object, expected: str) -> PluginFailed:
        """Like `failed`, for an answer that cannot be used."""
        if inspect.iscoroutine(answer):
            answer.close()  # nobody will await it
        received = type(answer).__name__[:TEXT_MAX_CHARACTERS]
        return self.failed(call, Misbehaved(f"answered {received}, expected {expected}"))

    def running_in(self, task: asyncio.Task[Any] | None) -> Call | None:
        """Return whose code runs in a task, or outside all of them. For any thread."""
        return self._running_sync or (self._running.get(task) if task is not None else None)


async def _caught(work: Callable[[], Awaitable[T]]) -> _Outcome[T]:
    try:
        return _Outcome(answer=await work())
    except (asyncio.CancelledError, KeyboardInterrupt):
        raise
    except BaseException as error:
        return _Outcome(error=error)


def described(error: BaseException) -> str:
    """Return one line for the owner: `RuntimeError: no words (filters.py:12)`."""
    try:
        text = " ".join(str(error).split())[:TEXT_MAX_CHARACTERS]
    except Exception:
        text = "(its text cannot be read)"
    text = text.encode("utf-8", "replace").decode()
    if isinstance(error, Misbehaved):
        return text
    return f"{type(error).__name__}: {text} ({place_of(error)})"


def place_of(error: BaseException) -> str:
    """Return the innermost line of the traceback that is in a file: `filters.py:12`."""
    frames = traceback.extract_tb(error.__traceback__)
    files = [frame for frame in frames if not frame.filename.startswith("<")]
    return f"{Path(files[-1].filename).name}:{files[-1].lineno}" if files else "no place known"
