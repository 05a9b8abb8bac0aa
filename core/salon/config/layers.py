"""Environment and command line, laid over the file.

`SALON_SERVER__PORT=9000` is `server.port`. A value that begins with a bracket, brace or quote is
YAML; any other is taken as it is, so that a password needs no quoting. The command line wins over
the environment, the environment over the file.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from salon.config.document import compose
from salon.config.problems import Place, Problem, did_you_mean
from salon.config.scalars import meaning
from salon.config.sections import Config
from salon.config.shape import fields_at
from salon.config.tree import Branch, Entry, Leaf, Node, Origin, from_value, problem

PREFIX = "SALON_"
FILE_VARIABLE = "SALON_CONFIG"
VARIABLE_MAX_CHARACTERS = 65_536
LEVELS_MAX = 8

_YAML_BEGINS_WITH = ("[", "{", '"', "'")


def with_bundled(root: Branch, models: Mapping[str, object | None]) -> Branch:
    """Return the tree with every plugin listed that has a model, unless `plugins:` says which."""
    if "plugins" in root.entries:
        return root
    names = (name for name, model in models.items() if model is not None)
    listed = {name: Entry(root.place, Branch(root.place)) for name in names}
    return _put(root, ("plugins",), Branch(root.place, listed), root.place)


def with_environment(root: Branch, environ: Mapping[str, str], problems: list[Problem]) -> Branch:
    """Return the tree with every `SALON_…` variable laid over it; short paths come first."""
    for name in sorted(environ, key=lambda name: (name.count("__"), name)):
        if not name.startswith(PREFIX) or name == FILE_VARIABLE:
            continue
        keys = tuple(name.removeprefix(PREFIX).lower().split("__"))
        if wrong := _wrong_name(root, keys):
            problems.append(problem(keys if "__" in name else (), Place(name), wrong))
        elif "__" in name or keys[0] in Config.model_fields:
            node = _variable(name, keys, environ[name], problems)
            root = root if node is None else _put(root, keys, node, Place(name))
    return root


def with_overrides(root: Branch, overrides: Mapping[str, Any]) -> Branch:
    """Return the tree with what the command line says laid over it; None says nothing."""
    for path, value in overrides.items():
        if value is not None:
            keys = tuple(path.split("."))
            place = Place(_option(keys))
            root = _put(root, keys, from_value(value, place, Path.cwd()), place)
    return root


def _option(keys: Sequence[str]) -> str:
    """Return `--port` for server.port, `--media-port` for media.port."""
    words = keys[1:] if keys[0] == "server" else keys
    return "--" + "-".join(words).replace("_", "-")


def _wrong_name(root: Branch, keys: tuple[str, ...]) -> str:
    sections = Config.model_fields
    if len(keys) > LEVELS_MAX:
        return f"more than {LEVELS_MAX} levels"
    if len(keys) == 1:
        return _one_underscore(keys[0])
    if keys[0] not in sections:
        return f"unknown section{did_you_mean(keys[0], sections)}"
    if keys[0] == "plugins" and not _lists(root, keys[1]):
        return "this plugin is not listed under 'plugins:'; list it or remove the variable"
    return ""


def _one_underscore(name: str) -> str:
    """Return what is wrong with SALON_SERVER_PORT; other single names are not ours to judge."""
    for section in Config.model_fields:
        key = name.removeprefix(f"{section}_")
        if key != name and key in fields_at(Config, (section,)):
            meant = f"{PREFIX}{section.upper()}__{key.upper()}"
            return f"two underscores stand between section and setting: {meant}"
    return ""


def _lists(root: Branch, plugin: str) -> bool:
    listed = root.entries.get("plugins")
    return listed is not None and isinstance(listed.node, Branch) and plugin in listed.node.entries


def _variable(name: str, keys: tuple[str, ...], text: str, problems: list[Problem]) -> Node | None:
    place = Place(name)
    if len(text) > VARIABLE_MAX_CHARACTERS:
        told = f"longer than {VARIABLE_MAX_CHARACTERS} characters"
        problems.append(problem(keys, place, told))
        return None
    if text.lstrip().startswith(_YAML_BEGINS_WITH):
        origin = Origin(name, Path.cwd(), has_lines=False)
        return compose(text, keys, origin, problems)
    return Leaf(place, meaning(text), text, Path.cwd(), second=text)


def _put(root: Branch, keys: tuple[str, ...], node: Node, place: Place) -> Branch:
    key, *below = keys
    entries = dict(root.entries)
    if below:
        inner = entries[key].node if key in entries else None
        branch = inner if isinstance(inner, Branch) else Branch(place)
        node = _put(branch, tuple(below), node, place)
        place = entries[key].place if inner is branch else place
    entries[key] = Entry(place, node)
    return Branch(root.place, entries)
