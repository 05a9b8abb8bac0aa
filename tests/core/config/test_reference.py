"""The example and the page about settings say everything, and what they say is true."""

from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from salon.config import Config, Section
from salon.config.reference import example_yaml, reference_markdown
from salon.config.types import type_in_words

Loaded = Callable[..., Config]
Models = Mapping[str, type[Section]]

ROOT = Path(__file__).parents[3]


def settings_of(model: type[Section]) -> dict[str, object]:
    return dict(model.model_fields)


def test_the_example_loads_to_the_defaults(loaded: Loaded) -> None:
    assert loaded(example_yaml({})) == loaded("")


def test_the_example_with_plugins_loads_and_misses_only_what_is_required(
    loaded: Loaded, models: Models
) -> None:
    config = loaded(example_yaml(models), plugin_sections=models)
    assert config.plugin_names == ("filter", "club")
    assert config.plugin_section("filter") == models["filter"]()
    (problem,) = config.plugin_problems["club"]
    assert problem.path == "plugins.club.name"


def test_the_committed_example_loads_without_problems(loaded: Loaded) -> None:
    text = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    assert loaded(text).server.port == 8080


def test_every_setting_of_the_core_stands_in_the_example() -> None:
    written = yaml.safe_load(example_yaml({}))
    for name, field in Config.model_fields.items():
        if name != "plugins":
            assert isinstance(field.annotation, type)
            assert issubclass(field.annotation, Section)
            assert set(written[name]) == set(settings_of(field.annotation))


def test_every_setting_has_a_row_with_type_default_and_example(models: Models) -> None:
    page = reference_markdown(models)
    rows = [
        "| `port` | whole number, 1 to 65,535 | `8080` | TCP port of HTTP. | `8000` |",
        "| `words` | list of text, at most 3 entries | `[]` | Words. | `['no']` |",
        "| `token` | text, a secret or nothing | `null` | Opens the service. |  |",
        "| `shows.NAME.title` | text | required | Its name \\| as people read it. | `Morning` |",
        "| `name` | text | required | Of the club. | `FC` |",
    ]
    for row in rows:
        assert row in page.splitlines()


def test_every_setting_of_the_core_is_described_and_has_an_example_that_differs() -> None:
    for section in Config.model_fields.values():
        for name, field in getattr(section.annotation, "model_fields", {}).items():
            assert field.description, name
            if name != "tls":
                assert field.examples, name
                assert field.examples[0] != field.get_default(call_default_factory=True), name


def test_no_line_of_the_example_is_too_wide(models: Models) -> None:
    assert max(len(line) for line in example_yaml(models).splitlines()) <= 100


def test_types_are_said_in_words() -> None:
    words: dict[str, Mapping[str, object]] = {
        "list of whole number": {"type": "array", "items": {"type": "integer"}},
        "`a` or `b`": {"enum": ["a", "b"]},
        "number, more than 0, less than 2": {
            "type": "number",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": 2,
        },
        "text, at least 3 characters": {"type": "string", "minLength": 3},
        "names, each with true or false": {
            "type": "object",
            "additionalProperties": {"type": "boolean"},
        },
        "anything": {},
    }
    for expected, schema in words.items():
        assert type_in_words(schema) == expected
