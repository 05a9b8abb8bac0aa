"""Make .venv: the hash-locked requirements, the bundled client, and this checkout, editable.

`bootstrap.py run|test|speech`, started by ./salon when something is missing or has changed.
Standard library only. Every failure is one sentence on stderr and an exit code of <sysexits.h>.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
KEPT = VENV / ".salon"  # copies of what decided the last install; ./salon compares them
UNFINISHED = KEPT / "unfinished"
OURSELVES = {
    "pyproject.toml": "pyproject.toml",
    "hatch_build.py": "hatch_build.py",
    "core/salon/__init__.py": "version.py",
}
LOCKS = {
    "run": "requirements.lock",
    "test": "requirements-dev.lock",
    "speech": "requirements-speech.lock",  # the test lock and the extra
}
OLDEST_PYTHON = "import sys; sys.exit(sys.version_info < (3, 11))"
# The machine's certificates too: a company's proxy is trusted there and nowhere else.
TRUSTED = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}  # the newer and the older name
# All that a start of the server imports, whatever is wrong with one of the plugins.
IMPORTS = """
from contextlib import suppress
from importlib.metadata import entry_points
import salon.cli.serve
for plugin in entry_points(group="salon.plugins"):
    with suppress(Exception):
        plugin.load()
"""
STILL_AFTER_S = 15.0
INSTALL_LIMIT_S = 1800.0

UNREACHABLE = re.compile(
    r"dns error|failed to fetch|error sending request|could not connect|connection (refused|broken)"
    r"|NewConnectionError|NameResolutionError|no matching distribution|network is unreachable"
    r"|failed to lookup address|failed caching npm|timed out",
    re.IGNORECASE,
)
WRONG_HASH = re.compile(r"hash mismatch|do not match the hashes", re.IGNORECASE)


def main(wanted: str) -> None:
    started_s = time.monotonic()
    with only_one():
        make_venv()
        new_packages = install_lock(wanted)
        bundle_client()
        if install_ourselves() or new_packages:
            compile_imports()
    say(f"ready in {time.monotonic() - started_s:.0f} s")


def say(words: str) -> None:
    print(f"salon: {words}", file=sys.stderr, flush=True)


def fail(code: int, sentence: str, details: str = "") -> NoReturn:
    say(sentence)
    if details:
        print(details.rstrip(), file=sys.stderr, flush=True)
    sys.exit(code)


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the lock of this checkout; it dies with its process."""
    try:
        file = (ROOT / ".venv.lock").open("w")
    except OSError as error:
        fail(os.EX_CANTCREAT, f"{ROOT} must be writable to install into it: {error.strerror}.")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another ./salon is installing; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


# The environment


def make_venv() -> None:
    """Make .venv unless there is a usable one."""
    if usable():
        return
    say("first start: making .venv" if not VENV.exists() else "making .venv anew")
    shutil.rmtree(VENV, ignore_errors=True)
    KEPT.mkdir(parents=True)
    UNFINISHED.touch()
    # Its own pip costs seconds, and another installer is nearly always there.
    without_pip = ["--without-pip"] if system_uv() or has_pip(sys.executable) else []
    done = run([sys.executable, "-m", "venv", *without_pip, str(VENV)])
    if done.returncode or not runs_here():
        shutil.rmtree(VENV, ignore_errors=True)
        fail(
            os.EX_UNAVAILABLE,
            f"Python's venv module is incomplete ({sys.executable}); "
            "on Debian or Ubuntu: sudo apt install python3-venv",
        )
    (KEPT / "root").write_text(f"{ROOT}\n")
    UNFINISHED.unlink()


def usable() -> bool:
    """Tell whether .venv runs, stands where it was made, and was never left half changed."""
    made_at = KEPT / "root"
    if UNFINISHED.exists() or not runs_here():
        return False
    if not made_at.exists():  # made by hand, and fine
        KEPT.mkdir(exist_ok=True)
        made_at.write_text(f"{ROOT}\n")
    return made_at.read_text().rstrip("\n") == str(ROOT)


def runs_here() -> bool:
    return PYTHON.exists() and run([str(PYTHON), "-c", OLDEST_PYTHON]).returncode == 0


def has_pip(python: str) -> bool:
    return run([python, "-m", "pip", "--version"]).returncode == 0


def system_uv() -> str | None:
    """Find a uv that was here before us; a version manager's shim may be none."""
    uv = shutil.which("uv")
    return uv if uv and run([uv, "--version"]).returncode == 0 else None


# The requirements


def install_lock(wanted: str) -> bool:
    """Install what the lock names, if it changed; tell whether it did.

    Never by `sync`: that removes the plugins people added.
    """
    lock = ROOT / LOCKS[wanted]
    if not changed(LOCKS[wanted]) and not changed(LOCKS["run"]):
        return False
    count = len(re.findall(r"^[a-z0-9][^ ]*==", lock.read_text(), re.MULTILINE))
    again = (KEPT / LOCKS["run"]).exists()
    say(f"installing {count} packages" + (", those that changed" if again else ""))
    with unfinished():
        failure = install_packages(lock)
    if failure is not None:
        explain(failure)
    (KEPT / LOCKS["test"]).unlink(missing_ok=True)
    for name in {LOCKS["run"], LOCKS[wanted]}:
        shutil.copyfile(ROOT / name, KEPT / name)
    return True


def changed(name: str, kept: str = "") -> bool:
    """Tell whether a file differs from the copy of the last install, by its own name or another."""
    copy = KEPT / (kept or name)
    return not copy.exists() or copy.read_bytes() != (ROOT / name).read_bytes()


@contextmanager
def unfinished() -> Iterator[None]:
    """Mark .venv as half changed: a death in here leaves the mark, and then it is made anew."""
    UNFINISHED.touch()
    yield
    UNFINISHED.unlink()


def install_packages(lock: Path) -> str | None:
    """Install by the first way that works; answer with the words of the last one if none does."""
    wanted = ["--quiet", "--require-hashes", "--requirement", str(lock)]
    failure = None
    for way in ways_to_install(lock):
        done = run([*way, *wanted], "installing")
        if done.returncode == 0:
            return None
        failure = done.stdout
        if WRONG_HASH.search(failure):
            break
    return failure


def ways_to_install(lock: Path) -> Iterator[list[str]]:
    """Yield installers: a uv that was here first (its cache, then the network), ours, pip.

    uv knows nothing of pip.conf: on a machine whose mirror is configured for pip only pip works.
    """
    there = system_uv()
    if there:
        yield uv_install(there, "--offline")
        yield uv_install(there)
    locked = VENV / "bin" / "uv"
    if not locked.exists():
        fetch_uv(lock)
    if locked.exists():
        yield uv_install(str(locked))
    yield pip_install()


def fetch_uv(lock: Path) -> None:
    """Install the locked uv by pip, so that uv installs the rest. It is no matter if that fails."""
    entry = re.search(r"^uv==.*(?:\n    --hash.*)+", lock.read_text(), re.MULTILINE)
    if entry is None:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as only:
        only.write(entry.group().rstrip("\\ ") + "\n")
        only.flush()
        wanted = ["--quiet", "--no-deps", "--require-hashes", "--requirement", only.name]
        run([*pip_install(), *wanted], "fetching the installer")


def uv_install(uv: str, *options: str) -> list[str]:
    return [uv, "pip", "install", "--python", str(PYTHON), *options]


def pip_install() -> list[str]:
    outside = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    pip = [str(PYTHON), "-m", "pip"] if has_pip(str(PYTHON)) else outside
    return [*pip, "install", "--retries", "1", "--disable-pip-version-check"]


def explain(output: str) -> NoReturn:
    """End with one sentence about an installer that failed."""
    if WRONG_HASH.search(output):
        fail(
            os.EX_DATAERR,
            "a package is not the one that the lock names; nothing was installed:",
            output,
        )
    if UNREACHABLE.search(output):
        fail(
            os.EX_TEMPFAIL,
            "the package registry cannot be reached; the first start, and a start after an update, "
            "needs the network",
        )
    fail(os.EX_SOFTWARE, "the packages could not be installed:", output)


# This checkout


def bundle_client() -> None:
    """Bundle before the install, so that a mistake in the client is shown without an installer."""
    say("bundling the web client")
    stamp = KEPT / "client.started"  # its time counts: what is saved while it runs is not in it
    stamp.touch()
    done = run([str(PYTHON), "-P", "hatch_build.py"], "bundling")
    if done.returncode == 0:
        stamp.rename(KEPT / "client")
    elif UNREACHABLE.search(done.stdout) and "npm" in done.stdout:
        fail(
            os.EX_TEMPFAIL,
            "the package registry cannot be reached; the client's libraries are fetched once",
        )
    else:
        fail(os.EX_SOFTWARE, done.stdout.strip())


def install_ourselves() -> bool:
    """Install this checkout, editable, if what describes it changed; tell whether it did."""
    if not any(changed(name, kept) for name, kept in OURSELVES.items()):
        return False
    say("installing salon itself")
    uv = VENV / "bin" / "uv"
    # All it needs is in the lock: isolation would fetch build requirements past the hashes.
    wanted = ["--quiet", "--no-deps", "--no-build-isolation", "--editable", "."]
    for way in (uv_install(str(uv), "--offline", "--reinstall-package", "salon"), pip_install()):
        done = run([*way, *wanted], "installing", SALON_CLIENT_BUNDLED="1")
        if done.returncode == 0:
            break
    else:
        fail(os.EX_SOFTWARE, "salon itself could not be installed:", done.stdout)
    for name, kept in OURSELVES.items():
        shutil.copyfile(ROOT / name, KEPT / kept)
    return True


def compile_imports() -> None:
    """Write the byte code of what a start imports, and of nothing else in those 4,000 files.

    uv writes none, and where PYTHONDONTWRITEBYTECODE is set every start would compile all of it.
    """
    run([str(PYTHON), "-P", "-c", IMPORTS], "compiling", PYTHONDONTWRITEBYTECODE="")


# Programs


def run(
    command: Sequence[str], doing: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program, say now and then that it still runs, and keep what it said."""
    started_s = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=TRUSTED | os.environ | {"NO_COLOR": "1"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        while True:
            try:
                output, _ = process.communicate(timeout=STILL_AFTER_S)
            except subprocess.TimeoutExpired:
                passed_s = time.monotonic() - started_s
                if passed_s > INSTALL_LIMIT_S:
                    process.kill()
                say(f"still {doing or 'busy'}, {passed_s:.0f} s")
            else:
                return subprocess.CompletedProcess(command, process.returncode, output)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        fail(os.EX_IOERR, f"installing failed: {error}")
