"""A worker's life: started, watched, replaced whatever it does, and nothing left of it."""

import asyncio
import errno
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from tests.core.relay.conftest import ROOM
from tests.core.relay.workers import (
    a_worker,
    kill,
    next_process,
    open_files,
    ready_again,
    until,
)

from salon.errors import Unavailable
from salon.relay import supervisor, wire
from salon.relay.remote import RemoteRelay, WorkerSettings
from salon.relay.tcp import LINES


@pytest.fixture
async def relay() -> AsyncIterator[RemoteRelay]:
    async with a_worker() as relay:
        yield relay


async def test_a_worker_that_stands_still_is_replaced(relay: RemoteRelay) -> None:
    dead = kill(relay, signal.SIGSTOP)
    with pytest.raises(Unavailable):
        await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    await ready_again(relay)
    assert relay.process_id != dead


async def test_a_worker_ends_with_its_core(relay: RemoteRelay) -> None:
    process_id = relay.process_id
    assert process_id is not None
    await relay.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


# A worker that says one wrong thing at each start and waits, or ends; at last it is a real one.
STAND_IN = """
import os, socket, struct, sys
from pathlib import Path

starts = Path({starts!r})
number = len(starts.read_text())
starts.write_text("x" * (number + 1))
wrong = {wrong!r}
if number >= len(wrong):
    os.execv(sys.executable, [sys.executable, "-P", "-m", "salon.relay.worker", sys.argv[1]])
core = socket.socket(fileno=int(sys.argv[1]))
core.recv(4096)
core.sendall(wrong[number])
if wrong[number]:
    core.recv(4096)
"""


def stand_in(tmp_path: Path, wrong: Sequence[bytes]) -> tuple[str, ...]:
    script = tmp_path / "worker.py"
    script.write_text(STAND_IN.format(starts=str(tmp_path / "starts"), wrong=list(wrong)))
    (tmp_path / "starts").write_text("")
    return sys.executable, "-P", str(script)


def said(body: bytes) -> bytes:
    return wire.frame(wire.JSON, body)


WRONG = (
    b"",
    b"\x00\x00\x00\x00\x00",
    said(b"7"),
    said(b'{"id": [1], "got": 1}'),
    said(b'{"counted": {"a": "b"}}'),
    said(b'{"counted": []}'),
    said(b'{"told": {}}'),
    said(b'{"told": "lost"}'),
    *(said(b'{"id": %d, "refused": 5}' % id_) for id_ in range(1, 40)),
    wire.frame(wire.PACKETS, b"x"),
)


async def test_whatever_a_worker_says_another_is_started_and_nothing_is_left_of_it(
    relay: RemoteRelay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "AGAIN_S", (0.0,))
    before = open_files(), len(asyncio.all_tasks())
    wrong = [*WRONG[:8], b"".join(WRONG[8:-1]), WRONG[-1]]
    monkeypatch.setattr(RemoteRelay, "command", stand_in(tmp_path, wrong))
    kill(relay)
    await until(lambda: len((tmp_path / "starts").read_text()) > len(wrong))
    await ready_again(relay)
    assert (open_files(), len(asyncio.all_tasks())) == before


async def test_a_machine_without_files_left_has_voices_again_when_there_are_some(
    relay: RemoteRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, failures = socket.socketpair, [True, True]

    def scarce() -> tuple[socket.socket, socket.socket]:
        if failures:
            failures.pop()
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return pair()

    monkeypatch.setattr(socket, "socketpair", scarce)
    kill(relay)
    await until(lambda: not failures)
    await ready_again(relay)


UNGUARDED = """
import runpy
import salon.relay.local
async def prove(*_): raise RuntimeError("the guard dropped 3 of 4 hostile datagrams")
salon.relay.local.prove_guarded = prove
runpy.run_module("salon.relay.worker", run_name="__main__")
"""


FAILS = {
    "without python": (("/nowhere/python",), "No such file or directory"),
    "that falls at once": ((sys.executable, "-c", "import sys; sys.exit(3)"), "status 3"),
    "without a guard": ((sys.executable, "-P", "-W", "ignore", "-c", UNGUARDED), "3 of 4 hostile"),
}


@pytest.mark.parametrize("kind", FAILS)
async def test_a_start_that_fails_says_why_and_leaves_nothing(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_files(), len(asyncio.all_tasks())
    command, why = FAILS[kind]
    monkeypatch.setattr(RemoteRelay, "command", command)
    relay = RemoteRelay(WorkerSettings(log_level="error"))
    with pytest.raises(Unavailable, match=why):
        await relay.start()
    assert relay.process_id is None
    assert (open_files(), len(asyncio.all_tasks())) == before


async def test_a_worker_that_speaks_another_version_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "VERSION", wire.VERSION + 1)  # in the core alone
    relay = RemoteRelay(WorkerSettings(log_level="error"))
    with pytest.raises(Unavailable):
        await relay.start()
    assert relay.process_id is None


async def test_who_stops_while_it_starts_leaves_no_process() -> None:
    relay = RemoteRelay(WorkerSettings(log_level="error"))
    starting = asyncio.create_task(relay.start())
    await until(lambda: relay.process_id is not None)
    process_id = relay.process_id
    await relay.stop()
    with pytest.raises(Unavailable):
        await starting
    assert process_id is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


async def test_a_worker_that_falls_again_at_once_is_given_time(
    relay: RemoteRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "AGAIN_S", (0.0, 0.5))
    monkeypatch.setattr(supervisor, "STEADY_S", 0.0)
    dead = kill(relay)
    await next_process(relay, dead)
    await ready_again(relay)
    monkeypatch.setattr(supervisor, "STEADY_S", 60.0)
    dead = kill(relay)
    await until(lambda: relay.process_id is None)
    since_s = asyncio.get_running_loop().time()
    await next_process(relay, dead)
    assert asyncio.get_running_loop().time() - since_s > 0.45


async def test_a_worker_may_open_more_files_than_there_are_connections() -> None:
    may, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    relay = RemoteRelay(WorkerSettings(log_level="error"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(may, LINES), most))
    try:
        await relay.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (may, most))
    assert relay.process_id is not None
    assert resource.prlimit(relay.process_id, resource.RLIMIT_NOFILE)[0] > 2 * LINES
    await relay.stop()


async def test_what_is_typed_in_the_terminal_is_not_said_to_the_worker(relay: RemoteRelay) -> None:
    assert relay.process_id is not None
    assert os.getpgid(relay.process_id) != os.getpgid(0)
    assert os.getsid(relay.process_id) != os.getsid(0)


CORE = """
import asyncio
from salon.relay.remote import RemoteRelay, WorkerSettings

async def main():
    relay = RemoteRelay(WorkerSettings(log_level="error"))
    await relay.start()
    await relay.rebind(["127.0.0.1"], 0)
    print(relay.port, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_core_that_is_killed_leaves_nothing_that_holds_the_port() -> None:
    core = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", CORE), stdout=subprocess.PIPE
    )
    assert core.stdout is not None
    port = int(await core.stdout.readline())
    core.kill()
    await core.wait()

    def is_free() -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
            return True

    await until(is_free)
