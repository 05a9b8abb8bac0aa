"""A checkout small enough to install in no time: the real scripts, and programs that tell."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ("salon", ".ci/run", "tools/bootstrap.py", "tools/test.py", "tools/debian-packages.txt")
INPUTS = {
    "requirements.lock": "requirements.lock",
    "requirements-dev.lock": "requirements-dev.lock",
    "pyproject.toml": "pyproject.toml",
    "hatch_build.py": "hatch_build.py",
    "core/salon/__init__.py": "version.py",
}


@dataclass(frozen=True)
class Checkout:
    """A folder with the launcher and the tools in it."""

    root: Path

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def program(self, name: str, script: str) -> Path:
        path = self.write(name, f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.root / command[0]), *command[1:]],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def tool(
        self, name: str, *arguments: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", str(self.root / "tools" / name), *arguments],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path / "a checkout")
    for script in SCRIPTS:
        target = made.root / script
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / script, target)
    for name in INPUTS:
        made.write(name, f"# {name}\n")
    made.write("core/client/app/main.tsx", "")
    made.write("plugins/bots/client/main.ts", "")
    made.write("deno.json", "{}")
    made.write("deno.lock", "{}")
    return made


@pytest.fixture
def installed(checkout: Checkout) -> Checkout:
    """The checkout as an install leaves it; its Python says what it was asked to run."""
    checkout.program(".venv/bin/python", 'echo "ran: $*"')
    checkout.write("core/salon/web/static/app/manifest.json", "{}")
    for name, kept in INPUTS.items():
        checkout.write(f".venv/.salon/{kept}", (checkout.root / name).read_text())
    checkout.write(".venv/.salon/root", f"{checkout.root}\n")
    stamp = checkout.write(".venv/.salon/client", "")
    newest_s = max(path.stat().st_mtime for path in checkout.root.rglob("*"))
    os.utime(stamp, (newest_s + 1, newest_s + 1))
    return checkout
