"""`salon bench`: the published figures, each a script of `benchmarks/` that prints ratios."""

import subprocess
import sys
from pathlib import Path

from salon.cli import EXIT_FAILED, fail

FOLDER = Path(__file__).resolve().parents[3] / "benchmarks"


def names() -> list[str]:
    """Return what can be measured; benchmarks come with a checkout, not with the package."""
    return sorted(file.stem for file in FOLDER.glob("*.py") if not file.stem.startswith("_"))


def run(name: str, *, as_json: bool) -> int:
    """Run one and return its exit code."""
    if name not in names():
        fail(f"There is no benchmark {name!r}. There are: {', '.join(names())}", EXIT_FAILED)
    arguments = [sys.executable, str(FOLDER / f"{name}.py"), *(["--json"] if as_json else [])]
    return subprocess.run(arguments, check=False).returncode  # noqa: S603 our own script
