"""`salon serve`: start, say where, wait for signals, stop in order."""

import asyncio
import gc
import getpass
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import structlog

from salon import __version__
from salon.app import App
from salon.cli import EXIT_CONFIG, EXIT_DATA, EXIT_FAILED, EXIT_IN_USE, EXIT_NEWER, EXIT_PORT, fail
from salon.cli.settings import read, read_core
from salon.config import Config, ConfigProblems
from salon.errors import SalonError
from salon.host import Discovered
from salon.logs import configure
from salon.loop import new_event_loop
from salon.store.database import DataInUse, DataUnwritable
from salon.store.migrate import DatabaseTooNew
from salon.web.doors import PortInUse

CODES: Mapping[type[SalonError], int] = {
    PortInUse: EXIT_PORT,
    DataUnwritable: EXIT_DATA,
    DataInUse: EXIT_IN_USE,
    DatabaseTooNew: EXIT_NEWER,
}
PRIVATE = 0o077
COLLECT_EVERY = 10_000  # objects more than before

log = structlog.get_logger(__name__)


def run(file: Path | None, options: Mapping[str, Any], *, no_plugins: bool) -> None:
    """Run until SIGTERM or SIGINT; SIGHUP has the configuration read again.

    Ends the process with a sentence when it cannot start.
    """
    import os

    os.umask(PRIVATE)
    try:
        config, plugins = read(file, options, no_plugins=no_plugins)
    except ConfigProblems as problems:
        fail(str(problems), EXIT_CONFIG)
    configure(config.logs.level, config.logs.format)
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_serve(config, plugins, lambda: read_core(file, options)))
    except SalonError as error:
        fail(error.message, CODES.get(type(error), EXIT_FAILED))


async def _serve(
    config: Config, plugins: tuple[Discovered, ...], read_again: Callable[[], Config]
) -> None:
    stop, again = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # A terminal that closes says the same, and then nobody is there to end the server later.
    loop.add_signal_handler(signal.SIGHUP, stop.set if sys.stdin.isatty() else again.set)
    app = App(config, plugins)
    await app.start()
    _settle()
    reloading = asyncio.create_task(_reload(app, again, read_again), name="serve.reload")
    try:
        await _say_where(app)
        await stop.wait()
        click.echo("Stopping…", err=True)
    finally:
        reloading.cancel()
        await app.stop()


async def _reload(app: App, again: asyncio.Event, read_again: Callable[[], Config]) -> None:
    """Take over what was changed in the file, each time somebody asks; mistakes change nothing."""
    while True:
        await again.wait()
        again.clear()
        try:
            await app.reload(await asyncio.to_thread(read_again))
        except ConfigProblems as problems:
            log.warning("the configuration has mistakes, all stays as it is", reason=str(problems))
        except SalonError as error:
            log.warning("voices stay where they are", reason=error.message)
        else:
            log.info("the configuration was read again; what is not about voices waits")


def _settle() -> None:
    """Let the garbage collector pass over what starting made: libraries, models, statements.

    Going through all of it takes 100 ms, in which nobody would be heard. What comes later it looks
    at seldom: a message makes hundreds of objects and next to no circles, and looking through them
    at every 700 took a fourteenth of its CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY)


def _user() -> str:
    """Return who runs this; in a container it may be a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "you"


async def _say_where(app: App) -> None:
    click.echo(f"Salon {__version__} is open at {app.base_url}")
    if app.directory.is_claimed:
        return
    port = app.doors.port
    scheme = "http" if app.config.server.tls.mode == "off" else "https"
    token = await app.services.accounts.new_owner_link()
    click.echo(
        "\nNobody owns this server yet, so it listens on this machine only."
        "\nFrom another machine, type there first:"
        f"\n\n    ssh -L {port}:127.0.0.1:{port} {_user()}@{socket.gethostname()}\n"
        "\nThen open this link within 30 minutes; it works once:"
        f"\n\n    {scheme}://127.0.0.1:{port}/setup/{token}\n"
    )
