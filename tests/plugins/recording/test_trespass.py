"""What strangers, members and a host who means harm cannot do with commands."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.plugins.recording.kitchen import Kitchen, outline

from salon.domain.events import RoomChanged
from salon.domain.permissions import VIEW, Overwrite
from salon.store import channels as stored
from salon.store.base import CoreTransaction
from salon.testing import Person, Refused, Server
from salon_recording import episodes
from salon_recording.plugin import RecordingPlugin
from salon_recording.recorder import PERMISSION

pytestmark = pytest.mark.plugin.with_args(RecordingPlugin)

NOWHERE = "999"
TOO_LARGE = "9999999999999999999"
NO_TITLES: Sequence[Any] = (
    "", "  ", "a\nb", "a\x01b", "a\x7fb", "a\x85b", "a\u2028b", "a\ufffeb", "x" * 201, 7,
    None, ["x"],
)  # fmt: skip
NO_TIMES: Sequence[Any] = (-0.001, "NaN", "Infinity", 1e300, 86_401, "x", None, [], True)
NO_IDS: Sequence[Any] = (
    "",
    "-1",
    "1.5",
    " 1",
    "1\n",
    "\u0661",
    TOO_LARGE,
    "1" * 5_000,
    1.5,
    None,
    [],
    {},
    True,
)


async def _denied_here(server: Server, person: Person, room_id: str, *permissions: str) -> None:
    """Take permissions from everybody in one room, but from the owner."""
    directory = server.app.directory
    everyone = directory.community.everyone_role_id
    account = directory.account(int(person.id))
    assert account is not None
    roles = [everyone, *account.role_ids]
    none: frozenset[str] = frozenset()
    overwrites = tuple(Overwrite("role", role, none, frozenset(permissions)) for role in roles)
    room = replace(directory.rooms[int(room_id)], overwrites=overwrites)

    def hide(tx: CoreTransaction) -> None:
        stored.save_room(tx, room)
        tx.announce(RoomChanged(room))

    await server.app.store.write(hide)


async def _error(person: Person, command: str, **fields: Any) -> dict[str, Any]:
    with pytest.raises(Refused) as refused:
        await person.command(f"recording.{command}", **fields)
    return refused.value.error


@pytest.mark.parametrize("who", ["host", "alice"])
async def test_a_hidden_room_answers_like_one_that_is_not_there(
    who: str, request: pytest.FixtureRequest, server: Server, kitchen: Kitchen, host: Person,
    alice: Person,
) -> None:  # fmt: skip
    person = {"host": host, "alice": alice}[who]
    await kitchen.enter()
    await kitchen.start()
    await _denied_here(server, person, kitchen.room_id, VIEW)
    for command, fields in (("start", {}), ("stop", {}), ("consent", {"choice": "on"})):
        hidden = await _error(person, command, room=kitchen.room_id, **fields)
        missing = await _error(person, command, room=NOWHERE, **fields)
        assert hidden == missing, command


async def test_who_may_not_record_here_can_neither_start_nor_stop_here(
    server: Server, kitchen: Kitchen, host: Person
) -> None:
    await kitchen.enter(host)
    await _denied_here(server, host, kitchen.room_id, PERMISSION)
    assert (await _error(host, "start", room=kitchen.room_id))["code"] == "denied"
    await kitchen.start()
    assert (await _error(host, "stop", room=kitchen.room_id))["code"] == "denied"
    await kitchen.begun()


async def test_two_starts_at_once_make_one_recording(kitchen: Kitchen, host: Person) -> None:
    await kitchen.enter(host)
    presses = [
        person.command("recording.start", room=kitchen.room_id)
        for person in (kitchen.owner, host) * 3
    ]
    said = await asyncio.gather(*presses, return_exceptions=True)
    codes = [one.code for one in said if isinstance(one, Refused)]
    assert codes == ["conflict"] * 5
    assert len((await kitchen.owner.command("recording.takes"))["takes"]) == 1


async def test_leaving_or_switching_off_while_it_starts_records_nothing(
    server: Server, kitchen: Kitchen, owner: Person
) -> None:
    for command, fields in (
        ("room.leave", {"room": kitchen.room_id}),
        ("recording.switch", {"enabled": False}),
    ):
        await kitchen.enter()
        start = owner.command("recording.start", room=kitchen.room_id)
        said = await asyncio.gather(start, owner.command(command, **fields), return_exceptions=True)
        await server.settled()
        if not isinstance(said[0], Refused):
            await owner.expect("recording.ended", room_id=kitchen.room_id)
        await owner.command("recording.switch", enabled=True)
    assert (await owner.command("recording.takes"))["takes"] == []
    assert not any((kitchen.kept / "takes").iterdir())


async def test_no_after_a_yes_is_a_no_however_close_they_come(
    server: Server, kitchen: Kitchen, alice: Person
) -> None:
    await kitchen.enter(alice)
    take_id = await kitchen.start()
    await kitchen.begun()
    answers = [
        alice.command("recording.consent", room=kitchen.room_id, choice=choice)
        for choice in ("on", "off") * 5
    ]
    await asyncio.gather(*answers)
    await alice.say(seconds=0.6)
    await kitchen.stop()
    assert kitchen.voices(take_id) == {}


async def test_somebody_who_never_was_in_a_recording_cannot_reach_into_it(
    kitchen: Kitchen, alice: Person
) -> None:
    await kitchen.enter()
    take_id = await kitchen.start()
    await kitchen.begun()
    running = await _error(alice, "take_out", take=take_id)
    assert running == await _error(alice, "take_out", take=NOWHERE)


@pytest.mark.parametrize("command", ["start", "stop", "consent"])
async def test_a_room_that_is_no_id_is_refused(kitchen: Kitchen, command: str) -> None:
    fields = {"choice": "on"} if command == "consent" else {}
    for wrong in NO_IDS:
        assert (await _error(kitchen.owner, command, room=wrong, **fields))["code"] == "invalid"


@pytest.mark.parametrize("command", ["publish", "withdraw", "take_out"])
async def test_an_episode_or_take_that_is_no_id_or_not_there_is_refused(
    kitchen: Kitchen, command: str
) -> None:
    field = "take" if command == "take_out" else "episode"
    for wrong in NO_IDS:
        assert (await _error(kitchen.owner, command, **{field: wrong}))["code"] == "invalid"
    for absent in ("0", NOWHERE, kitchen.room_id):
        assert (await _error(kitchen.owner, command, **{field: absent}))["code"] == "not_found"


CHAPTER = {"at_s": 0.5, "title": "x"}
WRONG_CUTS: Mapping[str, Sequence[dict[str, Any]]] = {
    "titles": [{"title": title} for title in NO_TITLES],
    "titles of chapters": [{"chapters": [CHAPTER | {"title": title}]} for title in NO_TITLES],
    "times": [{name: at} for at in NO_TIMES for name in ("start_s", "end_s")],
    "times of chapters": [{"chapters": [CHAPTER | {"at_s": at}]} for at in NO_TIMES],
    "the rest": [
        {"chapters": [CHAPTER] * 101},
        {"chapters": [CHAPTER] * 1_000},
        {"chapters": CHAPTER},
        {"chapters": [CHAPTER | {"more": 1}]},
        {"notes": "x" * 4_001},
        {"notes": "a\x01b"},
        {"notes": 5},
        {"episode": "1"},
        {"episode": "1", "revision": 0},
        {"revision": 1},
        {"more": "x"},
    ],
}


@pytest.mark.parametrize("kind", WRONG_CUTS)
async def test_a_cut_of_wrong_words_is_refused_before_anything_is_looked_up(
    server: Server, kitchen: Kitchen, kind: str
) -> None:
    for wrong in WRONG_CUTS[kind]:
        fields = {"title": "T"} | outline(NOWHERE, **wrong)
        assert (await _error(kitchen.owner, "produce", **fields))["code"] == "invalid", wrong
    assert not server.app.host.statuses()[0].faults


@pytest.mark.slow
async def test_a_cut_stays_within_the_recording(kitchen: Kitchen) -> None:
    take_id = await kitchen.have()
    for wrong in (
        {"start_s": 1, "end_s": 0},
        {"start_s": 1, "end_s": 1},
        {"start_s": 0, "end_s": 0.999},
        {"start_s": 86_398, "end_s": 86_400},
        {"end_s": 4},
        {"chapters": [{"at_s": 1, "title": "at the end"}]},
        {"start_s": 0.2, "end_s": 1.2, "chapters": [{"at_s": 0.1, "title": "before"}]},
    ):
        fields = {"title": "T"} | outline(take_id, **wrong)
        assert (await _error(kitchen.owner, "produce", **fields))["code"] == "invalid", wrong


@pytest.mark.slow
async def test_a_host_cannot_touch_what_another_one_recorded(
    kitchen: Kitchen, host: Person, alice: Person
) -> None:
    take_id = await kitchen.have()
    episode_id = (await kitchen.make(take_id))["id"]
    cut = {"title": "Mine now"} | outline(take_id)
    tried: list[tuple[str, dict[str, Any]]] = [
        ("produce", cut),
        ("produce", {"episode": episode_id, "revision": 1} | cut),
        ("publish", {"episode": episode_id}),
        ("withdraw", {"episode": episode_id}),
        ("take_out", {"take": take_id}),
    ]
    for command, fields in tried:
        assert (await _error(host, command, **fields))["code"] == "not_found", command
    for command, fields in tried[:-1]:
        assert (await _error(alice, command, **fields))["code"] == "denied", command
    for path in (f"/drafts/{episode_id}.mp3", f"/voices/{take_id}/{kitchen.owner.id}.opus"):
        assert (await host.web.get(f"/p/recording{path}")).status == 404
        assert (await alice.web.get(f"/p/recording{path}")).status in {403, 404}
        assert (await kitchen.owner.web.get(f"/p/recording{path}")).status == 200
    assert host.heard("recording.episode_changed") == []


FILE_NAMES = {
    "../../etc/passwd\\..": "etc-passwd",
    '<script>"&%00;': "script-00",
    "\u202egnp.exe": "gnp-exe",
    "Zoë's   lift"
    + " and again" * 20: "zoe-s-lift-and-again-and-again-and-again-and-again-and-again",
    "עברית 🎙️": "episode-7",
}


async def test_the_files_of_an_episode_have_plain_names_whatever_its_title_is(
    server: Server,
) -> None:
    for title, name in FILE_NAMES.items():
        found = await server.app.store.read(lambda c, it=title: episodes.free_slug(c, it, 7))  # type: ignore[misc]
        assert found == name
