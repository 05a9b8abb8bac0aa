"""The plugins' part of the tree: each section is judged for itself, its mistakes are its own."""

import re
from collections.abc import Iterable, Mapping

from salon.config.judge import judged
from salon.config.problems import Problem, did_you_mean
from salon.config.section import Section
from salon.config.tree import Branch, Entry, Keys, Leaf, find, problem


def core_only(root: Branch, problems: list[Problem]) -> Branch:
    """Return the tree with the names of the plugins and nothing of what stands below them."""
    entries = dict(root.entries)
    match entries.get("plugins"):
        case Entry(place, Branch(entries=listed)):
            names = {
                name: Entry(entry.place, Branch(entry.place)) for name, entry in listed.items()
            }
            entries["plugins"] = Entry(place, Branch(place, names))
        case Entry(place, Leaf(value=None)):
            told = "empty; write 'plugins: {}' for none, or remove the key for the bundled ones"
            problems.append(problem(("plugins",), place, told))
            del entries["plugins"]
    return Branch(root.place, entries)


def judged_sections(
    root: Branch, models: Mapping[str, type[Section] | None], problems: list[Problem]
) -> Mapping[str, Section]:
    """Return the sections that passed; what is wrong with the others is added to `problems`."""
    sections: dict[str, Section] = {}
    listed = find(root, ("plugins",)).node
    for name, entry in listed.entries.items() if isinstance(listed, Branch) else ():
        keys = ("plugins", name)
        if name not in models:
            told = f"unknown plugin{did_you_mean(name, models)}"
            problems.append(problem(keys, entry.place, told))
        elif model := models[name]:
            section = _section(model, keys, entry, problems)
            sections |= {} if section is None else {name: section}
    return sections


def _section(
    model: type[Section], keys: Keys, entry: Entry, problems: list[Problem]
) -> Section | None:
    node = entry.node
    if isinstance(node, Leaf) and node.value is None:
        node = Branch(entry.place)
    if not isinstance(node, Branch):
        told = "expected settings, each as 'key: value', or nothing for the defaults"
        problems.append(problem(keys, entry.place, told))
        return None
    try:
        return judged(model, Branch(entry.place, node.entries), keys, problems)
    except Exception as error:  # noqa: BLE001 - its validators are foreign code, so: its problem
        told = f"the plugin's own check failed with {type(error).__name__}"
        problems.append(problem(keys, entry.place, told))
        return None


def plugin_of(found: Problem) -> str | None:
    """Return the plugin whose problem it is, or None for the core."""
    section, _, below = found.path.partition(".")
    return re.split(r"[.\[]", below)[0] if section == "plugins" and below else None


def by_plugin(problems: Iterable[Problem]) -> Mapping[str, tuple[Problem, ...]]:
    """Return the problems of each plugin that has any."""
    shares: dict[str, tuple[Problem, ...]] = {}
    for found in sorted(problems):
        if name := plugin_of(found):
            shares[name] = (*shares.get(name, ()), found)
    return shares
