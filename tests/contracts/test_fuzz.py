"""What a parser was once fuzzed with does it no harm, nor does what a short search comes upon."""

import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks" / "fuzz"
TARGETS: dict[str, Callable[[bytes], None]] = runpy.run_path(str(FOLDER / "targets.py"))["TARGETS"]
RUNS = 4_000  # of each target; hours of it are for `benchmarks/fuzz/run.py`


def kept(target: str) -> list[bytes]:
    return [file.read_bytes() for file in sorted((FOLDER / "corpus" / target).iterdir())]


def test_every_target_has_kept_inputs() -> None:
    assert {folder.name for folder in (FOLDER / "corpus").iterdir()} == set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_what_was_kept_is_taken_or_refused_in_words(target: str) -> None:
    for data in kept(target):
        TARGETS[target](data)


def test_nothing_is_found_by_a_short_search() -> None:
    pytest.importorskip("atheris", reason="atheris is made for Linux on x86-64")
    program = [sys.executable, str(FOLDER / "run.py"), "--runs", str(RUNS)]
    run = subprocess.run(program, capture_output=True, text=True, check=False, timeout=100)
    assert run.returncode == 0, run.stderr[-4_000:]
    tried = [int(count) for count in re.findall(r"number_of_executed_units: (\d+)", run.stderr)]
    assert len(tried) == len(TARGETS)
    assert min(tried) >= RUNS
