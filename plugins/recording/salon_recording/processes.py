"""Processes of the plugin's own, which read a request and say in lines of JSON how far they are."""

import asyncio
import contextlib
import sys
from pathlib import Path

LINE_MAX_BYTES = 262_144
STOP_S = 3.0


async def started(module: str, request: Path) -> asyncio.subprocess.Process:
    """Run a module of the plugin on a request. A recogniser may lie in the folder of the server."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"salon_recording.{module}",
        str(request),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LINE_MAX_BYTES,
    )


async def ended(process: asyncio.subprocess.Process) -> None:
    """Ask a process to end if it has not, wait a little, then end it. Can be called twice."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
