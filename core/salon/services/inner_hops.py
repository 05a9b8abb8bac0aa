"""What the server stands on: the disk, the database and the clock."""

import ctypes
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic

from salon.services.hops import Hop

MIB = 1_048_576
GIB = 1_024 * MIB
_TIMEX_BYTES = 512  # more than any kernel's `struct timex`; all zero asks and changes nothing
_UNSYNCHRONISED = 5  # TIME_ERROR, adjtimex(2)


def disk_hop(directory: Path, keep_free_mib: int) -> Hop:
    """Whether there is room, and whether it may be written to. Blocks for a moment."""
    while not directory.exists() and directory != directory.parent:
        directory = directory.parent  # it is made at the first start
    facts = {"folder": str(directory)}
    if not os.access(directory, os.W_OK):
        return Hop("disk", "bad", "disk.unwritable", facts)
    free = shutil.disk_usage(directory).free
    facts["free"] = f"{free / GIB:.1f}"
    if free < keep_free_mib * MIB:
        return Hop("disk", "bad", "disk.full", facts)
    if free < 2 * keep_free_mib * MIB:
        return Hop("disk", "warn", "disk.low", facts)
    return Hop("disk", "ok", "disk.free", facts)


async def database_hop(is_writable: Callable[[], Awaitable[bool]]) -> Hop:
    """Whether the database takes what is written, and how long that is."""
    began_s = monotonic()
    if not await is_writable():
        return Hop("database", "bad", "database.silent")
    took_ms = round((monotonic() - began_s) * 1_000)
    return Hop("database", "ok", "database.answers", {"ms": str(took_ms)})


def clock_hop() -> Hop:
    """Whether something keeps this machine's clock right, as its kernel says."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (AttributeError, OSError):  # no Linux
        state = -1
    if state < 0:
        return Hop("clock", "unseen", "clock.unseen")
    if state == _UNSYNCHRONISED:
        return Hop("clock", "warn", "clock.alone")
    return Hop("clock", "ok", "clock.kept")
