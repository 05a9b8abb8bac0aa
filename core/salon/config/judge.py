"""pydantic judges the tree; each of its errors is told at the place of the value it names.

Types are taken strictly, as from JSON: `"8080"` is no number and `1` is not true. Where a value
came from the environment, which knows only text, its second meaning is tried once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

import pydantic_core
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from salon.config import wording
from salon.config.problems import Problem, did_you_mean
from salon.config.shape import fields_at, has_secrets, is_secret
from salon.config.tree import Branch, Keys, Leaf, Listing, Node, find, leaves, problem

SectionT = TypeVar("SectionT", bound=BaseModel)


def judged(
    model: type[SectionT], root: Branch, keys: Keys, problems: list[Problem]
) -> SectionT | None:
    """Return the checked section that stands at `keys`; None when it has problems, now added."""
    first = _try(model, root, frozenset())
    if isinstance(first, BaseModel):
        return first
    second = _try(model, root, frozenset(_doubtful(root, first)))
    if isinstance(second, BaseModel):
        return second
    problems.extend(_told(model, root, keys, second))
    return None


def _try(
    model: type[SectionT], root: Branch, swapped: frozenset[Keys]
) -> SectionT | Sequence[ErrorDetails]:
    try:
        return model.model_validate_json(
            pydantic_core.to_json(_plain(root, (), swapped)), strict=True
        )
    except ValidationError as error:
        return error.errors(include_url=False, include_input=False)


def _plain(node: Node, keys: Keys, swapped: frozenset[Keys]) -> object:
    match node:
        case Branch(entries=entries):
            return {
                key: _plain(entry.node, (*keys, key), swapped) for key, entry in entries.items()
            }
        case Listing(items=items):
            return [_plain(item, (*keys, i), swapped) for i, item in enumerate(items)]
        case Leaf() if keys in swapped:
            # A section of which every line is commented out reads as nothing.
            return {} if node.value is None and node.second is None else node.second
        case Leaf():
            return node.value


def _doubtful(root: Branch, errors: Iterable[ErrorDetails]) -> Iterable[Keys]:
    for error in errors:
        # A number that is only too large would read as text, and be told as that.
        is_of_type = error["type"].endswith("_type") or error["type"] in {"literal_error", "enum"}
        found = find(root, error["loc"])
        if is_of_type and isinstance(found.node, Leaf):
            yield found.keys


def _told(
    model: type[BaseModel], root: Branch, keys: Keys, errors: Iterable[ErrorDetails]
) -> Iterable[Problem]:
    # Each member of a union complains for itself; together they are one mistake.
    together: dict[Keys, list[ErrorDetails]] = defaultdict(list)
    for error in errors:
        found = find(root, error["loc"])
        named = error["loc"] if error["type"] == "missing" else found.keys
        together[named].append(error)
    secrets = _secrets(model, root)
    for path, same in together.items():
        found = find(root, path)
        if isinstance(found.node, Leaf) and found.node.broken:
            continue
        if same[0]["type"] == "extra_forbidden":
            meant = did_you_mean(str(path[-1]), fields_at(model, path[:-1]))
            yield problem((*keys, *path), found.key_place, f"unknown setting{meant}")
            continue
        hidden = is_secret(model, found.keys) or has_secrets(model, found.keys)
        text = wording.told(same, found, is_secret=hidden)
        if same[0]["type"] not in wording.EXPECTED:
            text = _without(secrets, text)
        yield problem((*keys, *path), found.place, text)


def _secrets(model: type[BaseModel], root: Branch) -> Sequence[str]:
    """Return what may not be shown, longest first."""
    found = (
        leaf.written
        for keys, leaf in leaves(root)
        if leaf.written and (leaf.secret or is_secret(model, keys))
    )
    return sorted(found, key=len, reverse=True)


def _without(secrets: Sequence[str], text: str) -> str:
    """Return the text without secrets that a plugin's own validator may have quoted."""
    for secret in secrets:
        text = text.replace(secret, "…")
    return text
