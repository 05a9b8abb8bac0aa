"""What a plugin spawns: contained, restarted when asked, ended with the plugin."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from salon.errors import Conflict, Unavailable
from salon.host import tasks as module
from salon.host.contain import Call, Guard
from salon.host.tasks import Tasks


class Deaths:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.happened = asyncio.Event()

    def add(self, call: Call, _error: BaseException) -> None:
        self.calls.append(call)
        self.happened.set()


@pytest.fixture
async def deaths() -> Deaths:
    return Deaths()


@pytest.fixture
async def tasks(deaths: Deaths) -> AsyncIterator[Tasks]:
    tasks = Tasks(Guard(deaths.add), "busy", first_pause_s=0)
    tasks.open()
    yield tasks
    await tasks.stop()


async def _dies() -> None:
    raise SystemExit(1)


async def test_a_task_that_dies_is_counted(tasks: Tasks, deaths: Deaths) -> None:
    tasks.spawn(_dies(), name="scoreboard")
    await deaths.happened.wait()
    assert deaths.calls == [Call("busy", "scoreboard")]


async def test_a_task_that_is_to_run_forever_is_started_again(tasks: Tasks, deaths: Deaths) -> None:
    done = asyncio.Event()
    runs = 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise asyncio.CancelledError
        done.set()

    tasks.spawn_forever(work, name="poll")
    await done.wait()
    assert runs == 3
    assert len(deaths.calls) == 2


async def test_stopping_gives_a_task_the_time_to_clean_up(tasks: Tasks, deaths: Deaths) -> None:
    began = asyncio.Event()
    cleaned: list[str] = []

    async def work() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append("closed")

    tasks.spawn(work(), name="file")
    await began.wait()
    await tasks.stop()
    assert cleaned == ["closed"]
    assert deaths.calls == []


async def test_a_task_that_does_not_end_is_left_behind(
    tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STOP_BUDGET_S", 0.02)
    began, release = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        began.set()
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    tasks.spawn(stubborn(), name="stubborn")
    await began.wait()
    await tasks.stop()
    release.set()


async def test_a_task_stopped_before_its_first_step_leaves_no_warning(tasks: Tasks) -> None:
    tasks.spawn(_dies(), name="never")
    await tasks.stop()


async def test_nothing_is_spawned_for_a_plugin_that_does_not_run(deaths: Deaths) -> None:
    tasks = Tasks(Guard(deaths.add), "off")
    with pytest.raises(Conflict, match="does not run"):
        tasks.spawn(_dies(), name="scoreboard")
    with pytest.raises(Conflict, match="does not run"):
        tasks.spawn_forever(_dies, name="scoreboard")


async def test_what_is_no_coroutine_is_refused(tasks: Tasks) -> None:
    with pytest.raises(Conflict, match="expected a coroutine"):
        tasks.spawn(_dies, name="forgot the brackets")  # type: ignore[arg-type]


async def test_there_is_no_room_for_endless_tasks(
    tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TASKS_MAX", 2)
    for number in range(2):
        tasks.spawn(asyncio.Event().wait(), name=str(number))  # type: ignore[arg-type]
    with pytest.raises(Unavailable, match="no room for more"):
        tasks.spawn(_dies(), name="one more")
