"""Every mistake at once, each at its place, in words for a tired person."""

from collections.abc import Callable

import pytest

from salon.config import Config

Loaded = Callable[..., Config]
Refused = Callable[..., list[str]]


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(refused: Refused) -> None:
    lines = refused("server:\n  prot: 1\n  port: ninety\nmedia: {slots: 99}\nsevrer: {}\n")
    assert lines == [
        "config.yaml:2:3: server.prot: unknown setting, did you mean 'port'?",
        "config.yaml:3:9: server.port: expected a whole number, got 'ninety'",
        "config.yaml:4:16: media.slots: expected at most 8, got 99",
        "config.yaml:5:1: sevrer: unknown setting, did you mean 'server'?",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "server: {host: no}",
            'server.host: expected text, got no, which YAML reads as false; quote it: "no"',
        ),
        (
            "logs: {level: on}",
            (
                "logs.level: expected 'debug', 'info', 'warning' or 'error', got on, which YAML "
                'reads as true; quote it: "on"'
            ),
        ),
        (
            "server: {tls: {mode: off}}",
            (
                "server.tls.mode: expected 'off', 'self-signed' or 'files', got off, which YAML "
                'reads as false; quote it: "off"'
            ),
        ),
        ("server: {host: 127}", 'server.host: expected text, got 127, a number; quote it: "127"'),
        ("server: {port: true}", "server.port: expected a whole number, got true"),
        ('server: {port: "80"}', "server.port: expected a whole number, got '80'"),
        ("server: {port: 80.5}", "server.port: expected a whole number, got 80.5"),
        ("server: {port: 0}", "server.port: expected at least 1, got 0"),
        ("server: {port: }", "server.port: expected a whole number, got nothing"),
        ("server: {port: [1]}", "server.port: expected a whole number, got a list of 1"),
        ("server: [1]", "server: expected settings, each as 'key: value', got a list of 1"),
        ("server: {trusted_proxies: x}", "server.trusted_proxies: expected a list, got 'x'"),
        (
            "server: {trusted_proxies: [10.0.0.1/8]}",
            (
                "server.trusted_proxies[0]: expected a network like 10.0.0.0/8, host bits zero, "
                "got '10.0.0.1/8'"
            ),
        ),
        (
            "media: {addresses: [1]}",
            "media.addresses[0]: expected an IP address like 203.0.113.7, got 1",
        ),
        (
            "server: {public_url: ftp://x}",
            "server.public_url: expected an address like https://salon.example.org, got 'ftp://x'",
        ),
        ("limits: {keep_alive_s: .inf}", "limits.keep_alive_s: expected a number, got '.inf'"),
        ("server: {tls: {mode: files}}", "server.tls: mode 'files' needs both certificate and key"),
        ("zzz: 1", "zzz: unknown setting"),
    ],
)
def test_a_mistake_says_what_was_expected_and_what_came(
    refused: Refused, text: str, problem: str
) -> None:
    (line,) = refused(text)
    assert line.split(": ", 1)[1] == problem


def test_a_mistake_of_a_whole_section_is_told_at_its_key(refused: Refused) -> None:
    text = "logs: {}\naccounts:\n  session_idle_days: 80\n  session_absolute_days: 10\n"
    assert refused(text) == [
        "config.yaml:2:1: accounts: session_idle_days is 80, longer than session_absolute_days 10"
    ]


def test_a_section_whose_lines_are_all_commented_out_has_its_defaults(loaded: Loaded) -> None:
    config = loaded("server:\n  # port: 1\n  tls:\nlogs:\n")
    assert (config.server.port, config.server.tls.mode) == (8080, "off")


def test_a_long_or_unprintable_value_is_cut_and_escaped(refused: Refused) -> None:
    (line,) = refused('server: {port: "a\\nb' + "x" * 900 + '"}')
    assert "'a\\nbxxx" in line
    assert len(line) < 160


def test_after_a_hundred_mistakes_the_rest_is_counted(refused: Refused) -> None:
    lines = refused("".join(f"k{i}: 1\n" for i in range(150)))
    assert len(lines) == 101
    assert lines[-1] == "and 50 more"
