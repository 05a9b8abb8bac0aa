"""What happens to a message while its case is there."""

from datetime import timedelta

import pytest
from tests.plugins.moderation.cases import in_the_kitchen, only_case, queue, report, reported, steps

from salon.domain.sanctions import SanctionKind
from salon.testing import Person, PushedClock, Refused, Server
from salon_moderation.plugin import ModerationPlugin

pytestmark = pytest.mark.plugin.with_args(ModerationPlugin)


async def test_a_message_that_its_author_deletes_ends_its_case(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await alice.command("message.delete", message=case["message_id"])
    await server.settled()
    assert (await only_case(host, state="closed"))["decision"] == "gone"
    assert await steps(host, case) == [("message_gone", None)]


async def test_an_edit_and_a_time_out_are_noted_in_the_open_case(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await alice.command("message.edit", message=case["message_id"], text="fine words")
    await server.settled()
    until = server.clock.now() + timedelta(minutes=5)
    await server.app.services.sanctions.impose(
        None, int(alice.id), SanctionKind.TIME_OUT, until=until, reason=""
    )
    await server.settled()
    assert await steps(host, case) == [("message_edited", None), ("author_suspended", None)]
    assert (await only_case(host))["text"] == "cheap watches"


async def test_an_author_who_edits_again_and_again_fills_no_history(
    host: Person, alice: Person, bob: Person, server: Server, clock: PushedClock
) -> None:
    case = await reported(host, alice, bob)
    for number in range(3):
        clock.advance(minutes=1)
        await alice.command("message.edit", message=case["message_id"], text=f"fine {number}")
    await server.settled()
    assert await steps(host, case) == [("message_edited", None)]


async def test_the_cases_of_a_deleted_channel_are_closed_and_say_so(
    host: Person, owner: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await owner.command("channel.delete", channel=case["channel_id"])
    await server.settled()
    assert await queue(host) == []
    assert (await only_case(host, state="closed"))["decision"] == "gone"
    assert await steps(host, case) == [("place_gone", None)]


async def test_the_cases_of_a_closed_room_are_closed_and_say_so(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    room, case = await in_the_kitchen(host, alice, bob)
    await server.app.services.rooms.close(None, int(room))
    await server.settled()
    assert (await only_case(host, state="closed"))["decision"] == "gone"
    assert await steps(host, case) == [("place_gone", None)]


async def test_a_dismissed_message_that_is_reported_again_has_a_new_case(
    host: Person, owner: Person, alice: Person, bob: Person
) -> None:
    case = await reported(host, alice, bob)
    await host.command("moderation.resolve", case=case["id"], decision="dismiss")
    await report(owner, {"id": case["message_id"]})
    assert (await only_case(host))["id"] != case["id"]
    with pytest.raises(Refused, match="reported again"):
        await host.command("moderation.undo", case=case["id"])
