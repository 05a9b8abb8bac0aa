"""The running order of a stage: who writes it, who reads it, and pieces that play by themselves."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.plugins.recording.kitchen import Kitchen
from tests.plugins.recording.tones import write_voice

from salon.plugin import Salon
from salon.services.facade import Facade
from salon.testing import Person, Refused, Server
from salon_recording.plugin import RecordingPlugin
from salon_recording.programmes import pieces
from salon_recording.programmes.pieces import Piece
from salon_recording.programmes.running_order import Row, RunningOrder

TONE_HZ = 440.0
INTRO = 7


def _order(*titles: str) -> RunningOrder:
    return RunningOrder(1).arranged([Row(0, title) for title in titles])


def test_rows_keep_their_number_wherever_they_are_moved_and_no_number_comes_twice() -> None:
    before = _order("Intro", "Welcome", "First page")
    moved = [before.rows[2], Row(0, "News"), before.rows[0], before.rows[0], Row(99, "Not known")]
    after = before.arranged(moved)
    assert [(row.id, row.title) for row in after.rows] == [
        (3, "First page"), (100, "News"), (1, "Intro"), (101, "Intro"), (102, "Not known")
    ]  # fmt: skip
    assert [after.following(id_) for id_ in (3, 102, 2)] == [100, None, None]


def test_what_is_on_stays_on_when_rows_are_moved_and_not_when_it_is_gone() -> None:
    before = RunningOrder(1, rows=_order("Intro", "Welcome").rows, current=2)
    assert before.arranged(before.rows[::-1]).current == 2
    assert before.arranged(before.rows[:1]).current is None


async def _why(person: Person, command: str, **fields: Any) -> str:
    with pytest.raises(Refused) as refused:
        await person.command(f"recording.{command}", **fields)
    return str(refused.value.error["reason"])


async def bring(salon: Salon, seconds: float) -> None:
    """Put a piece of a tone on the shelf."""
    folder = salon.data_directory / "pieces"
    folder.mkdir(exist_ok=True)
    write_voice(folder / f"{INTRO}.opus", (0, seconds, TONE_HZ))
    piece = Piece(INTRO, "Mix B", None, round(seconds * 1_000), 1, datetime.now(UTC))
    await salon.db.write(lambda tx: pieces.add(tx, piece))


@pytest.mark.plugin.with_args(RecordingPlugin)
async def test_a_piece_plays_when_it_is_on_and_then_what_follows_is_on(
    server: Server, owner: Person, host: Person, alice: Person, bob: Person
) -> None:
    await bring(Facade("recording", server.app.services), 2.0)
    room = (await alice.command("room.open", name="First paragraphs", kind="stage"))["room"]["id"]
    await alice.join(room)
    await bob.join(room)
    intro = {"title": "Intro", "piece": str(INTRO)}
    rows = [intro, {"title": "Welcome", "note": "Alice", "length_s": 180}]
    save = {"room": room, "revision": 0, "rows": rows}
    assert await _why(bob, "order_save", **save) == "no_permission"
    assert await _why(alice, "order_save", **save) == "recording.no_piece"  # she records nothing
    assert await _why(host, "order_save", **{**save, "rows": [{**intro, "piece": "8"}]}) == (
        "recording.no_piece"
    )
    await host.command("recording.order_save", **save)
    assert await _why(alice, "order_save", **save) == "recording.order_changed"
    told = await bob.expect("recording.order_changed", room_id=room)
    assert [(row["id"], row["piece_title"], row["length_s"]) for row in told["rows"]] == [
        (1, "Mix B", 2.0), (2, "", 180.0)
    ]  # fmt: skip
    assert await _why(bob, "order_go", room=room, row=1) == "no_permission"
    assert await _why(alice, "order_go", room=room, row=3) == "recording.no_row"
    await alice.command("recording.order_go", room=room, row=1)
    assert bob.voice is not None
    assert await bob.voice.hears(TONE_HZ)
    assert (await bob.expect("recording.order_changed", current=1))["playing"] == 1
    assert (await bob.expect("recording.order_changed", current=2))["playing"] is None
    order = (await bob.command("recording.order", room=room))["order"]
    assert (order["current"], order["may_lead"]) == (2, False)
    await alice.command("recording.order_go", room=room, row=1)
    await alice.command("recording.order_go", room=room, row=None)
    assert not await bob.voice.hears(TONE_HZ, within_s=0.5)
    kitchen = owner.room("Kitchen table")
    assert await _why(owner, "order", room=kitchen) == "no_stage"
    await alice.command("stage.end", room=room)
    assert await _why(bob, "order", room=room) == "no_room"


@pytest.mark.plugin.with_args(RecordingPlugin)
async def test_a_piece_that_plays_while_a_recording_begins_is_heard_and_not_recorded(
    server: Server, owner: Person, host: Person
) -> None:
    await bring(Facade("recording", server.app.services), 20.0)
    await owner.command("recording.switch", enabled=True)
    room = (await host.command("room.open", name="First paragraphs", kind="stage"))["room"]["id"]
    stage = Kitchen(server, host, room)
    await stage.enter(owner)
    rows = [{"title": "Intro", "piece": str(INTRO)}]
    await host.command("recording.order_save", room=room, revision=0, rows=rows)
    await host.command("recording.order_go", room=room, row=1)
    assert owner.voice is not None
    assert await owner.voice.hears(TONE_HZ)
    take_id = await stage.start()
    await stage.begun(host)
    assert await owner.voice.hears(TONE_HZ)
    await stage.stop()
    assert stage.voices(take_id) == {}
