"""A room is recorded, through real sockets and real voices."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.plugins.recording.kitchen import Kitchen, outline

from salon.testing.person import Person, Refused
from salon.testing.server import Server
from salon_recording import folders
from salon_recording.ogg import read_packets
from salon_recording.plugin import RecordingPlugin

pytestmark = pytest.mark.plugin.with_args(RecordingPlugin)

TONE_HZ = 440.0


async def test_nobody_can_record_before_the_owner_turned_it_on(owner: Person) -> None:
    room_id = (await owner.command("room.open", name="Kitchen"))["room"]["id"]
    await owner.join(room_id)
    with pytest.raises(Refused) as refused:
        await owner.command("recording.start", room=room_id)
    assert refused.value.code == "conflict"
    assert "off" in str(refused.value)


async def test_a_member_without_the_permission_cannot_record(
    kitchen: Kitchen, alice: Person
) -> None:
    await kitchen.enter(alice)
    with pytest.raises(Refused) as refused:
        await alice.command("recording.start", room=kitchen.room_id)
    assert refused.value.code == "denied"


async def test_everybody_in_the_room_is_told_before_anything_is_kept(
    whole_countdown: None, server: Server, kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    await kitchen.enter(alice)
    take_id = await kitchen.start()
    told = await alice.expect("room.state_changed", room_id=kitchen.room_id, key="recording")
    assert told["state"]["phase"] == "countdown"
    assert told["state"]["by"] == owner.id
    await kitchen.answer("on", alice)
    await alice.say(tone_hz=TONE_HZ, seconds=0.5)
    assert kitchen.voices(take_id) == {}
    began = datetime.fromisoformat(told["state"]["begun_at"])
    recording = await kitchen.begun(seen_by=alice)
    assert datetime.fromisoformat(recording["begun_at"]) >= began
    assert began - server.clock.now() < timedelta(seconds=0)


async def test_only_who_agreed_is_written_and_only_from_then_on(
    kitchen: Kitchen, owner: Person, alice: Person, bob: Person
) -> None:
    await kitchen.enter(alice, bob)
    await owner.command("voice.set", room=kitchen.room_id, muted=False)  # before it began
    take_id = await kitchen.start()
    await kitchen.answer("on", alice)
    await kitchen.answer("off", bob)
    state = await kitchen.begun(seen_by=alice)
    assert state["answers"] == {alice.id: "on", bob.id: "off"}
    await asyncio.gather(
        owner.say(tone_hz=300, seconds=1),
        alice.say(tone_hz=TONE_HZ, seconds=1),
        bob.say(tone_hz=700, seconds=1),
    )
    await kitchen.answer("on", owner)
    ended = await kitchen.stop()
    assert ended["status"] == "captured"
    assert ended["reason"] == "stopped"
    assert set(kitchen.voices(take_id)) - {owner.id} == {alice.id}
    told = await bob.expect("recording.ended", room_id=kitchen.room_id)
    assert told["reason"] == "stopped"


async def test_who_goes_off_the_record_is_not_written_from_that_moment(
    kitchen: Kitchen, alice: Person
) -> None:
    await kitchen.enter(alice)
    take_id = await kitchen.start()
    await kitchen.begun(alice)
    await alice.say(tone_hz=TONE_HZ, seconds=1)
    await kitchen.answer("off", alice)
    await alice.say(tone_hz=TONE_HZ, seconds=1.5)
    ended = await kitchen.stop()
    kept_s = kitchen.voices(take_id)[alice.id]
    assert 0.5 < kept_s < ended["duration_s"] - 1


async def test_leaving_takes_the_answer_back_and_the_last_one_ends_it(
    kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    await kitchen.enter(alice)
    await kitchen.start()
    await kitchen.begun(alice)
    await alice.command("room.leave", room=kitchen.room_id)
    told = await owner.expect("room.state_changed", room_id=kitchen.room_id, key="recording")
    assert told["state"]["answers"] == {}
    await owner.command("room.leave", room=kitchen.room_id)
    ended = await owner.expect("recording.ended", room_id=kitchen.room_id)
    assert ended["reason"] == "empty"


async def test_an_answer_counts_only_from_somebody_in_the_room(
    kitchen: Kitchen, alice: Person
) -> None:
    await kitchen.enter()
    await kitchen.start()
    with pytest.raises(Refused) as refused:
        await kitchen.answer("on", alice)
    assert refused.value.code == "conflict"


async def test_a_room_is_recorded_once_at_a_time(kitchen: Kitchen) -> None:
    await kitchen.enter()
    await kitchen.start()
    with pytest.raises(Refused) as refused:
        await kitchen.start()
    assert refused.value.code == "conflict"


async def test_closing_the_room_closes_the_take(
    server: Server, kitchen: Kitchen, owner: Person
) -> None:
    await kitchen.enter()
    take_id = await kitchen.start()
    await kitchen.begun(owner)
    await owner.say(tone_hz=TONE_HZ, seconds=0.5)
    await owner.command("room.close", room=kitchen.room_id)
    await server.settled()
    take = await kitchen.known(take_id)
    assert take["status"] == "captured"
    assert take["reason"] in {"room_closed", "empty"}  # people are let go first
    assert take["voices"] == [owner.id]


async def test_stopping_the_server_closes_the_take_and_its_files(
    server: Server, kitchen: Kitchen, owner: Person
) -> None:
    await kitchen.enter()
    take_id = await kitchen.start()
    await kitchen.begun(owner)
    await owner.say(tone_hz=TONE_HZ, seconds=1)
    await server.restart()
    await owner.open()
    take = await kitchen.known(take_id)
    assert (take["id"], take["status"]) == (take_id, "captured")
    assert take["reason"] in {"shutdown", "empty"}  # people are let go first
    assert kitchen.voices(take_id)[owner.id] > 0.5


async def test_the_files_of_a_take_are_for_the_server_alone(
    kitchen: Kitchen, owner: Person
) -> None:
    take_id = await kitchen.record(seconds=0.3)
    folder = kitchen.folder(take_id)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert any(one.opus for one in read_packets(folder / f"{owner.id}.opus"))


async def test_the_switch_turned_off_ends_what_is_being_recorded(
    kitchen: Kitchen, owner: Person
) -> None:
    await kitchen.enter()
    await kitchen.start()
    await kitchen.begun()
    await owner.command("recording.switch", enabled=False)
    told = await owner.expect("recording.ended", room_id=kitchen.room_id)
    assert told["reason"] == "switched_off"


async def test_what_was_said_before_going_off_the_record_can_be_removed_at_once(
    kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    await kitchen.enter(alice)
    take_id = await kitchen.start()
    await kitchen.begun(owner, alice)
    speaking = (person.say(tone_hz=TONE_HZ, seconds=1) for person in (owner, alice))
    await asyncio.gather(*speaking)
    await kitchen.answer("off", alice)
    await alice.command("recording.take_out", take=take_id)
    assert set(kitchen.voices(take_id)) <= {owner.id}
    ended = await kitchen.stop()
    assert ended["voices"] == [owner.id]


@pytest.mark.plugin(RecordingPlugin, disk_min_free_mb=10_000_000)
async def test_a_disk_that_is_nearly_full_refuses_with_a_reason(kitchen: Kitchen) -> None:
    await kitchen.enter()
    with pytest.raises(Refused) as refused:
        await kitchen.start()
    assert refused.value.code == "unavailable"
    assert "free on the server" in str(refused.value)


async def test_a_disk_that_fills_up_ends_the_recording_and_keeps_what_there_is(
    kitchen: Kitchen, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kitchen.enter()
    take_id = await kitchen.start()
    await kitchen.begun(owner)
    await owner.say(tone_hz=TONE_HZ, seconds=0.5)
    monkeypatch.setattr(folders, "free_mb", lambda _directory: 0)
    assert (await owner.expect("recording.ended"))["reason"] == "disk"
    take = await kitchen.known(take_id)
    assert (take["status"], take["voices"]) == ("captured", [owner.id])


async def test_a_plugin_that_is_suspended_ends_what_it_records_and_can_be_resumed(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    await kitchen.enter(alice)
    take_id = await kitchen.start()
    await kitchen.begun(owner, seen_by=alice)
    while server.app.host.is_running("recording"):
        server.app.host.count_fault("recording", "a test", RuntimeError("broken"))
    while (await alice.expect("room.state_changed", key="recording"))["state"] is not None:
        pass  # the countdown, the answers
    for command, fields in (("stop", {"room": kitchen.room_id}), ("takes", {})):
        with pytest.raises(Refused) as refused:
            await owner.command(f"recording.{command}", **fields)
        assert refused.value.code == "unavailable"
    async with server.visitor() as visitor:
        assert (await visitor.get("/shows/episodes/feed.xml")).status == 503
    await owner.command("plugin.resume", plugin="recording")
    assert (await kitchen.known(take_id))["status"] == "captured"
    await kitchen.start()
    await kitchen.begun(alice)


@pytest.mark.plugin(RecordingPlugin, max_hours=0.01)
async def test_a_recording_ends_by_itself_at_its_longest_time(
    server: Server, kitchen: Kitchen, owner: Person
) -> None:
    await kitchen.enter()
    await kitchen.start()
    await kitchen.begun()
    server.clock.advance(seconds=40)
    told = await owner.expect("recording.ended", room_id=kitchen.room_id)
    assert told["reason"] == "limit"


async def test_an_erased_account_leaves_no_voice_and_no_name(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    await kitchen.enter(alice)
    take_id = await kitchen.start()
    await kitchen.begun(alice)
    await alice.say(tone_hz=TONE_HZ, seconds=0.8)
    await server.app.host.erase_account(int(alice.id))
    assert kitchen.voices(take_id) == {}
    ended = await kitchen.stop()
    assert ended["voices"] == []
    await server.app.host.erase_account(int(owner.id))
    take = await kitchen.known(take_id)
    assert take["started_by"] is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # whose file is changed here
async def test_a_take_that_a_crash_left_open_can_be_made_an_episode(
    server: Server, kitchen: Kitchen, owner: Person, write_voice: Callable[..., Path]
) -> None:
    take_id = await kitchen.record(seconds=0.5)
    folder = kitchen.folder(take_id)
    write_voice(folder / f"{owner.id}.opus", (0.0, 4.0, TONE_HZ))
    await server.app.stop()
    _reopen(server.directory / "data", take_id)
    await server.start()
    await owner.open()
    take = await kitchen.known(take_id)
    assert (take["status"], take["reason"]) == ("interrupted", "crash")
    assert take["duration_s"] == pytest.approx(4.0, abs=0.1)
    assert take["voices"] == [owner.id]
    made = await kitchen.order(take_id, title="Saved", end_s=4)
    assert made["status"] == "making"


def _reopen(directory: Path, take_id: str) -> None:
    """Put a take back to how a crash leaves it."""
    file = directory / "salon.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("DELETE FROM recording_voice WHERE take_id = ?", (int(take_id),))
        database.execute("UPDATE recording_take SET status = 'capturing', ended_at_ms = NULL")
        database.commit()


async def test_a_stranger_and_a_member_cannot_hear_raw_voices(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    take_id = await kitchen.record(seconds=0.5)
    path = f"/p/recording/voices/{take_id}/{owner.id}.opus"
    async with server.visitor() as visitor:
        assert (await visitor.get(path, headers={"Accept": "*/*"})).status in {401, 403}
    assert (await alice.web.get(path)).status == 404
    heard = await owner.web.get(path)
    assert heard.status == 200
    assert (await heard.read()).startswith(b"OggS")
    other = f"/p/recording/voices/{take_id}/{alice.id}.opus"
    assert (await owner.web.get(other)).status == 404
    for wrong in ("x", "1" * 30, "-1"):
        got = await owner.web.get(f"/p/recording/voices/{wrong}/{owner.id}.opus")
        assert got.status == 404


async def test_another_hosts_recording_is_not_there_for_a_host(
    kitchen: Kitchen, owner: Person, host: Person
) -> None:
    take_id = await kitchen.record(seconds=1.2)
    assert (await host.command("recording.takes"))["takes"] == []
    assert (await host.command("recording.episodes"))["episodes"] == []
    fields = outline(take_id, title="Not mine", end_s=1.1)
    with pytest.raises(Refused) as refused:
        await host.command("recording.produce", **fields)
    assert refused.value.code == "not_found"
    heard = await host.web.get(f"/p/recording/voices/{take_id}/{owner.id}.opus")
    assert heard.status == 404
