"""Processes that do an episode's jobs: threads would wait for each other at Python's one lock.

A job is a function of this package with its arguments; it is told whom to tell how far it is. Jobs
and what comes of them go over a socket that nobody else holds the other end of: when it closes, as
it does however this process ends, those of the crew end, too, in the middle of whatever they do.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from multiprocessing.connection import Connection, Pipe
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self, TypeVar

import av
import av.logging

Told = Callable[[float], None]  # how much of a job is done, 0 to 1
Job = Callable[[Told], Any]

One = TypeVar("One")
Found = TypeVar("Found")

DONE, TOLD, FAILED = "done", "told", "failed"


class Fell(Exception):
    """A process of the crew has ended within a job."""


class Crew:
    """So many processes; with none, jobs are done in this one. Used as a context manager.

    They hold the descriptor of a lock, so that it is free only when the last of them is gone.
    """

    def __init__(self, size: int, lock: int) -> None:
        self._size = size
        self._lock = lock
        self._mates: list[_Mate] = []
        self._free: SimpleQueue[_Mate] = SimpleQueue()

    def __enter__(self) -> Self:
        for _ in range(self._size):
            mate = _Mate(self._lock)
            self._mates.append(mate)
            self._free.put(mate)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()
        for mate in self._mates:
            mate.line.close()

    def do(self, job: Job, told: Told) -> Any:
        """Return what a job finds. Raises Fell, and OSError or ValueError as the job does."""
        if not self._size:
            return job(told)
        mate = self._free.get()
        try:
            return mate.do(job, told)
        finally:
            self._free.put(mate)

    def each(self, do: Callable[[One], Found], of: Sequence[One]) -> list[Found]:
        """Return what a function finds for each, for as many at once as there are processes.

        The first that fails ends the crew. Raises what it raised.
        """
        if not self._size:
            return [do(one) for one in of]
        with ThreadPoolExecutor(self._size) as threads:
            found = [threads.submit(do, one) for one in of]
            try:
                for ended in as_completed(found):
                    ended.result()
            except BaseException:
                self._end()
                raise
        return [ended.result() for ended in found]

    def _end(self) -> None:
        for mate in self._mates:
            mate.end()


class _Mate:
    """One process of a crew, seen from here."""

    def __init__(self, lock: int) -> None:
        self.line, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 our own module
                [sys.executable, "-P", "-m", __name__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), lock),
            )

    def do(self, job: Job, told: Told) -> Any:
        kind, found = self._answer(job)
        while kind == TOLD:
            told(found)
            kind, found = self._answer()
        if kind == FAILED:
            raise found
        return found

    def _answer(self, job: Job | None = None) -> tuple[str, Any]:
        try:
            if job is not None:
                self.line.send(job)
            answer: tuple[str, Any] = self.line.recv()
        except (EOFError, ConnectionError) as error:
            raise Fell("A process that makes the sound ended too early.") from error
        return answer

    def end(self) -> None:
        """End the process, and return when it is gone. Can be called twice."""
        self._process.kill()
        self._process.wait()


def _work(line: Connection) -> None:
    jobs: SimpleQueue[Job] = SimpleQueue()
    threading.Thread(target=_receive, args=(line, jobs), daemon=True).start()
    while True:
        line.send(_done(jobs.get(), lambda share: line.send((TOLD, share))))


def _receive(line: Connection, jobs: "SimpleQueue[Job]") -> None:
    """Take what is to be done; end the process when nobody is there to ask for it."""
    try:
        while True:
            jobs.put(line.recv())
    finally:
        os._exit(0)


def _done(job: Job, told: Told) -> tuple[str, Any]:
    """Return what comes of a job. FFmpeg's own errors cannot go over the line."""
    try:
        return DONE, job(told)
    except OSError as error:
        return FAILED, OSError(error.errno, error.strerror)
    except (ValueError, av.FFmpegError) as error:
        return FAILED, ValueError(getattr(error, "strerror", None) or str(error))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted ends its crew
    av.logging.set_level(None)
    _work(Connection(int(sys.argv[1])))
