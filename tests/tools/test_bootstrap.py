"""tools/bootstrap.py: what people read when an install cannot be made."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, Checkout

NOWHERE = "http://127.0.0.1:1/simple"


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index nobody listens at, and caches with nothing in them."""
    for variable in ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"):
        monkeypatch.setenv(variable, NOWHERE)
    for variable in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)


@pytest.mark.usefixtures("offline")
def test_a_first_start_without_network_says_so_in_one_sentence(checkout: Checkout) -> None:
    lock = (ROOT / "requirements.lock").read_text()
    checkout.write("requirements.lock", lock)

    done = checkout.tool("bootstrap.py", "run")

    assert done.returncode == os.EX_TEMPFAIL
    last = done.stderr.splitlines()[-1]
    assert last.startswith("salon: the package registry cannot be reached")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    # It gave up by itself: there is an environment to go on with.
    assert (checkout.root / ".venv/bin/python").exists()
    assert not (checkout.root / ".venv/.salon/unfinished").exists()


def test_a_second_install_waits_for_the_first_and_says_so(checkout: Checkout) -> None:
    with (checkout.root / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with subprocess.Popen(
            [sys.executable, "-I", str(checkout.root / "tools/bootstrap.py"), "run"],
            stderr=subprocess.PIPE,
            text=True,
        ) as second:
            assert second.stderr is not None
            said = second.stderr.readline()
            second.kill()
    assert said == "salon: another ./salon is installing; waiting for it\n"


@pytest.mark.usefixtures("offline")
def test_an_environment_left_half_changed_is_made_anew(checkout: Checkout) -> None:
    checkout.write("requirements.lock", (ROOT / "requirements.lock").read_text())
    checkout.write(".venv/.salon/unfinished", "")
    stray = checkout.write(".venv/stray", "")

    done = checkout.tool("bootstrap.py", "run")

    assert "making .venv anew" in done.stderr
    assert not stray.exists()
