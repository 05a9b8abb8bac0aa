"""The public API changes on purpose, and each name of it is explained."""

import inspect
from enum import Enum
from pathlib import Path

import pytest

import salon.plugin
from salon.host.reference import public_api_text

SNAPSHOT = Path(__file__).parent / "public_api.txt"


def _classes() -> list[type]:
    """Return all but the enumerations, whose members speak for themselves."""
    values = (getattr(salon.plugin, name) for name in salon.plugin.__all__)
    return [value for value in values if isinstance(value, type) and not issubclass(value, Enum)]


def test_the_public_api_is_that_of_the_snapshot() -> None:
    """If the change is meant, raise API_VERSION as its docstring says and write the snapshot:

    `python -m salon.host.reference > tests/contracts/public_api.txt`
    """
    assert public_api_text() == SNAPSHOT.read_text("utf-8")


def test_all_public_names_are_listed_once_and_sorted() -> None:
    names = salon.plugin.__all__
    assert list(names) == sorted(set(names))
    assert all(hasattr(salon.plugin, name) for name in names)


@pytest.mark.parametrize("public", _classes(), ids=lambda public: public.__name__)
def test_every_public_class_and_method_has_a_docstring(public: type) -> None:
    assert public.__doc__
    assert not public.__doc__.startswith(f"{public.__name__}("), "a dataclass's made-up docstring"
    for name, value in vars(public).items():
        function = value.fget if isinstance(value, property) else value
        if inspect.isfunction(function) and not name.startswith("_"):
            assert function.__doc__, name
