"""`{$env: …}` and `{$file: …}`; a secret is never shown."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from salon.config import Config, Section

Loaded = Callable[..., Config]
Refused = Callable[..., list[str]]
Models = Mapping[str, type[Section]]

SECRET = "hunter2-hunter2"


def test_a_variable_gives_the_text(loaded: Loaded) -> None:
    config = loaded("server: {host: {$env: HOST}}", environ={"HOST": "::1"})
    assert config.server.host == "::1"


def test_a_variable_that_reads_as_a_number_is_one_where_a_number_belongs(loaded: Loaded) -> None:
    config = loaded("server: {port: {$env: P}, host: {$env: P}}", environ={"P": "9000"})
    assert (config.server.port, config.server.host) == (9000, "9000")


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_file_gives_its_text_without_the_newline_at_its_end(
    loaded: Loaded, folder: Path, ending: str
) -> None:
    (folder / "host").write_bytes(f"::1{ending}".encode())
    assert loaded("server: {host: {$file: host}}").server.host == "::1"


def test_only_one_newline_is_taken_off(loaded: Loaded, folder: Path) -> None:
    (folder / "host").write_text("a\n\n")
    assert loaded("server: {host: {$file: host}}").server.host == "a\n"


def test_a_file_of_64_kib_is_read_and_a_larger_one_is_not(
    loaded: Loaded, refused: Refused, folder: Path, models: Models
) -> None:
    text = "plugins: {filter: {webhook: {$file: big}}}"
    (folder / "big").write_bytes(b"x" * 65_536)
    assert not loaded(text, plugin_sections=models).plugin_problems
    (folder / "big").write_bytes(b"x" * 65_537)
    problems = loaded(text, plugin_sections=models).plugin_problems["filter"]
    assert [problem.text for problem in problems] == ["'big' is larger than 65536 bytes"]


def test_the_environment_may_refer_to_a_file(loaded: Loaded, folder: Path) -> None:
    (folder / "host").write_text("h\n")
    assert loaded("", environ={"SALON_SERVER__HOST": "{$file: host}"}).server.host == "h"


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("{$env: ABSENT}", "the environment variable 'ABSENT' is not set"),
        ("{$file: absent}", "there is no file 'absent'"),
        ("{$file: .}", "there is no file '.'"),
        ("{$file: latin}", "'latin' is not UTF-8"),
        ("{$file: nul}", "'nul': a NUL character may not stand in a setting"),
        ("{$evn: X}", "unknown reference, did you mean '$env'?"),
        ("{$env: X, x: 1}", "nothing else may stand beside '$env'"),
        ("{$env: 1}", "$env expects the name of a variable as text"),
        ("{$file: [a]}", "$file expects the path of a file as text"),
        ('{$file: ""}', "$file expects the path of a file as text"),
        ('{$file: "\\0"}', "there is no file '\\x00'"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_once_at_its_place(
    refused: Refused, folder: Path, reference: str, problem: str
) -> None:
    (folder / "latin").write_bytes(b"\xe9")
    (folder / "nul").write_bytes(b"\0")
    assert refused(f"server: {{port: {reference}}}") == [
        f"config.yaml:1:16: server.port: {problem}"
    ]


def test_what_a_reference_gave_is_not_shown_when_it_is_wrong(refused: Refused) -> None:
    (line,) = refused("server: {port: {$env: S}}", environ={"S": SECRET})
    assert line.endswith("expected a whole number, got a value that is not shown here")


def test_a_secret_setting_is_not_shown_when_it_is_wrong(loaded: Loaded, models: Models) -> None:
    config = loaded(f"plugins: {{filter: {{token: [{SECRET}]}}}}", plugin_sections=models)
    (problem,) = config.plugin_problems["filter"]
    assert SECRET not in str(problem)


def test_a_validator_that_quotes_a_secret_is_not_repeated(loaded: Loaded, models: Models) -> None:
    config = loaded(
        "plugins: {filter: {webhook: {$env: HOOK}}}",
        environ={"HOOK": f"http://x/{SECRET}"},
        plugin_sections=models,
    )
    (problem,) = config.plugin_problems["filter"]
    assert str(problem) == "config.yaml:1:11: plugins.filter: … is not encrypted"


def test_the_printed_configuration_holds_no_secret(loaded: Loaded, models: Models) -> None:
    config = loaded(f"plugins: {{filter: {{token: {SECRET}}}}}", plugin_sections=models)
    assert SECRET not in repr(config) + repr(config.plugin_section("filter")) + repr(config.plugins)
