"""`salon serve` as a process: what it says when it cannot start, and how it ends."""

import asyncio
import getpass
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from salon.cli.serve import _user
from salon.store import audit
from salon.store.base import CoreTransaction
from salon.testing import Person, Server
from salon.testing.process import ServerProcess
from salon.testing.server import free_port

STARTS_WITHIN_S = 30.0


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "salon", *arguments]


def options(directory: Path, port: int | None = None) -> list[str]:
    return [
        "--data",
        str(directory / "data"),
        "--port",
        str(port or free_port()),
        "--media-port",
        str(free_port()),
        "--no-plugins",
    ]


def run(directory: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        input=said,
    )


@contextmanager
def serving(directory: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a server and yield it with what it said until it was open and had named its link."""
    process = subprocess.Popen(
        command("serve", *arguments),
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, _said(process)
    finally:
        process.kill()
        process.communicate()


def _said(process: subprocess.Popen[str]) -> str:
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if "/setup/" in line:
            break
    return "".join(lines)


def test_a_fresh_server_prints_a_link_and_the_tunnel_and_ends_on_sigterm(tmp_path: Path) -> None:
    with serving(tmp_path, *options(tmp_path)) as (process, said):
        assert "ssh -L" in said
        link = re.search(r"http://127\.0\.0\.1:\d+/setup/[\w-]{43}", said)
        assert link is not None
        with urllib.request.urlopen(link[0], timeout=5) as page:
            assert page.status == 200
        started_s = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
        assert time.monotonic() - started_s < 10
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data" / "salon.db").stat().st_mode & 0o077 == 0


def test_a_port_in_use_is_one_sentence_and_a_code_of_its_own(tmp_path: Path) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run(tmp_path, "serve", *options(tmp_path, port))
    assert done.returncode == 69
    assert f"TCP port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_server_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path, *options(tmp_path)):
        done = run(tmp_path, "serve", *options(tmp_path))
    assert done.returncode == 75
    assert "Another server" in done.stderr


def test_a_data_directory_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    done = run(tmp_path, "serve", *options(tmp_path))
    assert done.returncode == 73
    assert "data directory" in done.stderr


def test_a_database_newer_than_the_code_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path, *options(tmp_path)) as (process, _):
        process.terminate()
        process.wait(timeout=15)
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / 'salon.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE salon_core_version SET version_num = '9999'"))
    engine.dispose()
    done = run(tmp_path, "serve", *options(tmp_path))
    assert done.returncode == 76
    assert "newer version" in done.stderr


def test_mistakes_in_the_configuration_are_told_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("server:\n  prot: 8080\nlimits:\n  room_seats: no\n")
    done = run(tmp_path, "serve")
    assert done.returncode == 78
    assert "config.yaml:2:3: server.prot" in done.stderr
    assert "did you mean 'port'" in done.stderr
    assert "config.yaml:4:15: limits.room_seats" in done.stderr


@pytest.mark.parametrize(
    ("content", "code"), [("", 0), ("server:\n  port: 9000\n", 0), ("x: 1", 1)]
)
def test_check_config_exits_0_or_1(tmp_path: Path, content: str, code: int) -> None:
    (tmp_path / "config.yaml").write_text(content)
    assert run(tmp_path, "check-config", "config.yaml").returncode == code


MISTAKES = """\
server:
  prot: 8080
media:
  slots: many
plugins:
  moderation:
    wrods: [x]
  recordin: {}
"""


@pytest.mark.parametrize("command", [["check-config", "config.yaml"], ["serve"]])
def test_mistakes_of_the_core_and_of_plugins_are_told_together_each_with_its_place(
    tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "config.yaml").write_text(MISTAKES)
    told = run(tmp_path, *command).stderr
    for mistake in (
        "config.yaml:2:3: server.prot: unknown setting, did you mean 'port'?",
        "config.yaml:4:10: media.slots: expected a whole number, got 'many'",
        "config.yaml:7:5: plugins.moderation.wrods: unknown setting, did you mean 'words'?",
        "config.yaml:8:3: plugins.recordin: unknown plugin, did you mean 'recording'?",
    ):
        assert mistake in told


def test_an_unknown_plugin_alone_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("plugins:\n  recordin: {}\n")
    done = run(tmp_path, "check-config", "config.yaml")
    assert done.returncode == 1
    assert done.stderr.strip().endswith(
        "config.yaml:2:3: plugins.recordin: unknown plugin, did you mean 'recording'?"
    )


def test_a_policy_for_a_hook_that_does_not_exist_is_told_with_its_line(tmp_path: Path) -> None:
    policy = "plugins:\n  moderation:\n    on_failure:\n      may_post_mesage: deny\n"
    (tmp_path / "config.yaml").write_text(policy)
    done = run(tmp_path, "check-config", "config.yaml")
    assert done.returncode == 1
    assert "config.yaml:4:" in done.stderr
    assert "plugins.moderation.on_failure.may_post_mesage" in done.stderr
    assert "did you mean 'may_post_message'?" in done.stderr


def test_links_from_the_console_work_while_the_server_runs(tmp_path: Path) -> None:
    where = options(tmp_path)
    with serving(tmp_path, *where) as (_process, said):
        first = re.search(r"http://\S+/setup/\S+", said)
        done = run(tmp_path, "account", "owner-link", "--data", str(tmp_path / "data"))
        assert done.returncode == 0, done.stderr
        port = where[where.index("--port") + 1]
        token = done.stdout.strip().rpartition("/")[2]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/setup/{token}", timeout=5) as page:
            assert page.status == 200
        assert first is not None
        assert first[0].rpartition("/")[2] != token
        done = run(tmp_path, "account", "reset", "nobody", "--data", str(tmp_path / "data"))
        assert (done.returncode, done.stderr.strip()) == (1, "There is nobody with that name.")


async def test_somebody_is_erased_from_the_console_while_the_server_runs(
    server: Server, owner: Person, alice: Person
) -> None:
    where = ("--data", str(server.directory / "data"))

    async def console(*arguments: str, said: str = "") -> tuple[int, str]:
        done = await asyncio.to_thread(run, server.directory, "account", *arguments, said=said)
        return done.returncode, done.stdout + done.stderr

    assert await console("erase", "owner", *where) == (1, "The owner cannot be erased.\n")
    assert await console("erase", "nobody", *where) == (1, "There is nobody with that name.\n")
    code, told = await console("erase", "alice", *where, said="n\n")
    assert (code, "No way back" in told) == (1, True)
    await server.settled()
    assert (await alice.command("ping"))["seq"] > 0
    code, told = await console("erase", "alice", "--yes", *where)
    assert (code, "Asked for" in told) == (0, True)
    await server.settled()
    assert await alice.expect_close() == 4001


async def test_a_signal_has_voices_go_where_the_file_says_now_and_mistakes_change_nothing(
    tmp_path: Path,
) -> None:
    async with ServerProcess(tmp_path) as server:
        owner = await server.claim()
        await owner.join("Kitchen table")
        written = server.file.read_text("utf-8")
        server.file.write_text(written + "media:\n  prot: 1\n", "utf-8")
        server.process.send_signal(signal.SIGHUP)
        assert (await owner.command("ping"))["seq"] > 0
        port = str(free_port())
        server.file.write_text(written.replace(str(server.media_port), port), "utf-8")
        server.process.send_signal(signal.SIGHUP)
        moving = await owner.expect("voice.moving")
        assert f" {port} typ host" in moving["offer"]
        assert await server.stop() == 0


async def test_the_record_is_checked_from_the_console_while_the_server_runs(
    server: Server, owner: Person
) -> None:
    where = ("--data", str(server.directory / "data"))
    await owner.command("category.create", name="Garden")
    done = await asyncio.to_thread(run, server.directory, "audit", "check", *where)
    assert done.returncode == 0
    assert done.stdout.startswith("2 entries, each as it was written.")

    def forge(tx: CoreTransaction) -> None:
        tx.connection.execute(audit.entries.update().values(actor_id=None))

    await server.app.store.write(forge)
    done = await asyncio.to_thread(run, server.directory, "audit", "check", *where)
    assert done.returncode == 1
    assert "entry 1 does not follow" in done.stderr


def test_a_user_without_a_name_can_start_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4242")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert _user() == "you"
