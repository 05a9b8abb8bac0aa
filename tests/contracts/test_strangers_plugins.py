"""Plugins of strangers: a distribution installed with pip, and a single file in the data directory.

Both are found, configured and run like the bundled ones.
"""

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from salon.testing import Person
from salon.testing.person import PASSWORD
from salon.testing.server import LEAST_ARGON2, free_port

ECHO = Path(__file__).parent / "third_party"

SINGLE = '''
"""One file: a greeting of its own."""

from aiohttp import web

from salon.plugin import Plugin, PluginConfig, Route, hookimpl


class DoorbellConfig(PluginConfig):
    """How often it rings."""

    rings: int = 1


class DoorbellPlugin(Plugin[DoorbellConfig]):
    """Rings."""

    name = "doorbell"
    Config = DoorbellConfig

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("GET", "/ring", self._ring, access="public")]

    async def _ring(self, request: web.Request, actor: object) -> web.Response:
        return web.Response(text="ring " * self.config.rings)
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution, installed by pip into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "--target", str(folder)]
    subprocess.run([*command, str(ECHO)], check=True, timeout=120, capture_output=True)
    return folder


@contextmanager
def serving(
    directory: Path, plugins: object, path: Path | None = None
) -> Iterator[tuple[str, str]]:
    """Run a server; yield its address and the path of the owner link."""
    port = free_port()
    settings = {
        "server": {"port": port},
        "media": {"port": free_port(socket.SOCK_DGRAM)},
        "data": {"directory": str(directory / "data")},
        "accounts": LEAST_ARGON2,
        "plugins": plugins,
    }
    (directory / "config.yaml").write_text(yaml.safe_dump(settings))
    environment = dict(os.environ)
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    process = subprocess.Popen(
        [sys.executable, "-m", "salon", "serve", "--config", "config.yaml"],
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = next(line for line in process.stdout if "/setup/" in line)
        yield f"http://127.0.0.1:{port}", re.sub(r".*(/setup/\S+).*", r"\1", said.strip())
    finally:
        process.terminate()
        process.communicate(timeout=20)


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as response:
        return str(response.read().decode())


async def test_a_distribution_that_pip_installed_runs_like_a_bundled_one(
    installed: Path, tmp_path: Path
) -> None:
    with serving(tmp_path, {"echo": {"greeting": "bonjour"}}, installed) as (url, setup):
        assert json.loads(fetched(f"{url}/p/echo/greet")) == {"says": "bonjour", "messages": 0}
        owner = Person(url, "owner", PASSWORD)
        await owner.fill(setup, community="Les Voisins")
        await owner.open()
        await owner.post("#general", "count me")
        (status,) = [
            p for p in (await owner.command("plugin.list"))["plugins"] if p["name"] == "echo"
        ]
        assert (status["state"], status["version"], status["title"]) == ("running", "1.2.3", "Echo")
        await owner.close()
        while json.loads(fetched(f"{url}/p/echo/greet"))["messages"] != 1:
            pass


def test_its_settings_are_checked_with_the_core_ones(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("plugins:\n  echo:\n    greting: hi\n")
    done = subprocess.run(
        [sys.executable, "-m", "salon", "check-config", "config.yaml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "config.yaml:3:5: plugins.echo.greting" in done.stderr
    assert "did you mean 'greeting'" in done.stderr


def test_a_single_file_in_the_data_directory_runs_too(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "plugins"
    folder.mkdir(parents=True)
    (folder / "doorbell.py").write_text(SINGLE)
    with serving(tmp_path, {"doorbell": {"rings": 3}}) as (url, _setup):
        assert fetched(f"{url}/p/doorbell/ring") == "ring ring ring "
