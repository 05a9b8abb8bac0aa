"""`salon doctor` looks at each hop, says what it found, and ends with a code for scripts."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from salon.cli.doctor import run
from salon.testing import Person, Server
from salon.testing.server import free_port

pytestmark = pytest.mark.usefixtures("restored_logs")


async def looked(
    file: Path, capsys: pytest.CaptureFixture[str], data: Path | None = None
) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the reasons, by hop."""
    code = await asyncio.to_thread(run, file, data, None, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert report["is_well"] == (code == 0)
    return code, {hop["name"]: hop["reason"] for hop in report["hops"]}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A configuration of a server that does not run."""
    file = tmp_path / "elsewhere.yaml"
    chosen = {
        "server": {"port": free_port()},
        "media": {"port": free_port()},
        "data": {"directory": str(tmp_path / "nothing-yet")},
    }
    file.write_text(yaml.safe_dump(chosen), "utf-8")
    return file


@pytest.mark.alone  # it asks at every address of the machine, those of other tests' cables too
async def test_a_server_that_runs_is_asked_for_its_port_of_voices(
    server: Server, owner: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, hops = await looked(tmp_path / "config.yaml", capsys, tmp_path / "data")
    assert code == 0
    assert hops["port"] == "port.open"
    assert (hops["udp"], hops["tcp"]) == ("udp.answers", "tcp.answers")
    assert hops["database"] == "database.whole"


async def test_of_its_port_it_tells_only_who_reads_the_same_data(
    server: Server, owner: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    _code, hops = await looked(tmp_path / "config.yaml", capsys, other)
    assert hops["port"] == "port.hidden"
    assert "udp" not in hops
    async with aiohttp.ClientSession() as asking:
        for proof in ("", "Bearer", "Bearer 0", "Bearer é"):
            headers = {"Authorization": proof}
            async with asking.get(f"{server.url}/health/hops", headers=headers) as answer:
                assert answer.status == 404


async def test_where_no_server_runs_its_port_is_tried_and_nothing_is_made(
    elsewhere: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, hops = await looked(elsewhere, capsys)
    assert code == 0
    assert (hops["port"], hops["udp"], hops["tcp"]) == ("port.off", "udp.answers", "tcp.answers")
    assert hops["database"] == "database.none"
    assert not (tmp_path / "nothing-yet").exists()


async def test_a_port_that_another_program_has_is_broken_and_so_is_the_exit_code(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = yaml.safe_load(elsewhere.read_text("utf-8"))["media"]["port"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", port))
        code, hops = await looked(elsewhere, capsys)
    assert (code, hops["port"]) == (1, "port.taken")


@pytest.mark.parametrize(
    ("speaks", "said"),
    [
        ({"LC_ALL": "fr_FR.UTF-8"}, "Tout est en ordre."),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "fr_CA"}, "Tout est en ordre."),
        ({"LC_ALL": "C.UTF-8", "LANG": "fr_FR"}, "In order."),
    ],
)
async def test_it_speaks_the_language_of_the_terminal(
    elsewhere: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    speaks: dict[str, str],
    said: str,
) -> None:
    for name, value in speaks.items():
        monkeypatch.setenv(name, value)
    await asyncio.to_thread(run, elsewhere, None, None, as_json=False)
    assert capsys.readouterr().out.rstrip().endswith(said)


def test_a_configuration_with_mistakes_is_told_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("turn: {servers: [stun:x]}", "utf-8")
    with pytest.raises(SystemExit) as ended:
        run(file, None, None, as_json=False)
    assert ended.value.code == 78
    assert "turn.servers[0]" in capsys.readouterr().err
