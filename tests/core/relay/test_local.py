"""The whole relay, heard by people whose WebRTC is not ours."""

import asyncio
import os
import resource
import socket
from collections.abc import Callable, Sequence

import pytest
from tests.core.relay.checks import check
from tests.core.relay.conftest import ROOM, Door, Ledger, PushedClock, counted

from salon.errors import Conflict, Invalid, NotFound, Unavailable
from salon.relay import peer
from salon.relay.audio import AudioPacket
from salon.relay.control import (
    LevelsHeard,
    PeerConnected,
    PeerLost,
    Relay,
    SlotsChanged,
    SpeakingChanged,
)
from salon.relay.ice import CONSENT_S, new_credentials
from salon.relay.local import BESIDE_SEATS, LocalRelay
from salon.relay.tcp import LINES


class Sink:
    """Keeps packets until there are enough."""

    def __init__(self, enough: int) -> None:
        self.packets: list[AudioPacket] = []
        self.has_enough = asyncio.Event()
        self._enough = enough

    async def receive(self, packets: Sequence[AudioPacket]) -> None:
        self.packets += packets
        if len(self.packets) >= self._enough:
            self.has_enough.set()

    @property
    def has_every_number(self) -> bool:
        """Whether the packets of one voice have come in order and without a gap."""
        first = self.packets[0].sequence
        return [p.sequence - first for p in self.packets] == list(range(len(self.packets)))


async def test_two_people_hear_each_other(door: Door) -> None:
    anna = await door.join("anna", 440)
    ben = await door.join("ben", 1_000)
    assert await anna.hears(1_000)
    assert await ben.hears(440)


async def test_a_third_who_comes_late_hears_both_and_only_listens(door: Door) -> None:
    await door.join("anna", 440)
    await door.join("ben", 1_000)
    cleo = await door.join("cleo")
    assert await cleo.hears(440)
    assert await cleo.hears(1_000)


async def test_who_is_muted_is_silent_at_the_server_and_heard_again_later(
    door: Door, relay: LocalRelay
) -> None:
    await door.join("anna", 440)
    ben = await door.join("ben")
    assert await ben.hears(440)
    await relay.allow("anna", speak=False, hear=True)
    assert await ben.hears_silence()
    before = relay.counters()["forwarded"]
    sink = Sink(1)
    attachment = await relay.attach(ROOM, sink)
    await counted(relay, "dropped.muted", 20)
    await attachment.close()
    assert relay.counters()["forwarded"] == before
    assert sink.packets == []
    await relay.allow("anna", speak=True, hear=True)
    assert await ben.hears(440)


async def test_who_comes_without_the_right_to_speak_is_not_heard(
    door: Door, relay: LocalRelay, ledger: Ledger
) -> None:
    anna = await door.person("anna", 440)
    offer = await relay.add_peer(ROOM, "anna", "1", may_speak=False)
    await relay.answer("anna", await anna.answer(offer))
    await door.join("ben")
    await counted(relay, "dropped.muted", 10)
    assert relay.counters().get("forwarded", 0) == 0


async def test_who_is_deafened_gets_nothing_and_hears_again_later(
    door: Door, relay: LocalRelay
) -> None:
    ben = await door.join("ben")
    await door.join("anna", 440)
    assert await ben.hears(440)
    await relay.allow("ben", speak=True, hear=False)
    assert await ben.hears_silence()
    await relay.allow("ben", speak=True, hear=True)
    assert await ben.hears(440)


async def test_who_talks_and_who_sits_where_is_told(door: Door, ledger: Ledger) -> None:
    anna = await door.join("anna", 440)
    await ledger.until(lambda e: e == SlotsChanged(ROOM, ("anna", None)))
    await ledger.until(lambda e: e == SpeakingChanged(ROOM, ("anna",)))
    assert anna.tone is not None
    anna.tone.hz = 0
    await ledger.until(lambda e: e == SpeakingChanged(ROOM, ()))
    slots = [event for event in ledger.events if isinstance(event, SlotsChanged)]
    assert slots == [SlotsChanged(ROOM, ("anna", None))]


async def test_how_loud_voices_are_is_told_of_a_watched_room_and_no_other(
    door: Door, relay: LocalRelay, ledger: Ledger
) -> None:
    await relay.open_room(8, slots=2)
    await relay.watch_levels(8, told=True)
    await door.join("anna", 440)
    await ledger.until(lambda e: e == SpeakingChanged(ROOM, ("anna",)))
    assert not [event for event in ledger.events if isinstance(event, LevelsHeard)]
    await relay.watch_levels(ROOM, told=True)
    await relay.watch_levels(ROOM, told=True)
    told = await ledger.until(lambda e: isinstance(e, LevelsHeard))
    assert isinstance(told, LevelsHeard)
    assert told.room_id == ROOM
    assert -20 < told.levels_dbov["anna"] <= 0
    await relay.remove_peer("anna")
    await ledger.until(lambda e: e == LevelsHeard(ROOM, {}))


async def test_levels_end_when_nobody_wants_them_any_more(
    door: Door, relay: LocalRelay, ledger: Ledger
) -> None:
    await relay.watch_levels(ROOM, told=True)
    await door.join("anna", 440)
    await ledger.until(lambda e: isinstance(e, LevelsHeard))
    await relay.watch_levels(ROOM, told=False)
    await relay.watch_levels(8, told=False)
    ledger.events.clear()
    sink = Sink(25)
    await relay.attach(ROOM, sink)
    async with asyncio.timeout(10):
        await sink.has_enough.wait()
    assert not [event for event in ledger.events if isinstance(event, LevelsHeard)]


async def test_a_sink_gets_what_is_said_with_growing_numbers(door: Door, relay: LocalRelay) -> None:
    sink = Sink(25)
    attachment = await relay.attach(ROOM, sink)
    await door.join("anna", 440)
    async with asyncio.timeout(10):
        await sink.has_enough.wait()
    await attachment.close()
    packets = sink.packets
    assert {(p.voice.peer_id, p.voice.owner) for p in packets} == {("anna", "of anna")}
    assert sink.has_every_number
    assert [p.timestamp - packets[0].timestamp for p in packets] == [
        960 * n for n in range(len(packets))
    ]
    assert all(p.level_dbov is not None and p.level_dbov > -50 for p in packets[5:])
    assert attachment.dropped_packets == 0


async def test_a_source_is_heard_and_falls_silent(
    door: Door, relay: LocalRelay, ledger: Ledger
) -> None:
    sink = Sink(100)
    attachment = await relay.attach(ROOM, sink, capacity_packets=200)
    await door.join("anna", 440)
    async with asyncio.timeout(10):
        await sink.has_enough.wait()
    await attachment.close()
    await relay.remove_peer("anna")
    ben = await door.join("ben")
    source = await relay.open_source(ROOM, "42")
    for packet in sink.packets:
        source.put(packet.opus, level_dbov=packet.level_dbov)
        await asyncio.sleep(0.015)
    assert await ben.hears(440)
    await ledger.until(lambda e: isinstance(e, SlotsChanged) and source.peer_id in e.slots)
    await source.close()
    assert await ben.hears_silence()
    assert ledger.events.count(SlotsChanged(ROOM, (None, None))) >= 1


def _spray(port: int, ufrag_owner: str) -> list[bytes]:
    """One of each kind of junk; the check has the right ufrag and a wrong password."""
    credentials = new_credentials()
    forged = check(type(credentials)(ufrag_owner, "guessed"))
    hello = bytes.fromhex("16fefd0000000000000000004000") + bytes(64)
    alert = bytes.fromhex("15fefd00000000000000000002022a")
    return [
        b"",
        hello,
        alert,
        b"\x80\x6f" + os.urandom(60),
        b"\xff" + os.urandom(300),
        forged,
        bytes(1_600),
    ]


async def test_a_strangers_spray_while_people_connect_and_talk_harms_nothing(
    door: Door, relay: LocalRelay, ledger: Ledger
) -> None:
    anna = await door.person("anna", 440)
    offer = await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    ufrag = next(li[12:] for li in offer.splitlines() if li.startswith("a=ice-ufrag:"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:

        async def spray() -> None:
            while True:
                for datagram in _spray(relay.port, ufrag):
                    stranger.sendto(datagram, ("127.0.0.1", relay.port))
                await asyncio.sleep(0.002)

        spraying = asyncio.create_task(spray(), name="stranger")
        await relay.answer("anna", await anna.answer(offer))
        await ledger.until(lambda e: isinstance(e, PeerConnected))
        ben = await door.join("ben", 1_000)
        assert await ben.hears(440)
        assert await anna.hears(1_000)
        spraying.cancel()
        await asyncio.gather(spraying, return_exceptions=True)
    counters = relay.counters()
    assert not [event for event in ledger.events if isinstance(event, PeerLost)]
    assert "dropped.error" not in counters
    for reason in ("empty", "stranger", "forged_check", "oversize", "junk"):
        assert counters[f"dropped.{reason}"] > 0, reason


async def test_the_handshake_may_overtake_the_answer_and_sound_waits_for_it(
    door: Door, relay: LocalRelay, ledger: Ledger
) -> None:
    anna = await door.person("anna", 440)
    answer = await anna.answer(await relay.add_peer(ROOM, "anna", "1", may_speak=True))
    await counted(relay, "dropped.early", 1)
    assert not [event for event in ledger.events if isinstance(event, PeerConnected)]
    await relay.answer("anna", answer)
    await ledger.until(lambda e: e == PeerConnected(ROOM, "anna"))
    ben = await door.join("ben")
    assert await ben.hears(440)


async def test_a_certificate_that_is_not_the_answers_ends_the_connection(
    door: Door, relay: LocalRelay, ledger: Ledger
) -> None:
    mallory = await door.person("mallory", 440)
    answer = await mallory.answer(await relay.add_peer(ROOM, "mallory", "1", may_speak=True))
    at = answer.index("a=fingerprint:sha-256 ") + len("a=fingerprint:sha-256 ")
    await relay.answer("mallory", answer[:at] + "00:00" + answer[at + 5 :])
    await ledger.until(lambda e: e == PeerLost(ROOM, "mallory"))
    assert relay.counters()["lost.wrong_certificate"] == 1
    assert not [event for event in ledger.events if isinstance(event, PeerConnected)]


async def test_somebody_who_hangs_up_is_lost_at_once(
    door: Door, relay: LocalRelay, ledger: Ledger
) -> None:
    anna = await door.join("anna", 440)
    await ledger.until(lambda e: e == SlotsChanged(ROOM, ("anna", None)))
    await anna.close()
    await ledger.until(lambda e: e == PeerLost(ROOM, "anna"))
    assert relay.counters()["peers"] == 0


async def test_a_peer_without_checks_is_lost_after_its_consent(
    door: Door, clock: PushedClock, ledger: Ledger
) -> None:
    await door.join("anna", 440)
    clock.pushed_s += CONSENT_S + 1
    await ledger.until(lambda e: e == PeerLost(ROOM, "anna"))


async def test_an_offer_that_nobody_takes_expires(
    relay: LocalRelay, clock: PushedClock, ledger: Ledger
) -> None:
    await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    clock.pushed_s += peer.PENDING_S + 1
    await ledger.until(lambda e: e == PeerLost(ROOM, "anna"))
    with pytest.raises(NotFound):
        await relay.answer("anna", "too late")


async def test_a_silent_room_still_lets_pages_see_that_the_line_lives(door: Door) -> None:
    anna = await door.join("anna")
    await anna.gets(2)


async def test_removing_a_peer_twice_is_removing_once_and_tells_nothing(
    door: Door, relay: LocalRelay, ledger: Ledger
) -> None:
    await door.join("anna", 440)
    await relay.remove_peer("anna")
    await relay.remove_peer("anna")
    await relay.allow("anna", speak=True, hear=True)
    assert not [event for event in ledger.events if isinstance(event, PeerLost)]


async def test_closing_a_room_ends_its_peers_sinks_and_sources(
    door: Door, relay: LocalRelay
) -> None:
    await door.join("anna", 440)
    await relay.attach(ROOM, Sink(1))
    await relay.open_source(ROOM, "42")
    await relay.close_room(ROOM)
    await relay.close_room(ROOM)
    counters = relay.counters()
    assert (counters["peers"], counters["rooms"]) == (0, 0)


async def test_an_announced_address_stands_in_the_offer_instead(relay: LocalRelay) -> None:
    await relay.rebind(["127.0.0.1"], relay.port, ["203.0.113.7"])
    offer = await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    assert f"203.0.113.7 {relay.port} typ host" in offer
    assert "127.0.0.1 " + str(relay.port) not in offer


async def test_a_room_carries_its_seats_and_some_lines_more(relay: LocalRelay) -> None:
    for number in range(100 + BESIDE_SEATS):
        await relay.add_peer(ROOM, f"peer {number}", "1", may_speak=True)
    with pytest.raises(Conflict, match="full"):
        await relay.add_peer(ROOM, "one more", "1", may_speak=True)
    with pytest.raises(Conflict, match="full"):
        await relay.open_source(ROOM, "1")


REFUSED: dict[str, tuple[Callable[[Relay], object], type[Exception]]] = {
    "a peer in no room": (lambda r: r.add_peer(8, "x", "1", may_speak=True), NotFound),
    "a peer twice": (lambda r: r.add_peer(ROOM, "anna", "1", may_speak=True), Conflict),
    "a long peer id": (lambda r: r.add_peer(ROOM, "x" * 65, "1", may_speak=True), Invalid),
    "a room without slots": (lambda r: r.open_room(8, slots=0), Invalid),
    "a room with too many": (lambda r: r.open_room(8, slots=9), Invalid),
    "a sink in no room": (lambda r: r.attach(8, Sink(1)), NotFound),
    "a sink without a buffer": (lambda r: r.attach(ROOM, Sink(1), capacity_packets=0), Invalid),
    "levels of no room": (lambda r: r.watch_levels(8, told=True), NotFound),
    "a source in no room": (lambda r: r.open_source(8, "1"), NotFound),
    "an answer of nobody": (lambda r: r.answer("nobody", ""), NotFound),
    "an answer that is none": (lambda r: r.answer("anna", "hello"), Invalid),
    "a wildcard": (lambda r: r.rebind(["0.0.0.0"], 0), Invalid),  # noqa: S104
    "a name": (lambda r: r.rebind(["localhost"], 0), Invalid),
    "a foreign address": (lambda r: r.rebind(["192.0.2.99"], 0), Unavailable),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_cannot_be_is_refused(relay: LocalRelay, kind: str) -> None:
    await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    ask, error = REFUSED[kind]
    with pytest.raises(error):
        await ask(relay)  # type: ignore[misc]


async def test_a_second_answer_is_refused(door: Door, relay: LocalRelay) -> None:
    anna = await door.person("anna")
    answer = await anna.answer(await relay.add_peer(ROOM, "anna", "1", may_speak=True))
    await relay.answer("anna", answer)
    with pytest.raises(Conflict):
        await relay.answer("anna", answer)


async def test_nobody_reaches_the_port_before_the_guard_is_proven(clock: PushedClock) -> None:
    relay = LocalRelay(clock)
    with pytest.raises(RuntimeError, match="guard"):
        await relay.rebind(["127.0.0.1"], 0)


async def test_it_may_open_more_files_than_there_are_connections(clock: PushedClock) -> None:
    may, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    relay = LocalRelay(clock)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(may, LINES), most))
    try:
        await relay.start()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 2 * LINES
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (may, most))
        await relay.stop()


async def test_stopping_twice_is_stopping_once(relay: LocalRelay) -> None:
    await relay.stop()
    await relay.stop()
    assert relay.port == 0


def test_it_is_what_its_customers_ask_for(clock: PushedClock) -> None:
    relay: Relay = LocalRelay(clock)
    assert relay.counters()["peers"] == 0
