"""The watchdog names whoever blocks the loop."""

import asyncio
import selectors
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import pytest

from salon.host import watchdog as module
from salon.host.contain import Call, Guard
from salon.host.watchdog import Watchdog


def _busy() -> None:
    """Do nothing useful."""


def _waiting() -> None:
    """Wait as for a program's output: not the loop's own waiting, though the same code."""
    with selectors.DefaultSelector() as selector:
        selector.select(0.2)


@pytest.mark.parametrize("does", [_busy, _waiting])
async def test_a_call_that_blocks_the_loop_is_named_with_its_line(
    monkeypatch: pytest.MonkeyPatch,
    log_lines: list[MutableMapping[str, Any]],
    does: Callable[[], None],
) -> None:
    monkeypatch.setattr(module, "BLOCK_LIMIT_S", 0.05)
    monkeypatch.setattr(module, "BEAT_S", 0.01)
    guard = Guard(lambda _call, _error: None)
    blocked: asyncio.Future[tuple[Call, str]] = asyncio.get_running_loop().create_future()

    def blame(call: Call, place: str) -> None:
        if not blocked.done():
            blocked.set_result((call, place))

    async def blocks() -> None:
        until_s = time.monotonic() + 10
        while not log_lines and time.monotonic() < until_s:
            does()

    watchdog = Watchdog(guard.running_in, blame)
    watchdog.start()
    try:
        await guard.run(Call("slow", "message_posted"), blocks, budget_s=5)
        call, place = await asyncio.wait_for(blocked, 5)
    finally:
        await watchdog.stop()
    assert call == Call("slow", "message_posted")
    assert "test_watchdog.py" in place
    assert "in blocks" in place
    assert log_lines[0]["by"] == "slow.message_posted"


async def test_a_loop_with_nothing_to_do_is_left_in_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[object] = []

    def count(_loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> bool:
        beats.append(function)
        function()
        return True

    monkeypatch.setattr(module, "BEAT_S", 0.005)
    monkeypatch.setattr(module, "_soon", count)
    watchdog = Watchdog(lambda _task: None, lambda _call, _place: None)
    watchdog.start()
    await asyncio.sleep(0.2)  # nothing to do, forty times as long as a beat
    await watchdog.stop()
    assert len(beats) <= 5


async def test_it_can_be_stopped_twice_and_before_it_started() -> None:
    watchdog = Watchdog(lambda _task: None, lambda _call, _place: None)
    await watchdog.stop()
    watchdog = Watchdog(lambda _task: None, lambda _call, _place: None)
    watchdog.start()
    await watchdog.stop()
    await watchdog.stop()
