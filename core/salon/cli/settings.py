"""The configuration for commands: the file, the environment, the options, and the plugins found."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salon.config import Config, ConfigProblems, Section, load, outline
from salon.host import Discovered, discover
from salon.logs import configure

if TYPE_CHECKING:
    from salon.store.database import Database

OPTIONS: Mapping[str, str] = {
    "data": "data.directory",
    "host": "server.host",
    "port": "server.port",
    "media_port": "media.port",
    "public_url": "server.public_url",
}
PLUGINS_FOLDER = "plugins"


def read(
    file: Path | None, options: Mapping[str, Any], *, no_plugins: bool = False
) -> tuple[Config, tuple[Discovered, ...]]:
    """Return the configuration and the plugins to run. Raises ConfigProblems with all there are."""
    overrides = _overrides(options)
    configure("warning", "auto")  # what plugins do wrong while they are found is told in order
    listed: Sequence[str] | None
    is_sound = True
    try:
        first = load(file, environ=os.environ, overrides=overrides)
    except ConfigProblems:
        if no_plugins:
            raise
        is_sound = False
        folder, listed = outline(file, environ=os.environ, overrides=overrides)
    else:
        if no_plugins:
            return first, ()
        folder = first.data.directory
        listed = None if first.plugins is None else list(first.plugins)
    found = discover(folder / PLUGINS_FOLDER, listed)
    sections = _sections(found if is_sound else _there(found))
    config = load(file, environ=os.environ, overrides=overrides, plugin_sections=sections)
    return config, found


def read_core(file: Path | None, options: Mapping[str, Any]) -> Config:
    """Return the configuration without the plugins' sections. Raises ConfigProblems."""
    return load(file, environ=os.environ, overrides=_overrides(options))


def database_of(config: Config) -> "Database":
    """Return the database that a server with this configuration has."""
    from salon.store.store import database_at

    database = config.database
    return database_at(config.data.directory, database.address, database.synchronous)


def _overrides(options: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        OPTIONS[name]: str(value) if isinstance(value, Path) else value
        for name, value in options.items()
        if value is not None
    }


def _sections(found: Iterable[Discovered]) -> Mapping[str, type[Section] | None]:
    return {one.name: None if one.plugin is None else one.plugin.Config for one in found}


def _there(found: Iterable[Discovered]) -> Sequence[Discovered]:
    """Leave out what is only listed: the file names a plugin that is unknown."""
    return [one for one in found if not one.is_missing]


def check(file: Path) -> Sequence[str]:
    """Return everything that is wrong in a file, plugins' sections included."""
    try:
        _, found = read(file, {})
        config = load(file, environ=os.environ, plugin_sections=_sections(_there(found)))
    except ConfigProblems as problems:
        return [str(problem) for problem in problems.problems]
    of_plugins = [p for each in config.plugin_problems.values() for p in each]
    broken = [f"{one.name}: {one.problem}" for one in _there(found) if one.problem is not None]
    return [*map(str, sorted(of_plugins)), *broken]
