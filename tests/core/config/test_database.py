"""The address of PostgreSQL: where a mistake stands, what was meant, and never the password."""

from collections.abc import Callable

import pytest

from salon.config import Config

Loaded = Callable[..., Config]
Refused = Callable[..., list[str]]


def test_without_an_address_it_is_sqlite(loaded: Loaded) -> None:
    assert loaded("database: {synchronous: normal}").database.address is None


def test_an_address_can_come_from_the_environment_and_is_not_shown(loaded: Loaded) -> None:
    address = "postgresql://salon:geheim@127.0.0.1/salon"
    for text, variable in (
        ("database: {url: {$env: WHERE}}", "WHERE"),
        ("", "SALON_DATABASE__URL"),
    ):
        config = loaded(text, environ={variable: address})
        assert config.database.address == address
        assert "geheim" not in repr(config)


def test_an_address_in_the_place_of_the_section_is_not_shown(refused: Refused) -> None:
    address = "postgresql://salon:geheim@127.0.0.1/salon"
    (problem,) = refused("", environ={"SALON_DATABASE": address})
    assert problem.startswith("SALON_DATABASE: database: expected settings")
    assert "geheim" not in problem


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("mysql://salon:geheim@127.0.0.1/salon", "expected an address like postgresql://"),
        ("salon", "expected an address like postgresql://"),
        ("postgresql://salon:geheim@127.0.0.1", "the name of the database is missing"),
        ("postgresql://salon:geheim@127.0.0.1:many/salon", "its port is a number"),
    ],
)
def test_a_wrong_address_is_told_with_its_place_and_without_its_password(
    refused: Refused, address: str, told: str
) -> None:
    (problem,) = refused(f"database:\n  url: {address}\n")
    assert problem.startswith("config.yaml:2:8: database.url: ")
    assert told in problem
    assert "geheim" not in problem


def test_a_misspelt_setting_is_told_what_was_meant(refused: Refused) -> None:
    (problem,) = refused("database: {urll: postgresql://salon@127.0.0.1/salon}")
    assert problem.endswith("unknown setting, did you mean 'url'?")
