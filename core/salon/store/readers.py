"""Threads that read: work goes to them by a queue, its answer comes back by one call of the loop.

`run_in_executor` makes two futures with locks of their own for each: 70 µs to a thread and back
where a queue takes 40, and a page of history costs SQLite 90.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from salon.errors import Unavailable

T = TypeVar("T")

WAITING_MAX = 20_000

_Work = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Readers:
    """Owns the threads; made and asked in the loop that is answered."""

    def __init__(self, count: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._waiting = 0
        self._is_closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"store-reader-{number}", daemon=True)
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        """Queue work; one that is cancelled before its turn is not done. Raises Unavailable."""
        if self._is_closed or self._waiting >= WAITING_MAX:
            raise Unavailable(
                "The server is very busy. Please try again in a moment.", reason="busy"
            )
        done: asyncio.Future[T] = self._loop.create_future()
        self._waiting += 1
        self._queue.put((work, done))
        return done

    def close(self) -> None:
        """Do what waits, then end the threads; waits for them."""
        self._is_closed = True
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (given := self._queue.get()) is not None:
            work, done = given
            result, error = None, None
            if not done.cancelled():
                try:
                    result = work()
                except BaseException as raised:  # noqa: BLE001 it is who asked who is told
                    error = raised
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                self._loop.call_soon_threadsafe(self._answer, done, result, error)

    def _answer(
        self, done: "asyncio.Future[Any]", result: Any, error: BaseException | None
    ) -> None:
        self._waiting -= 1
        if done.done():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)
