"""`{$env: NAME}` and `{$file: path}`: values that do not stand in the file, such as secrets.

The order matters: references are followed after all layers were laid, so that one that is
overridden need not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from salon.config.problems import Problem, did_you_mean
from salon.config.scalars import meaning
from salon.config.tree import Branch, Entry, Keys, Leaf, Listing, Node, problem

REFERENCE_MAX_BYTES = 65_536

_SIGNS = ("$env", "$file")


class _Missing(Exception):
    """What is referred to cannot be had; the message says why and never what stands there."""


@dataclass(frozen=True, slots=True)
class References:
    """Follows references with one environment; adds what is wrong to `problems`."""

    environ: Mapping[str, str]
    problems: list[Problem]

    def in_all(self, root: Branch) -> Branch:
        """Return the whole tree with text in place of every reference."""
        followed = self.followed(root)
        return followed if isinstance(followed, Branch) else Branch(root.place)

    def followed(self, node: Node, keys: Keys = ()) -> Node:
        """Return what stands at `keys`, with text in place of every reference."""
        match node:
            case Branch() if any(key.startswith("$") for key in node.entries):
                return self._reference(node, keys)
            case Branch(place, entries):
                below = {
                    key: Entry(entry.place, self.followed(entry.node, (*keys, key)))
                    for key, entry in entries.items()
                }
                return Branch(place, below)
            case Listing(place, items):
                numbered = enumerate(items)
                return Listing(place, tuple(self.followed(x, (*keys, i)) for i, x in numbered))
            case Leaf(value=str(text)) if wrong := _wrong_in(text):
                return self._broken(node, keys, wrong)
            case _:
                return node

    def _reference(self, node: Branch, keys: Keys) -> Leaf:
        key, entry = next((k, e) for k, e in node.entries.items() if k.startswith("$"))
        target = entry.node
        folder = target.folder if isinstance(target, Leaf) else Path()
        leaf = Leaf(node.place, "", "", folder, secret=True)
        if key not in _SIGNS:
            return self._broken(leaf, keys, f"unknown reference{did_you_mean(key, _SIGNS)}")
        if len(node.entries) > 1:
            return self._broken(leaf, keys, f"nothing else may stand beside {key!r}")
        if not isinstance(target, Leaf) or not isinstance(target.value, str) or not target.value:
            expected = "the name of a variable" if key == "$env" else "the path of a file"
            return self._broken(leaf, keys, f"{key} expects {expected} as text")
        try:
            text = self._variable(target) if key == "$env" else _content(target)
        except _Missing as error:
            return self._broken(leaf, keys, str(error))
        return Leaf(node.place, text, text, folder, second=meaning(text), secret=True)

    def _variable(self, target: Leaf) -> str:
        name = target.written
        text = self.environ.get(name)
        if text is None:
            raise _Missing(f"the environment variable {name!r} is not set")
        if len(text) > REFERENCE_MAX_BYTES:
            raise _Missing(f"{name!r} is longer than {REFERENCE_MAX_BYTES} characters")
        if wrong := _wrong_in(text):
            raise _Missing(f"{name!r}: {wrong}")
        return text

    def _broken(self, leaf: Leaf, keys: Keys, text: str) -> Leaf:
        self.problems.append(problem(keys, leaf.place, text))
        return Leaf(leaf.place, "", "", leaf.folder, secret=True, broken=True)


def _content(target: Leaf) -> str:
    path = target.folder / target.written
    try:
        # Of a pipe or device nobody knows when it ends.
        if not path.is_file():
            raise _Missing(f"there is no file {target.written!r}")
        with path.open("rb") as file:
            content = file.read(REFERENCE_MAX_BYTES + 1)
        text = content.decode()
    except OSError as error:
        reason = error.strerror or "unusable path"
        raise _Missing(f"{target.written!r} cannot be read: {reason}") from error
    except UnicodeDecodeError as error:
        raise _Missing(f"{target.written!r} is not UTF-8") from error
    if len(content) > REFERENCE_MAX_BYTES:
        raise _Missing(f"{target.written!r} is larger than {REFERENCE_MAX_BYTES} bytes")
    if wrong := _wrong_in(text):
        raise _Missing(f"{target.written!r}: {wrong}")
    return text.removesuffix("\n").removesuffix("\r")


def _wrong_in(text: str) -> str:
    """Return why a text can be no setting: neither a path nor JSON can hold these."""
    if "\0" in text:
        return "a NUL character may not stand in a setting"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "half a character (a lone surrogate) may not stand in a setting"
    return ""
