"""coturn, as a keeper would run it beside the server; and a browser's side of it, by aioice."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from salon.testing.fixtures import lacking
from salon.testing.server import free_port

SECRET = "seven grey geese flew"
OPEN_WITHIN_S = 10.0


@asynccontextmanager
async def running(
    folder: Path, *, address: str = "127.0.0.1", secret: str = SECRET, options: Sequence[str] = ()
) -> AsyncIterator[int]:
    """Run one; give its port, for UDP and TCP."""
    program = shutil.which("turnserver")
    if program is None:
        lacking("coturn is not installed")
    port = free_port()
    file = folder / "turnserver.conf"
    lines = [
        f"listening-ip={address}",
        f"relay-ip={address}",
        f"listening-port={port}",
        "use-auth-secret",
        f"static-auth-secret={secret}",
        "realm=salon.example.org",
        "allow-loopback-peers",
        "cli-password=none-needed",
        "no-cli",
        "no-tls",
        "no-dtls",
        "log-file=stdout",
        f"pidfile={folder / 'turnserver.pid'}",
        f"userdb={folder / 'turndb'}",
        *options,
    ]
    file.write_text("\n".join(lines), "utf-8")
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(file), stdout=subprocess.DEVNULL
    )
    try:
        await _open(address, port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _open(address: str, port: int) -> None:
    async with asyncio.timeout(OPEN_WITHIN_S):
        while True:
            try:
                _reader, writer = await asyncio.open_connection(address, port)
            except OSError:
                await asyncio.sleep(0.02)  # a process that starts tells nobody
            else:
                writer.close()
                return


__all__ = ["SECRET", "running"]
