"""One published number: what was measured, against what, and whether it is good enough.

A figure compares itself with a named peer or limit of the same run on the same machine, because
a number alone says more about the machine than about Salon. Lower is better unless the target
says `>=`.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

SCALE_VARIABLE = "SALON_BENCH_SCALE"
SCRATCH = Path("/var/tmp")  # noqa: S108 a real disk: /tmp may be memory, where a sync costs nothing


@dataclass(frozen=True, slots=True)
class Target:
    """What the ratio has to be."""

    direction: Literal["<=", ">="]
    ratio: float

    def is_met_by(self, ratio: float) -> bool:
        return ratio <= self.ratio if self.direction == "<=" else ratio >= self.ratio

    def __str__(self) -> str:
        return f"{self.direction} {self.ratio:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` is `value` divided by what it is measured against; `target` is about the ratio."""

    what: str
    value: float
    unit: str
    against: str
    ratio: float
    target: str
    met: bool


def at_most(ratio: float) -> Target:
    return Target("<=", ratio)


def at_least(ratio: float) -> Target:
    return Target(">=", ratio)


def figure(
    what: str, value: float, unit: str, against: tuple[str, float], target: Target
) -> Figure:
    """Compare a value with a peer's or a limit's: `against` is its name and its value."""
    name, other = against
    if other <= 0:
        raise ValueError(f"{name}: measured {other:g} {unit}, nothing can be compared with it")
    ratio = value / other
    return Figure(
        what=what,
        value=_rounded(value),
        unit=unit,
        against=f"{name}: {_rounded(other):g} {unit}",
        ratio=_rounded(ratio),
        target=str(target),
        met=target.is_met_by(ratio),
    )


def scaled(count: int, *, least: int = 1) -> int:
    """Return how often to do something in this run: `SALON_BENCH_SCALE` makes tiny ones."""
    return max(least, round(count * float(os.environ.get(SCALE_VARIABLE, "1"))))


def note(text: str) -> None:
    """Say how far the measurement is; standard output is for the figures."""
    print(text, file=sys.stderr, flush=True)


def publish(name: str, measure: Callable[[], Awaitable[Sequence[Figure]]]) -> None:
    """Run a benchmark from the command line and print its figures. Exits 1 without any."""
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no server stays behind
    try:
        figures = asyncio.run(_awaited(measure))
    except NotPossible as reason:
        sys.exit(f"{name}: {reason}")
    if chosen.json:
        print(json.dumps({"name": name, "figures": [asdict(each) for each in figures]}))
    else:
        print(table(figures))


class NotPossible(Exception):
    """The machine lacks a part of this measurement; the text says which."""


async def _awaited(measure: Callable[[], Awaitable[Sequence[Figure]]]) -> Sequence[Figure]:
    return await measure()


def table(figures: Sequence[Figure]) -> str:
    """Return the figures for a terminal, one below the other."""
    rows = [("what", "value", "against", "ratio", "target", "")]
    rows += [
        (
            each.what,
            f"{each.value:,g} {each.unit}",
            each.against,
            f"{each.ratio:g}",
            each.target,
            "met" if each.met else "MISSED",
        )
        for each in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that is not below this share of all."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _rounded(value: float) -> float:
    """Keep four digits: no measurement here is better."""
    return float(f"{value:.4g}")
