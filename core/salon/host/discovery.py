"""Finds plugins: installed ones by their entry points, single files in the data directory.

Only what is listed in the configuration is imported. A plugin that cannot be imported is found
nevertheless, with the reason: the server starts and the owner reads why it is missing.
"""

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import structlog

from salon.config.problems import did_you_mean
from salon.host.contain import described
from salon.plugin import Plugin

GROUP = "salon.plugins"
OWN_DISTRIBUTION = "salon"
FILES_MAX = 200
FILE_MAX_BYTES = 1_048_576

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Discovered:
    """A plugin that was found. Without `plugin` and `problem` it is installed, but off."""

    name: str
    origin: str
    """`salon 0.1.0` or `plugins/scoreboard.py`: where it comes from, for the owner."""

    plugin: type[Plugin[Any]] | None = None
    problem: str | None = None
    """Why it could not be loaded."""

    is_missing: bool = False
    """Listed, and nowhere to be found."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    origin: str
    is_bundled: bool
    load: Callable[[], object]


def discover(directory: Path | None, listed: Iterable[str] | None) -> tuple[Discovered, ...]:
    """Return what is listed, in that order, then what is installed but off.

    `listed` None, no `plugins:` key, means the bundled ones. `directory` holds single-file plugins.
    """
    candidates = [*_installed(), *(_single_files(directory) if directory else ())]
    if listed is None:
        listed = [candidate.name for candidate in candidates if candidate.is_bundled]
    wanted = list(dict.fromkeys(listed))
    names = sorted({candidate.name for candidate in candidates})
    found: list[Discovered] = []
    for name in wanted:
        same = [candidate for candidate in candidates if candidate.name == name]
        found += [_loaded(candidate) for candidate in same]
        if not same:
            problem = f"no plugin of this name is installed{did_you_mean(name, names)}"
            found.append(Discovered(name, "the configuration", problem=problem, is_missing=True))
    off = [candidate for candidate in candidates if candidate.name not in wanted]
    return (*found, *(Discovered(candidate.name, candidate.origin) for candidate in off))


def in_starting_order(found: Sequence[Discovered]) -> tuple[Discovered, ...]:
    """Keep the given order, moved only as far as `requires` demands.

    Those in a circle stay where they are: the check of what is missing refuses them.
    """
    by_name = {one.name: one for one in reversed(found)}
    ordered: dict[int, Discovered] = {}

    def place(one: Discovered, waiting: tuple[str, ...]) -> None:
        if id(one) in ordered or one.name in waiting:
            return
        for name in _requires(one):
            if name in by_name:
                place(by_name[name], (*waiting, one.name))
        ordered[id(one)] = one

    for one in found:
        place(one, ())
    return tuple(ordered.values())


def _requires(one: Discovered) -> tuple[str, ...]:
    required = getattr(one.plugin, "requires", ())
    return tuple(required) if isinstance(required, tuple | list) else ()


def _installed() -> list[_Candidate]:
    """Return the entry points, sorted: their order in the environment means nothing."""
    candidates = []
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name):
        distribution = point.dist.name if point.dist else ""
        version = point.dist.version if point.dist else ""
        origin = f"{distribution} {version}".strip() or point.value
        is_bundled = distribution == OWN_DISTRIBUTION
        candidates.append(_Candidate(point.name, origin, is_bundled, point.load))
    return candidates


def _single_files(directory: Path) -> list[_Candidate]:
    try:
        files = sorted(path for path in directory.glob("*.py") if not path.name.startswith("_"))
    except OSError as error:
        log.warning("the folder of single-file plugins cannot be read", error=str(error))
        return []
    if len(files) > FILES_MAX:
        log.warning("too many single-file plugins, the rest is ignored", most=FILES_MAX)
    return [
        _Candidate(path.stem, f"plugins/{path.name}", is_bundled=False, load=_loader_of(path))
        for path in files[:FILES_MAX]
    ]


def _loader_of(path: Path) -> Callable[[], object]:
    return lambda: _plugin_in(path)


def _plugin_in(path: Path) -> object:
    """Import one file under a name of its own, so that two servers may have the same file."""
    if path.stat().st_size > FILE_MAX_BYTES:
        raise ImportError(f"the file is larger than {FILE_MAX_BYTES:,} bytes")
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
    module_name = f"salon_file_{path.stem}_{digest}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise ImportError("Python cannot import this file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses and pydantic look it up
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(module_name, None)
        raise
    classes = [value for value in vars(module).values() if _is_plugin_of(value, module_name)]
    if len(classes) != 1:
        raise ImportError(f"the file defines {len(classes)} subclasses of Plugin, expected one")
    return classes[0]


def _is_plugin_of(value: object, module_name: str) -> bool:
    is_plugin = isinstance(value, type) and issubclass(value, Plugin)
    return is_plugin and value.__module__ == module_name


def _loaded(candidate: _Candidate) -> Discovered:
    """Import a plugin. Whatever its module does on the way stays with it."""
    try:
        plugin = candidate.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        problem = f"cannot be imported: {described(error)}"
        log.debug("a plugin cannot be imported", plugin=candidate.name, exc_info=error)
        return Discovered(candidate.name, candidate.origin, problem=problem)
    if not (isinstance(plugin, type) and issubclass(plugin, Plugin)):
        problem = f"{type(plugin).__name__} was found, expected a subclass of Plugin"
        return Discovered(candidate.name, candidate.origin, problem=problem)
    return Discovered(candidate.name, candidate.origin, plugin)
