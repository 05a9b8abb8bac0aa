"""Connections that misbehave, move, or lose what matters."""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from typing import Any, Protocol

import pytest
from aiortc.rtp import RtcpRrPacket, RtcpSrPacket
from OpenSSL import SSL
from tests.core.relay.checks import check
from tests.core.relay.conftest import ROOM, Ledger, PushedClock, counted
from tests.core.relay.raw_page import RawPage

from salon.relay import peer, rtp
from salon.relay.audio import SILENCE_OPUS
from salon.relay.control import PeerConnected, PeerLost, SlotsChanged
from salon.relay.dtls import Handshake, HandshakeState, Identity, _datagrams, _records
from salon.relay.ice import CONSENT_S
from salon.relay.local import PEERS_A_TURN, LocalRelay
from salon.relay.voices import Voices

SOUND = b"\x78" + bytes(60)


class Join(Protocol):
    """Lets somebody come as far as the fixture's name says."""

    def __call__(self, name: str, srtp_names: bytes | None = None) -> Awaitable[RawPage]: ...


@pytest.fixture
async def offered(relay: LocalRelay) -> AsyncIterator[Join]:
    pages: list[RawPage] = []

    async def offered(name: str, srtp_names: bytes | None = None) -> RawPage:
        page = RawPage(await relay.add_peer(ROOM, name, name, may_speak=True), srtp_names)
        pages.append(page)
        return page

    yield offered
    for page in pages:
        page.close()


@pytest.fixture
def join(offered: Join, relay: LocalRelay, ledger: Ledger) -> Join:
    async def join(name: str, srtp_names: bytes | None = None) -> RawPage:
        page = await offered(name, srtp_names)
        await relay.answer(name, page.answer())
        await page.connect()
        await ledger.until(lambda e: e == PeerConnected(ROOM, name))
        return page

    return join


async def test_what_one_says_another_hears_with_the_slots_own_header(join: Join) -> None:
    anna, ben = await join("anna"), await join("ben")
    anna.say(SOUND)
    packet = await ben.hear()
    assert (packet.payload, packet.ssrc, packet.level_dbov) == (SOUND, 1_000, None)


async def test_people_have_no_task_of_their_own(join: Join) -> None:
    anna = await join("anna")
    before = asyncio.all_tasks()
    pages = [await join(f"page {number}") for number in range(3)]
    anna.say(SOUND)
    for page in pages:
        assert (await page.hear()).payload == SOUND
    assert asyncio.all_tasks() == before


async def test_what_a_line_to_the_server_loses_comes_back_for_all_out_of_the_next_packet(
    join: Join, relay: LocalRelay
) -> None:
    anna, ben = await join("anna"), await join("ben")
    anna.say(b"\x78one")
    anna.sequence += 1  # lost
    repeating = rtp.red(b"\x78three", [(960, b"\x78two")])
    assert repeating is not None
    anna.say(repeating, payload_type=rtp.RED_PAYLOAD_TYPE)
    heard = [await ben.hear() for _ in range(3)]
    assert [packet.payload for packet in heard] == [b"\x78one", b"\x78two", b"\x78three"]
    assert [packet.sequence for packet in heard] == [1, 2, 3]
    assert {later.timestamp - one.timestamp for one, later in pairwise(heard)} == {960}
    assert {packet.payload_type for packet in heard} == {rtp.OPUS_PAYLOAD_TYPE}
    assert relay.counters()["repaired"] == 1


async def test_repeats_bring_nobody_more_packets_than_a_voice_may_send(
    join: Join, relay: LocalRelay
) -> None:
    anna = await join("anna")
    await join("ben")
    repeating = rtp.red(SOUND, [(960 * back, SOUND) for back in range(rtp.RED_BLOCKS_MAX, 0, -1)])
    assert repeating is not None
    for _ in range(100):
        anna.sequence += rtp.RED_BLOCKS_MAX
        anna.say(repeating, payload_type=rtp.RED_PAYLOAD_TYPE)
    await counted(relay, "dropped.over_rate", 40)
    assert relay.counters()["forwarded"] <= 2.2 * 100  # two seconds of a hundred, and what passed


async def test_what_somebody_says_while_muted_is_not_brought_back_afterwards(
    join: Join, relay: LocalRelay
) -> None:
    anna, ben = await join("anna"), await join("ben")
    anna.say(b"\x78before")
    assert (await ben.hear()).payload == b"\x78before"
    await relay.allow("anna", speak=False, hear=True)
    anna.say(b"\x78secret")
    await counted(relay, "dropped.muted", 1)
    await relay.allow("anna", speak=True, hear=True)
    repeating = rtp.red(b"\x78after", [(960, b"\x78secret")])
    assert repeating is not None
    anna.say(repeating, payload_type=rtp.RED_PAYLOAD_TYPE)
    heard = [(await ben.hear()).payload for _ in range(2)]
    assert heard == [SILENCE_OPUS, b"\x78after"]


async def test_who_only_hears_wakes_nobody_and_is_heard_at_once_when_they_may_speak(
    join: Join, relay: LocalRelay
) -> None:
    anna, ben = await join("anna"), await join("ben")
    await relay.allow("anna", speak=False, hear=True)
    await anna.prove()
    relay._beat.stop()  # nothing else looks at what has time
    anna.say(b"\x78secret")
    ben.say(SOUND)
    assert (await anna.hear()).payload == SOUND
    assert not relay.counters().get("dropped.muted")
    relay._port.look()
    assert relay.counters()["dropped.muted"] == 1
    await relay.allow("anna", speak=True, hear=True)
    anna.say(SOUND)
    assert (await ben.hear()).payload == SOUND


async def test_a_check_of_somebody_who_only_hears_is_answered_with_the_next_packet(
    join: Join, relay: LocalRelay
) -> None:
    anna, ben = await join("anna"), await join("ben")
    await relay.allow("anna", speak=False, hear=True)
    await anna.prove()
    relay._beat.stop()
    anna.send(check(anna.credentials, use_candidate=True))
    relay._beat.due_s = 0.0
    ben.say(SOUND)
    assert (await anna.hear()).payload == SOUND
    assert (await anna.receive())[0] == 1


async def test_a_nat_that_gives_another_port_loses_nothing_but_the_time_to_the_next_check(
    join: Join, ledger: Ledger
) -> None:
    anna, ben = await join("anna"), await join("ben")
    ben.move()
    await ben.prove()
    anna.say(SOUND)
    assert (await ben.hear()).payload == SOUND
    ben.say(SOUND)
    assert (await anna.hear()).payload == SOUND
    assert not [event for event in ledger.events if isinstance(event, PeerLost)]


async def test_sound_does_not_follow_whoever_is_elsewhere_all_the_time(
    join: Join, relay: LocalRelay, clock: PushedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer, "ADDRESSES_AT_ONCE", 1.0)
    monkeypatch.setattr(peer, "ADDRESSES_PER_S", 0.1)
    anna, ben = await join("anna"), await join("ben")
    for _ in range(2):
        ben.move()
        await ben.prove()
    anna.say(SOUND)
    await counted(relay, "forwarded", 1)
    ben.send(check(ben.credentials, use_candidate=True))
    assert (await ben.receive())[0] == 1  # the answer; the sound went where he was before
    clock.pushed_s += CONSENT_S - 3
    await ben.prove()
    anna.say(SOUND)
    assert (await ben.hear()).payload == SOUND


async def test_authentic_sound_from_an_address_that_was_never_proven_is_dropped(
    join: Join, relay: LocalRelay
) -> None:
    anna = await join("anna")
    before = relay.counters()["dropped.stranger"]
    anna.move()
    anna.say(SOUND)
    await counted(relay, "dropped.stranger", before + 1)


async def test_an_address_that_a_page_has_left_is_a_strangers_again_after_a_while(
    join: Join, relay: LocalRelay, clock: PushedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salon.relay.local.TICKS_PER_SWEEP", 1)
    anna = await join("anna")
    before = relay.counters()["dropped.stranger"]
    anna.move()
    await anna.prove()
    anna.send_from_before(b"\x80\x6f" + bytes(60))
    await counted(relay, "dropped.unauthentic", 1)
    for _ in range(3):
        clock.pushed_s += CONSENT_S - 3
        await anna.prove()
    async with asyncio.timeout(5):
        while relay.counters()["dropped.stranger"] == before:
            anna.send_from_before(b"\x80\x6f" + bytes(60))
            await asyncio.sleep(0.02)


async def test_a_voice_over_its_budget_is_cut(
    join: Join, relay: LocalRelay, clock: PushedClock
) -> None:
    anna, _ = await join("anna"), await join("ben")
    for _ in range(300):
        anna.say(SOUND)
        await asyncio.sleep(0)  # one at a time is taken of each
    await counted(relay, "dropped.over_rate", 60)
    clock.pushed_s += 2
    forwarded = relay.counters()["forwarded"]
    anna.say(SOUND)
    await counted(relay, "forwarded", forwarded + 1)


async def test_a_voice_over_its_bitrate_is_cut(join: Join, relay: LocalRelay) -> None:
    anna = await join("anna")
    for _ in range(60):
        anna.say(b"\x78" + bytes(1_200))
    await counted(relay, "dropped.over_rate", 20)


@pytest.mark.parametrize(
    ("reason", "misbehave"),
    [
        ("payload_type", lambda page: page.say(SOUND, payload_type=96)),
        ("malformed", lambda page: page.say(b"\x7b\x3f" + bytes(20))),
        ("malformed", lambda page: page.say(b"")),
        ("malformed", lambda page: page.say(SOUND, payload_type=63)),
        ("malformed", lambda page: page.say(b"\xef\x0f\x00\x01\x6f\x7b" + SOUND, payload_type=63)),
        ("unauthentic", lambda page: page.send(b"\x80\x6f" + bytes(60))),
        ("unauthentic", lambda page: page.send(b"\x80\xc8" + bytes(60))),
        ("ssrc", lambda page: [page.say(SOUND, ssrc=number) for number in range(1, 10)]),
    ],
)
async def test_what_does_not_fit_is_dropped_and_counted_and_the_voice_goes_on(
    join: Join, relay: LocalRelay, reason: str, misbehave: Callable[[RawPage], object]
) -> None:
    anna, ben = await join("anna"), await join("ben")
    misbehave(anna)
    await counted(relay, f"dropped.{reason}", 1)
    anna.say(SOUND, ssrc=1)
    assert (await ben.hear()).payload == SOUND
    assert "dropped.error" not in relay.counters()


def wishes(slot: int) -> tuple[bytes, ...]:
    """Return reports about a slot: leave, repeat, a picture, one bit a second (RFC 3550, 4585)."""
    return (
        struct.pack("!BBHL", 0x81, 203, 1, slot),
        struct.pack("!BBHLLHH", 0x81, 205, 3, 5, slot, 1, 0xFFFF),
        struct.pack("!BBHLL", 0x81, 206, 2, 5, slot),
        struct.pack("!BBHLL", 0x8F, 206, 5, 5, 0) + b"REMB\x01\0\0\1" + slot.to_bytes(4),
    )


async def test_what_a_member_wishes_of_others_in_reports_ends_at_the_relay(
    join: Join, relay: LocalRelay
) -> None:
    anna, ben = await join("anna"), await join("ben")
    anna.say(SOUND)
    assert (await ben.hear()).payload == SOUND
    for report in wishes(1_000):
        ben.wish(report)
    await counted(relay, "taken.report", len(wishes(1_000)))
    anna.say(SOUND + b"2")
    assert (await ben.hear()).payload == SOUND + b"2"  # not repeated, and not ended
    assert {type(each) for each in await anna.report()} <= {RtcpSrPacket, RtcpRrPacket}


async def test_nothing_is_sent_to_the_addresses_that_an_answer_names(
    offered: Join, relay: LocalRelay, ledger: Ledger
) -> None:
    anna = await offered("anna")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trap:
        trap.bind(("127.0.0.1", 0))
        trap.setblocking(False)  # noqa: FBT003 the socket's own signature
        named = (("127.0.0.1", trap.getsockname()[1]), ("attack.local", 9))
        lines = [f"a=candidate:1 1 udp 2130706431 {host} {port} typ host" for host, port in named]
        await relay.answer("anna", "\r\n".join([anna.answer() + lines[0], *lines[1:], ""]))
        await anna.connect()
        await ledger.until(lambda e: e == PeerConnected(ROOM, "anna"))
        with pytest.raises(BlockingIOError):
            trap.recv(2_000)


@pytest.mark.parametrize("first", [b"\x80\x6f", b"\x80\xc9"])
async def test_what_others_forge_from_a_peers_address_does_not_spend_the_budget_of_its_sound(
    join: Join, relay: LocalRelay, monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    monkeypatch.setattr(peer, "STRANGE_PER_S", 20.0)
    anna, ben = await join("anna"), await join("ben")
    anna.say(SOUND)
    await counted(relay, "taken.sound", 1)
    for _ in range(150):
        anna.send(first + os.urandom(60))
    await counted(relay, "dropped.flood", 50)
    anna.say(SOUND + b"2")
    assert [(await ben.hear()).payload for _ in range(2)] == [SOUND, SOUND + b"2"]


async def test_a_flood_under_a_known_ssrc_costs_bounded_cryptography(
    join: Join, relay: LocalRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer, "MEDIA_PER_S", 20.0)
    anna = await join("anna")
    anna.say(SOUND)
    await counted(relay, "taken.sound", 1)
    for _ in range(150):
        anna.send(b"\x80\x6f" + bytes(6) + (5).to_bytes(4) + bytes(60))
    await counted(relay, "dropped.flood", 50)


async def test_every_datagram_is_taken_or_dropped_and_counted_once(
    join: Join, offered: Join, relay: LocalRelay
) -> None:
    anna, mallory = await join("anna"), await offered("mallory")
    for number in range(200):
        anna.say(SOUND, ssrc=number % 12)
        anna.send(os.urandom(number))
        anna.send(bytes((22,)) + os.urandom(number))
        mallory.send(bytes((0x80,)) + os.urandom(number))
        await asyncio.sleep(0)
    anna.report_loss(1_000, 9)
    await counted(relay, "taken.report", 1)
    counters = dict(relay.counters())
    elsewhere = {"dropped.unsent", "dropped.overflow", "dropped.connection", "dropped.source"}
    told = sum(
        count
        for name, count in counters.items()
        if name.startswith(("dropped.", "taken.")) and name not in elsewhere
    )
    assert told == counters["received"] + 4  # those of the guard's own test


async def test_a_repeated_packet_is_heard_once(join: Join, relay: LocalRelay) -> None:
    anna, ben = await join("anna"), await join("ben")
    packet = anna.say(SOUND)
    anna.send(packet)
    await counted(relay, "dropped.unauthentic", 1)
    anna.say(SOUND + b"2")
    assert [(await ben.hear()).payload for _ in range(2)] == [SOUND, SOUND + b"2"]


async def test_gcm_is_taken_although_a_page_names_the_older_profile_first(join: Join) -> None:
    anna = await join("anna", b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM")
    assert anna.ssl.get_selected_srtp_profile() == b"SRTP_AEAD_AES_128_GCM"


async def test_a_page_without_gcm_is_heard_under_the_older_profile(join: Join) -> None:
    anna, ben = await join("anna", b"SRTP_AES128_CM_SHA1_80"), await join("ben")
    anna.say(SOUND)
    assert (await ben.hear()).payload == SOUND


async def test_a_page_without_a_profile_of_ours_is_lost(
    offered: Join, relay: LocalRelay, ledger: Ledger
) -> None:
    anna = await offered("anna", b"SRTP_AEAD_AES_256_GCM")
    await relay.answer("anna", anna.answer())
    with contextlib.suppress(TimeoutError, SSL.Error):
        async with asyncio.timeout(1):
            await anna.connect()
    await ledger.until(lambda e: e == PeerLost(ROOM, "anna"))


@pytest.mark.parametrize(("reported", "told"), [(13, 13), (128, 25)])
async def test_a_speaker_is_told_the_loss_of_the_worst_listener_up_to_a_tenth(
    join: Join, relay: LocalRelay, reported: int, told: int
) -> None:
    anna, ben = await join("anna"), await join("ben")
    anna.say(SOUND)
    await ben.hear()
    ben.report_loss(1_000, reported)
    for _ in range(30):  # a voice that talks on until the second's report
        anna.say(SOUND)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.06):
                (report,) = await anna.report()
                break
    assert report.reports[0].ssrc == 5
    assert report.reports[0].fraction_lost == told


async def test_a_listener_is_told_the_time_of_each_slot_that_was_used(join: Join) -> None:
    anna, ben = await join("anna"), await join("ben")
    anna.say(SOUND)
    await ben.hear()
    slot, alive = await ben.report()
    assert slot.ssrc == 1_000
    assert slot.sender_info.packet_count in {1, 2}  # the sound, and the silence after it
    assert alive.reports == []


@pytest.mark.parametrize(("at_once", "is_spread"), [(1, True), (PEERS_A_TURN, False)])
async def test_reports_to_many_are_spread_over_the_second_and_those_to_few_go_together(
    join: Join, monkeypatch: pytest.MonkeyPatch, at_once: int, *, is_spread: bool
) -> None:
    async def told_s(page: RawPage) -> float:
        for _ in range(2):  # the first may have waited
            await page.report()
        return asyncio.get_running_loop().time()

    monkeypatch.setattr("salon.relay.local.PEERS_A_TURN", at_once)
    pages = [await join(f"page {number}") for number in range(10)]
    times_s = sorted(await asyncio.gather(*map(told_s, pages)))
    assert (times_s[-1] - times_s[0] > 0.5) is is_spread


async def test_a_fault_in_a_room_or_a_line_keeps_no_report_from_others(
    join: Join, relay: LocalRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = peer.Peer.report

    def fail(*_given: object) -> None:
        raise RuntimeError("a fault of ours")

    def report_unless_anna(one: peer.Peer, *given: Any) -> None:
        (fail if one.voice.peer_id == "anna" else report)(one, *given)

    monkeypatch.setattr(Voices, "tick", fail)
    monkeypatch.setattr(peer.Peer, "report", report_unless_anna)
    pages = [await join(name) for name in ("anna", "ben")]
    for _ in range(2):
        await pages[1].report()
    assert relay.counters()["faults"] >= 10


async def test_an_alert_in_the_clear_does_not_end_a_handshake(
    offered: Join, relay: LocalRelay, ledger: Ledger
) -> None:
    anna = await offered("anna")
    await relay.answer("anna", anna.answer())
    await anna.prove()
    for _ in range(3):
        anna.send(bytes.fromhex("15fefd00000000000000000002022a"))
    await anna.connect()
    await ledger.until(lambda e: e == PeerConnected(ROOM, "anna"))


async def test_junk_of_a_proven_address_does_not_end_a_handshake(
    offered: Join, relay: LocalRelay, ledger: Ledger
) -> None:
    anna = await offered("anna")
    await relay.answer("anna", anna.answer())
    await anna.prove()
    for first in range(20, 64):
        anna.send(bytes((first,)) + bytes(40))
    await anna.connect()
    await ledger.until(lambda e: e == PeerConnected(ROOM, "anna"))


async def test_a_lost_flight_is_sent_again_soon(offered: Join, relay: LocalRelay) -> None:
    anna = await offered("anna")
    await anna.prove()
    anna.send(anna.flight())
    lost = await anna.receive()
    assert lost[0] == 22
    again = await anna.receive()
    assert again == lost
    anna.ssl.bio_write(again)
    assert anna.flight()


async def test_many_people_of_one_address_are_told_apart(
    join: Join, relay: LocalRelay, ledger: Ledger
) -> None:
    pages = [await join(f"peer {number}") for number in range(20)]
    pages[7].say(SOUND)
    assert (await pages[12].hear()).payload == SOUND
    await ledger.until(lambda e: e == SlotsChanged(ROOM, ("peer 7", None)))


async def test_flights_go_out_in_datagrams_that_every_path_carries() -> None:
    sent: list[bytes] = []
    server = Handshake(Identity(), send=sent.append, changed=lambda: None)
    record = bytes.fromhex("16fefd0000000000000000") + (500).to_bytes(2) + bytes(500)
    assert [len(d) for d in _datagrams(record * 5)] == [1_026, 1_026, 513]
    assert list(_records(record + record[:100])) == [record]
    assert server.state is HandshakeState.SHAKING
    server.close()
