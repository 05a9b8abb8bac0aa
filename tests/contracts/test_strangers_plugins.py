"""Plugins of strangers: a distribution installed with pip, and a single file in the data directory.

Both are found, configured and run like the bundled ones.
"""

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from salon.testing.process import ServerProcess

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


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as response:
        return str(response.read().decode())


async def test_a_distribution_that_pip_installed_runs_like_a_bundled_one(
    installed: Path, tmp_path: Path, database: str | None
) -> None:
    server = ServerProcess(
        tmp_path,
        database={"url": database},
        environment={"PYTHONPATH": str(installed)},
        plugins={"echo": {"greeting": "bonjour"}},
    )
    await server.start()
    greeting = f"{server.url}/p/echo/greet"
    assert json.loads(fetched(greeting)) == {"says": "bonjour", "messages": 0}
    owner = await server.claim()
    await owner.post("#general", "count me")
    plugins = (await owner.command("plugin.list"))["plugins"]
    (status,) = [plugin for plugin in plugins if plugin["name"] == "echo"]
    assert (status["state"], status["version"], status["title"]) == ("running", "1.2.3", "Echo")
    async with asyncio.timeout(10):
        while json.loads(await asyncio.to_thread(fetched, greeting))["messages"] != 1:
            pass
    channel = owner.channel("general")
    asked = {"channel": channel, "command": "echo.again", "arguments": {"text": "ha", "times": 3}}
    answer = await owner.command("slash.run", **asked)
    assert answer == {"said": {"en": "Said again.", "fr": "Redit."}}
    assert (await owner.expect("message.posted", text="ha ha ha"))["author_id"] == owner.id
    await owner.close()
    assert await server.stop() == 0


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


async def test_a_single_file_in_the_data_directory_runs_too(
    tmp_path: Path, database: str | None
) -> None:
    folder = tmp_path / "data" / "plugins"
    folder.mkdir(parents=True)
    (folder / "doorbell.py").write_text(SINGLE)
    server = ServerProcess(tmp_path, database={"url": database}, plugins={"doorbell": {"rings": 3}})
    await server.start()
    assert fetched(f"{server.url}/p/doorbell/ring") == "ring ring ring "
    await server.stop()
