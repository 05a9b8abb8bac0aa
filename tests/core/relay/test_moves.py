"""The server goes elsewhere, and whoever follows misses nothing."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable

import pytest
from tests.core.relay.conftest import ROOM, Ledger, PushedClock, counted
from tests.core.relay.raw_page import RawPage, StreamPage, value_of

from salon.errors import Conflict, Invalid, Unavailable
from salon.relay import moves
from salon.relay.control import PeerConnected, PeerLost, PeerMoving, Relay
from salon.relay.dtls import Identity
from salon.relay.ice import CONSENT_S
from salon.relay.local import LocalRelay
from salon.relay.remote import RemoteRelay, WorkerSettings
from salon.testing.server import free_port

SOUND = b"\x78" + bytes(60)
HERE, THERE = "127.0.0.1", "127.0.0.2"


class Scene:
    """People in a room of a relay that moves."""

    def __init__(self, relay: Relay, ledger: Ledger) -> None:
        self.relay = relay
        self._ledger = ledger
        self._pages: dict[str, RawPage] = {}

    async def offered(self, name: str, kind: type[RawPage] = RawPage) -> RawPage:
        page = kind(await self.relay.add_peer(ROOM, name, name, may_speak=True))
        self._pages[name] = page
        await self.relay.answer(name, page.answer())
        return page

    async def join(self, name: str, kind: type[RawPage] = RawPage) -> RawPage:
        page = await self.offered(name, kind)
        await self.connect(name)
        return page

    async def connect(self, name: str) -> None:
        await self._pages[name].connect()
        await self._ledger.until(lambda e: e == PeerConnected(ROOM, name))

    async def offer_to(self, name: str, *, later_than: int = 1) -> str:
        """Return the offer that somebody is to move by."""

        def is_it(event: object) -> bool:
            is_theirs = isinstance(event, PeerMoving) and event.peer_id == name
            return is_theirs and version(event.offer) > later_than  # type: ignore[attr-defined]

        event = await self._ledger.until(is_it)
        assert isinstance(event, PeerMoving)
        return event.offer

    async def follow(self, name: str) -> None:
        """Do as a page does: go there, be seen there, answer."""
        page = self._pages[name]
        page.follow(await self.offer_to(name))
        await page.prove()
        await self.relay.answer(name, page.answer())

    def asked(self) -> list[str]:
        return [event.peer_id for event in self._ledger.events if isinstance(event, PeerMoving)]

    async def lost(self, name: str) -> None:
        await self._ledger.until(lambda e: e == PeerLost(ROOM, name))

    def close(self) -> None:
        for page in self._pages.values():
            page.close()


@pytest.fixture
async def scene(relay: LocalRelay, ledger: Ledger) -> AsyncIterator[Scene]:
    scene = Scene(relay, ledger)
    yield scene
    scene.close()


def version(offer: str) -> int:
    origin = next(line for line in offer.splitlines() if line.startswith("o="))
    return int(origin.split()[2])


async def heard(page: RawPage, count: int) -> list[int]:
    """Return the numbers of the next packets of sound."""
    return [(await page.hear()).sequence for _ in range(count)]


async def ended(page: RawPage) -> None:
    """Return when the server has hung up."""
    with contextlib.suppress(ConnectionResetError):
        while True:
            await page.receive()


async def test_whoever_follows_to_another_port_misses_no_packet(
    scene: Scene, relay: LocalRelay
) -> None:
    anna, ben = await scene.join("anna"), await scene.join("ben")
    anna.say(SOUND)
    await relay.rebind([HERE], free_port())
    anna.say(SOUND)
    numbers = await heard(ben, 2)
    await scene.follow("ben")
    anna.say(SOUND)  # she has not moved yet
    numbers += await heard(ben, 1)
    await scene.follow("anna")
    anna.say(SOUND)
    numbers += await heard(ben, 1)
    assert numbers == [1, 2, 3, 4]
    assert ben.server[1] == relay.port


async def test_an_offer_to_move_has_the_same_certificate_and_a_higher_version(
    scene: Scene, relay: LocalRelay, ledger: Ledger
) -> None:
    first = await relay.add_peer(ROOM, "cleo", "3", may_speak=True)
    await scene.join("anna")
    await relay.rebind([HERE], free_port())
    second = await scene.offer_to("anna")
    assert value_of(first, "fingerprint") == value_of(second, "fingerprint")
    assert (version(first), version(second)) == (1, 2)
    await relay.rebind([HERE], free_port())
    third = await scene.offer_to("anna", later_than=2)
    assert value_of(third, "ice-ufrag") != value_of(second, "ice-ufrag")


async def test_the_old_credentials_end_with_the_first_check_under_the_new_ones(
    scene: Scene, relay: LocalRelay
) -> None:
    anna = await scene.join("anna")
    old = anna.credentials
    await relay.rebind([HERE], free_port())
    offer = await scene.offer_to("anna")
    await anna.prove()  # where it is and under what it has, as long as it has not moved
    anna.follow(offer)
    await anna.prove()
    anna.credentials = old
    before = relay.counters().get("dropped.unknown_ufrag", 0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await anna.prove()
    assert relay.counters()["dropped.unknown_ufrag"] == before + 1


async def test_who_does_not_follow_is_heard_for_ten_seconds_and_then_told_goodbye(
    scene: Scene, relay: LocalRelay, clock: PushedClock
) -> None:
    anna, ben = await scene.join("anna"), await scene.join("ben")
    await relay.rebind([HERE], free_port())
    await scene.follow("ben")
    await scene.offer_to("anna")
    clock.pushed_s += moves.MOVE_S - 1
    anna.say(SOUND)
    await ben.hear()
    clock.pushed_s += 2
    await scene.lost("anna")
    while (await anna.receive())[0] != 21:  # an alert: its connection has ended
        pass
    assert relay.counters()["lost.move"] == 1
    assert relay.counters()["peers"] == 1


async def test_only_those_on_an_address_that_goes_are_asked(
    scene: Scene, relay: LocalRelay
) -> None:
    await relay.rebind([HERE, THERE], relay.port)
    await scene.join("anna")
    await relay.rebind([THERE, HERE], relay.port)
    ben = await scene.join("ben")
    await relay.rebind([THERE], relay.port)
    await scene.follow("anna")
    assert ben.server[0] == THERE
    assert scene.asked() == ["anna"]


async def test_new_addresses_beside_the_old_ones_move_nobody(
    scene: Scene, relay: LocalRelay, clock: PushedClock
) -> None:
    await scene.join("anna")
    await relay.rebind([HERE, THERE], relay.port)
    clock.pushed_s += moves.MOVE_S + 1
    await scene.join("ben")
    assert scene.asked() == []
    assert relay.counters()["peers"] == 2


async def test_when_an_announced_address_is_gone_everybody_is_asked_and_nobody_has_to(
    scene: Scene, relay: LocalRelay, clock: PushedClock
) -> None:
    await relay.rebind([HERE], relay.port, [HERE, "203.0.113.7"])
    anna, ben = await scene.join("anna"), await scene.join("ben")
    await relay.rebind([HERE], relay.port, [HERE, "203.0.113.8"])
    await scene.follow("anna")  # from the same port to the same port
    await scene.offer_to("ben")
    clock.pushed_s += moves.MOVE_S + 1
    await ben.report()
    anna.say(SOUND)
    await ben.hear()
    assert relay.counters()["peers"] == 2


async def test_who_came_over_tcp_moves_too_and_is_hung_up_on_otherwise(
    scene: Scene, relay: LocalRelay, clock: PushedClock
) -> None:
    anna, ben = await scene.join("anna", StreamPage), await scene.join("ben", StreamPage)
    await relay.rebind([HERE], free_port())
    await scene.follow("anna")
    anna.say(SOUND)
    await ben.hear()
    await scene.offer_to("ben")
    clock.pushed_s += moves.MOVE_S + 1
    await scene.lost("ben")
    await ended(ben)
    await anna.report()


async def test_who_comes_in_by_an_offer_of_before_is_asked_as_soon_as_they_are_in(
    scene: Scene, relay: LocalRelay
) -> None:
    await scene.offered("anna")
    await relay.rebind([HERE], free_port())
    await scene.connect("anna")
    await scene.follow("anna")


async def test_everybody_is_asked_although_few_are_at_once(
    scene: Scene, relay: LocalRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "OFFERS_PER_TICK", 1)
    names = ["anna", "ben", "cleo"]
    for name in names:
        await scene.join(name)
    await relay.rebind([HERE], free_port())
    for name in names:
        await scene.follow(name)
    assert scene.asked() == names


async def test_a_port_that_is_taken_moves_nobody(scene: Scene, relay: LocalRelay) -> None:
    anna, ben = await scene.join("anna"), await scene.join("ben")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HERE, 0))
        with pytest.raises(Unavailable):
            await relay.rebind([HERE], other.getsockname()[1])
    await ben.report()
    anna.say(SOUND)
    await ben.hear()
    assert scene.asked() == []


async def test_the_server_that_goes_back_at_once_is_followed_back(
    scene: Scene, relay: LocalRelay, clock: PushedClock
) -> None:
    anna, ben = await scene.join("anna"), await scene.join("ben")
    port = relay.port
    await relay.rebind([HERE], free_port())
    await scene.follow("anna")
    await scene.offer_to("ben")
    await relay.rebind([HERE], port)
    for name, page in (("anna", anna), ("ben", ben)):
        page.follow(await scene.offer_to(name, later_than=2))
        await page.prove()
    clock.pushed_s += moves.MOVE_S + 1
    await ben.report()
    anna.say(SOUND)
    await ben.hear()


async def test_a_move_is_answered_once(scene: Scene, relay: LocalRelay) -> None:
    anna = await scene.join("anna")
    await relay.rebind([HERE], free_port())
    await scene.follow("anna")
    with pytest.raises(Conflict):
        await relay.answer("anna", anna.answer())


ANSWERS: dict[str, Callable[[RawPage], str]] = {
    "nothing": lambda _: "",
    "a line less": lambda page: page.answer().rpartition("m=")[0],
}


@pytest.mark.parametrize("kind", ANSWERS)
async def test_an_answer_that_is_none_moves_nobody_and_ends_nothing(
    scene: Scene, relay: LocalRelay, kind: str
) -> None:
    anna = await scene.join("anna")
    await relay.rebind([HERE], free_port())
    await scene.offer_to("anna")
    with pytest.raises(Invalid):
        await relay.answer("anna", ANSWERS[kind](anna))
    await scene.follow("anna")


async def test_who_answers_a_move_with_another_certificate_is_lost(
    scene: Scene, relay: LocalRelay
) -> None:
    anna = await scene.join("anna")
    await relay.rebind([HERE], free_port())
    await scene.offer_to("anna")
    anna.identity = Identity()
    with pytest.raises(Invalid):
        await relay.answer("anna", anna.answer())
    await scene.lost("anna")


async def test_a_peer_without_checks_is_lost_also_after_it_was_asked(
    scene: Scene, relay: LocalRelay, clock: PushedClock
) -> None:
    await relay.rebind([HERE], relay.port, [HERE, "203.0.113.7"])
    await scene.join("anna")
    await relay.rebind([HERE], relay.port, [HERE, "203.0.113.8"])
    await scene.offer_to("anna")
    clock.pushed_s += CONSENT_S + 1
    await scene.lost("anna")
    await counted(relay, "lost.consent", 1)


async def test_people_of_a_media_worker_are_asked_and_move() -> None:
    relay = RemoteRelay(WorkerSettings(log_level="error"))
    await relay.start()
    scene = Scene(relay, Ledger(relay))
    try:
        await relay.rebind([HERE], 0)
        await relay.open_room(ROOM, slots=2)
        anna, ben = await scene.join("anna"), await scene.join("ben")
        await relay.rebind([HERE], free_port())
        for name in ("anna", "ben"):
            await scene.follow(name)
        anna.say(SOUND)
        await ben.hear()
    finally:
        scene.close()
        await relay.stop()
