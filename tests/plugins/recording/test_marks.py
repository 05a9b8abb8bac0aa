"""Marks while a room is recorded, and parts that are kept of what was said."""

from typing import Any

import pytest
from tests.plugins.recording.kitchen import Kitchen

from salon.testing import Person, Refused, Server
from salon_recording import marking
from salon_recording.journal import JOURNAL, Happened, read
from salon_recording.plugin import RecordingPlugin

pytestmark = pytest.mark.plugin.with_args(RecordingPlugin)


async def _refused(person: Person, **fields: Any) -> dict[str, Any]:
    with pytest.raises(Refused) as refused:
        await person.command("recording.mark", **fields)
    return refused.value.error


async def test_a_host_names_a_moment_and_everybody_in_the_room_sees_it(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    await kitchen.enter(alice)
    take_id = await kitchen.start()
    await kitchen.begun(alice)
    server.clock.advance(seconds=90)
    made = await owner.command("recording.mark", room=kitchen.room_id, title=" Second goal ")
    assert made["mark"] == {
        "at_s": pytest.approx(90, abs=5), "end_s": None, "title": "Second goal",
    }  # fmt: skip
    while True:
        told = await alice.expect("room.state_changed", room_id=kitchen.room_id, key="recording")
        if told["state"]["marks"]:
            break
    assert told["state"]["marks"][0]["title"] == "Second goal"
    await kitchen.stop()
    assert (await kitchen.known(take_id))["marks"] == [made["mark"]]
    noted = [one for one in read(kitchen.folder(take_id) / JOURNAL) if one.what == Happened.MARK]
    assert [(one.facts["title"], one.facts["account"]) for one in noted] == [
        ("Second goal", int(owner.id))
    ]


async def test_the_last_minutes_are_kept_and_never_more_than_was_recorded(
    server: Server, kitchen: Kitchen, owner: Person
) -> None:
    await kitchen.enter()
    await kitchen.start()
    await kitchen.begun(owner)
    server.clock.advance(minutes=10)
    fields = {"room": kitchen.room_id, "title": "The good part"}
    kept = (await owner.command("recording.mark", **fields, last_s=360))["mark"]
    assert kept["end_s"] - kept["at_s"] == pytest.approx(360)
    edged = (await owner.command("recording.mark", **fields, last_s=60, ago_s=120))["mark"]
    assert kept["end_s"] - edged["end_s"] == pytest.approx(120, abs=5)
    assert edged["end_s"] - edged["at_s"] == pytest.approx(60)
    before_it = await _refused(owner, **fields, last_s=60, ago_s=3_600)
    assert before_it["reason"] == "recording.no_length"
    everything = (await owner.command("recording.mark", **fields, last_s=3_600))["mark"]
    assert everything["at_s"] == 0
    assert everything["end_s"] == pytest.approx(600, abs=10)


async def test_others_mark_where_they_are_allowed_to(
    kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    await kitchen.enter(alice)
    await kitchen.start()
    await kitchen.begun()
    mark = {"room": kitchen.room_id, "title": "Mine"}
    assert (await _refused(alice, **mark))["code"] == "denied"
    everyone = next(role for role in owner.snapshot["roles"] if role["position"] == 0)
    permissions = [*everyone["permissions"], "recording.mark"]
    await owner.command("role.edit", role=everyone["id"], permissions=permissions)
    assert (await alice.command("recording.mark", **mark))["mark"]["title"] == "Mine"
    await alice.command("room.leave", room=kitchen.room_id)
    assert (await _refused(alice, **mark))["reason"] == "not_in_room"


async def test_nothing_is_marked_before_it_began_or_after_it_ended(kitchen: Kitchen) -> None:
    await kitchen.enter()
    mark = {"room": kitchen.room_id, "title": "Too early"}
    assert (await _refused(kitchen.owner, **mark))["reason"] == "recording.not_recording"
    await kitchen.start()
    assert (await _refused(kitchen.owner, **mark))["reason"] == "recording.not_begun"
    await kitchen.begun()
    await kitchen.stop()
    assert (await _refused(kitchen.owner, **mark))["reason"] == "recording.not_recording"


async def test_a_mark_that_is_none_is_refused(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kitchen.enter()
    await kitchen.start()
    await kitchen.begun()
    for wrong in (
        {"title": ""},
        {"title": "x" * 121},
        {"title": "a\nb"},
        {"last_s": 0},
        {"last_s": -1},
        {"last_s": "NaN"},
        {"last_s": 86_401},
        {"last_s": True},
        {"ago_s": -1},
        {"ago_s": 86_401},
        {"ago_s": "1"},
    ):
        fields = {"room": kitchen.room_id, "title": "T"} | wrong
        assert (await _refused(kitchen.owner, **fields))["code"] == "invalid", wrong
    monkeypatch.setattr(marking, "MARKS_MAX", 0)
    full = await _refused(kitchen.owner, room=kitchen.room_id, title="One more")
    assert full["reason"] == "recording.marks_full"


async def test_a_take_of_no_length_has_nothing_to_make_an_episode_of(kitchen: Kitchen) -> None:
    await kitchen.enter()
    take_id = await kitchen.start()
    await kitchen.begun(kitchen.owner)
    ended = await kitchen.stop()
    assert (ended["status"], ended["voices"]) == ("captured", [])
    with pytest.raises(Refused) as refused:
        await kitchen.order(take_id)
    assert refused.value.error["reason"] == "recording.no_voices"
