"""What a process that reads a stranger's file takes from itself, before it reads a byte of it."""

import os
import resource
from contextlib import suppress
from pathlib import Path

NICER = 10
OPEN_MAX = 32


def confine(*, memory_bytes: int, cpu_s: int, written_bytes: int) -> None:
    """Limit this process for good: addresses, time of the processor, the size of any file."""
    os.nice(NICER)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")  # this one first
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, written_bytes),
        (resource.RLIMIT_NOFILE, OPEN_MAX),
    ):
        resource.setrlimit(kind, (most, most))
