"""Which file is read, and where its relative paths start."""

from collections.abc import Callable
from pathlib import Path

import pytest

from salon.config import Config, ConfigProblems, load

Loaded = Callable[..., Config]
Refused = Callable[..., list[str]]


def test_a_file_that_was_named_must_exist(folder: Path) -> None:
    with pytest.raises(ConfigProblems) as raised:
        load(Path("mine.yaml"), environ={})
    assert raised.value.message == "mine.yaml: there is no such file"


def test_a_folder_in_place_of_the_file_is_a_clear_error(folder: Path) -> None:
    with pytest.raises(ConfigProblems) as raised:
        load(folder, environ={})
    assert raised.value.message == f"{folder}: cannot be read: Is a directory"


def test_no_file_at_all_means_the_defaults(folder: Path) -> None:
    assert load(environ={}).server.port == 8080


def test_config_yaml_in_the_current_folder_is_found(folder: Path) -> None:
    (folder / "config.yaml").write_text("server: {port: 9001}")
    assert load(environ={}).server.port == 9001


def test_salon_config_names_the_file(folder: Path) -> None:
    (folder / "config.yaml").write_text("server: {port: 9001}")
    (folder / "other.yaml").write_text("server: {port: 9002}")
    assert load(environ={"SALON_CONFIG": "other.yaml"}).server.port == 9002


def test_a_file_named_on_the_command_line_wins_over_salon_config(folder: Path) -> None:
    (folder / "mine.yaml").write_text("server: {port: 9003}")
    assert load(Path("mine.yaml"), environ={"SALON_CONFIG": "absent.yaml"}).server.port == 9003


def test_a_file_that_salon_config_names_must_exist(folder: Path) -> None:
    with pytest.raises(ConfigProblems, match=r"absent\.yaml: there is no such file"):
        load(environ={"SALON_CONFIG": "absent.yaml"})


def test_relative_paths_start_where_they_were_written(folder: Path) -> None:
    (folder / "etc").mkdir()
    (folder / "etc" / "c.yaml").write_text(
        "server: {tls: {mode: files, certificate: c.pem, key: k.pem}}"
    )
    config = load(Path("etc/c.yaml"), environ={"SALON_SERVER__TLS__KEY": "k.pem"})
    assert config.data.directory == folder / "etc" / "salon-data"
    assert config.server.tls.certificate == folder / "etc" / "c.pem"
    assert config.server.tls.key == folder / "k.pem"


def test_a_section_without_a_path_has_the_usual_one(folder: Path, loaded: Loaded) -> None:
    assert loaded("data: {}").data.directory == folder / "salon-data"


def test_absolute_paths_stay(loaded: Loaded) -> None:
    assert loaded("data: {directory: /var/lib/salon}").data.directory == Path("/var/lib/salon")


def test_the_file_is_never_written(folder: Path, loaded: Loaded) -> None:
    loaded("server: {port: 9000} # mine")
    assert [path.name for path in folder.iterdir()] == ["config.yaml"]
    assert (folder / "config.yaml").read_text() == "server: {port: 9000} # mine"
