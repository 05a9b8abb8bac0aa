"""Threads that read: each gets work by its queue, its answer comes back by one call of the loop.

`run_in_executor` makes two futures with locks of their own for each: 70 µs to a thread and back
where a queue takes 40, and a page of history costs SQLite 90. The one who read last reads next: its
connection and its memory are warm, a page by turns costs 15 µs more.
"""

import asyncio
import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from salon.errors import Unavailable

T = TypeVar("T")

WAITING_MAX = 20_000

_Work = tuple[Callable[[], Any], "asyncio.Future[Any]"]
_Desk = queue.SimpleQueue[_Work | None]  # of one thread


class Readers:
    """Owns the threads; made and asked in the loop that is answered, which alone hands out work."""

    def __init__(self, count: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Work] = deque()  # while all read
        self._asked = 0
        self._is_closed = False
        self._free: list[_Desk] = [queue.SimpleQueue() for _ in range(count)]
        self._threads = [
            threading.Thread(
                target=self._run, args=(desk,), name=f"store-reader-{number}", daemon=True
            )
            for number, desk in enumerate(self._free)
        ]
        self._desks = tuple(self._free)
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        """Queue work; one that is cancelled before its turn is not done. Raises Unavailable."""
        if self._is_closed or self._asked >= WAITING_MAX:
            raise Unavailable(
                "The server is very busy. Please try again in a moment.", reason="busy"
            )
        done: asyncio.Future[T] = self._loop.create_future()
        self._asked += 1
        if self._free:
            self._free.pop().put((work, done))
        else:
            self._waiting.append((work, done))
        return done

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def close(self) -> None:
        """Do what waits, then end the threads; waits for them."""
        self._is_closed = True
        for desk in self._desks:
            desk.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self, desk: _Desk) -> None:
        while (given := desk.get()) is not None:
            self._do(given, desk)
        with contextlib.suppress(IndexError):
            while True:
                self._do(self._waiting.popleft(), desk)

    def _do(self, given: _Work, desk: _Desk) -> None:
        work, done = given
        result, error = None, None
        if not done.cancelled():
            try:
                result = work()
            except BaseException as raised:  # noqa: BLE001 it is who asked who is told
                error = raised
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._answer, desk, done, result, error)

    def _answer(
        self,
        desk: _Desk,
        done: "asyncio.Future[Any]",
        result: Any,
        error: BaseException | None,
    ) -> None:
        self._asked -= 1
        if self._waiting and not self._is_closed:
            desk.put(self._waiting.popleft())
        else:
            self._free.append(desk)
        if done.done():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)
