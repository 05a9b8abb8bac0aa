"""The journal: what happened in a room that is recorded, and when."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.plugins.recording.kitchen import Kitchen

from salon.testing import Person, Server
from salon_recording.journal import JOURNAL, Entry, Happened, forget, line_of, read
from salon_recording.plugin import RecordingPlugin

RECORDING = pytest.mark.plugin.with_args(RecordingPlugin)
SOON = timedelta(minutes=1)
ENTRIES = [
    Entry(0.0, "begun", {"at": "2026-11-30T20:00:00+00:00"}),
    Entry(1.25, "joined", {"account": 7}),
    Entry(2.5, "joined", {"account": 8}),
    Entry(3.0, "mark", {"title": "Second goal\n😀"}),
]


def _written(path: Path) -> bytes:
    whole = b"".join(map(line_of, ENTRIES))
    path.write_bytes(whole)
    return whole


def test_what_is_written_is_read(tmp_path: Path) -> None:
    _written(tmp_path / JOURNAL)
    assert list(read(tmp_path / JOURNAL)) == ENTRIES


def test_a_torn_line_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL
    whole = _written(path)
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        kept = list(read(path))
        assert kept == ENTRIES[: whole[:size].count(b"\n")]


@pytest.mark.parametrize(
    "line",
    [b"[]\n", b"7\n", b"{}\n", b'{"at_s": "x", "what": "on"}\n', b"\xff\n", b"x" * 9_000 + b"\n"],
)
def test_what_is_no_line_ends_the_reading(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / JOURNAL
    path.write_bytes(line_of(ENTRIES[0]) + line + line_of(ENTRIES[1]))
    assert list(read(path)) == ENTRIES[:1]


def test_no_file_is_no_line(tmp_path: Path) -> None:
    assert list(read(tmp_path / JOURNAL)) == []


def test_who_is_forgotten_leaves_all_else(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL
    _written(path)
    for _ in range(2):
        forget(path, 7)
        assert list(read(path)) == [entry for entry in ENTRIES if entry.facts.get("account") != 7]
    forget(tmp_path / "none", 7)
    assert [file.name for file in tmp_path.iterdir()] == [JOURNAL]


async def _told(kitchen: Kitchen, take_id: str, *wanted: tuple[Happened, Person]) -> list[Entry]:
    """Return the journal once its lines hold what is wanted."""
    async with asyncio.timeout(10):
        while True:
            entries = list(read(kitchen.folder(take_id) / JOURNAL))
            known = {(entry.what, str(entry.facts.get("account"))) for entry in entries}
            if {(what.value, who.id) for what, who in wanted} <= known:
                return entries
            await asyncio.sleep(0.05)  # nothing tells of it


@RECORDING
async def test_a_take_knows_who_came_spoke_and_went(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    await kitchen.enter(alice)
    take_id = await kitchen.start()
    await kitchen.begun(alice)
    await alice.command("voice.set", room=kitchen.room_id, muted=False)
    await _told(kitchen, take_id, (Happened.UNMUTED, alice))
    await owner.command(
        "participant.silence", room=kitchen.room_id, account=alice.id, silenced=True
    )
    await _told(kitchen, take_id, (Happened.MUTED, alice))
    await kitchen.answer("off", alice)
    await alice.command("room.leave", room=kitchen.room_id)
    await kitchen.stop()
    entries = list(read(kitchen.folder(take_id) / JOURNAL))
    assert [entry.what for entry in entries if entry.facts.get("account") == int(alice.id)] == [
        "joined", "on_stage", "on", "unmuted", "muted", "off", "left",
    ]  # fmt: skip
    assert (entries[0].what, entries[-1].what) == ("begun", "ended")
    assert [entry.at_s for entry in entries] == sorted(entry.at_s for entry in entries)


async def _set_to(journal: Path, moment: datetime) -> None:
    """Return once a journal says that the clock was set to about a moment."""
    async with asyncio.timeout(10):
        while True:
            told = [one.facts["at"] for one in read(journal) if one.what == Happened.CLOCK]
            if any(abs(datetime.fromisoformat(at) - moment) < SOON for at in told):
                return
            await asyncio.sleep(0.05)  # nothing tells of it


@RECORDING
async def test_a_wall_clock_that_is_set_moves_nothing_and_is_noted(
    server: Server, kitchen: Kitchen, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kitchen.enter()
    take_id = await kitchen.start()
    await kitchen.begun(owner)
    really = server.clock.now
    for shift in (timedelta(hours=-3), timedelta(hours=5)):
        monkeypatch.setattr(server.clock, "now", lambda shift=shift: really() + shift)
        await _set_to(kitchen.folder(take_id) / JOURNAL, really() + shift)
    await owner.say(seconds=0.5)
    ended = await kitchen.stop()
    assert 0.5 < ended["duration_s"] < 60
    assert kitchen.voices(take_id)[owner.id] < 60
