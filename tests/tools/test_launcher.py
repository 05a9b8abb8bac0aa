"""./salon: which Python, when to install, and what is run in the end."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Checkout

# Stands for a Python: new enough, and it tells that it was asked to install.
INSTALLER = 'case "$1" in -c) exit 0 ;; esac; shift 2; echo "installed: $*"'


def age(path: Path, seconds: float) -> None:
    at_s = path.stat().st_mtime + seconds
    os.utime(path, (at_s, at_s))


def change_the_lock(checkout: Checkout) -> None:
    checkout.write("requirements.lock", "# another\n")


def change_the_project(checkout: Checkout) -> None:
    checkout.write("pyproject.toml", "# another\n")


def change_the_version(checkout: Checkout) -> None:
    checkout.write("core/salon/__init__.py", "# another\n")


def save_a_client_file(checkout: Checkout) -> None:
    age(checkout.root / "core/client/app/main.tsx", 60)


def save_a_plugins_client_file(checkout: Checkout) -> None:
    age(checkout.root / "plugins/bots/client/main.ts", 60)


def delete_a_client_file(checkout: Checkout) -> None:
    (checkout.root / "core/client/app/main.tsx").unlink()
    age(checkout.root / "core/client/app", 60)


def lose_the_bundle(checkout: Checkout) -> None:
    (checkout.root / "core/salon/web/static/app/manifest.json").unlink()


def die_while_installing(checkout: Checkout) -> None:
    checkout.write(".venv/.salon/unfinished", "")


def stand_elsewhere(checkout: Checkout) -> None:
    checkout.write(".venv/.salon/root", "/somewhere/else\n")


@pytest.fixture
def installer(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALON_PYTHON", str(checkout.program("a python", INSTALLER)))


@pytest.mark.parametrize(
    ("version", "found"), [("Python 3.9.2", "Python 3.9.2 was found"), (None, "no ")]
)
def test_without_a_new_enough_python_it_says_what_is_needed(
    checkout: Checkout, version: str | None, found: str
) -> None:
    python = checkout.root / "old python"
    if version:
        checkout.program(python.name, f'[ "$1" = --version ] && echo {version} || exit 1')

    done = checkout.run("salon", "serve", SALON_PYTHON=str(python))

    assert done.returncode == os.EX_UNAVAILABLE
    assert done.stderr.startswith("salon: Python 3.11 or newer is needed")
    assert found in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.usefixtures("installer")
def test_what_is_installed_is_run_at_once_with_the_same_words(installed: Checkout) -> None:
    done = installed.run("salon", "serve", "--host", "a b")
    assert done.stdout == "ran: -P -m salon serve --host a b\n"
    assert done.stderr == ""


@pytest.mark.usefixtures("installer")
@pytest.mark.parametrize(
    "happens",
    [
        change_the_lock,
        change_the_project,
        change_the_version,
        save_a_client_file,
        save_a_plugins_client_file,
        delete_a_client_file,
        lose_the_bundle,
        die_while_installing,
        stand_elsewhere,
    ],
)
def test_it_installs_again_after_a_change(
    installed: Checkout, happens: Callable[[Checkout], None]
) -> None:
    happens(installed)
    done = installed.run("salon", "serve")
    assert done.stdout == "installed: run\nran: -P -m salon serve\n"


@pytest.mark.usefixtures("installer")
def test_another_test_lock_matters_to_tests_only(installed: Checkout) -> None:
    installed.write("requirements-dev.lock", "# another\n")
    assert "installed" not in installed.run("salon", "serve").stdout
    assert installed.run("salon", "test").stdout.startswith("installed: test\n")


@pytest.mark.usefixtures("installer")
def test_tests_get_the_words_after_test(installed: Checkout) -> None:
    done = installed.run("salon", "test", "-k", "a b")
    assert done.stdout == f"ran: -P {installed.root}/tools/test.py -k a b\n"


@pytest.mark.usefixtures("installer")
def test_it_may_be_started_through_a_link(installed: Checkout, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(installed.root / "salon")
    assert Checkout(tmp_path).run("link", "serve").stdout == "ran: -P -m salon serve\n"


def test_an_install_that_fails_ends_the_start_with_its_exit_code(installed: Checkout) -> None:
    change_the_lock(installed)
    failing = installed.program("a python", 'case "$1" in -c) exit 0 ;; esac; exit 75')
    done = installed.run("salon", "serve", SALON_PYTHON=str(failing))
    assert (done.returncode, done.stdout) == (75, "")


@pytest.mark.usefixtures("installer")
@pytest.mark.parametrize("home", ["", "/nonexistent"])
def test_without_a_writable_home_caches_stay_in_the_checkout(
    installed: Checkout, home: str
) -> None:
    installed.program(".venv/bin/python", 'echo "$XDG_CACHE_HOME"')
    done = installed.run("salon", "serve", HOME=home, XDG_CACHE_HOME="")
    assert done.stdout == f"{installed.root}/.cache\n"
