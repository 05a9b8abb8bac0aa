"""Two podcast programs of Debian fetch episodes by themselves, for all and for members."""

import asyncio
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.plugins.recording.shelved import SOUND, Shelf

from salon.testing import Person, Server
from salon.testing.fixtures import lacking
from salon_recording.plugin import RecordingPlugin

SHOWS = [{"slug": "episodes"}, {"slug": "inside", "title": "Inside", "members": True}]
pytestmark = pytest.mark.plugin.with_args(RecordingPlugin, shows=SHOWS)

FEED = "/shows/episodes/feed.xml"
HOSTILE = "../../../etc/passwd\u202e <b>$(touch x)</b> & `id`; 'a'"


async def _ran(*command: str | Path, **environment: str | Path) -> str:
    told: Mapping[str, str | Path] = {**os.environ, "no_proxy": "127.0.0.1", **environment}

    def run() -> str:
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=60, env=told,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except FileNotFoundError:
            lacking(f"{command[0]} is not installed")
        return done.stdout + done.stderr

    return await asyncio.to_thread(run)


async def test_podget_downloads_an_episode_whatever_it_is_called(
    server: Server, owner: Person, tmp_path: Path
) -> None:
    await Shelf(server).put(owner, title=HOSTILE)
    home, downloads = tmp_path / "podget", tmp_path / "downloads"
    home.mkdir()
    podget = ["podget", "--dir_config", str(home)]
    await _ran(*podget, "--create-config", "podgetrc")
    settings = home / "podgetrc"
    own = f'DIR_LIBRARY="{downloads}"\nWGET_BASEOPTS="-c -nH --no-proxy"\nNO_PLAYLIST=1\n'
    settings.write_text(f"{settings.read_text()}\n{own}")
    (home / "serverlist").write_text(f"{server.url}{FEED} Talk Loud\n")
    said = await _ran(*podget, "-v")
    assert [path.read_bytes() for path in downloads.rglob("*.mp3")] == [SOUND], said


async def test_gpodder_downloads_an_episode_for_all_and_one_for_members(
    server: Server, owner: Person, tmp_path: Path
) -> None:
    shelf = Shelf(server)
    await shelf.put(owner, title=HOSTILE)
    await shelf.put(owner, title="For us", show="inside")
    show = (await owner.command("recording.addresses"))["shows"][0]["id"]
    own = (await owner.command("recording.make_address", show=show))["url"]
    downloads = tmp_path / "downloads"
    where = {"GPODDER_HOME": tmp_path / "home", "GPODDER_DOWNLOAD_DIR": downloads}
    said = ""
    for command in (("subscribe", f"{server.url}{FEED}"), ("subscribe", own), ("download",)):
        said += await _ran("gpo", *command, HOME=tmp_path, **where)
    assert [path.read_bytes() for path in downloads.rglob("*.mp3")] == [SOUND, SOUND], said
