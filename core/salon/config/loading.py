"""The file, the environment and the command line become one checked `Config`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from salon.config import layers
from salon.config.database import Data
from salon.config.document import read
from salon.config.judge import judged
from salon.config.plugin_sections import by_plugin, core_only, judged_sections, plugin_of
from salon.config.problems import ConfigProblems, Place, Problem
from salon.config.references import References
from salon.config.section import Section
from salon.config.sections import Config
from salon.config.tree import Branch, Entry, Leaf, Node, find

DEFAULT_FILE = Path("config.yaml")

SectionT = TypeVar("SectionT", bound=Section)


def load(
    path: Path | None = None,
    *,
    environ: Mapping[str, str],
    overrides: Mapping[str, Any] = MappingProxyType({}),
    plugin_sections: Mapping[str, type[Section] | None] | None = None,
) -> Config:
    """Return the configuration; raises ConfigProblems with every mistake of the core at once.

    The file is `path`, else what `SALON_CONFIG` names, else `config.yaml` in the current folder if
    there is one. `overrides` are dotted paths with values of the command line; None says nothing.
    `plugin_sections` are the models of all plugins found, in the order in which they run when the
    file does not say; one that is off or cannot be imported has None for a model. What is wrong in
    a listed section is kept in `plugin_problems`. Without `plugin_sections` the names alone are
    read: that comes first, since a plugin is not imported before it is listed.
    """
    problems: list[Problem] = []
    file = _file(path, environ)
    root = Branch(Place(str(DEFAULT_FILE))) if file is None else read(file, problems)
    if plugin_sections is not None:
        root = layers.with_bundled(root, plugin_sections)
    root = layers.with_environment(root, environ, problems)
    root = layers.with_overrides(root, overrides)
    root = References(environ, problems).in_all(root)
    config = judged(Config, core_only(root, problems), (), problems)
    sections = {} if plugin_sections is None else judged_sections(root, plugin_sections, problems)
    if config is None or any(plugin_of(problem) is None for problem in problems):
        raise ConfigProblems(sorted(problems))
    refused = by_plugin(problems)
    folder = (file or DEFAULT_FILE).absolute().parent
    sound = {
        name: _anchored(section, find(root, ("plugins", name)).node, folder)
        for name, section in sections.items()
        if name not in refused
    }
    return _anchored(config, root, folder).with_plugins(sound, refused)


def outline(
    path: Path | None, *, environ: Mapping[str, str], overrides: Mapping[str, Any]
) -> tuple[Path, Sequence[str] | None]:
    """Return the data directory and the listed plugins, whatever else is wrong.

    So that the sections of plugins are judged together with a core that has mistakes.
    """
    ignored: list[Problem] = []
    file = _file(path, environ)
    root = Branch(Place(str(DEFAULT_FILE))) if file is None else read(file, ignored)
    root = layers.with_environment(root, environ, ignored)
    root = References(environ, ignored).in_all(layers.with_overrides(root, overrides))
    directory = (file or DEFAULT_FILE).absolute().parent / Data().directory
    match find(root, ("data", "directory")).node:
        case Leaf(value=str(text), folder=folder):
            directory = folder / text
    match root.entries.get("plugins"):
        case Entry(node=Branch(entries=listed)):
            return directory, list(listed)
    return directory, None


def _file(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    if path is not None:
        return path
    if named := environ.get(layers.FILE_VARIABLE):
        return Path(named)
    return DEFAULT_FILE if DEFAULT_FILE.exists() else None


def _anchored(section: SectionT, node: Node, folder: Path) -> SectionT:
    """Return the section with its relative paths made absolute, from where each was written."""
    changed: dict[str, Any] = {}
    for name, value in section:
        found = find(node, (name,))
        below = found.node if found.keys else Branch(node.place)
        if isinstance(value, Path):
            changed[name] = (below.folder if isinstance(below, Leaf) else folder) / value
        elif isinstance(value, Section):
            changed[name] = _anchored(value, below, folder)
    return section.model_copy(update=changed)
