"""Every published figure can be measured by its command, and comes in the promised shape."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
NAMES = (
    "acknowledged",
    "attack",
    "cold_start",
    "delay",
    "fanout",
    "idle_memory",
    "join",
    "noise",
    "quality",
    "recording",
    "relay",
    "relay_crowd",
    "relay_joins",
    "relay_rooms",
    "stages",
    "taps",
    "text",
)
QUICK = ("acknowledged", "delay", "fanout", "relay_joins")
FIGURE: dict[str, type | tuple[type, ...]] = {
    "what": str,
    "value": (int, float),
    "unit": str,
    "against": str,
    "ratio": (int, float),
    "target": str,
    "met": bool,
}


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "salon", "bench", *arguments],
        env={**os.environ, "SALON_BENCH_SCALE": "0.01"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def target_is_met(target: str, ratio: float) -> bool:
    direction, bound = target.split()
    return ratio <= float(bound) if direction == "<=" else ratio >= float(bound)


def test_every_benchmark_is_listed_and_explained() -> None:
    assert tuple(bench("--list").stdout.split()) == NAMES
    figures = (FOLDER.parent / "docs" / "figures.md").read_text("utf-8")
    assert [name for name in NAMES if f"`{name}`" not in figures] == []


def test_an_unknown_benchmark_is_refused_with_those_that_exist() -> None:
    refused = bench("fan_out")
    assert refused.returncode == 1
    assert "no benchmark 'fan_out'" in refused.stderr
    assert "fanout" in refused.stderr


@pytest.mark.parametrize("name", QUICK)
def test_a_tiny_run_prints_one_object_with_figures(name: str) -> None:
    run = bench(name, "--json")
    assert run.returncode == 0, run.stderr
    told: dict[str, Any] = json.loads(run.stdout)
    assert told["name"] == name
    assert told["figures"]
    for figure in told["figures"]:
        assert set(figure) == set(FIGURE)
        assert all(isinstance(figure[key], kind) for key, kind in FIGURE.items()), figure
        assert figure["met"] == target_is_met(figure["target"], figure["ratio"])


def test_without_json_the_figures_are_a_table_for_people() -> None:
    run = bench("cold_start")
    assert run.returncode == 0, run.stderr
    heading, *rows = run.stdout.splitlines()
    assert heading.split() == ["what", "value", "against", "ratio", "target"]
    assert rows
    assert all(row.startswith("second start until ready") for row in rows)
