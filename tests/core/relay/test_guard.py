"""Nothing of a stranger's passes, whatever it is, and nothing of it costs the others."""

import struct
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.relay.checks import check

from salon.relay import guard as limits
from salon.relay.guard import Budget, Guard, Kind, prove_guarded
from salon.relay.ice import Credentials, new_credentials
from salon.relay.port import SocketPath

PAGE, STRANGER = "page", "stranger"
HELLO = bytes.fromhex("16fefd0000000000000000004000") + bytes(64)
SOUND = b"\x80\x6f" + bytes(60)
REPORT = b"\x80\xc9" + bytes(30)


class Scene:
    """A guard that expects one peer, and what it counted."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.guard = Guard(self.counts)
        self.peer = self.expect("anna")

    def expect(self, peer_id: str) -> Credentials:
        credentials = new_credentials()
        self.guard.expect(peer_id, credentials)
        return credentials

    def passes(self, datagram: bytes, path: str, now_s: float = 0.0) -> bool:
        return self.guard.admit(datagram, path, now_s) is not None

    def prove(self, path: str = PAGE, now_s: float = 0.0) -> bool:
        return self.passes(check(self.peer), path, now_s)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def _without_cookie(datagram: bytes) -> bytes:
    return datagram[:4] + bytes(4) + datagram[8:]


def _with_length(datagram: bytes, change: int) -> bytes:
    length = int.from_bytes(datagram[2:4]) + change
    return datagram[:2] + length.to_bytes(2) + datagram[4:]


def _with_overrun(datagram: bytes) -> bytes:
    return datagram[:22] + struct.pack("!H", 1_000) + datagram[24:]


def _as_response(datagram: bytes) -> bytes:
    return b"\x01\x01" + datagram[2:]


HOSTILE: dict[str, Callable[[Credentials], bytes]] = {
    "empty": lambda _: b"",
    "one byte": lambda _: b"\x00",
    "oversize sound": lambda _: b"\x80" + bytes(limits.DATAGRAM_BYTES),
    "oversize check": lambda peer: check(peer) + bytes(limits.DATAGRAM_BYTES),
    "text": lambda _: b"GET / HTTP/1.1\r\n\r\n",
    "ClientHello": lambda _: HELLO,
    "alert in the clear": lambda _: bytes.fromhex("15fefd00000000000000000002022a"),
    "sound": lambda _: SOUND,
    "report": lambda _: REPORT,
    "header only": lambda peer: check(peer)[:20],
    "check with wrong integrity": lambda peer: check(peer, password="guessed"),
    "check for nobody": lambda _: check(new_credentials()),
    "check without cookie": lambda peer: _without_cookie(check(peer)),
    "check that is too long": lambda peer: _with_length(check(peer), 4),
    "check that is too short": lambda peer: _with_length(check(peer), -4),
    "check with an overrun": lambda peer: _with_overrun(check(peer)),
    "check that is cut": lambda peer: check(peer)[:-1],
    "check as a response": lambda peer: _as_response(check(peer)),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_of_a_strangers_passes(scene: Scene, kind: str) -> None:
    assert not scene.passes(HOSTILE[kind](scene.peer), STRANGER)
    assert scene.counts.total() == 1
    (reason,) = scene.counts
    assert reason.startswith("dropped.")


def test_an_authentic_check_passes_and_proves_its_address(scene: Scene) -> None:
    admitted = scene.guard.admit(check(scene.peer, use_candidate=True), PAGE, 0.0)
    assert admitted is not None
    assert (admitted.kind, admitted.peer_id) == (Kind.CHECK, "anna")
    assert admitted.request is not None
    assert admitted.request.use_candidate
    assert scene.passes(HELLO, PAGE)
    assert scene.passes(SOUND, PAGE)


@pytest.mark.parametrize("kind", ["empty", "oversize sound", "text", "check with wrong integrity"])
def test_a_proven_address_is_no_excuse(scene: Scene, kind: str) -> None:
    scene.prove()
    assert not scene.passes(HOSTILE[kind](scene.peer), PAGE)


def test_one_peers_proof_opens_nothing_for_another_address(scene: Scene) -> None:
    scene.prove(PAGE)
    assert not scene.passes(SOUND, STRANGER)


def test_a_forgotten_peer_is_a_stranger(scene: Scene) -> None:
    scene.prove()
    scene.guard.forget(scene.peer)
    assert not scene.passes(SOUND, PAGE)
    assert not scene.prove()


def test_a_peer_that_moves_has_two_credentials_from_one_address_until_the_old_ones_end(
    scene: Scene,
) -> None:
    there = new_credentials()
    assert scene.prove()
    scene.guard.expect("anna", there, beside=scene.peer)
    assert scene.passes(check(there), PAGE)
    assert scene.prove()
    scene.guard.retire(scene.peer)
    assert not scene.prove()
    assert scene.passes(SOUND, PAGE)
    scene.guard.forget(there)
    assert not scene.passes(SOUND, PAGE)
    assert not scene.passes(check(there), PAGE)


def test_who_goes_while_moving_has_no_credentials_left(scene: Scene) -> None:
    there = new_credentials()
    scene.guard.expect("anna", there, beside=scene.peer)
    scene.guard.forget(scene.peer)
    assert not scene.prove()
    assert not scene.passes(check(there), PAGE)


def test_a_peer_has_at_most_eight_addresses_and_loses_the_longest_unseen(scene: Scene) -> None:
    for number in range(limits.PATHS_PER_PEER + 1):
        scene.prove(f"path {number}", float(number))
    assert not scene.passes(SOUND, "path 0")
    assert scene.passes(SOUND, "path 1")


def test_an_address_without_checks_ages(scene: Scene) -> None:
    scene.prove(now_s=0.0)
    scene.guard.expire(limits.PATH_AGE_S)
    assert scene.passes(SOUND, PAGE)
    scene.guard.expire(limits.PATH_AGE_S + 0.1)
    assert not scene.passes(SOUND, PAGE)


def test_a_member_cannot_take_an_address_where_another_is(scene: Scene) -> None:
    scene.prove(now_s=0.0)
    mallory = scene.expect("mallory")
    assert not scene.passes(check(mallory), PAGE, limits.PATH_TAKEN_S - 0.1)
    admitted = scene.guard.admit(SOUND, PAGE, limits.PATH_TAKEN_S)
    assert admitted is not None
    assert admitted.peer_id == "anna"


def test_an_address_that_was_left_serves_the_next_peer(scene: Scene) -> None:
    scene.prove(now_s=0.0)
    ben = scene.expect("ben")
    assert scene.passes(check(ben), PAGE, limits.PATH_TAKEN_S)
    admitted = scene.guard.admit(SOUND, PAGE, limits.PATH_TAKEN_S)
    assert admitted is not None
    assert admitted.peer_id == "ben"


def test_forged_checks_are_dropped_before_cryptography_once_the_budget_is_spent(
    scene: Scene,
) -> None:
    forged = check(scene.peer, password="guessed")
    for _ in range(1_000):
        scene.passes(forged, STRANGER)
    assert scene.counts["dropped.forged_check"] == limits.SOURCE_CHECKS_PER_S
    assert scene.prove(PAGE)


def test_strangers_together_cannot_cost_more_than_the_common_budget(scene: Scene) -> None:
    doors = [scene.expect(f"peer {number}") for number in range(30)]
    forged = [check(door, password="guessed") for door in doors]
    for number in range(6_000):
        scene.passes(forged[number % len(forged)], f"stranger {number}")
    assert scene.counts["dropped.forged_check"] == limits.STRANGER_CHECKS_PER_S


def test_checks_forged_for_one_door_keep_nobody_from_another(scene: Scene) -> None:
    mallory = scene.expect("mallory")
    forged = check(mallory, password="guessed")
    for number in range(6_000):
        scene.passes(forged, f"stranger {number}")
    assert scene.counts["dropped.forged_check"] == limits.DOOR_CHECKS_PER_S
    assert scene.prove()


def test_a_peer_that_is_in_does_not_pay_from_the_strangers_budget(scene: Scene) -> None:
    scene.prove()
    forged = check(scene.peer, password="guessed")
    for number in range(6_000):
        scene.passes(forged, f"stranger {number}")
    assert scene.prove()


def test_memory_of_strangers_is_bounded(scene: Scene) -> None:
    forged = check(scene.peer, password="guessed")
    for number in range(limits.SOURCES + 500):
        scene.passes(forged, f"stranger {number}", number / 1_000)
    assert len(scene.guard._sources) == limits.SOURCES


def test_a_flood_of_handshakes_from_a_proven_address_is_cut(scene: Scene) -> None:
    scene.prove()
    passed = sum(scene.passes(HELLO, PAGE) for _ in range(1_000))
    assert passed == limits.PEER_DTLS_PER_S
    assert scene.passes(HELLO, PAGE, 1.0)


@given(st.binary(max_size=1_600), st.booleans())
def test_no_datagram_raises(datagram: bytes, is_proven: bool) -> None:  # noqa: FBT001 drawn
    scene = Scene()
    scene.prove()
    scene.guard.admit(datagram, PAGE if is_proven else STRANGER, 1.0)


@given(st.binary(max_size=200))
def test_no_attributes_raise(attributes: bytes) -> None:
    header = struct.pack("!HHL12s", 1, len(attributes), 0x2112A442, bytes(12))
    assert not Scene().passes(header + attributes, STRANGER)


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 3)), max_size=60))
def test_a_budget_never_gives_more_than_its_rate_and_burst(
    asked: list[tuple[float, float]],
) -> None:
    budget, now_s, taken = Budget(10, 5), 0.0, 0.0
    for pause_s, cost in asked:
        now_s += pause_s
        taken += cost if budget.take(now_s, cost) else 0.0
    assert taken <= 5 + 10 * now_s + 1e-6


async def test_the_self_test_passes_with_a_guard_in_front() -> None:
    counts: Counter[str] = Counter()
    guard = Guard(counts)

    def receive(datagram: bytes, path: SocketPath) -> None:
        guard.admit(datagram, path, 0.0)

    await prove_guarded(receive, counts)


async def test_the_self_test_refuses_a_port_without_a_guard() -> None:
    with pytest.raises(RuntimeError, match="dropped 0 of"):
        await prove_guarded(lambda _datagram, _path: None, Counter())
