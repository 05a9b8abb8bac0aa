"""Bundle the web client when the package is built; `python hatch_build.py` does only that."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DENO = "deno==2.9.8"
MANIFEST = "core/salon/web/static/app/manifest.json"
OPTIONS = ["--quiet", "--no-prompt", "--frozen", "--allow-read", "--allow-env", "--allow-run"]
WRITES = "--allow-write=core/salon/web/static,plugins"
QUIET = {"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"}
# The machine's certificates too: a company's proxy is trusted there and nowhere else.
TRUSTED = {"DENO_TLS_CA_STORE": "mozilla,system"}
# The launcher bundles by itself before it installs, so that a mistake in the client is shown
# without an installer's text around it; then the hook need not do it again.
BUNDLED = "SALON_CLIENT_BUNDLED"


class ClientBuildHook(BuildHookInterface[Any]):
    """Puts the bundled client into every wheel, sdist and editable install."""

    def dependencies(self) -> list[str]:
        return [] if bundled(Path(self.root)) else [DENO]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        root = Path(self.root)
        if not bundled(root):
            bundle(root)


def bundled(root: Path) -> bool:
    """Tell whether the client is there: bundled by the launcher, or when this sdist was made."""
    by_whom = os.environ.get(BUNDLED) == "1" or (root / "PKG-INFO").is_file()
    return by_whom and (root / MANIFEST).is_file()


def bundle(root: Path) -> None:
    """Run core/client/build.ts; end the process with its words if it fails."""
    done = subprocess.run(
        [deno(), "run", *OPTIONS, WRITES, "core/client/build.ts"],
        cwd=root,
        env=TRUSTED | os.environ | QUIET,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        sys.exit(f"The web client could not be bundled.\n{done.stdout}")


def deno() -> str:
    """Find the program of the package deno.

    Not by `deno.find_deno_bin()`: under build isolation that asks the outer environment.
    """
    for file in metadata.files("deno") or ():
        path = Path(str(file.locate()))
        if path.name in {"deno", "deno.exe"} and path.is_file():
            return str(path)
    sys.exit("Building Salon needs the package deno.")


if __name__ == "__main__":
    bundle(Path(__file__).resolve().parent)
