"""The guard: whatever foreign code does, its caller gets an answer or one kind of error."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import pytest

from salon.errors import Denied
from salon.host.contain import Call, Guard, PluginFailed, described

CALL = Call("careless", "message_posted")


class Faults:
    def __init__(self) -> None:
        self.seen: list[tuple[Call, str]] = []

    def add(self, call: Call, error: BaseException) -> None:
        self.seen.append((call, described(error)))


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def guard(faults: Faults) -> Guard:
    return Guard(faults.add)


async def _raises() -> None:
    raise ValueError("no words")


async def _exits() -> None:
    sys.exit(3)


async def _raises_base() -> None:
    raise BaseException("rare")  # noqa: TRY002 - what a careless plugin might do


async def _raises_cancelled() -> None:
    raise asyncio.CancelledError


async def _cancels_itself() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.Event().wait()


async def _hangs() -> None:
    await asyncio.Event().wait()


async def _generator_exit() -> None:
    raise GeneratorExit


@pytest.mark.parametrize(
    "work",
    [
        _raises,
        _exits,
        _raises_base,
        _raises_cancelled,
        _cancels_itself,
        _hangs,
        _generator_exit,
        lambda: None,
    ],
)
async def test_every_failure_is_counted_and_becomes_plugin_failed(
    guard: Guard, faults: Faults, work: Callable[[], Awaitable[None]]
) -> None:
    with pytest.raises(PluginFailed) as failed:
        await guard.run(CALL, work, budget_s=0.02)
    assert failed.value.body()["plugin"] == "careless"
    assert [call for call, _ in faults.seen] == [CALL]


async def test_an_answer_comes_back(guard: Guard, faults: Faults) -> None:
    async def answer() -> int:
        return 7

    assert await guard.run(CALL, answer, budget_s=1) == 7
    assert faults.seen == []


async def test_a_call_that_swallows_its_cancellation_is_left_behind(guard: Guard) -> None:
    release = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    with pytest.raises(PluginFailed):
        await guard.run(CALL, stubborn, budget_s=0.02)
    release.set()


async def test_the_callers_own_cancellation_passes_and_is_no_fault(
    guard: Guard, faults: Faults
) -> None:
    began = asyncio.Event()
    ended = asyncio.Event()

    async def works() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    caller = asyncio.create_task(guard.run(CALL, works, budget_s=60))
    await began.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await ended.wait()
    assert faults.seen == []


async def test_a_refusal_that_may_pass_is_no_fault(guard: Guard, faults: Faults) -> None:
    async def refuses() -> None:
        raise Denied("Not you.")

    with pytest.raises(Denied, match="Not you"):
        await guard.run(CALL, refuses, budget_s=1, passes=(Denied,))
    assert faults.seen == []


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), SystemExit(1), BaseException("x"), asyncio.CancelledError(), StopIteration()],
)
async def test_code_that_does_not_await_is_guarded_too(
    guard: Guard, faults: Faults, error: BaseException
) -> None:
    def fails() -> None:
        raise error

    with pytest.raises(PluginFailed):
        guard.run_sync(CALL, fails)
    assert len(faults.seen) == 1


async def test_the_keepers_interrupt_is_not_swallowed(guard: Guard) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guard.run_sync(CALL, interrupted)


async def test_code_that_does_not_await_cannot_cancel_its_caller(
    guard: Guard, faults: Faults
) -> None:
    def cancels() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()

    caller = asyncio.current_task()
    with pytest.raises(PluginFailed):
        guard.run_sync(CALL, cancels)
    await asyncio.sleep(0)  # where it would be felt
    assert asyncio.current_task() is caller
    assert len(faults.seen) == 1


async def test_the_running_call_is_known_by_its_task(guard: Guard) -> None:
    async def who() -> tuple[Call | None, str]:
        task = asyncio.current_task()
        assert task is not None
        return guard.running_in(task), task.get_name()

    assert await guard.run(CALL, who, budget_s=1) == (CALL, "careless.message_posted")
    assert guard.running_in(asyncio.current_task()) is None


def test_the_description_of_a_hostile_error_is_one_short_line() -> None:
    class UnreadableError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert "cannot be read" in described(UnreadableError())
    assert len(described(ValueError("x\n" * 1_000_000))) < 400
    described(ValueError("\ud800")).encode()
