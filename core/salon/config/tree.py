"""What was configured, before it is judged: values that know where they were written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from salon.config.problems import Place, Problem, dotted

Scalar = None | bool | int | float | str
Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """A text that settings are read from: a file, or one environment variable."""

    source: str
    folder: Path
    """Where relative paths in it start."""

    has_lines: bool = True

    def place(self, line: int, column: int) -> Place:
        """Return the place of a character; both count from 0."""
        return Place(self.source, line + 1, column + 1) if self.has_lines else Place(self.source)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value."""

    place: Place
    value: Scalar
    written: str
    """As it stands there: `no`, where the value is False."""

    folder: Path
    second: Scalar = None
    """What it is when `value` has the wrong type: the environment cannot say which was meant."""

    secret: bool = False
    """Never shown: it came through `$env` or `$file`."""

    broken: bool = False
    """A problem about it has been told already."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Values in order."""

    place: Place
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """Values by key, in the order in which they were written."""

    place: Place
    entries: Mapping[str, "Entry"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its place, and what stands there."""

    place: Place
    node: "Node"


Node = Leaf | Listing | Branch


@dataclass(frozen=True, slots=True)
class Found:
    """How far a path of keys leads into a tree."""

    keys: Keys
    """The part of the path that exists."""

    key_place: Place
    node: Node

    @property
    def place(self) -> Place:
        """Where to look: at the value, of a whole section at its key."""
        return self.node.place if isinstance(self.node, Leaf) else self.key_place


def find(root: Node, keys: Keys) -> Found:
    """Follow keys from the root as far as the tree goes."""
    found = Found((), root.place, root)
    for key in keys:
        below = _below(found.node, key)
        if below is None:
            break
        found = Found((*found.keys, key), below.place, below.node)
    return found


def leaves(node: Node, keys: Keys = ()) -> Iterator[tuple[Keys, Leaf]]:
    """Yield every value with its path."""
    match node:
        case Leaf():
            yield keys, node
        case Listing(items=items):
            for index, item in enumerate(items):
                yield from leaves(item, (*keys, index))
        case Branch(entries=entries):
            for key, entry in entries.items():
                yield from leaves(entry.node, (*keys, key))


def _below(node: Node, key: str | int) -> Entry | None:
    match node, key:
        case Branch(entries=entries), str():
            return entries.get(key)
        case Listing(items=items), int() if 0 <= key < len(items):
            return Entry(items[key].place, items[key])
        case _:
            return None


def from_value(value: Any, place: Place, folder: Path) -> Node:
    """Return the tree of a plain Python value: lists and mappings of scalars, paths as text."""
    if isinstance(value, Mapping):
        entries = {str(k): Entry(place, from_value(v, place, folder)) for k, v in value.items()}
        return Branch(place, entries)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return Listing(place, tuple(from_value(item, place, folder) for item in value))
    plain = value if isinstance(value, None | bool | int | float | str) else str(value)
    return Leaf(place, plain, str(value), folder, second=plain)


def problem(keys: Keys, place: Place, text: str) -> Problem:
    """Return a problem at a path of the tree."""
    return Problem(place, dotted(keys), text)
