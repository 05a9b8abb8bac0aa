"""Environment and command line over the file."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from salon.config import Config, Section

Loaded = Callable[..., Config]
Refused = Callable[..., list[str]]
Models = Mapping[str, type[Section]]


def test_the_environment_wins_over_the_file(loaded: Loaded) -> None:
    config = loaded("server: {port: 1, host: h}", environ={"SALON_SERVER__PORT": "9000"})
    assert (config.server.port, config.server.host) == (9000, "h")


def test_the_command_line_wins_over_the_environment(loaded: Loaded) -> None:
    environ = {"SALON_SERVER__PORT": "9000", "SALON_SERVER__HOST": "h"}
    config = loaded("", environ=environ, overrides={"server.port": 9001, "server.host": None})
    assert (config.server.port, config.server.host) == (9001, "h")


def test_lists_in_the_environment_are_yaml(loaded: Loaded) -> None:
    config = loaded("", environ={"SALON_SERVER__TRUSTED_PROXIES": '["10.0.0.0/8"]'})
    assert [str(network) for network in config.server.trusted_proxies] == ["10.0.0.0/8"]


@pytest.mark.parametrize("text", ["no", "127", "a: b # c", "*x", "- a", "!x"])
def test_text_in_the_environment_needs_no_quotes(loaded: Loaded, text: str) -> None:
    assert loaded("", environ={"SALON_SERVER__HOST": text}).server.host == text


def test_a_quoted_text_in_the_environment_is_yaml(loaded: Loaded) -> None:
    assert loaded("", environ={"SALON_SERVER__HOST": '"::1"'}).server.host == "::1"


def test_a_section_can_be_set_as_a_whole_and_then_in_part(loaded: Loaded) -> None:
    environ = {"SALON_MEDIA": "{slots: 3, port: 1}", "SALON_MEDIA__PORT": "2"}
    media = loaded("media: {slots: 8}", environ=environ).media
    assert (media.slots, media.port) == (3, 2)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SALON_SERVER__PROT", "1", "server.prot: unknown setting, did you mean 'port'?"),
        ("SALON_SERVER__PORT", "x", "server.port: expected a whole number, got 'x'"),
        ("SALON_SERVER__PORT", "70000", "server.port: expected at most 65535, got 70000"),
        ("SALON_SEVER__PORT", "1", "sever.port: unknown section, did you mean 'server'?"),
        (
            "SALON_SERVER_PORT",
            "1",
            "two underscores stand between section and setting: SALON_SERVER__PORT",
        ),
        (
            "SALON_SERVER__TRUSTED_PROXIES",
            "[a",
            "server.trusted_proxies: a bracket that is never closed",
        ),
        ("SALON_SERVER__HOST", "x" * 65_537, "server.host: longer than 65536 characters"),
        ("SALON_LOGS__" + "A__" * 8, "1", "logs.a.a.a.a.a.a.a.a.: more than 8 levels"),
    ],
)
def test_a_variable_with_a_mistake_is_named(
    refused: Refused, name: str, value: str, problem: str
) -> None:
    assert refused("", environ={name: value}) == [f"{name}: {problem}"]


def test_variables_that_are_not_ours_are_left_alone(loaded: Loaded) -> None:
    environ = {"PORT": "1", "SALON_VERSION": "2", "SALONS__X": "3", "salon_server__port": "4"}
    assert loaded("", environ=environ).server.port == 8080


def test_a_mistake_on_the_command_line_names_the_option(refused: Refused) -> None:
    lines = refused("", overrides={"server.public_url": "x", "media.port": 0})
    assert lines == [
        "--media-port: media.port: expected at least 1, got 0",
        (
            "--public-url: server.public_url: expected an address like https://salon.example.org, "
            "got 'x'"
        ),
    ]


def test_lists_and_paths_of_the_command_line_are_taken(loaded: Loaded, folder: Path) -> None:
    overrides = {"server.trusted_proxies": ("10.0.0.0/8",), "data.directory": Path("here")}
    config = loaded("", overrides=overrides)
    assert len(config.server.trusted_proxies) == 1
    assert config.data.directory == folder / "here"


def test_a_mistake_in_the_file_that_is_overridden_does_no_harm(loaded: Loaded) -> None:
    environ = {"SALON_SERVER__PORT": "9000"}
    assert loaded("server: {port: {$env: ABSENT}}", environ=environ).server.port == 9000


def test_a_setting_of_a_bundled_plugin_lists_no_plugin(loaded: Loaded, models: Models) -> None:
    environ = {"SALON_PLUGINS__FILTER__WORDS": '["a"]', "SALON_PLUGINS__CLUB__NAME": "no"}
    config = loaded("", environ=environ, plugin_sections=models)
    assert config.plugin_names == ("filter", "club")
    assert config.plugin_section("filter").words == ("a",)  # type: ignore[attr-defined]
    assert config.plugin_section("club").name == "no"  # type: ignore[attr-defined]


def test_a_setting_of_a_plugin_that_is_not_listed_is_a_problem(
    loaded: Loaded, models: Models
) -> None:
    environ = {"SALON_PLUGINS__CLUB__NAME": "FC"}
    config = loaded("plugins: {filter: }", environ=environ, plugin_sections=models)
    assert [str(problem) for problem in config.plugin_problems["club"]] == [
        (
            "SALON_PLUGINS__CLUB__NAME: plugins.club.name: this plugin is not listed under "
            "'plugins:'; list it or remove the variable"
        )
    ]


def test_the_environment_can_choose_the_bare_core(loaded: Loaded, models: Models) -> None:
    config = loaded("", environ={"SALON_PLUGINS": "{}"}, plugin_sections=models)
    assert config.plugin_names == ()
