"""Who speaks comes and goes; whoever listens keeps the line of the first minute."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from tests.core.relay.raw_page import RawPage

from salon.relay.room import SLOTS_MAX
from salon.testing import Person

Enter = Callable[[Person], Awaitable[RawPage]]


@pytest.fixture
async def enter(owner: Person) -> AsyncIterator[Enter]:
    """Lets somebody into the kitchen, with a line and an open microphone."""
    room = owner.room("Kitchen table")
    async with AsyncExitStack() as stack:

        async def enter(person: Person) -> RawPage:
            joined = await person.command("room.join", room=room)
            page = RawPage(joined["offer"])
            stack.callback(page.close)
            answer = {"room": room, "peer": joined["peer"], "sdp": page.answer()}
            await person.command("voice.answer", **answer)
            await page.connect()
            await person.command("voice.set", room=room, muted=False)
            return page

        yield enter


async def test_speakers_coming_and_going_never_renegotiate(
    owner: Person, alice: Person, bob: Person, enter: Enter
) -> None:
    listener = await enter(owner)
    owner.events.clear()
    ssrcs = set()
    for number in range(2 * SLOTS_MAX):
        speaker = (alice, bob)[number % 2]
        word = b"\x78speaker %d" % number
        page = await enter(speaker)  # whoever spoke before has left, or is still here
        page.say(word)
        while (heard := await listener.hear()).payload != word:
            pass
        ssrcs.add(heard.ssrc)
        if number % 3:
            await speaker.command("room.leave", room=owner.room("Kitchen table"))
    assert ssrcs <= listener.ssrcs
    told = [json.dumps(event) for event in owner.events]
    assert any("participant.joined" in event for event in told)
    assert not [event for event in told if "sdp" in event or "offer" in event or "ufrag" in event]
