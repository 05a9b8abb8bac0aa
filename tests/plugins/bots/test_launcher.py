"""The launcher that points a library at a server; the real library runs in test_discord_py.py."""

import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import yarl

from salon_bots import launcher

DISCORD = "https://discord.example"


@dataclass
class Library:
    """The three places of discord.py that hold an address."""

    http: SimpleNamespace
    gateway: SimpleNamespace
    asset: SimpleNamespace


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    gateway = SimpleNamespace(DEFAULT_GATEWAY=yarl.URL("wss://gateway.discord.example/"))
    library = Library(
        http=SimpleNamespace(Route=SimpleNamespace(BASE=f"{DISCORD}/api/v10")),
        gateway=SimpleNamespace(DiscordWebSocket=gateway),
        asset=SimpleNamespace(Asset=SimpleNamespace(BASE=DISCORD)),
    )
    monkeypatch.setattr(launcher, "is_installed", lambda name: name == "discord")
    for name in ("http", "gateway", "asset"):
        monkeypatch.setitem(sys.modules, f"discord.{name}", getattr(library, name))
    return library


@pytest.mark.parametrize("address", ["https://salon.example/", "https://salon.example/api"])
def test_every_address_is_changed_together(library: Library, address: str) -> None:
    launcher.point(address)
    assert library.http.Route.BASE == "https://salon.example/api/v10"
    gateway = library.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    assert gateway == yarl.URL("wss://salon.example/gateway")
    assert library.asset.Asset.BASE == "https://salon.example/cdn"


def test_nothing_is_changed_when_one_is_missing(library: Library) -> None:
    del library.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    with pytest.raises(SystemExit, match="DEFAULT_GATEWAY is missing"):
        launcher.point("https://salon.example")
    assert f"{DISCORD}/api/v10" == library.http.Route.BASE


def test_without_a_library_that_is_known_nothing_begins(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "is_installed", lambda name: False)
    with pytest.raises(SystemExit, match="None of discord, disnake is installed"):
        launcher.point("https://salon.example")


@pytest.mark.parametrize("address", ["salon.example", "ftp://x", "https://x/salon", "https://"])
def test_an_address_of_another_form_is_refused(library: Library, address: str) -> None:
    with pytest.raises(SystemExit, match="expected https://host"):
        launcher.point(address)


def test_without_a_program_or_an_address_it_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(launcher.VARIABLE, raising=False)
    with pytest.raises(SystemExit, match="Usage"):
        launcher.main(["--", "bot.py"])
    monkeypatch.setenv(launcher.VARIABLE, "https://salon.example")
    with pytest.raises(SystemExit, match="Usage"):
        launcher.main([])


def test_the_program_gets_its_words_and_its_neighbours(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "neighbour_of_bot.py").write_text("NAME = 'beside'\n")
    (tmp_path / "bot.py").write_text(
        "import sys, neighbour_of_bot\n"
        "assert __name__ == '__main__'\n"
        "raise SystemExit(f'{neighbour_of_bot.NAME} {sys.argv[1]}')\n"
    )
    monkeypatch.setenv(launcher.VARIABLE, "https://salon.example")
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(SystemExit, match="beside word"):
        launcher.main(["--", str(tmp_path / "bot.py"), "word"])
