"""YAML text to a tree that knows its lines; limited before anything is built.

The events of the YAML parser are read one by one, never its objects: so tags construct nothing,
an alias costs what it expands to, and depth and number of values are known before they grow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import yaml

from salon.config.problems import Place, Problem, shown
from salon.config.scalars import meaning
from salon.config.tree import Branch, Entry, Keys, Leaf, Listing, Node, Origin, problem

FILE_MAX_BYTES = 1_048_576
DEPTH_MAX = 32
VALUES_MAX = 50_000
MISPLACED_COLON = (
    "a ':' may not stand here: this line is indented too far, or the one above it lacks its ':', "
    "or a text with ': ' in it lacks quotes"
)

_TEXT_TAGS = {"!", "tag:yaml.org,2002:str"}


def read(path: Path, problems: list[Problem]) -> Branch:
    """Return the settings of a file. What is wrong is added to `problems`."""
    origin = Origin(str(path), path.absolute().parent)
    empty = Branch(Place(origin.source))
    text = _text_of(path, origin, problems)
    root = None if text is None else compose(text, (), origin, problems)
    match root:
        case Branch():
            return root
        case None | Leaf(value=None) | Leaf(broken=True):
            return empty
        case _:
            told = "expected sections such as 'server:', each with its settings below"
            problems.append(problem((), root.place, told))
            return empty


def compose(text: str, keys: Keys, origin: Origin, problems: list[Problem]) -> Node | None:
    """Return the tree of one YAML document that stands at `keys`; None when it cannot be read."""
    composer = _Composer(text, origin, problems)
    try:
        return composer.document(keys)
    except _Unreadable as error:
        problems.append(problem(keys, error.place, error.text))
    except yaml.MarkedYAMLError as error:
        mark, told = _syntax(error)
        place = origin.place(mark.line, mark.column) if mark else Place(origin.source)
        problems.append(problem(keys, place, told))
    except yaml.reader.ReaderError as error:
        place = _place_at(text, error.position, origin)
        told = f"the character U+{ord(text[error.position]):04X} may not stand here"
        problems.append(problem(keys, place, told))
    except (ValueError, OverflowError):
        # PyYAML passes what stands behind `\U` to chr() unchecked.
        problems.append(problem(keys, composer.place, "an escape here names no character"))
    return None


def _text_of(path: Path, origin: Origin, problems: list[Problem]) -> str | None:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_MAX_BYTES + 1)
    except FileNotFoundError:
        problems.append(Problem(Place(origin.source), "", "there is no such file"))
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        problems.append(Problem(Place(origin.source), "", f"cannot be read: {reason}"))
        return None
    if len(content) > FILE_MAX_BYTES:
        told = f"larger than {FILE_MAX_BYTES} bytes"
        problems.append(Problem(Place(origin.source), "", told))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(errors="replace")
        place = _place_at(before, len(before), origin)
        problems.append(Problem(place, "", "not UTF-8; save the file in that encoding"))
        return None


def _place_at(text: str, position: int, origin: Origin) -> Place:
    before = text[:position]
    return origin.place(before.count("\n"), position - before.rfind("\n") - 1)


def _syntax(error: yaml.MarkedYAMLError) -> tuple[yaml.Mark | None, str]:
    """Return where it is and what it is, in words for who does not know how YAML is read."""
    found, context = error.problem or "cannot be understood", error.context or ""
    if "'\\t'" in found:
        return error.problem_mark, "a tab; YAML is indented with spaces"
    if "mapping values are not allowed" in found:
        return error.problem_mark, MISPLACED_COLON
    if "end of stream" in found and "quoted scalar" in context:
        return error.context_mark, "a quote that is never closed"
    if "<stream end>" in found and "flow" in context:
        return error.context_mark, "a bracket that is never closed"
    told = f"not YAML: {found}" + (f", {context}" if context else "")
    return error.problem_mark or error.context_mark, told


class _Unreadable(Exception):
    def __init__(self, place: Place, text: str) -> None:
        super().__init__(text)
        self.place = place
        self.text = text


@dataclass(frozen=True, slots=True)
class _Anchored:
    node: Node
    values: int
    depth: int


class _Composer:
    """Builds the tree of one document; owns the counts that its limits need."""

    def __init__(self, text: str, origin: Origin, problems: list[Problem]) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._origin = origin
        self._problems = problems
        self._anchors: dict[str, _Anchored] = {}
        self._values = 0
        self._deepest = 0
        self.place = origin.place(0, 0)
        """Of the event read last."""

    def document(self, keys: Keys) -> Node | None:
        root: Node | None = None
        for event in self._steps():
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._stop("a second document; everything belongs into one")
                root = self._node(self._next(), keys, 1)
        return root

    def _steps(self) -> Iterator[yaml.Event]:
        for event in self._events:
            if mark := event.start_mark:
                self.place = self._origin.place(mark.line, mark.column)
            yield event

    def _next(self) -> yaml.Event:
        return next(self._steps())

    def _stop(self, text: str) -> NoReturn:
        raise _Unreadable(self.place, text)

    def _count(self, values: int, depth: int) -> None:
        self._values += values
        self._deepest = max(self._deepest, depth)
        if self._values > VALUES_MAX:
            self._stop(f"more than {VALUES_MAX} values")
        if depth > DEPTH_MAX:
            self._stop(f"nested more than {DEPTH_MAX} deep")

    def _node(self, event: yaml.Event, keys: Keys, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), depth)
        before, deepest_before = self._values, self._deepest
        self._deepest = depth
        self._count(1, depth)
        node = self._value(event, keys, depth)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            anchored = _Anchored(node, self._values - before, self._deepest - depth)
            self._anchors[event.anchor] = anchored
        self._deepest = max(self._deepest, deepest_before)
        return node

    def _value(self, event: yaml.Event, keys: Keys, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self._leaf(event, keys)
        if isinstance(event, yaml.CollectionStartEvent) and event.tag is not None:
            self._problems.append(problem(keys, self.place, "tags are not supported, remove it"))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._listing(keys, depth)
        return self._branch(keys, depth)

    def _alias(self, name: str, depth: int) -> Node:
        anchored = self._anchors.get(name)
        if anchored is None:
            self._stop(f"*{shown(name)[1:-1]}: nothing complete before this is anchored so")
        self._count(anchored.values, depth + anchored.depth)
        return anchored.node

    def _leaf(self, event: yaml.ScalarEvent, keys: Keys) -> Leaf:
        text: str = event.value
        is_plain = event.tag is None and event.implicit[0]
        value = meaning(text) if is_plain else text
        if event.tag is None or event.tag in _TEXT_TAGS:
            return Leaf(self.place, value, text, self._origin.folder, second=value)
        self._problems.append(problem(keys, self.place, "tags are not supported, remove it"))
        return Leaf(self.place, text, text, self._origin.folder, broken=True)

    def _listing(self, keys: Keys, depth: int) -> Listing:
        place = self.place
        items: list[Node] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, (*keys, len(items)), depth + 1))
        return Listing(place, tuple(items))

    def _branch(self, keys: Keys, depth: int) -> Branch:
        place = self.place
        entries: dict[str, Entry] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._stop("a key must be plain text")
            key, key_place = str(event.value), self.place
            entry = Entry(key_place, self._node(self._next(), (*keys, key), depth + 1))
            if key == "<<":
                told = "merge keys are not supported, write the settings out"
                self._problems.append(problem(keys, key_place, told))
            elif key in entries:
                told = f"set twice, first at {entries[key].place}"
                self._problems.append(problem((*keys, key), key_place, told))
            else:
                entries[key] = entry
        return Branch(place, entries)
