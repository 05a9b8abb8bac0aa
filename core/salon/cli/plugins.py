"""`salon <plugin> <command>`: what plugins add to the command line; the server need not run."""

from pathlib import Path
from typing import Any

import click

from salon.cli.settings import read
from salon.clock import Clock, SystemClock
from salon.config import Config, ConfigProblems
from salon.errors import Unavailable
from salon.host import Discovered
from salon.plugin.contributions import CliCommand


class Offline:
    """A plugin's view of a server that does not run: its folder and the time."""

    def __init__(self, plugin: str, config: Config) -> None:
        self._directory = config.data.directory / "plugin-data" / plugin

    @property
    def data_directory(self) -> Path:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._directory

    @property
    def clock(self) -> Clock:
        return SystemClock()

    def __getattr__(self, name: str) -> Any:
        raise Unavailable(f"`salon.{name}` is there only while the server runs.")


def plugin_names() -> list[str]:
    """Return the plugins that have commands; one that cannot be loaded has none."""
    found = _found()
    if found is None:
        return []
    config, plugins = found
    return [one.name for one in plugins if _commands(config, one)]


def group_of(name: str) -> click.Group | None:
    """Return a plugin's commands."""
    found = _found()
    if found is None:
        return None
    config, plugins = found
    plugin = next((one for one in plugins if one.name == name), None)
    commands = [] if plugin is None else _commands(config, plugin)
    if not commands:
        return None
    group = click.Group(name, help=f"Commands of the plugin {name}.")
    for one in commands:
        group.add_command(one.command)
    return group


def _found() -> tuple[Config, tuple[Discovered, ...]] | None:
    try:
        return read(None, {})
    except ConfigProblems:
        return None


def _commands(config: Config, found: Discovered) -> list[CliCommand]:
    if found.plugin is None or not hasattr(found.plugin, "register_cli"):
        return []
    try:
        section = config.plugin_section(found.name)
        plugin: Any = found.plugin(Offline(found.name, config), section)
        return list(plugin.register_cli())
    except Exception:  # noqa: BLE001 foreign code: it has no commands then
        return []
