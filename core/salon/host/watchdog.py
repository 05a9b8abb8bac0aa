"""A thread that names whoever blocks the event loop: people share it with plugins.

While the loop waits for something to do it is left in peace, and it is looked at four times a
second: ten looks in cold memory cost more than all else that an idle server does.
"""

import asyncio
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import structlog

from salon.host.contain import Call
from salon.loop import is_waiting

BLOCK_LIMIT_S = 0.5
BEAT_S = BLOCK_LIMIT_S / 2
FRAMES_NAMED = 4

log = structlog.get_logger(__name__)


class Watchdog:
    """Asks the loop for a sign of life, and looks at its stack when none comes.

    `call_in` says whose code runs in a task (asked from the thread); `on_block` is called in the
    loop once it moves again, for blocks that have a plugin to blame.
    """

    def __init__(
        self,
        call_in: Callable[[asyncio.Task[Any] | None], Call | None],
        on_block: Callable[[Call, str], None],
    ) -> None:
        self._call_in = call_in
        self._on_block = on_block
        self._ended = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Watch the running loop; its thread is the caller's."""
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._thread = threading.Thread(
            target=self._watch, args=(loop, threading.get_ident()), name="watchdog", daemon=True
        )
        self._thread.start()

    async def stop(self) -> None:
        """End the thread. Can be called twice."""
        self._ended.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    def _watch(self, loop: asyncio.AbstractEventLoop, thread_id: int) -> None:
        while not self._ended.wait(BEAT_S):
            if is_waiting(sys._current_frames().get(thread_id)):  # noqa: SLF001 - as below
                continue
            beat = threading.Event()
            if not _soon(loop, beat.set):
                return
            if beat.wait(BLOCK_LIMIT_S):
                continue
            self._name_the_culprit(loop, thread_id)
            while not beat.wait(BEAT_S) and not self._ended.is_set():
                pass  # one line per block, however long it is

    def _name_the_culprit(self, loop: asyncio.AbstractEventLoop, thread_id: int) -> None:
        frame = sys._current_frames().get(thread_id)  # noqa: SLF001 - documented for debuggers
        if frame is None or is_waiting(frame):
            return  # the machine is slow, not a piece of code
        task = asyncio.current_task(loop)
        call = self._call_in(task)
        name = str(call) if call else task.get_name() if task else "no task"
        place = _place_of(frame)
        log.warning("the event loop is blocked", by=name, at=place)
        if call is not None:
            _soon(loop, lambda: self._on_block(call, place))


def _soon(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> bool:
    try:
        loop.call_soon_threadsafe(function)
    except RuntimeError:  # the loop is closed
        return False
    return True


def _place_of(frame: FrameType) -> str:
    """Return the innermost lines: `socket.py:2 in recv < filters.py:12 in mask`."""
    innermost = reversed(traceback.extract_stack(frame)[-FRAMES_NAMED:])
    return " < ".join(f"{Path(f.filename).name}:{f.lineno} in {f.name}" for f in innermost)
