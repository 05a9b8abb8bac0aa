"""The lists that name packages agree with each other, and none of them names a host."""

import configparser
import json
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PYTHON_LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-speech.lock")
PLACE = re.compile(r"https?://|index-url|find-links|file:|(^|\s)-e ", re.MULTILINE)


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text()
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^ ]+)", text, re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9._-]+", requirement) for requirement in requirements)
    return {match.group().lower().replace("_", "-") for match in found if match}


@pytest.mark.parametrize("lock", [*PYTHON_LOCKS, "deno.lock"])
def test_a_lock_names_no_place(lock: str) -> None:
    assert PLACE.search((ROOT / lock).read_text()) is None


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_every_locked_package_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_run_time_lock_holds_all_that_salon_and_its_build_ask_for(
    project: dict[str, Any],
) -> None:
    asked = project["project"]["dependencies"] + project["dependency-groups"]["build"]
    assert names(asked) - pins("requirements.lock").keys() == set()


def test_the_test_lock_holds_the_run_time_lock_and_what_tests_ask_for(
    project: dict[str, Any],
) -> None:
    locked = pins("requirements-dev.lock")
    assert pins("requirements.lock").items() - locked.items() == set()
    assert names(project["dependency-groups"]["dev"]) - locked.keys() == set()


def test_the_speech_lock_holds_the_test_lock_and_what_the_extra_asks_for(
    project: dict[str, Any],
) -> None:
    locked = pins("requirements-speech.lock")
    assert pins("requirements-dev.lock").items() - locked.items() == set()
    assert names(project["project"]["optional-dependencies"]["speech"]) - locked.keys() == set()


def test_what_only_tests_use_is_not_installed_on_a_server() -> None:
    assert {"pytest", "playwright", "feedparser"} & pins("requirements.lock").keys() == set()


def test_the_build_hook_asks_for_the_deno_that_is_locked() -> None:
    hook = runpy.run_path(str(ROOT / "hatch_build.py"))
    assert hook["DENO"] == f"deno=={pins('requirements.lock')['deno']}"


def test_the_client_names_exact_versions() -> None:
    imports = json.loads((ROOT / "deno.json").read_text())["imports"]
    packages = [target for target in imports.values() if not target.startswith("./")]
    exact = re.compile(r"npm:(@[a-z-]+/)?[a-z.-]+@\d+\.\d+\.\d+")
    assert [package for package in packages if not exact.fullmatch(package)] == []


def test_every_list_of_plugins_names_the_folders_in_plugins(project: dict[str, Any]) -> None:
    folders = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()}
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    packages = {f"salon_{name}" for name in folders}

    assert set(project["project"]["entry-points"]["salon.plugins"]) == folders
    assert set(wheel) == {"core/salon"} | {f"plugins/{name}/salon_{name}" for name in folders}
    assert set(project["tool"]["mypy"]["mypy_path"]) == {"core", "benchmarks"} | {
        f"plugins/{name}" for name in folders
    }
    assert set(contracts["importlinter"]["root_packages"].split()) == {"salon"} | packages
    no_plugins = contracts["importlinter:contract:no-plugins"]
    assert set(no_plugins["forbidden_modules"].split()) == packages
    strangers = contracts["importlinter:contract:strangers"]
    assert set(strangers["modules"].split()) == packages


def test_every_folder_with_python_in_it_is_type_checked(project: dict[str, Any]) -> None:
    made = {"dist", "node_modules", "salon-data"}
    ours = [path for path in ROOT.glob("[!.]*") if path.name not in made]
    with_python = {path.name for path in ours if path.suffix == ".py" or any(path.rglob("*.py"))}
    assert set(project["tool"]["mypy"]["files"]) == with_python
