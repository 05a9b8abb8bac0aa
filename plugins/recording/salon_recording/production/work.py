"""What is done of an episode, so that a crash costs one step and not all of them.

A folder beside the episode holds what the steps made, and `journal.jsonl` names each step that is
done, with what it found. A line is written when the step's files are on the disk; a step without
its line is done again. The first line is of which order all this is: another order begins anew.
Only one process works in a folder: a second one waits until the first has ended, which it does at
its next word, when who started it is gone.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

JOURNAL = "journal.jsonl"
SUFFIX = ".work"
LINE_BYTES_MAX = 16_777_216
OF = "of"

Facts = Mapping[str, Any]


class Work:
    """The folder. Used as a context manager; owns the lock."""

    def __init__(self, folder: Path, digest: str) -> None:
        self.folder = folder
        self._digest = digest
        self._done: dict[str, Facts] = {}
        self._journal: BinaryIO | None = None
        self._lock = -1

    def __enter__(self) -> Self:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(self.folder, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        journal = self.folder / JOURNAL
        known = _read(journal)
        if known.get(OF, {}).get("digest") != self._digest:
            known = {}
        self._done = known
        # Written anew: a line that a crash has torn would swallow the next one.
        self._journal = _private(journal)
        for step, facts in (known or {OF: {"digest": self._digest}}).items():
            self._write(step, facts)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._journal is not None:
            self._journal.close()
        os.close(self._lock)

    def once(self, step: str, do: Callable[[], Facts]) -> Facts:
        """Do a step, unless it is done, and return what it found. Raises what `do` raises."""
        known = self._done.get(step)
        if known is None:
            known = self._done[step] = do()
            self._write(step, known)
        return known

    def is_done(self, step: str) -> bool:
        return step in self._done

    @property
    def lock(self) -> int:
        """The descriptor by which the folder is held."""
        return self._lock

    def path(self, name: str) -> Path:
        """Return where a step's file is."""
        return self.folder / name

    def remove(self) -> None:
        """Delete it all: the episode is there."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, step: str, facts: Facts) -> None:
        if self._journal is None:
            raise RuntimeError("the work has not begun")
        self._journal.write(json.dumps({"step": step, **facts}).encode() + b"\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())


def work_folder(target: Path) -> Path:
    """Return where the steps of an episode are kept."""
    return target.with_suffix(SUFFIX)


def to_disk(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _private(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(descriptor, "wb")


def _read(path: Path) -> dict[str, Facts]:
    """Return the steps of a journal, up to the first line that is not whole."""
    found: dict[str, Facts] = {}
    if not path.is_file():
        return found
    with path.open("rb") as file:
        while (line := file.readline(LINE_BYTES_MAX)).endswith(b"\n"):
            try:
                facts = json.loads(line)
                found[str(facts.pop("step"))] = facts
            except (ValueError, KeyError, AttributeError):
                return found
    return found
