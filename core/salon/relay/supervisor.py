"""One worker at a time: started, asked, watched, ended, and started again when it ends.

Whatever a worker says or does ends that worker, and never the watch. What it is told and what it
tells is `remote.py`'s.
"""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

import structlog

from salon.errors import SalonError, Unavailable
from salon.relay import wire

START_WITHIN_S = 30.0  # a small machine reads libraries for seconds
ANSWER_WITHIN_S = 10.0
SILENT_LOOKS = 3  # seconds; it counts every second
STARTING_LOOKS = 30
END_WITHIN_S = 3.0
AGAIN_S = (0.0, 0.2, 1.0, 5.0)  # before each new start; the last one from then on
STEADY_S = 10.0  # who has worked for so long is replaced at once again
READ_BYTES = 65_536
WAITING_MAX_BYTES = 4 << 20  # that a worker has not read yet; then sources are not heard

log = structlog.get_logger(__name__)


class Away(Unavailable):
    """There is no worker, or it does not answer; what it refuses itself is another error."""


class Customer(Protocol):
    """Whose worker it is."""

    @property
    def name(self) -> str:
        """What the worker is called in logs."""

    @property
    def command(self) -> tuple[str, ...]:
        """The program, which is given the number of its end of the socket."""

    async def begin(self) -> None:
        """Make a new worker what the last one was. Raises what it refuses with."""

    def heard_sound(self, kind: int, body: bytes) -> None:
        """A sink's packets, or samples, came. Raises Garbled."""

    def heard(self, said: Mapping[str, Any]) -> None:
        """The worker told or counted something. Raises Garbled."""

    def ended(self) -> None:
        """The worker has ended; another is started."""


class Supervisor:
    """Owns the process, and the questions that are under way."""

    def __init__(self, customer: Customer) -> None:
        self.ready = asyncio.Event()  # a worker is there, and is what the last one was
        self._customer = customer
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._watch: asyncio.Task[None] | None = None
        self._ready_s = 0.0
        self._refusal = ""  # why it could not begin
        self._was_heard = False

    @property
    def process_id(self) -> int | None:
        """The worker's, while there is one."""
        return None if self._process is None else self._process.pid

    @property
    def is_started(self) -> bool:
        return self._watch is not None

    async def start(self) -> None:
        """Start a worker, or raise Unavailable with what the keeper can do something about."""
        if self._watch is not None:
            return
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watch = asyncio.create_task(self._keep(begun), name="relay.watch")
        await begun

    async def stop(self) -> None:
        """End it in order. Twice is once."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            await asyncio.wait({watch})

    # -- its life

    async def _keep(self, begun: asyncio.Future[None]) -> None:
        """Let a worker work; when it ends, start another."""
        name, tries = self._customer.name, 0
        try:
            while True:
                reason = await self._work(begun)
                if not begun.done():
                    begun.set_exception(_not_started(name, reason))
                    return
                log.error("a worker has ended and is started again", worker=name, reason=reason)
                tries = 0 if self._was_steady() else tries + 1
                self._customer.ended()
                await asyncio.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)])
        finally:
            if not begun.done():  # stopped while it started
                begun.set_exception(away())

    def _was_steady(self) -> bool:
        """Whether the last worker worked for a while; one that falls at once is given time."""
        since_s, self._ready_s = self._ready_s, 0.0
        return since_s > 0 and asyncio.get_running_loop().time() - since_s >= STEADY_S

    async def _work(self, begun: asyncio.Future[None]) -> str:
        """Start a worker, tell it what is kept, and listen until it ends; return why it did."""
        self._refusal = reason = ""
        writer: asyncio.StreamWriter | None = None
        tasks: list[asyncio.Task[None]] = []
        try:
            reader, writer = await self._spawn()
            tasks = [
                asyncio.create_task(self._begin_or_end(writer, begun), name="relay.begin"),
                asyncio.create_task(self._kill_when_silent(), name="relay.silence"),
            ]
            await self._listen(reader)
        except (OSError, wire.Garbled) as error:
            reason = getattr(error, "strerror", None) or str(error)
        except Exception as error:  # the outermost line: without the watch there are no voices
            log.exception("a worker said what the core could not take", worker=self._customer.name)
            reason = str(error)
        finally:
            for task in tasks:
                task.cancel()
            if writer is not None:
                writer.close()  # it says goodbye to everybody and ends
            status = await self._end()
        return self._refusal or reason or _ended(status)

    async def _spawn(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Start a process and return both ends of the talk with it. Raises OSError.

        In a session of its own: what is typed in the terminal is said to the core alone.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *self._customer.command,
                    str(theirs.fileno()),
                    pass_fds=[theirs.fileno()],
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    start_new_session=True,
                )
                return await asyncio.open_unix_connection(sock=ours)
            except BaseException:
                ours.close()
                raise

    async def _begin_or_end(
        self, writer: asyncio.StreamWriter, begun: asyncio.Future[None]
    ) -> None:
        self._writer = writer  # whoever asks from here on asks after `begin`
        try:
            await self._customer.begin()
        except Away:
            if self._writer is writer:
                self._refuse("it did not answer in time")
        except SalonError as error:
            self._refuse(error.message.rstrip("."))
        except Exception:  # without the watch there are no voices
            log.exception("a worker could not be told what is open", worker=self._customer.name)
            self._refuse("the core met a fault of its own")
        else:
            self._ready_s = asyncio.get_running_loop().time()
            self.ready.set()
            if not begun.done():
                begun.set_result(None)

    def _refuse(self, reason: str) -> None:
        """Let a worker that cannot begin end; another is started."""
        self._refusal = reason
        if self._writer is not None:
            self._writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Take what the worker says until it says no more. Raises Garbled."""
        frames = wire.Frames()
        with contextlib.suppress(ConnectionError):
            while received := await reader.read(READ_BYTES):
                self._was_heard = True
                for kind, body in frames.feed(received):
                    self._take(kind, body)

    async def _kill_when_silent(self) -> None:
        """End a worker that stands still. Looks are counted, so that our own stops do not count."""
        looks = 0
        while looks < (SILENT_LOOKS if self.ready.is_set() else STARTING_LOOKS):
            self._was_heard = False
            await asyncio.sleep(wire.COUNT_EVERY_S)
            looks = 0 if self._was_heard else looks + 1
        log.error("a worker says nothing", worker=self._customer.name, seconds=looks)
        self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._process is not None:
                self._process.kill()

    async def _end(self) -> int | None:
        """End the process, if there is one, and whoever waits for its answers."""
        self.ready.clear()
        self._writer = None
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(away())
        return None if self._process is None else await self._end_process(self._process)

    async def _end_process(self, process: asyncio.subprocess.Process) -> int:
        try:
            async with asyncio.timeout(END_WITHIN_S):
                return await process.wait()
        except TimeoutError:
            self._kill()
            return await process.wait()
        except asyncio.CancelledError:
            self._kill()
            raise
        finally:
            self._process = None

    # -- the talk with it

    async def ask(self, name: str, *, within_s: float = ANSWER_WITHIN_S, **given: Any) -> Any:
        """Ask and return the answer. Raises what the worker refuses with, Unavailable."""
        if self._writer is None:
            raise away()
        id_ = next(self._ids)
        frame = wire.json_frame({"id": id_, "ask": name, "with": given})
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = answer
        self._writer.write(frame)
        try:
            async with asyncio.timeout(within_s):
                return await answer
        except TimeoutError:
            raise away() from None
        finally:
            self._waiting.pop(id_, None)

    async def ask_if_there(self, name: str, **given: Any) -> Any:
        """Ask; without a worker nothing is to be done: a new one is told what is kept."""
        with contextlib.suppress(Unavailable):
            return await self.ask(name, **given)
        return None

    async def ask_or_undo(self, undo: str, named: Mapping[str, Any], ask: Awaitable[Any]) -> Any:
        """Return the answer. If nobody waits for it any more, what was asked is taken back."""
        try:
            return await ask
        except (Away, asyncio.CancelledError):
            if self._writer is not None:
                said = {"id": next(self._ids), "ask": undo, "with": named}
                self._writer.write(wire.json_frame(said))
            raise

    def write(self, frame: bytes) -> bool:
        """Hand something over that nobody answers; False where nobody reads."""
        writer = self._writer
        if writer is None or writer.transport.get_write_buffer_size() > WAITING_MAX_BYTES:
            return False
        writer.write(frame)
        return True

    def _take(self, kind: int, body: bytes) -> None:
        if kind != wire.JSON:
            self._customer.heard_sound(kind, body)
            return
        said = wire.json_of(body)
        if "told" in said or "counted" in said:
            self._customer.heard(said)
        else:
            self._answered(said)

    def _answered(self, said: Mapping[str, Any]) -> None:
        id_ = said.get("id")
        if not isinstance(id_, int):
            raise wire.Garbled("no answer")
        answer = self._waiting.pop(id_, None)
        if answer is None or answer.done():
            return
        if "refused" in said:
            answer.set_exception(wire.error_of(said["refused"]))
        else:
            answer.set_result(said.get("got"))


def _ended(status: int | None) -> str:
    """Say of a process how it ended."""
    if status is not None and status < 0:
        return f"it was ended by signal {-status}"
    return f"it ended with status {status}"


def _not_started(name: str, reason: str) -> Unavailable:
    return Unavailable(f"No {name} could be started: {reason}.", reason="voices_soon")


def away() -> Away:
    """Return what somebody is told while there is no worker."""
    return Away("Voices are not listening yet. Try again in a moment.", reason="voices_soon")
