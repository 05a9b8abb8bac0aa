"""What an unquoted word of YAML means."""

import pytest

from salon.config.scalars import meaning


@pytest.mark.parametrize("text", ["22:30", "010", ".inf", ".nan", "1e999", "2026-11-25", "1.2.3"])
def test_what_only_yaml_takes_for_a_number_stays_text(text: str) -> None:
    assert meaning(text) == text


@pytest.mark.parametrize(("text", "number"), [("1_000", 1000), ("0x10", 16), ("-3", -3)])
def test_whole_numbers_are_read(text: str, number: int) -> None:
    assert meaning(text) == number


@pytest.mark.parametrize(("text", "number"), [("1.5", 1.5), ("1e3", 1000.0), ("-.5", -0.5)])
def test_numbers_with_a_point_or_exponent_are_read(text: str, number: float) -> None:
    assert meaning(text) == number


@pytest.mark.parametrize("text", ["no", "Off", "FALSE"])
def test_the_false_words_are_false(text: str) -> None:
    assert meaning(text) is False


def test_a_number_of_thousands_of_digits_is_not_computed() -> None:
    assert meaning("9" * 5_000) == "9" * 5_000


def test_nothing_is_nothing() -> None:
    assert [meaning(text) for text in ("", "~", "null")] == [None, None, None]
