"""What a parser was once fuzzed with does it no harm, nor does a change to it."""

import random
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks" / "fuzz"
TARGETS: dict[str, Callable[[bytes], None]] = runpy.run_path(str(FOLDER / "targets.py"))["TARGETS"]
CHANGED = 3_000  # of each target; hours of it are for `benchmarks/fuzz/run.py`


def kept(target: str) -> list[bytes]:
    return [file.read_bytes() for file in sorted((FOLDER / "corpus" / target).iterdir())]


def changed(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return it with some bytes changed, cut, repeated, or followed by another's."""
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.randrange(9))
    match chance.randrange(5):
        case 0:
            return data[:at] + chance.randbytes(end - at) + data[end:]
        case 1:
            return data[:at] + data[end:]
        case 2:
            return data[:end] + data[at:]
        case 3:
            return data[:at] + bytes((chance.choice((0, 1, 127, 128, 255)),)) + data[at + 1 :]
        case _:
            return data[:at] + other[chance.randrange(len(other) + 1) :]


def test_every_target_has_kept_inputs() -> None:
    assert {folder.name for folder in (FOLDER / "corpus").iterdir()} == set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_what_was_kept_is_taken_or_refused_in_words(target: str) -> None:
    for data in kept(target):
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_what_was_changed_is_taken_or_refused_in_words(target: str) -> None:
    chance = random.Random(target)  # noqa: S311 the same each time
    inputs = kept(target)
    for _ in range(CHANGED):
        data = chance.choice(inputs)
        for _ in range(chance.randrange(1, 4)):
            data = changed(data, chance.choice(inputs), chance)
        TARGETS[target](data)
