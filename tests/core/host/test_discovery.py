"""Finding plugins: installed ones, single files, broken ones, and the order they start in."""

from pathlib import Path
from typing import Any

import pytest

from salon.host import Discovered, discover
from salon.host.discovery import in_starting_order
from salon.plugin import Plugin

SCOREBOARD = """
from dataclasses import dataclass
from salon.plugin import Plugin, PluginConfig

@dataclass(frozen=True)
class Score:
    home: int

class ScoreboardConfig(PluginConfig):
    limit: int = 3

class Scoreboard(Plugin[ScoreboardConfig]):
    name = "scoreboard"
    Config = ScoreboardConfig
"""


MODERATION = """
from salon.plugin import Plugin, PluginConfig

class Moderation(Plugin[PluginConfig]):
    name = "moderation"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scoreboard.py").write_text(SCOREBOARD)
    return tmp_path


@pytest.fixture
def entry_points(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Install two distributions: ours with one plugin, a stranger's with two broken ones."""
    (tmp_path / "pretended_moderation.py").write_text(MODERATION)
    _install(tmp_path, "salon", "moderation = pretended_moderation:Moderation")
    _install(tmp_path, "salon_foreign", "broken = no_such_module:Plugin\ntext = os:sep")
    monkeypatch.syspath_prepend(tmp_path)


def _install(folder: Path, name: str, points: str) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[salon.plugins]\n{points}\n")


def _by_name(found: tuple[Discovered, ...]) -> dict[str, Discovered]:
    return {one.name: one for one in found}


@pytest.mark.usefixtures("entry_points")
def test_without_a_list_the_bundled_ones_run_and_others_are_off() -> None:
    found = _by_name(discover(None, None))
    assert found["moderation"].plugin is not None
    assert found["moderation"].origin == "salon 1.0"
    assert found["broken"].plugin is None
    assert found["broken"].problem is None


@pytest.mark.usefixtures("entry_points")
def test_what_is_off_is_not_imported_and_what_is_listed_comes_in_that_order() -> None:
    found = discover(None, ["text", "moderation"])
    assert [one.name for one in found][:2] == ["text", "moderation"]
    assert _by_name(found)["broken"].problem is None


@pytest.mark.usefixtures("entry_points")
def test_a_broken_import_is_contained_and_named() -> None:
    found = _by_name(discover(None, ["broken", "moderation"]))
    assert "cannot be imported: ModuleNotFoundError" in str(found["broken"].problem)
    assert found["moderation"].plugin is not None


@pytest.mark.usefixtures("entry_points")
def test_an_entry_point_that_is_no_plugin_is_told() -> None:
    assert "expected a subclass of Plugin" in str(discover(None, ["text"])[0].problem)


@pytest.mark.usefixtures("entry_points")
def test_a_listed_plugin_that_is_not_installed_is_told_with_a_hint() -> None:
    missing = discover(None, ["moderatoin"])[0]
    assert missing.problem == ("no plugin of this name is installed, did you mean 'moderation'?")


def test_a_single_file_in_the_folder_is_a_plugin(folder: Path) -> None:
    found = _by_name(discover(folder, ["scoreboard"]))["scoreboard"]
    assert found.problem is None
    assert found.origin == "plugins/scoreboard.py"
    assert found.plugin is not None
    assert found.plugin.name == "scoreboard"


def test_two_servers_may_have_the_same_file(folder: Path, tmp_path_factory: Any) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "scoreboard.py").write_text(SCOREBOARD)
    one, two = (discover(at, ["scoreboard"])[0].plugin for at in (folder, other))
    assert one is not two


def test_a_file_with_an_underscore_and_a_missing_folder_are_no_plugins(folder: Path) -> None:
    (folder / "_shared.py").write_text("raise RuntimeError")
    names = {one.name for one in discover(folder, [])}
    assert "scoreboard" in names
    assert "_shared" not in names
    assert "scoreboard" not in {one.name for one in discover(folder / "missing", [])}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import sys; sys.exit(1)", "SystemExit"),
        ("raise BaseException('rare')", "BaseException: rare"),
        ("this is no Python", "SyntaxError"),
        ("", "defines 0 subclasses of Plugin"),
        (SCOREBOARD + "class Second(Scoreboard): ...", "defines 2 subclasses"),
        ("from salon.plugin import Plugin", "defines 0 subclasses"),
        ("#" * 1_048_577, "larger than 1,048,576 bytes"),
        ("\x00", "cannot be imported"),
        ("import json\nimport no_such_module", "'no_such_module' (scoreboard.py:2)"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    folder: Path, text: str, words: str
) -> None:
    (folder / "scoreboard.py").write_text(text)
    assert words in str(discover(folder, ["scoreboard"])[0].problem)


def _found(name: str, *requires: str) -> Discovered:
    plugin = type("Some", (Plugin,), {"name": name, "requires": requires})
    return Discovered(name, "a test", plugin)


def _order(*found: Discovered) -> list[str]:
    return [one.name for one in in_starting_order(found)]


def test_the_order_is_kept_and_moved_only_as_far_as_needed() -> None:
    assert _order(_found("a"), _found("b", "d"), _found("c"), _found("d")) == ["a", "d", "b", "c"]


def test_a_circle_a_stranger_and_a_twin_do_not_hang_the_order() -> None:
    assert sorted(_order(_found("a", "b"), _found("b", "a"), _found("c", "nobody"))) == [
        "a",
        "b",
        "c",
    ]
    assert _order(_found("a"), _found("a")) == ["a", "a"]
