"""Object storage: what is missing or misspelled is told at its place, with what is meant."""

from collections.abc import Callable

import pytest

from salon.config import Config, objects

Loaded = Callable[..., Config]
Refused = Callable[..., list[str]]
KEYS = "access_key: AK, secret_key: geese"


def test_a_bucket_with_its_keys_is_enough(loaded: Loaded) -> None:
    config = loaded(f"objects: {{bucket: salon-media, {KEYS}}}")
    assert (config.objects.bucket, config.objects.endpoint) == ("salon-media", None)
    assert "geese" not in repr(config.objects)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ("bucket: Media", "expected the name of a bucket"),
        ("bucket: a..b", "expected the name of a bucket"),
        ("bucket: ab", "expected the name of a bucket"),
        ("endpoint: s3.example.org", "expected an address like"),
        ("endpoint: https://s3.example.org/media", "expected only scheme, host and port"),
        ("prefix: /media", "without a / at either end"),
        ("prefix: a/../b", "without a / at either end"),
        ("region: eu west", "region"),
        ("secret_key: ''", "secret_key"),
        ("buket: media", "did you mean 'bucket'?"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(refused: Refused, wrong: str, problem: str) -> None:
    known = {"bucket": "salon-media", "access_key": "AK", "secret_key": "geese"}
    key, _, value = wrong.partition(": ")
    known.pop(key, None)
    text = "objects:\n" + "".join(f"  {k}: {v}\n" for k, v in known.items()) + f"  {key}: {value}\n"
    lines = refused(text)
    where = f"config.yaml:{text.count(chr(10))}:"
    assert any(line.startswith(where) and problem in line for line in lines), lines
    assert not any("geese" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("objects: {bucket: salon-media}", "that needs access_key and secret_key as well"),
        (f"objects: {{{KEYS}}}", "the bucket is missing"),
    ],
)
def test_what_belongs_together_is_asked_for(refused: Refused, text: str, problem: str) -> None:
    (line,) = refused(text)
    assert line.startswith("config.yaml:1:1: objects: ")
    assert problem in line


def test_without_the_extra_it_says_what_to_install(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "LIBRARY", "a_library_that_is_not_here")
    (line,) = refused(f"objects: {{bucket: salon-media, {KEYS}}}")
    assert line.endswith("that needs a library: pip install 'salon[s3]'")
