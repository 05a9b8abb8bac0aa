"""The TURN server: its addresses and its secret belong together, and mistakes say what is meant."""

from collections.abc import Callable

import pytest

from salon.config import Config

Loaded = Callable[..., Config]
Refused = Callable[..., list[str]]
SECRET = "seven grey geese flew"


@pytest.mark.parametrize(
    "address",
    [
        "turn:turn.example.org",
        "turn:203.0.113.7:3478",
        "turn:[2001:db8::7]:3478?transport=udp",
        "turns:turn.example.org:443?transport=tcp",
    ],
)
def test_a_turn_server_is_named_as_browsers_name_one(loaded: Loaded, address: str) -> None:
    config = loaded(f'turn: {{servers: ["{address}"], secret: "{SECRET}"}}')
    assert config.turn.servers == (address,)


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("turn.example.org:3478", "expected an address like turn:turn.example.org:3478"),
        ("turn:turn.example.org:0", "expected an address like turn:turn.example.org:3478"),
        ("turn:turn.example.org:65536", "expected an address like turn:turn.example.org:3478"),
        ("turn:turn.example.org/way", "expected an address like turn:turn.example.org:3478"),
        ("stun:stun.example.org", "nobody has to be asked for addresses here"),
        ("turns:turn.example.org?transport=udp", "write ?transport=tcp"),
    ],
)
def test_what_is_no_address_of_a_turn_server_is_told_at_its_place(
    refused: Refused, address: str, problem: str
) -> None:
    (line,) = refused(f'turn:\n  servers: ["{address}"]\n  secret: "{SECRET}"\n')
    assert line.startswith("config.yaml:2:13: turn.servers[0]: ")
    assert problem in line


@pytest.mark.parametrize(
    "text", ["turn: {servers: ['turn:a.example']}", f"turn: {{secret: '{SECRET}'}}"]
)
def test_a_server_needs_its_secret_and_a_secret_its_server(refused: Refused, text: str) -> None:
    assert refused(text) == ["config.yaml:1:1: turn: servers and secret belong together"]


def test_a_short_secret_is_refused_and_not_shown(refused: Refused) -> None:
    (line,) = refused("turn: {servers: ['turn:a.example'], secret: geese}")
    assert "turn.secret" in line
    assert "geese" not in line
