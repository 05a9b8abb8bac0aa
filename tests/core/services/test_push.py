"""Pushes: to whom, when not, and what a push service's answers do; read by another library."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.core.services.push_service import PushService
from tests.core.services.test_sync import hide

from salon.domain.push import QuietHours
from salon.services.push import SENT_AT_ONCE
from salon.services.push_devices import DEVICES_PER_ACCOUNT
from salon.services.web_push import encoded, point_of
from salon.testing import Person, Refused, Server
from salon.testing.person import PASSWORD


@pytest.fixture
async def push(server: Server) -> AsyncIterator[PushService]:
    """A push service that the server under test may go to; nobody is given time to read."""
    async with PushService.reached_by(server) as service:
        yield service


async def told(server: Server, push: PushService) -> list[tuple[str, str]]:
    """Return who was told what since the last time."""
    await server.app.services.push.settled()
    found = [(browser, content["text"]) for browser, content in push.told]
    push.told.clear()
    return found


@pytest.mark.databases
async def test_who_is_named_or_answered_or_written_to_is_told_and_nobody_else(
    server: Server, owner: Person, alice: Person, bob: Person, push: PushService
) -> None:
    for person in (owner, alice, bob):
        await push.subscribe(person)
    said = await alice.post("#general", "@bob tea?")
    assert await told(server, push) == [("bob", "@Bob tea?")]
    await bob.post("#general", "yes", reply_to=said["id"])
    await bob.post("#general", "nobody is named")
    assert await told(server, push) == [("alice", "yes")]
    between = await alice.command("conversation.begin", accounts=[bob.id])
    await alice.post(between["conversation"]["id"], "just us")
    assert await told(server, push) == [("bob", "just us")]
    await owner.post("#general", "@everyone up")
    assert sorted(await told(server, push)) == [("alice", "@everyone up"), ("bob", "@everyone up")]


async def test_a_push_says_who_where_and_how_urgent_and_hides_spoilers(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    await push.subscribe(alice)
    said = await owner.post(
        "#general", f"@alice *in* <#{owner.channel('general')}>\n> <:tea:7> ||he dies||"
    )
    await server.app.services.push.settled()
    [(_, content)] = push.told
    assert content == {
        "kind": "message",
        "language": "fr",
        "reason": "account",
        "channel_id": said["channel_id"],
        "message_id": said["id"],
        "address": f"/c/general/m/{said['id']}",
        "author": "Owner",
        "place": "general",
        "text": "@Alice in #general :tea: ▒▒▒",
        "silent": False,
    }
    head = push.heads[0]
    assert (head["TTL"], head["Urgency"], len(head["Topic"])) == ("43200", "high", 24)
    assert head["Content-Encoding"] == "aes128gcm"
    assert head["Authorization"].startswith("vapid t=")


async def test_a_push_names_no_place_that_its_reader_may_not_see_and_shows_no_long_spoiler(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    await push.subscribe(alice)
    hidden = await owner.command("channel.create", name="cellar")
    place = hidden["channel"]["id"]
    made = await owner.command("thread.start", channel=place, name="The surprise")
    await hide(server, int(place))
    await owner.post("#general", f"@alice <#{place}> <#{made['thread']['id']}> ||{'x' * 900}||")
    assert await told(server, push) == [("alice", "@Alice #… #… ▒▒▒")]


async def test_one_sound_in_ten_seconds(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    await push.subscribe(alice)
    for advance in (0, 5, 6):
        server.clock.advance(seconds=advance)
        await owner.post("#general", "@alice")
        await server.app.services.push.settled()
    assert [content["silent"] for _, content in push.told] == [False, True, False]
    services: Any = server.app.services
    server.clock.advance(seconds=11)
    await owner.post("#general", "@alice")
    await services.push.settled()
    assert len(services.push._aloud_at_s) == 1  # of nobody for longer than that


async def test_what_is_read_or_may_not_be_read_or_is_gone_when_it_is_sent_knocks_nowhere(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    await push.subscribe(alice)
    services: Any = server.app.services
    later: list[Any] = []
    services.push._look_again = later.append  # she is here: the second look comes when we say
    read = await owner.post("#general", "@alice one")
    gone = await owner.post("#general", "@alice two")
    hidden = await owner.post("#introductions", "@alice three")
    await owner.post("#general", "@alice four")
    await services.push._queue.join()
    assert push.told == []
    await alice.command("read.move", channel=read["channel_id"], message=read["id"])
    await owner.command("message.delete", message=gone["id"])
    await owner.command(
        "overwrite.set",
        place=hidden["channel_id"],
        target="account",
        target_id=alice.id,
        allow=[],
        deny=["channel.view"],
    )
    for turn in later:
        services.push._put(turn)
    assert await told(server, push) == [("alice", "@Alice four")]


async def test_what_one_may_read_is_judged_right_before_it_is_sent_however_long_others_take(
    server: Server, owner: Person, alice: Person, bob: Person, push: PushService
) -> None:
    for n in range(SENT_AT_ONCE):
        again = Person(server.url, "alice", PASSWORD)
        await again.sign_in()
        await push.subscribe(await again.open(), f"alice-{n}")
        await again.close()
    await push.subscribe(bob)
    push.answers.clear()
    said = await owner.post("#general", "@everyone look")
    await push.knocked(SENT_AT_ONCE)  # all of them wait for alice's
    await owner.command(
        "overwrite.set",
        place=said["channel_id"],
        target="account",
        target_id=bob.id,
        allow=[],
        deny=["channel.view"],
    )
    push.answers.set()
    assert {who for who, _ in await told(server, push)} == {
        f"alice-{n}" for n in range(SENT_AT_ONCE)
    }


async def test_who_is_away_is_told_at_once(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    await push.subscribe(alice)
    services: Any = server.app.services
    services.push._seen_within_s = 3_600
    while alice.id not in (await owner.expect("presence.changed"))["here"]:
        continue
    await alice.cut()
    while alice.id not in (await owner.expect("presence.changed"))["gone"]:
        continue
    await owner.post("#general", "@alice are you there")
    assert await told(server, push) == [("alice", "@Alice are you there")]


async def test_levels_blocks_and_wishes_of_the_device_decide(
    server: Server, owner: Person, alice: Person, bob: Person, push: PushService
) -> None:
    await push.subscribe(alice)
    general = alice.channel("general")
    await alice.command("level.set", channel=general, level="everything")
    found = []

    async def say(person: Person, text: str) -> None:
        await person.post("#general", text)
        found.extend(await told(server, push))

    await say(owner, "all")
    await alice.command("level.set", channel=general, level="nothing")
    await say(owner, "@alice quiet")
    await alice.command("level.set", channel=general, level="mentions")
    await alice.command("privacy.block", account=bob.id)
    await say(bob, "@alice blocked")
    await alice.command("push.change", hides_text=True)
    await say(owner, "@alice hidden")
    await alice.command("push.change", named=False)
    await say(owner, "@alice not here")
    assert found == [("alice", "all"), ("alice", "")]


async def test_nothing_knocks_in_quiet_hours_or_while_a_device_is_not_to_be_disturbed(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    device = await push.subscribe(alice)
    assert device["busy_until"] is None
    at = server.clock.now()
    minute = at.hour * 60 + at.minute
    hours = {"begins_min": (minute - 5) % 1_440, "ends_min": (minute + 5) % 1_440, "zone": "UTC"}
    await alice.command("push.set_quiet_hours", hours=hours)
    assert (await alice.command("push.show"))["quiet_hours"] == hours
    await owner.post("#general", "@alice night")
    assert await told(server, push) == []
    await alice.command("push.set_quiet_hours", hours=None)
    await alice.command("push.change", busy_for_s=60)
    await owner.post("#general", "@alice busy")
    assert await told(server, push) == []
    server.clock.advance(seconds=61)
    await owner.post("#general", "@alice later")
    assert await told(server, push) == [("alice", "@Alice later")]


@pytest.mark.parametrize(
    ("hours", "at", "holds"),
    [
        ((1_350, 450), "22:29", False),
        ((1_350, 450), "22:30", True),
        ((1_350, 450), "07:29", True),
        ((1_350, 450), "07:30", False),
        ((60, 120), "01:00", True),
        ((60, 120), "02:00", False),
    ],
)
def test_quiet_hours_are_those_of_the_person_over_midnight_and_in_summer(
    hours: tuple[int, int], at: str, *, holds: bool
) -> None:
    in_paris = datetime.fromisoformat(f"2026-07-01T{at}:00+02:00").astimezone(UTC)
    assert QuietHours(*hours, "Europe/Paris").holds(in_paris) is holds


async def test_a_device_that_is_gone_is_forgotten(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    for status in (404, 410):
        push.status = status
        await push.subscribe(alice)
        await owner.post("#general", "@alice one")
        await server.app.services.push.settled()
        assert (await alice.command("push.show"))["devices"] == []
    assert await server.app.store.read(lambda c: c.exec_driver_sql(COUNT).scalar()) == 0


COUNT = "SELECT count(*) FROM push_device"


async def test_a_push_service_that_does_not_take_it_is_asked_again_while_it_is_news(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    await push.subscribe(alice)
    push.status = 503
    await owner.post("#general", "@alice one")
    await owner.post("#general", "@alice two")  # one message of a device waits, no more
    await server.app.services.push.settled()
    assert len(push.heads) == 1
    server.clock.advance(seconds=11)
    await server.settled()
    assert len(push.heads) == 2
    push.status = 429
    server.clock.advance(seconds=41)
    await server.settled()
    assert len(push.heads) == 3
    push.status = 201
    server.clock.advance(seconds=161)
    await server.settled()
    assert await told(server, push) == [("alice", "@Alice one")]
    await owner.post("#general", "@alice three")
    assert await told(server, push) == [("alice", "@Alice three")]


async def test_a_message_that_is_no_news_any_more_is_not_tried_again(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    await push.subscribe(alice)
    push.status = 503
    await owner.post("#general", "@alice one")
    await server.app.services.push.settled()
    push.status = 201
    server.clock.advance(hours=13)
    await server.settled()
    assert await told(server, push) == []


async def test_a_device_goes_with_its_sign_in_and_an_address_with_its_last_owner(
    server: Server, owner: Person, alice: Person, bob: Person, push: PushService
) -> None:
    await push.subscribe(alice)
    await push.subscribe(bob, "alice")  # the same browser
    assert (await alice.command("push.show"))["devices"] == []
    mine = (await bob.command("push.show"))["session_id"]
    await bob.command("session.revoke", session=mine)
    await bob.expect_close()
    await owner.post("#general", "@alice @bob")
    assert await told(server, push) == []
    assert await server.app.store.read(lambda c: c.exec_driver_sql(COUNT).scalar()) == 0


async def test_somebody_has_ten_devices_and_the_oldest_makes_room(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    first = await push.subscribe(alice)
    for n in range(DEVICES_PER_ACCOUNT):
        again = Person(server.url, "alice", PASSWORD)
        await again.sign_in()
        await push.subscribe(await again.open(), f"alice-{n}")
        await again.close()
    devices = (await alice.command("push.show"))["devices"]
    assert len(devices) == DEVICES_PER_ACCOUNT
    assert first["session_id"] not in {device["session_id"] for device in devices}


async def test_devices_and_the_key_outlive_a_restart(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    await push.subscribe(alice)
    before = await alice.command("push.show")
    await server.restart()
    await alice.open()
    assert await alice.command("push.show") == before


ELSEWHERE = (
    "http://push.example/x", "https://127.0.0.1/x", "https://localhost/x",
    "https://push.example:8443/x", "https://a@push.example/x", "javascript:alert(1)",
)  # fmt: skip


async def test_only_an_address_of_a_push_service_on_the_internet_is_taken(alice: Person) -> None:
    key = encoded(point_of(ec.generate_private_key(ec.SECP256R1()).public_key()))
    fields = {"public": key, "secret": encoded(bytes(16)), "language": "en"}
    for endpoint in ELSEWHERE:
        with pytest.raises(Refused) as refused:
            await alice.command("push.subscribe", endpoint=endpoint, **fields)
        assert refused.value.error["reason"] == "push_address"
    for wrong in ({"secret": "AA"}, {"public": "AA"}, {"public": "é"}):
        with pytest.raises(Refused, match="no keys"):
            await alice.command("push.subscribe", endpoint="https://a.example", **fields | wrong)


async def test_quiet_hours_need_two_times_and_a_zone_of_the_world(alice: Person) -> None:
    night = {"begins_min": 0, "ends_min": 60, "zone": "UTC"}
    for zone in ("Europe", "../../etc/passwd", "Mars/Olympus", "", "x" * 65):
        with pytest.raises(Refused) as refused:
            await alice.command("push.set_quiet_hours", hours=night | {"zone": zone})
        assert refused.value.error["code"] == "invalid"
    with pytest.raises(Refused, match="no hours"):
        await alice.command("push.set_quiet_hours", hours=night | {"ends_min": 0})


async def test_somebody_may_knock_at_their_own_device_to_see_whether_it_works(
    alice: Person, push: PushService
) -> None:
    with pytest.raises(Refused) as refused:
        await alice.command("push.test")
    assert refused.value.error["reason"] == "no_device"
    await push.subscribe(alice)
    await alice.command("push.test")
    assert [content["kind"] for _, content in push.told] == ["test"]
    push.status = 500
    with pytest.raises(Refused) as refused:
        await alice.command("push.test")
    assert refused.value.error["reason"] == "push_failed"
