"""Files that are no YAML, too much YAML, or YAML that means trouble."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salon.config import Config, Problem
from salon.config.document import MISPLACED_COLON, compose
from salon.config.tree import Origin

Loaded = Callable[..., Config]
Refused = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("server:\n\tport: 1\n", "config.yaml:2:1: a tab; YAML is indented with spaces"),
        (
            b'server:\n  host: "\xe9"\n',
            "config.yaml:2:10: not UTF-8; save the file in that encoding",
        ),
        (
            "server: {}\n---\nmedia: {}\n",
            "config.yaml:2:1: a second document; everything belongs into one",
        ),
        ("server: {host: a\x01}\n", "config.yaml:1:17: the character U+0001 may not stand here"),
        (r'server: {host: "\UFFFFFFFF"}', "config.yaml:1:10: an escape here names no character"),
        (
            r'server: {host: "\ud800"}',
            (
                "config.yaml:1:16: server.host: half a character (a lone surrogate) may not stand "
                "in a setting"
            ),
        ),
        (
            r'server: {host: "a\0b"}',
            "config.yaml:1:16: server.host: a NUL character may not stand in a setting",
        ),
        ("? [a]\n: b\n", "config.yaml:1:3: a key must be plain text"),
        (
            "hello\n",
            "config.yaml:1:1: expected sections such as 'server:', each with its settings below",
        ),
        ("server: [\n", "config.yaml:2:1: a bracket that is never closed"),
        ("server:\n  {port: 1\n", "config.yaml:2:3: a bracket that is never closed"),
        ("server:\n  host: 'a\n", "config.yaml:2:9: a quote that is never closed"),
        ("server\n  port: 1\n", f"config.yaml:2:7: {MISPLACED_COLON}"),
        (
            "server: {port: 1]\n",
            (
                "config.yaml:1:17: not YAML: expected ',' or '}', but got ']', "
                "while parsing a flow mapping"
            ),
        ),
        (
            "server: {<<: {port: 1}}\n",
            "config.yaml:1:10: server: merge keys are not supported, write the settings out",
        ),
        (
            "server: !!python/object:os.system {}\n",
            "config.yaml:1:9: server: tags are not supported, remove it",
        ),
        (
            "server: {port: !!int 80}\n",
            "config.yaml:1:16: server.port: tags are not supported, remove it",
        ),
        (
            "server:\n  port: 1\n  port: 2\n",
            "config.yaml:3:3: server.port: set twice, first at config.yaml:2:3",
        ),
        ("a: &a [*a]\n", "config.yaml:1:8: *a: nothing complete before this is anchored so"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_place(
    refused: Refused, text: str | bytes, problem: str
) -> None:
    assert refused(text)[0] == problem


def test_aliases_that_multiply_are_stopped_before_they_are_expanded(refused: Refused) -> None:
    names = "abcdefghij"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, name in itertools.pairwise(names):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    started_s = time.monotonic()
    assert refused("\n".join(lines))[0].endswith("more than 50000 values")
    assert time.monotonic() - started_s < 1


def test_aliases_cannot_nest_deeper_than_what_they_stand_for(refused: Refused) -> None:
    lines = ["a0: &a0 [[[[[[[[[[x]]]]]]]]]]"]
    lines += [f"a{i}: &a{i} [[[[[[[[[[*a{i - 1}]]]]]]]]]]" for i in (1, 2, 3)]
    assert refused("\n".join(lines))[0].endswith("nested more than 32 deep")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_stopped(refused: Refused, opening: str) -> None:
    assert refused(f"a:\n  {opening * 5_000}")[0].endswith("nested more than 32 deep")


def test_a_file_of_more_than_one_mebibyte_is_refused(refused: Refused) -> None:
    assert refused("#" * 1_048_577) == ["config.yaml: larger than 1048576 bytes"]


def test_a_file_of_exactly_one_mebibyte_is_read(loaded: Loaded) -> None:
    assert loaded("#" * 1_048_576).server.port == 8080


def test_an_alias_stands_for_what_was_anchored(loaded: Loaded) -> None:
    config = loaded("media: {port: &p 9000}\nserver: {port: *p}\n")
    assert (config.media.port, config.server.port) == (9000, 9000)


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "null\n", "\ufeffserver:\n"])
def test_an_empty_file_means_the_defaults(loaded: Loaded, text: str) -> None:
    assert loaded(text).server.port == 8080


WORDS = [*"[]{},:-?&*!|>'\"%#\n\t ", "  ", "a", "*a", "&a ", ": ", "- ", "---", "\\x", "\0", "é"]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join) | st.text(max_size=40))
def test_no_text_gets_past_the_reader_with_anything_but_problems(text: str) -> None:
    problems: list[Problem] = []
    compose(text, (), Origin("f", Path()), problems)
    assert all(str(problem).startswith("f:") for problem in problems)
