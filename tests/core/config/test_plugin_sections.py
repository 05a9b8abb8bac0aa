"""Each plugin's section is judged for itself; the core starts without those that are wrong."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pydantic import field_validator

from salon.config import Config, Section, load

Loaded = Callable[..., Config]
Refused = Callable[..., list[str]]
Models = Mapping[str, type[Section]]


def told(config: Config, plugin: str) -> list[str]:
    return [str(problem) for problem in config.plugin_problems[plugin]]


def test_without_the_key_every_plugin_given_is_listed_in_that_order(
    loaded: Loaded, models: Models
) -> None:
    assert loaded("", plugin_sections=models).plugin_names == ("filter", "club")


def test_with_the_key_exactly_those_listed_run_in_the_order_of_the_file(
    loaded: Loaded, models: Models
) -> None:
    config = loaded("plugins:\n  club: {name: FC}\n  filter:\n", plugin_sections=models)
    assert config.plugin_names == ("club", "filter")
    assert not config.plugin_problems


def test_an_empty_mapping_is_the_bare_core(loaded: Loaded, models: Models) -> None:
    assert loaded("plugins: {}", plugin_sections=models).plugin_names == ()


def test_an_empty_key_could_mean_both_and_is_refused(refused: Refused, models: Models) -> None:
    assert refused("plugins:\n", plugin_sections=models) == [
        (
            "config.yaml:1:1: plugins: empty; write 'plugins: {}' for none, or remove the key for "
            "the bundled ones"
        )
    ]


def test_a_list_of_plugins_is_refused(refused: Refused, models: Models) -> None:
    (line,) = refused("plugins: [filter]", plugin_sections=models)
    assert line.startswith("config.yaml:1:1: plugins: expected settings")


def test_mistakes_in_a_section_refuse_that_plugin_alone(loaded: Loaded, models: Models) -> None:
    text = "plugins:\n  filter:\n    wrods: []\n    webhook: 5\n  club:\n    name: FC\n"
    config = loaded(text, plugin_sections=models)
    assert told(config, "filter") == [
        "config.yaml:3:5: plugins.filter.wrods: unknown setting, did you mean 'words'?",
        'config.yaml:4:14: plugins.filter.webhook: expected text, got 5, a number; quote it: "5"',
    ]
    assert config.plugin_section("club").name == "FC"  # type: ignore[attr-defined]
    with pytest.raises(KeyError):
        config.plugin_section("filter")


def test_a_required_setting_is_missed_at_the_plugin(loaded: Loaded, models: Models) -> None:
    config = loaded("plugins:\n  filter:\n  club:\n", plugin_sections=models)
    assert told(config, "club") == ["config.yaml:3:3: plugins.club.name: required, but not set"]


def test_an_unknown_plugin_is_a_problem_of_its_own(loaded: Loaded, models: Models) -> None:
    config = loaded("plugins:\n  fliter:\n", plugin_sections=models)
    assert told(config, "fliter") == [
        "config.yaml:2:3: plugins.fliter: unknown plugin, did you mean 'filter'?"
    ]


def test_a_plugin_without_a_model_is_known_and_its_settings_are_not_judged(
    loaded: Loaded, models: Models
) -> None:
    known = {**models, "broken": None}
    config = loaded("plugins: {broken: {x: 1}}", plugin_sections=known)
    assert not config.plugin_problems
    with pytest.raises(KeyError):
        config.plugin_section("broken")


def test_a_section_that_is_no_mapping_is_a_problem(loaded: Loaded, models: Models) -> None:
    config = loaded("plugins: {filter: 5}", plugin_sections=models)
    assert told(config, "filter") == [
        (
            "config.yaml:1:11: plugins.filter: expected settings, each as 'key: value', or nothing "
            "for the defaults"
        )
    ]


def test_a_key_set_twice_in_a_section_refuses_the_plugin(loaded: Loaded, models: Models) -> None:
    text = "plugins:\n  filter:\n    words: []\n    words: [a]\n"
    config = loaded(text, plugin_sections=models)
    assert told(config, "filter") == [
        "config.yaml:4:5: plugins.filter.words: set twice, first at config.yaml:3:5"
    ]


def test_settings_within_names_are_judged_at_their_place(loaded: Loaded, models: Models) -> None:
    text = "plugins:\n  filter:\n    shows:\n      no: {titel: x}\n"
    config = loaded(text, plugin_sections=models)
    assert told(config, "filter") == [
        "config.yaml:4:7: plugins.filter.shows.no.title: required, but not set",
        "config.yaml:4:12: plugins.filter.shows.no.titel: unknown setting, did you mean 'title'?",
    ]


def test_mistakes_of_core_and_plugins_are_told_together(refused: Refused, models: Models) -> None:
    lines = refused("server: {port: x}\nplugins: {nobody: }\n", plugin_sections=models)
    assert len(lines) == 2


def test_a_validator_that_breaks_is_the_problem_of_its_plugin(loaded: Loaded) -> None:
    class Careless(Section):
        size: int = 1

        @field_validator("size")
        @classmethod
        def _divides(cls, size: int) -> int:
            return 1 // size

    config = loaded("plugins: {careless: {size: 0}}", plugin_sections={"careless": Careless})
    assert told(config, "careless") == [
        "config.yaml:1:11: plugins.careless: the plugin's own check failed with ZeroDivisionError"
    ]


def test_relative_paths_of_a_plugin_start_at_the_file(folder: Path, models: Models) -> None:
    (folder / "etc").mkdir()
    (folder / "etc" / "c.yaml").write_text("plugins: {filter: {wordlist: words.txt}}")
    config = load(Path("etc/c.yaml"), environ={}, plugin_sections=models)
    section = config.plugin_section("filter")
    assert section.wordlist == folder / "etc" / "words.txt"  # type: ignore[attr-defined]


def test_without_models_the_names_alone_are_read(loaded: Loaded) -> None:
    config = loaded("plugins: {b: {x: 1}, a: }", environ={"SALON_PLUGINS__B__X": "2"})
    assert config.plugin_names == ("b", "a")
    assert not config.plugin_problems
    assert loaded("").plugins is None


def test_more_than_200_plugins_are_refused(refused: Refused) -> None:
    (line,) = refused("plugins:\n" + "".join(f"  p{i}:\n" for i in range(201)))
    assert line == "config.yaml:1:1: plugins: expected at most 200 entries"
