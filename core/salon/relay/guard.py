"""What may reach a parser at all. In front of everything from the first datagram.

The order is the cheapest first, and no cryptography before a budget: size, kind, form, known ufrag,
budget, integrity. Only an authentic check proves a path (socket and address), and only proven paths
get DTLS and media through. Nothing is answered, logged or remembered of the rest; it is counted.

What a stranger costs who knows a ufrag is the budget of that one door: a member who has their own
checks forged from everywhere keeps nobody else from coming in. The budget of sound is the peer's,
who knows which SSRCs are authentic.

An address is refused to a second peer while the first is seen there, so that a member who can forge
addresses cannot take somebody else's away.
"""

import asyncio
import socket
import struct
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import Enum

from salon.relay import stun
from salon.relay.ice import Credentials
from salon.relay.port import Port, SocketPath

DATAGRAM_BYTES = 1_500
PATHS_PER_PEER = 8
PATH_AGE_S = 30.0  # browsers repeat their checks every 2.5 s; test peers every 5
PATH_TAKEN_S = 10.0
SOURCES = 4_096  # strangers whose budgets are remembered; the longest unseen is forgotten

# Cryptography for strangers. Per address and port, because a whole school may share one address.
SOURCE_CHECKS_PER_S = 50.0
DOOR_CHECKS_PER_S = 200.0  # for one ufrag, from wherever; a browser sends 20 on each of its ways
STRANGER_CHECKS_PER_S = 4_000.0  # all together: 8 us each, 3 % of a core
# For proven paths. Generous, because a forger of a peer's address spends that peer's budget.
PEER_CHECKS_PER_S = 500.0
PEER_DTLS_PER_S = 200.0

SELF_TEST_S = 2.0
_MEDIA_BYTES = 12  # the smallest header of RTP; RTCP with its index and tag is longer

Path = Hashable


class Kind(Enum):
    """What a datagram is (RFC 7983)."""

    CHECK = "check"
    DTLS = "dtls"
    MEDIA = "media"


@dataclass(frozen=True, slots=True)
class Admitted:
    """A datagram that may go on. A check comes with its request, already authenticated."""

    kind: Kind
    peer_id: str
    request: stun.BindingRequest | None = None
    key: stun.Key | None = None  # which the request has, and the answer is to have


class Budget:
    """A token bucket: `rate_per_s` on average, `burst` at once."""

    __slots__ = ("_at_s", "_burst", "_left", "_rate_per_s")

    def __init__(self, rate_per_s: float, burst: float | None = None) -> None:
        self._rate_per_s = rate_per_s
        self._burst = rate_per_s if burst is None else burst
        self._left = self._burst
        self._at_s = 0.0

    def take(self, now_s: float, cost: float = 1.0) -> bool:
        left = self._left
        if now_s > self._at_s:
            left = min(left + (now_s - self._at_s) * self._rate_per_s, self._burst)
        self._at_s = now_s
        if left < cost:
            self._left = left
            return False
        self._left = left - cost
        return True


@dataclass(slots=True, eq=False)
class _Door:
    """One expected peer. `paths` holds when each was last proven, the longest unseen first."""

    peer_id: str
    keys: dict[str, stun.Key] = field(default_factory=dict)  # by ufrag; two while it moves
    form: stun.Form | None = None  # of its last check that had to be parsed
    paths: OrderedDict[Path, float] = field(default_factory=OrderedDict)
    checks: Budget = field(default_factory=lambda: Budget(PEER_CHECKS_PER_S))
    strangers: Budget = field(default_factory=lambda: Budget(DOOR_CHECKS_PER_S))
    dtls: Budget = field(default_factory=lambda: Budget(PEER_DTLS_PER_S))
    admits_dtls: Admitted = field(init=False)
    admits_media: Admitted = field(init=False)

    def __post_init__(self) -> None:
        # Made once: there is one for each packet of sound.
        self.admits_dtls = Admitted(Kind.DTLS, self.peer_id)
        self.admits_media = Admitted(Kind.MEDIA, self.peer_id)


class Guard:
    """Owns who is expected and which paths are proven. Counts every drop by its reason."""

    def __init__(
        self,
        counts: Counter[str],
        unproven: Callable[[Path, bool], None] = lambda _path, _may_return: None,
    ) -> None:
        """`unproven(path, may_return)` is called for a path that was proven and is not any more."""
        self._counts = counts
        self._unproven = unproven
        self._doors: dict[str, _Door] = {}  # by ufrag
        self._proven: dict[Path, _Door] = {}
        self._sources: OrderedDict[Path, Budget] = OrderedDict()
        self._strangers = Budget(STRANGER_CHECKS_PER_S)

    def expect(
        self, peer_id: str, credentials: Credentials, *, beside: Credentials | None = None
    ) -> None:
        """Accept checks with these credentials from now on, or `beside` those that it has."""
        known = None if beside is None else self._doors.get(beside.ufrag)
        door = known or _Door(peer_id)
        door.keys[credentials.ufrag] = stun.Key(credentials.password)
        self._doors[credentials.ufrag] = door

    def retire(self, credentials: Credentials) -> None:
        """Accept no more checks with these; what they have proven stays proven."""
        door = self._doors.pop(credentials.ufrag, None)
        if door is not None:
            del door.keys[credentials.ufrag]
            door.form = None

    def forget(self, credentials: Credentials) -> None:
        """Expect a peer no more, whatever other credentials it has."""
        door = self._doors.get(credentials.ufrag)
        if door is None:
            return
        for ufrag in door.keys:
            del self._doors[ufrag]
        for path in door.paths:
            self._proven.pop(path, None)
            self._unproven(path, False)  # noqa: FBT003 see `__init__`

    def expire(self, now_s: float) -> None:
        """Forget paths without a check for `PATH_AGE_S`; called every few seconds."""
        for door in self._doors.values():
            old = [path for path, at_s in door.paths.items() if now_s - at_s > PATH_AGE_S]
            for path in old:
                self._unprove(door, path)
                self._unproven(path, False)  # noqa: FBT003 see `__init__`

    def admit(self, datagram: bytes, path: Path, now_s: float) -> Admitted | None:
        """Return what may go on, or None when the datagram was dropped. Never raises."""
        if not datagram:
            return self._drop("empty")  # first: it ends connections in libraries that index it
        if len(datagram) > DATAGRAM_BYTES:
            return self._drop("oversize")
        first = datagram[0]
        if 128 <= first <= 191:  # noqa: PLR2004 the ranges of RFC 7983
            return self._media(datagram, path)
        if first <= 3:  # noqa: PLR2004
            return self._check(datagram, path, now_s)
        if 20 <= first <= 63:  # noqa: PLR2004
            return self._dtls(path, now_s)
        return self._drop("junk")

    def _drop(self, reason: str) -> Admitted | None:
        self._counts["dropped." + reason] += 1
        return None

    def _media(self, datagram: bytes, path: Path) -> Admitted | None:
        door = self._proven.get(path)
        if door is None:
            return self._drop("stranger")
        if len(datagram) < _MEDIA_BYTES:
            return self._drop("junk")
        return door.admits_media

    def _dtls(self, path: Path, now_s: float) -> Admitted | None:
        door = self._proven.get(path)
        if door is None:
            return self._drop("stranger")
        if not door.dtls.take(now_s):
            return self._drop("flood")
        return door.admits_dtls

    def _check(self, datagram: bytes, path: Path, now_s: float) -> Admitted | None:
        door = self._proven.get(path)
        request = None if door is None or door.form is None else door.form.read(datagram)
        is_new = request is None
        if request is None:
            try:
                request = stun.parse_request(datagram)
            except (ValueError, IndexError, struct.error):
                return self._drop("malformed_check")
            door = self._doors.get(request.ufrag)
        if door is None:
            return self._drop("unknown_ufrag")
        if not self._may_cost(door, path, now_s):
            return self._drop("flood")
        key = door.keys[request.ufrag]
        if not stun.is_authentic(datagram, request, key):
            return self._drop("forged_check")
        if not self._prove(door, path, now_s):
            return self._drop("taken_address")
        if is_new:
            door.form = stun.Form.of(datagram, request)
        return Admitted(Kind.CHECK, door.peer_id, request, key)

    def _may_cost(self, door: _Door, path: Path, now_s: float) -> bool:
        if self._proven.get(path) is door:
            return door.checks.take(now_s)
        budgets = (self._source(path), door.strangers, self._strangers)
        return all(budget.take(now_s) for budget in budgets)

    def _source(self, path: Path) -> Budget:
        budget = self._sources.pop(path, None) or Budget(SOURCE_CHECKS_PER_S)
        self._sources[path] = budget
        if len(self._sources) > SOURCES:
            self._sources.popitem(last=False)
        return budget

    def _prove(self, door: _Door, path: Path, now_s: float) -> bool:
        other = self._proven.get(path)
        if other is not None and other is not door:
            if now_s - other.paths[path] < PATH_TAKEN_S:
                return False
            self._unprove(other, path)
        door.paths[path] = now_s
        door.paths.move_to_end(path)
        self._proven[path] = door
        if len(door.paths) > PATHS_PER_PEER:
            oldest = next(iter(door.paths))
            self._unprove(door, oldest)
            self._unproven(oldest, True)  # noqa: FBT003 see `__init__`
        return True

    def _unprove(self, door: _Door, path: Path) -> None:
        del door.paths[path]
        del self._proven[path]


async def prove_guarded(receive: Callable[[bytes, SocketPath], None], counts: Counter[str]) -> None:
    """Send what ends unguarded connections through a real socket to `receive`.

    Raises RuntimeError unless each was dropped and counted by a guard in front: a change of the
    wiring must be found when the server starts, not by the first stranger.
    """
    hostile = (b"", b"\x16\xfe\xfd" + bytes(64), b"\x80\x6f" + bytes(64), bytes(28))
    before = counts.total()
    all_came = asyncio.Event()

    def note(datagram: bytes, path: SocketPath) -> None:
        receive(datagram, path)
        if port.received == len(hostile):
            all_came.set()

    port = Port(note)
    port.bind(("127.0.0.1",), 0)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for datagram in hostile:
                stranger.sendto(datagram, ("127.0.0.1", port.number))
        async with asyncio.timeout(SELF_TEST_S):
            await all_came.wait()
    except TimeoutError as error:
        raise RuntimeError("the relay's port did not take hostile datagrams calmly") from error
    finally:
        port.close()
    dropped = counts.total() - before
    if dropped != len(hostile) or not counts["dropped.empty"]:
        raise RuntimeError(f"the guard dropped {dropped} of {len(hostile)} hostile datagrams")
