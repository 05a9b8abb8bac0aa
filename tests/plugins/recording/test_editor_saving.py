"""What is done in the editor is saved after each change, and never over somebody else's."""

from typing import Any

import pytest
from tests.plugins.recording.shelf import Shelf

from salon.testing import Person, Refused, Server
from salon_recording.editor import edits
from salon_recording.plugin import RecordingPlugin

pytestmark = pytest.mark.plugin.with_args(RecordingPlugin)


def _left(take_id: str, revision: int = 0, **changed: Any) -> dict[str, Any]:
    """Return what somebody who has not finished leaves: no title, and a chapter without one."""
    segment = {
        "take": take_id, "start_s": 1.0, "end_s": 9.5, "cuts": [{"start_s": 2.0, "end_s": 3.0}],
        "chapters": [{"at_s": 4.0, "title": ""}, {"at_s": 20.0, "title": "Outside"}],
    }  # fmt: skip
    return {"take": take_id, "revision": revision, "title": "", "segments": [segment]} | changed


async def _why(person: Person, command: str, **fields: Any) -> dict[str, Any]:
    with pytest.raises(Refused) as refused:
        await person.command(f"recording.{command}", **fields)
    return {"code": refused.value.code} | refused.value.error


async def _edit(person: Person, **of: str) -> dict[str, Any] | None:
    edit: dict[str, Any] | None = (await person.command("recording.edit", **of))["edit"]
    return edit


async def test_what_is_left_unfinished_is_there_again_as_it_was(
    server: Server, shelf: Shelf, owner: Person, alice: Person
) -> None:
    await shelf.let_record(alice)
    take_id = await shelf.take(alice)
    assert await _edit(alice, take=take_id) is None
    assert (await alice.command("recording.edit_save", **_left(take_id)))["revision"] == 1
    edit = await _edit(owner, take=take_id)
    assert edit is not None
    segment = edit["segments"][0]
    assert (edit["by"], edit["title"], segment["start_s"]) == ("Alice", "", 1.0)
    assert segment["cuts"] == [{"start_s": 2.0, "end_s": 3.0}]
    assert [one["title"] for one in segment["chapters"]] == ["", "Outside"]
    kept = await server.app.store.read(lambda c: edits.of_account(c, int(alice.id)))
    assert [one["of_id"] for one in kept] == [int(take_id)]  # what she is given of herself
    await server.app.host.erase_account(int(alice.id))
    left = await _edit(owner, take=take_id)
    assert left is not None
    assert left["by"] is None
    await owner.command("recording.edit_drop", take=take_id)
    assert await _edit(owner, take=take_id) is None


async def test_who_changes_what_somebody_else_changed_meanwhile_is_told(
    shelf: Shelf, owner: Person, alice: Person
) -> None:
    await shelf.let_record(alice)
    take_id = await shelf.take(alice)
    await alice.command("recording.edit_save", **_left(take_id))
    told = await owner.expect("recording.edit_changed")
    assert told == {"of": take_id, "revision": 1, "by": "Alice"}
    refused = await _why(owner, "edit_save", **_left(take_id, title="Mine"))
    assert (refused["reason"], refused["names"]) == ("recording.edited_meanwhile", "Alice")
    again = await alice.command("recording.edit_save", **_left(take_id))
    assert again["revision"] == 1  # sent twice because a line broke: it is the same
    await owner.command("recording.edit_save", **_left(take_id, 1, title="Mine"))
    edit = await _edit(alice, take=take_id)
    assert edit is not None
    assert (edit["by"], edit["revision"], edit["title"]) == ("Owner", 2, "Mine")


async def test_nobody_reads_or_writes_what_they_have_no_hand_in(
    server: Server, shelf: Shelf, owner: Person, alice: Person, bob: Person
) -> None:
    for person in (alice, bob):
        await shelf.let_record(person)
    take_id = await shelf.take(alice)
    await alice.command("recording.edit_save", **_left(take_id))
    for command, fields in (
        ("edit", {"take": take_id}),
        ("edit_drop", {"take": take_id}),
        ("edit_save", _left(take_id, 1)),
    ):
        assert (await _why(bob, command, **fields))["reason"] == "recording.no_recording"
    assert (await _why(bob, "edit", episode=take_id))["reason"] == "recording.no_episode"
    assert (await _why(owner, "edit", take=take_id, episode=take_id))["code"] == "invalid"
    too_long = _left(take_id, 1, title="x" * 201)
    assert (await _why(alice, "edit_save", **too_long))["code"] == "invalid"
    kept = await server.app.store.read(lambda c: edits.get(c, int(take_id)))
    assert kept is not None
    assert kept.revision == 1
