"""The watchdog names whoever blocks the loop."""

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

import pytest

from salon.host import watchdog as module
from salon.host.contain import Call, Guard
from salon.host.watchdog import Watchdog


async def test_a_call_that_blocks_the_loop_is_named_with_its_line(
    monkeypatch: pytest.MonkeyPatch,
    log_lines: list[MutableMapping[str, Any]],
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
            pass

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


async def test_it_can_be_stopped_twice_and_before_it_started() -> None:
    watchdog = Watchdog(lambda _task: None, lambda _call, _place: None)
    await watchdog.stop()
    watchdog = Watchdog(lambda _task: None, lambda _call, _place: None)
    watchdog.start()
    await watchdog.stop()
    await watchdog.stop()
