"""The way out of one connection: frames wait here, never the one who speaks."""

import asyncio
import contextlib
import zlib
from collections import deque
from collections.abc import Callable

from aiohttp import web

from salon_bots.gateway.frames import Close

CLOSE_WITHIN_S = 2.0
LEAVE_WITHIN_S = 3.0  # what is being served may finish; nothing more is read
REASON_MAX_BYTES = 120


class Line:
    """Writes frames in order, compressed as the bot asked; a slow reader is cut off.

    `abort` ends the connection without a word: a reader that does not read cannot be told.

    Whoever reads from the socket is asked to stop before the line is closed (`when_closing`) and
    says so (`left`). Closed under a reader, the connection ends at once, and a frame that comes
    just then makes the kernel throw away the closing one: the bot would not learn why.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        abort: Callable[[], None],
        *,
        compressed: bool,
        most_bytes: int,
    ) -> None:
        self._socket = socket
        self._abort = abort
        self._deflate = zlib.compressobj() if compressed else None
        self._most_bytes = most_bytes
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._closing: tuple[int, str] | None = None
        self._ask_to_leave: Callable[[], None] = lambda: None
        self._left = asyncio.Event()
        self.is_cut = False

    def send(self, frame: bytes) -> None:
        """Queue a frame. When too much waits already, the line is cut; the session may be resumed.

        Only what waited before counts: one frame larger than the limit is no slow reader.
        """
        if self.is_cut or self._closing is not None:
            return
        if self._waiting_bytes > self._most_bytes:
            self.cut()
            return
        self._waiting.append(frame)
        self._waiting_bytes += len(frame)
        if self._waiting_bytes > self._most_bytes // 2:
            self._room.clear()
        self._news.set()

    async def room(self) -> None:
        """Return when there is room for something large."""
        await self._room.wait()

    def close(self, code: Close, reason: str) -> None:
        """End the connection when all that waits is written."""
        if self._closing is None:
            self._closing = (int(code), reason)
            self._news.set()
            self._ask_to_leave()

    def when_closing(self, ask_to_leave: Callable[[], None]) -> None:
        """Say how to ask the one who reads to stop."""
        self._ask_to_leave = ask_to_leave

    def left(self) -> None:
        """Nobody reads from the socket any more."""
        self._left.set()

    @property
    def is_closing(self) -> bool:
        return self.is_cut or self._closing is not None

    def cut(self) -> None:
        """End the connection now."""
        self.is_cut = True
        self._waiting.clear()
        self._news.set()
        self._room.set()
        self._abort()

    async def run(self) -> None:
        """Write until the line is closed or cut."""
        try:
            while not self.is_cut:
                await self._news.wait()
                self._news.clear()
                await self._write_waiting()
                if self._closing is not None:
                    await self._say_goodbye(*self._closing)
                    return
        except (ConnectionError, RuntimeError, TimeoutError):
            self.cut()  # the other side is gone

    async def _say_goodbye(self, code: int, reason: str) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_WITHIN_S):
                await self._left.wait()
        async with asyncio.timeout(CLOSE_WITHIN_S):
            await self._socket.close(code=code, message=reason.encode()[:REASON_MAX_BYTES])

    async def _write_waiting(self) -> None:
        while self._waiting:
            frame = self._waiting.popleft()
            self._waiting_bytes -= len(frame)
            if self._waiting_bytes <= self._most_bytes // 2:
                self._room.set()
            if self._deflate is None:
                await self._socket.send_str(frame.decode())
            else:
                flushed = self._deflate.flush
                packed = self._deflate.compress(frame) + flushed(zlib.Z_SYNC_FLUSH)
                await self._socket.send_bytes(packed)
