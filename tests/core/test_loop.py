"""The loop of a server: in C where it can be had."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable

import pytest

from salon.loop import is_waiting, new_event_loop

LOOPS = [new_event_loop, asyncio.new_event_loop]


def test_without_uvloop_the_loop_is_asyncios_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    loop = new_event_loop()
    loop.close()
    assert isinstance(loop, asyncio.BaseEventLoop)


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not made for it")
def test_where_there_is_uvloop_it_is_taken() -> None:
    loop = new_event_loop()
    loop.close()
    assert type(loop).__module__.startswith("uvloop")


@pytest.mark.parametrize("loop_factory", LOOPS)
def test_from_outside_one_sees_whether_the_loop_waits_or_code_runs_in_it(
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    seen: dict[str, bool] = {}
    begun, looked = threading.Event(), threading.Event()

    async def wait_and_then_work(thread_id: int) -> None:
        def look_at_the_wait() -> None:
            deadline_s = time.monotonic() + 5
            while not seen.get("waits") and time.monotonic() < deadline_s:
                seen["waits"] = is_waiting(sys._current_frames()[thread_id])

        def look_at_the_work() -> None:
            begun.wait(5)
            seen["works"] = is_waiting(sys._current_frames()[thread_id])
            looked.set()

        await asyncio.to_thread(look_at_the_wait)
        looker = threading.Thread(target=look_at_the_work)
        looker.start()
        begun.set()
        looked.wait(5)
        looker.join()

    def run() -> None:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(wait_and_then_work(threading.get_ident()))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert seen == {"waits": True, "works": False}
