"""A match through a real server: what people ask, and what everybody is told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from salon.testing import Person, Refused, Server
from salon_sports_rooms.plugin import SportsRoomsPlugin

pytestmark = pytest.mark.plugin.with_args(SportsRoomsPlugin)

Ask = Callable[..., Awaitable[dict[str, Any]]]
Made = Mapping[str, Any]


async def state(person: Person, room_id: str, **wanted: Any) -> dict[str, Any]:
    """Return the next state of the match whose parts are as wanted."""
    while True:
        told = await person.expect("room.state_changed", room_id=room_id, key="sports_rooms")
        found: dict[str, Any] = told["state"]
        if all(found[name] == value for name, value in wanted.items()):
            return found


async def test_a_match_is_opened_by_who_may_keep_a_score(owner: Person, alice: Person) -> None:
    asked = {"name": "Rivage against Montclar", "kind": "sports_rooms.match"}
    with pytest.raises(Refused) as refused:
        await alice.command("room.open", **asked)
    assert refused.value.error["permission"] == "sports_rooms.keep_score"
    assert (await owner.command("room.open", **asked))["room"]["kind"] == asked["kind"]
    await alice.command("room.open", name="After the match")


# -- goals


async def test_everybody_who_may_see_the_room_is_told_of_a_goal_at_once(
    match: Made, enter: Ask, alice: Person, bob: Person
) -> None:
    moment = await enter("goal", side="home", text="9 Le Goff")
    for person in (alice, bob):
        goal = await person.expect("sports_rooms.goal", room_id=match["room_id"])
        assert goal["score"] == [1, 0]
        assert goal["moment"] == moment
        assert goal["moment"]["text"] == "9 Le Goff"


async def test_the_live_state_follows_a_goal(match: Made, enter: Ask, alice: Person) -> None:
    await enter("goal", side="away")
    told = await state(alice, match["room_id"], score=[0, 1])
    assert (told["home"], told["away"]) == ("Rivage", "Montclar")
    assert [moment["kind"] for moment in told["moments"]] == ["goal"]


async def test_whoever_comes_later_finds_the_score_in_what_is_live(
    server: Server, owner: Person, match: Made, enter: Ask
) -> None:
    await enter("goal", side="home")
    late = await server.member("carol", owner)
    found = [s for s in late.welcome["live"]["room_states"] if s["key"] == "sports_rooms"]
    assert [s["state"]["score"] for s in found] == [[1, 0]]


async def test_a_goal_is_told_again_to_whoever_was_away(
    match: Made, enter: Ask, alice: Person
) -> None:
    await alice.cut()
    await enter("goal", side="home")
    await alice.open(resume=True)
    goal = await alice.expect("sports_rooms.goal", room_id=match["room_id"])
    assert goal["score"] == [1, 0]


async def test_the_same_nonce_is_one_goal(match: Made, enter: Ask, alice: Person) -> None:
    first = await enter("goal", side="home", nonce="a press")
    again = await enter("goal", side="home", nonce="a press")
    await enter("goal", side="home")
    assert first == again
    assert (await state(alice, match["room_id"], score=[2, 0]))["score"] == [2, 0]
    assert len(alice.heard("sports_rooms.goal")) == 2


async def test_two_keepers_at_once_lose_no_goal_and_the_last_state_is_the_true_one(
    match: Made, owner: Person, host: Person, alice: Person
) -> None:
    def goal(keeper: Person, number: int) -> Awaitable[dict[str, Any]]:
        asked = {"room": match["room_id"], "nonce": f"{keeper.handle} {number}"}
        return keeper.command("sports_rooms.moment", **asked, kind="goal", side="home")

    await asyncio.gather(*(goal(keeper, n) for n in range(15) for keeper in (owner, host)))
    await state(alice, match["room_id"], score=[30, 0])
    later = alice.heard("room.state_changed")  # two goals may be told by one state each, or by both
    assert all(changed["state"]["score"] == [30, 0] for changed in later)
    assert [goal["score"][0] for goal in alice.heard("sports_rooms.goal")] == list(range(1, 31))


async def test_a_goal_that_is_taken_back_does_not_count(
    match: Made, owner: Person, enter: Ask, alice: Person
) -> None:
    moment = await enter("goal", side="home")
    await state(alice, match["room_id"], score=[1, 0])
    await owner.command("sports_rooms.undo", room=match["room_id"], moment=moment["id"])
    assert (await state(alice, match["room_id"], score=[0, 0]))["moments"] == []


async def test_undo_without_a_moment_takes_back_the_last_one(
    match: Made, owner: Person, enter: Ask, alice: Person
) -> None:
    await enter("goal", side="home")
    await enter("card", side="away", card="red")
    await owner.command("sports_rooms.undo", room=match["room_id"])
    await owner.command("sports_rooms.undo", room=match["room_id"])
    assert (await state(alice, match["room_id"], score=[0, 0], moments=[]))["score"] == [0, 0]
    with pytest.raises(Refused, match="nothing to take back"):
        await owner.command("sports_rooms.undo", room=match["room_id"])


async def test_an_entry_can_be_corrected(
    match: Made, owner: Person, enter: Ask, alice: Person
) -> None:
    moment = await enter("goal", side="home")
    changes = {"text": "Own goal", "minute": 45, "added": 2}
    await owner.command(
        "sports_rooms.correct", room=match["room_id"], moment=moment["id"], **changes
    )
    await state(alice, match["room_id"], score=[1, 0])
    corrected = (await state(alice, match["room_id"], score=[1, 0]))["moments"][0]
    assert {name: corrected[name] for name in changes} == changes


# -- the clock


async def test_the_clock_tells_when_it_was_read_and_goes_on_by_itself(
    match: Made, press: Ask, alice: Person, server: Server
) -> None:
    await press("start")
    begun = await state(alice, match["room_id"], phase="first_half")
    assert begun["clock"]["running"] is True
    assert begun["clock"]["elapsed_s"] == 0
    server.clock.advance(minutes=10)
    await press("pause")
    paused = await state(alice, match["room_id"], phase="first_half")
    assert paused["clock"]["running"] is False
    assert 600 <= paused["clock"]["elapsed_s"] < 630


async def test_a_clock_that_runs_is_told_each_minute(
    match: Made, press: Ask, alice: Person, server: Server
) -> None:
    await press("start")
    await state(alice, match["room_id"], phase="first_half")
    server.clock.advance(minutes=3)
    await server.app.services.jobs.enqueue("sports_rooms", "clocks", {}, None)
    assert (await state(alice, match["room_id"]))["clock"]["elapsed_s"] >= 180


async def test_a_goal_has_the_minute_of_the_clock(press: Ask, enter: Ask, server: Server) -> None:
    await press("start")
    server.clock.advance(minutes=46, seconds=5)
    moment = await enter("goal", side="home")
    assert (moment["minute"], moment["added"]) == (45, 2)


async def test_a_press_on_the_clock_stands_at_the_minute_that_it_begins_or_ends(
    press: Ask, server: Server
) -> None:
    begun = await press("start")
    server.clock.advance(minutes=44, seconds=30)
    ended = await press("half")
    again = await press("start")
    told = [each["moment"] for each in (begun, ended, again)]
    assert [each["minute"] for each in told] == [1, 45, 46]
    assert not any(each["added"] for each in told)


async def test_taking_back_half_time_lets_the_clock_run_as_if_nothing_had_been(
    match: Made, owner: Person, press: Ask, alice: Person, server: Server
) -> None:
    await press("start")
    server.clock.advance(minutes=30)
    await press("half")
    server.clock.advance(minutes=5)
    await state(alice, match["room_id"], phase="half_time")
    await owner.command("sports_rooms.undo", room=match["room_id"])
    running = await state(alice, match["room_id"], phase="first_half")
    assert running["clock"]["running"] is True
    assert running["clock"]["elapsed_s"] >= 35 * 60


async def test_a_press_that_makes_no_sense_is_refused(press: Ask) -> None:
    with pytest.raises(Refused, match="conflict: The clock does not run"):
        await press("pause")
    with pytest.raises(Refused, match="elapsed_s"):
        await press("start", elapsed_s=5)


async def test_a_match_goes_on_after_a_restart(
    server: Server, match: Made, press: Ask, enter: Ask, alice: Person
) -> None:
    await press("start")
    await enter("goal", side="away")
    await server.restart()
    await server.settled()
    await alice.open()
    (known,) = alice.welcome["live"]["room_states"]
    assert known["state"]["score"] == [0, 1]
    assert known["state"]["clock"]["running"] is True


# -- who may


async def test_a_member_does_not_keep_the_score(match: Made, alice: Person) -> None:
    with pytest.raises(Refused) as refused:
        await alice.command(
            "sports_rooms.moment", room=match["room_id"], nonce="n", kind="goal", side="home"
        )
    assert refused.value.code == "denied"


async def test_a_host_keeps_the_score(match: Made, host: Person) -> None:
    entered = await host.command(
        "sports_rooms.moment", room=match["room_id"], nonce="n", kind="goal", side="home"
    )
    assert entered["moment"]["by"] == host.id


async def test_a_room_of_another_kind_is_no_match(owner: Person) -> None:
    with pytest.raises(Refused, match="not_found: There is no such match"):
        await owner.command("sports_rooms.undo", room=owner.room("Kitchen table"))


async def test_only_commentators_speak_where_that_is_wanted(
    owner: Person, match: Made, alice: Person
) -> None:
    await owner.command("sports_rooms.edit", room=match["room_id"], commentators_only=True)
    await alice.join(match["room_id"])
    with pytest.raises(Refused, match="Only commentators speak"):
        await alice.command("voice.set", room=match["room_id"], muted=False)
    await owner.command("sports_rooms.edit", room=match["room_id"], commentators_only=False)
    await alice.command("voice.set", room=match["room_id"], muted=False)


async def test_a_host_speaks_where_only_commentators_do(
    owner: Person, match: Made, host: Person
) -> None:
    await owner.command("sports_rooms.edit", room=match["room_id"], commentators_only=True)
    await host.join(match["room_id"])
    await host.command("voice.set", room=match["room_id"], muted=False)


# -- rooms


async def test_a_room_opened_by_hand_takes_its_teams_from_its_name(
    owner: Person, alice: Person
) -> None:
    opened = await owner.command(
        "room.open", name="Les Docks vs US Rivage", kind="sports_rooms.match"
    )
    told = await state(alice, opened["room"]["id"])
    assert (told["home"], told["away"]) == ("Les Docks", "US Rivage")
    await owner.command("sports_rooms.edit", room=opened["room"]["id"], home="Docks")
    assert (await state(alice, opened["room"]["id"], home="Docks"))["away"] == "US Rivage"


async def test_a_room_without_teams_in_its_name_has_home_and_away(
    owner: Person, alice: Person
) -> None:
    opened = await owner.command("room.open", name="The derby", kind="sports_rooms.match")
    told = await state(alice, opened["room"]["id"])
    assert (told["home"], told["away"]) == ("Home", "Away")


async def test_a_match_ends_with_its_room(owner: Person, match: Made, server: Server) -> None:
    await owner.command("room.close", room=match["room_id"])
    await server.settled()
    with pytest.raises(Refused, match="not_found"):
        await owner.command("sports_rooms.undo", room=match["room_id"])


async def test_a_sport_that_is_not_known_is_refused_with_those_that_are(owner: Person) -> None:
    with pytest.raises(Refused, match="there are football, rugby, handball"):
        await owner.command("sports_rooms.create", home="A", away="B", sport="chess")


# -- bad input


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": "goal"}, "a goal has a side"),
        ({"kind": "goal", "side": "both"}, "side"),
        ({"kind": "card", "side": "home"}, "yellow or red"),
        ({"kind": "goal", "side": "home", "card": "red"}, "yellow or red"),
        ({"kind": "note"}, "a note has a text"),
        ({"kind": "period", "side": "home"}, "kind"),
        ({"kind": "goal", "side": "home", "minute": 181}, "minute"),
        ({"kind": "goal", "side": "home", "minute": 1.5}, "minute"),
        ({"kind": "goal", "side": "home", "text": "x" * 81}, "at most 80 characters"),
        ({"kind": "goal", "side": "home", "text": "x" * 5_000}, "text"),
        ({"kind": "goal", "side": "home", "nonce": ""}, "nonce"),
        ({"kind": "goal", "side": "home", "nonce": "x" * 65}, "nonce"),
        ({"kind": "goal", "side": "home", "room": 7}, "expected an id"),
        ({"kind": "goal", "side": "home", "room": "9" * 40}, "expected an id"),
        ({"kind": "goal", "side": "home", "room": "-1"}, "expected an id"),
        ({"kind": "goal", "side": "home", "by": "1"}, "not known here"),
    ],
)
async def test_a_malformed_moment_is_refused_with_the_field(
    enter: Ask, fields: dict[str, Any], told: str
) -> None:
    with pytest.raises(Refused, match=told) as refused:
        await enter(**fields)
    assert refused.value.code == "invalid"


@pytest.mark.parametrize("name", ["", "   ", "\u202e", "x" * 41])
async def test_a_team_needs_a_name_that_can_be_shown(owner: Person, name: str) -> None:
    with pytest.raises(Refused, match="invalid"):
        await owner.command("sports_rooms.create", home=name, away="B")


async def test_an_erased_keeper_is_not_named_any_more(
    server: Server, owner: Person, match: Made, enter: Ask, alice: Person
) -> None:
    await enter("goal", side="home")
    await server.app.host.erase_account(int(owner.id))
    await enter("card", side="away", card="yellow")
    moments = (await state(alice, match["room_id"], score=[1, 0]))["moments"]
    while len(moments) < 2:
        moments = (await state(alice, match["room_id"]))["moments"]
    assert [moment["by"] for moment in moments] == [None, owner.id]


@pytest.mark.parametrize(
    "starts_at",
    ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"],
)
async def test_a_match_at_the_end_of_time_is_invalid(
    server: Server, owner: Person, starts_at: str
) -> None:
    with pytest.raises(Refused) as refused:
        await owner.command(
            "sports_rooms.create", home="Rivage", away="Montclar", starts_at=starts_at
        )
    assert (refused.value.code, refused.value.error["field"]) == ("invalid", "starts_at")
    assert [status.faults for status in server.app.host.statuses()] == [0]


async def test_an_entry_with_the_nonce_of_another_keeper_is_not_taken_for_entered(
    owner: Person, host: Person, match: Made
) -> None:
    asked = {"room": match["room_id"], "nonce": "the same", "kind": "note", "text": "Kick-off"}
    await owner.command("sports_rooms.moment", **asked)
    with pytest.raises(Refused, match="conflict"):
        await host.command("sports_rooms.moment", **asked)
