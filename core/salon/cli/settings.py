"""The configuration for commands: the file, the environment, the options, and the plugins found."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from salon.config import Config, ConfigProblems, load
from salon.host import Discovered, discover
from salon.logs import configure

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
    """Return the configuration and the plugins to run. Raises ConfigProblems."""
    overrides = {
        OPTIONS[name]: str(value) if isinstance(value, Path) else value
        for name, value in options.items()
        if value is not None
    }
    configure("warning", "auto")  # what plugins do wrong while they are found is told in order
    first = load(file, environ=os.environ, overrides=overrides)
    if no_plugins:
        return first, ()
    listed = None if first.plugins is None else list(first.plugins)
    found = discover(first.data.directory / PLUGINS_FOLDER, listed)
    sections = {one.name: None if one.plugin is None else one.plugin.Config for one in found}
    config = load(file, environ=os.environ, overrides=overrides, plugin_sections=sections)
    return config, found


def check(file: Path) -> Sequence[str]:
    """Return everything that is wrong in a file, plugins' sections included."""
    try:
        config, found = read(file, {})
    except ConfigProblems as problems:
        return [str(problem) for problem in problems.problems]
    of_plugins = [str(p) for each in config.plugin_problems.values() for p in each]
    broken = [f"{one.name}: {one.problem}" for one in found if one.problem is not None]
    return [*of_plugins, *broken]
