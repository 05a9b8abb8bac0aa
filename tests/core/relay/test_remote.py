"""The relay in a process of its own: the same sound, and back by itself when the process dies."""

import asyncio
import errno
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from tests.core.relay.conftest import ROOM, Door, Ledger, counted
from tests.core.relay.test_local import REFUSED, Sink

from salon.errors import Unavailable
from salon.relay import supervisor, wire
from salon.relay.audio import AudioPacket, Voice
from salon.relay.control import LevelsHeard, PeerLost, SlotsChanged, SpeakingChanged
from salon.relay.local import SINKS_PER_ROOM
from salon.relay.remote import RemoteRelay, WorkerSettings
from salon.relay.tcp import LINES

WITHIN_S = 10.0


@pytest.fixture
async def relay() -> AsyncIterator[RemoteRelay]:
    relay = RemoteRelay(WorkerSettings(log_level="error"))
    await relay.start()
    await relay.rebind(["127.0.0.1"], 0)
    await relay.open_room(ROOM, slots=2)
    yield relay
    await relay.stop()


async def ready_again(relay: RemoteRelay) -> None:
    """Return when a worker takes people in again."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                await relay.add_peer(ROOM, "a look", "1", may_speak=False)
            except Unavailable:
                await asyncio.sleep(0.02)
            else:
                await relay.remove_peer("a look")
                return


def kill(relay: RemoteRelay, number: int = signal.SIGKILL) -> int:
    assert relay.process_id is not None
    os.kill(relay.process_id, number)
    return relay.process_id


async def test_two_people_hear_each_other_and_who_talks_is_told(door: Door, ledger: Ledger) -> None:
    anna = await door.join("anna", 440)
    ben = await door.join("ben", 1_000)
    assert await anna.hears(1_000)
    assert await ben.hears(440)
    await ledger.until(lambda e: e == SpeakingChanged(ROOM, ("anna", "ben")))


async def test_who_is_muted_is_silent_and_heard_again_later(door: Door, relay: RemoteRelay) -> None:
    await door.join("anna", 440)
    ben = await door.join("ben")
    assert await ben.hears(440)
    await relay.allow("anna", speak=False, hear=True)
    assert await ben.hears_silence()
    await relay.allow("anna", speak=True, hear=True)
    assert await ben.hears(440)


async def test_a_sink_gets_every_packet_in_order_up_to_its_end(
    door: Door, relay: RemoteRelay
) -> None:
    sink = Sink(25)
    attachment = await relay.attach(ROOM, sink)
    await door.join("anna", 440)
    async with asyncio.timeout(WITHIN_S):
        await sink.has_enough.wait()
    await attachment.close()
    await attachment.close()
    assert {p.voice for p in sink.packets} == {Voice("anna", "of anna")}
    assert sink.has_every_number
    assert attachment.dropped_packets == 0


async def test_a_source_is_heard_and_falls_silent(
    door: Door, relay: RemoteRelay, ledger: Ledger
) -> None:
    sink = Sink(60)
    attachment = await relay.attach(ROOM, sink, capacity_packets=200)
    await door.join("anna", 440)
    async with asyncio.timeout(WITHIN_S):
        await sink.has_enough.wait()
    await attachment.close()
    await relay.remove_peer("anna")
    ben = await door.join("ben")
    source = await relay.open_source(ROOM, "42")
    for packet in sink.packets:
        source.put(packet.opus, level_dbov=packet.level_dbov)
        await asyncio.sleep(0.015)
    assert await ben.hears(440)
    await source.close()
    await ledger.until(lambda e: e == SlotsChanged(ROOM, (None, None)))


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_cannot_be_is_refused_as_without_a_process(
    relay: RemoteRelay, kind: str
) -> None:
    await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    ask, error = REFUSED[kind]
    with pytest.raises(error):
        await ask(relay)  # type: ignore[misc]


async def test_after_a_kill_peers_are_lost_and_the_room_its_sinks_and_sources_are_back(
    door: Door, relay: RemoteRelay, ledger: Ledger
) -> None:
    sink = Sink(1)
    await relay.attach(ROOM, sink)
    await relay.open_source(ROOM, "42")
    await relay.watch_levels(ROOM, told=True)
    await door.join("anna", 440)
    port = relay.port
    dead = kill(relay)
    await ledger.until(lambda e: e == PeerLost(ROOM, "anna"))
    await ready_again(relay)
    assert relay.process_id != dead
    assert relay.port == port
    sink.packets.clear()
    sink.has_enough.clear()
    await relay.remove_peer("anna")
    await door.join("anna again", 440)
    ben = await door.join("ben")
    assert await ben.hears(440)
    async with asyncio.timeout(WITHIN_S):
        await sink.has_enough.wait()
    await ledger.until(lambda e: isinstance(e, LevelsHeard) and "anna again" in e.levels_dbov)


async def test_a_worker_that_stands_still_is_replaced(relay: RemoteRelay) -> None:
    dead = kill(relay, signal.SIGSTOP)
    with pytest.raises(Unavailable):
        await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    await ready_again(relay)
    assert relay.process_id != dead


async def test_what_was_closed_while_no_worker_was_there_stays_closed(relay: RemoteRelay) -> None:
    await relay.open_room(8, slots=2)
    attachment = await relay.attach(8, Sink(1))
    kill(relay)
    await relay.close_room(8)
    await attachment.close()
    await ready_again(relay)
    await counted(relay, "rooms", 1)
    assert relay.counters()["rooms"] == 1


async def test_a_worker_ends_with_its_core(relay: RemoteRelay) -> None:
    process_id = relay.process_id
    assert process_id is not None
    await relay.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


async def until(is_it: Callable[[], bool]) -> None:
    """Return when this is so. Nothing tells of it, so it is asked for."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            if is_it():
                return
            await asyncio.sleep(0.005)


async def next_process(relay: RemoteRelay, dead: int) -> None:
    """Return when another worker is there, which is still to be told everything."""
    await until(lambda: relay.process_id not in {None, dead})


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


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


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


async def test_a_question_that_meets_a_fault_is_refused_and_the_worker_goes_on(
    relay: RemoteRelay,
) -> None:
    process_id = relay.process_id
    with pytest.raises(Unavailable):
        await relay.add_peer(ROOM, 5, "1", may_speak=True)  # type: ignore[arg-type]
    assert await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    assert relay.process_id == process_id


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


async def test_a_worker_tells_its_measures_and_one_that_fell_is_told_as_away(
    door: Door, relay: RemoteRelay
) -> None:
    await door.join("anna", 440)
    await counted(relay, "taken.sound", 1)
    (before,) = await relay.measure(ROOM)
    assert (before.is_there, before.is_apart, before.restarts) == (True, True, 0)
    assert (before.port, before.peers, before.rooms[0].room_id) == (relay.port, 1, ROOM)
    assert [line.owner for line in before.rooms[0].lines] == ["of anna"]
    kill(relay)
    await until(lambda: relay.process_id is None)
    (away,) = await relay.measure(ROOM)
    assert (away.is_there, away.port, away.restarts) == (False, relay.port, 1)


async def test_nobodys_question_comes_before_a_new_worker_was_told_how_to_begin(
    relay: RemoteRelay,
) -> None:
    await counted(relay, "rooms", 1)
    dead, seen = kill(relay), set()
    await until(lambda: "rooms" not in relay.counters())
    asked: list[asyncio.Task[None]] = []
    async with asyncio.timeout(WITHIN_S):
        while "rooms" not in relay.counters():  # of the new one
            if relay.process_id not in seen:
                seen.add(relay.process_id)
                asked.clear()
            if len(asked) < 200:
                asked.append(asyncio.create_task(relay.allow("anna", speak=True, hear=True)))
            await asyncio.sleep(0)
    await asyncio.gather(*asked)
    assert len(seen - {None, dead}) == 1


async def test_a_room_that_is_opened_while_no_worker_is_there_is_open_in_the_next(
    relay: RemoteRelay,
) -> None:
    kill(relay)
    await relay.open_room(8, slots=2)
    await ready_again(relay)
    assert await relay.add_peer(8, "anna", "1", may_speak=True)


async def test_a_room_that_closes_ends_for_people_before_its_sinks_have_written(
    relay: RemoteRelay, door: Door, ledger: Ledger
) -> None:
    written = asyncio.Event()

    class Slow(Sink):
        async def receive(self, packets: Sequence[AudioPacket]) -> None:
            await super().receive(packets)
            await written.wait()

    sink = Slow(1)
    await relay.attach(ROOM, sink)
    await door.join("anna", 440)
    await asyncio.wait_for(sink.has_enough.wait(), WITHIN_S)
    await counted(relay, "peers", 1)
    closing = asyncio.create_task(relay.close_room(ROOM))
    await until(lambda: relay.counters()["peers"] == 0)
    assert not closing.done()
    written.set()
    await closing


async def places_for_sinks(relay: RemoteRelay) -> int:
    taken = [await relay.attach(ROOM, Sink(1)) for _ in range(SINKS_PER_ROOM)]
    return len(taken)


async def test_a_sink_that_is_closed_while_a_new_worker_begins_is_not_kept_there(
    relay: RemoteRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = [await relay.attach(ROOM, Sink(1)) for _ in range(2)]
    closing: list[asyncio.Task[None]] = []
    monkeypatch.setattr(first, "moved", lambda: closing.append(asyncio.create_task(second.close())))
    kill(relay)
    await until(lambda: bool(closing))
    await asyncio.gather(*closing)
    await ready_again(relay)
    await first.close()
    assert await places_for_sinks(relay) == SINKS_PER_ROOM


async def test_sinks_that_nobody_waits_for_any_more_take_no_place(relay: RemoteRelay) -> None:
    kill(relay, signal.SIGSTOP)
    asked = [asyncio.create_task(relay.attach(ROOM, Sink(1))) for _ in range(SINKS_PER_ROOM)]
    await asyncio.wait(asked, timeout=0.05)
    for one in asked:
        one.cancel()
    await asyncio.wait(asked)
    kill(relay, signal.SIGCONT)
    assert await places_for_sinks(relay) == SINKS_PER_ROOM


async def test_who_is_removed_before_the_offer_has_come_is_not_in_the_room(
    relay: RemoteRelay,
) -> None:
    coming = asyncio.create_task(relay.add_peer(ROOM, "anna", "1", may_speak=True))
    await asyncio.wait({coming}, timeout=0)
    await relay.remove_peer("anna")
    with pytest.raises(Unavailable):
        await coming
    assert await relay.add_peer(ROOM, "anna", "1", may_speak=True)


async def test_an_address_that_is_changed_while_a_new_worker_begins_is_the_one_in_use(
    relay: RemoteRelay,
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    await next_process(relay, kill(relay))
    await relay.rebind(["127.0.0.1"], port)
    offer = await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    assert relay.port == port
    assert f"127.0.0.1 {port} typ host" in offer


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
