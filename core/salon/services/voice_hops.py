"""The port of voices and the TURN server, asked as a browser asks: by STUN and TURN.

The relay answers nobody but who knows a peer's password (RFC 8445, 7.3), so these ask in the name
of a peer made for it, which carries nothing. An answer with its integrity is therefore the relay's.
What is asked from this machine to its own address never leaves it, and to a router's rarely comes
back. A TURN server elsewhere is better: what it relays does come from outside.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from aioice import stun
from aioice.turn import TurnTransport, create_turn_endpoint

from salon.clock import Clock
from salon.config import Turn
from salon.services.fetch import is_public
from salon.services.hops import Hop
from salon.services.turn import credential

WITHIN_S = 2.0
TURN_WITHIN_S = 5.0
AGAIN_S = 0.25  # a datagram may be lost
GOOD_FOR = timedelta(minutes=5)
NAME = "doctor"
PORT, TLS_PORT = 3478, 5349  # RFC 8656, 4; where an address says none

GIVEN_BACK_S = 1.0

Address = tuple[str, int]
Send = Callable[[bytes, Address], None]


@dataclass(frozen=True, slots=True)
class Way:
    """What an offer says of the ways to its peer."""

    ufrag: str
    password: str
    udp: Sequence[Address]
    tcp: Sequence[Address]


def way_of(offer: str) -> Way:
    """Return what one of our own offers says."""
    lines = offer.splitlines()
    said = {key: value for key, _, value in (line.partition(":") for line in lines)}
    candidates = [line.split() for line in lines if line.startswith("a=candidate:")]
    ways: dict[str, dict[Address, None]] = {"udp": {}, "tcp": {}}
    for each in candidates:
        ways[each[2].lower()][each[4], int(each[5])] = None
    return Way(said["a=ice-ufrag"], said["a=ice-pwd"], tuple(ways["udp"]), tuple(ways["tcp"]))


async def voice_hops(offer: str, turn: Turn, own: Collection[str], clock: Clock) -> tuple[Hop, ...]:
    """Return UDP, TCP and TURN. `own`: the addresses of this machine."""
    way = way_of(offer)
    outside = [each for each in way.udp if each[0] not in own and not _is_loopback(each[0])]
    inside = [each for each in way.udp if each not in outside]
    reached, tcp, turned = await asyncio.gather(
        _reached(way, way.udp), _tcp(way, own), _turn_hops(way, turn, own, clock)
    )
    udp = _udp(inside, outside, reached)
    return _seen_from_outside(udp, turned), tcp, *(hop for hop, _, _ in turned)


def _udp(inside: Sequence[Address], outside: Sequence[Address], reached: set[Address]) -> Hop:
    silent = [each for each in inside if each not in reached]
    port = str((*inside, *outside)[0][1])
    if silent:
        return Hop("udp", "bad", "udp.dropped_here", {"port": port, "address": silent[0][0]})
    unseen = [address for address, _ in outside if (address, int(port)) not in reached]
    if unseen:
        return Hop("udp", "unseen", "udp.no_way_back", {"port": port, "address": unseen[0]})
    told = _told([*outside, *inside])
    return Hop("udp", "ok", "udp.answers", {"port": port, "addresses": told})


def beside_the_name(
    hops: Sequence[Hop], name: Hop, configured: Collection[object]
) -> tuple[Hop, ...]:
    """Say of a configured address that nothing comes back from, when the name leads elsewhere."""
    written = {str(each) for each in configured}
    named = name.facts.get("addresses", "")

    def is_elsewhere(hop: Hop) -> bool:
        address = hop.facts.get("address")
        is_silent = hop.reason == "udp.no_way_back" and address in written
        return is_silent and bool(named) and address not in named.split(", ")

    def elsewhere(hop: Hop) -> Hop:
        facts = {**hop.facts, "host": name.facts["host"], "named": named}
        return Hop("udp", "unseen", "udp.elsewhere", facts)

    return tuple(elsewhere(hop) if is_elsewhere(hop) else hop for hop in hops)


def _told(addresses: Sequence[Address]) -> str:
    others = [address for address, _ in addresses if not _is_loopback(address)]
    return ", ".join(others or [address for address, _ in addresses])


def _seen_from_outside(udp: Hop, turned: Sequence[tuple[Hop, bool, set[Address]]]) -> Hop:
    """What a TURN server elsewhere has seen says more than what was seen from here."""
    looked = [reached for _, is_elsewhere, reached in turned if is_elsewhere]
    if udp.state == "bad" or not looked:
        return udp
    reached = sorted({address for each in looked for address, _ in each})
    port = udp.facts["port"]
    if reached:
        facts = {"port": port, "addresses": ", ".join(reached)}
        return Hop("udp", "ok", "udp.answers_outside", facts)
    return Hop("udp", "bad", "udp.closed_outside", {"port": port})


async def _reached(way: Way, addresses: Sequence[Address]) -> set[Address]:
    asked = await asyncio.gather(*(_answers(way, each) for each in addresses))
    return {each for each, answered in zip(addresses, asked, strict=True) if answered}


async def _answers(way: Way, address: Address) -> bool:
    """Whether the relay answers there by UDP."""
    loop = asyncio.get_running_loop()
    try:
        transport, asking = await loop.create_datagram_endpoint(
            lambda: _Asking(way), remote_addr=address
        )
    except OSError:
        return False
    try:
        return bool(await asking.ask(lambda check, _address: transport.sendto(check), [address]))
    finally:
        transport.close()


class _Asking(asyncio.DatagramProtocol):
    """Sends a check to addresses until all have answered, or the time is up."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._check = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        self._check.attributes["USERNAME"] = f"{way.ufrag}:{NAME}"
        self._check.attributes["PRIORITY"] = 1
        self._check.attributes["ICE-CONTROLLING"] = 1
        self._check.add_message_integrity(way.password.encode())
        self._silent: list[Address] = []
        self._all_answered = asyncio.Event()
        self.ended = asyncio.Event()

    async def ask(self, send: Send, addresses: Sequence[Address]) -> set[Address]:
        """Return who answered."""
        self._silent = list(addresses)
        try:
            async with asyncio.timeout(WITHIN_S):
                while self._silent:
                    await self._ask_once(send)
        except TimeoutError:
            pass
        return set(addresses).difference(self._silent)

    async def _ask_once(self, send: Send) -> None:
        for address in self._silent:
            send(bytes(self._check), address)
        try:
            async with asyncio.timeout(AGAIN_S):
                await self._all_answered.wait()
        except TimeoutError:
            return

    def datagram_received(self, data: bytes, address: Any) -> None:
        try:
            said = stun.parse_message(data)
        except Exception:  # noqa: BLE001 the parser raises more kinds than it says, for anything
            return
        is_answer = said.message_class == stun.Class.RESPONSE
        if not is_answer or said.transaction_id != self._check.transaction_id:
            return
        if not said.check_message_integrity(self._way.password.encode()):
            return
        # A router that leads back in may answer in its own name.
        only = self._silent if len(self._silent) == 1 else []
        self._silent = [each for each in self._silent if each != address[:2] and each not in only]
        if not self._silent:
            self._all_answered.set()

    def error_received(self, _error: Exception) -> None:
        """A closed port says so; the time runs all the same."""

    def connection_lost(self, _error: Exception | None) -> None:
        self.ended.set()


async def _tcp(way: Way, own: Collection[str]) -> Hop:
    if not way.tcp:
        return Hop("tcp", "warn", "tcp.none")
    taken = await asyncio.gather(*(_takes(each) for each in way.tcp))
    port = str(way.tcp[0][1])
    silent = [each[0] for each, is_taken in zip(way.tcp, taken, strict=True) if not is_taken]
    closed = [address for address in silent if address in own or _is_loopback(address)]
    if closed:
        return Hop("tcp", "warn", "tcp.dropped_here", {"port": port, "address": closed[0]})
    if silent:
        return Hop("tcp", "unseen", "tcp.no_way_back", {"port": port, "address": silent[0]})
    return Hop("tcp", "ok", "tcp.answers", {"port": port})


async def _takes(address: Address) -> bool:
    try:
        async with asyncio.timeout(WITHIN_S):
            _reader, writer = await asyncio.open_connection(*address)
    except (OSError, TimeoutError):
        return False
    writer.transport.abort()
    return True


async def _turn_hops(
    way: Way, turn: Turn, own: Collection[str], clock: Clock
) -> Sequence[tuple[Hop, bool, set[Address]]]:
    """Return a hop for each address: with whether it is elsewhere, and what was reached there."""
    return await asyncio.gather(
        *(_turn_hop(server, way, turn, own, clock) for server in turn.servers)
    )


async def _turn_hop(
    server: str, way: Way, turn: Turn, own: Collection[str], clock: Clock
) -> tuple[Hop, bool, set[Address]]:
    facts = {"server": server}
    asked = [each for each in way.udp if not _is_loopback(each[0])] or list(way.udp)
    try:
        async with asyncio.timeout(TURN_WITHIN_S), _allocated(server, turn, clock, way) as given:
            transport, asking = given
            host = transport.get_extra_info("sockname")[0]
            is_elsewhere = host not in own and is_public(ip_address(host))
            alike = [each for each in asked if (":" in each[0]) == (":" in host)]  # RFC 8656, 7.2
            reached = await asking.ask(transport.sendto, alike)
    except stun.TransactionFailed as error:
        refused = {**facts, "problem": str(error.response.error_code)}
        return Hop("turn", "bad", "turn.refused", refused), False, set()
    except ssl.SSLError as error:
        told = {**facts, "problem": str(error.reason or error)}
        return Hop("turn", "bad", "turn.certificate", told), False, set()
    except (OSError, TimeoutError, stun.TransactionError):
        return Hop("turn", "bad", "turn.silent", facts), False, set()
    if not reached:
        return Hop("turn", "bad", "turn.leads_nowhere", facts), is_elsewhere, reached
    return Hop("turn", "ok", "turn.leads", facts), is_elsewhere, reached


@asynccontextmanager
async def _allocated(
    server: str, turn: Turn, clock: Clock, way: Way
) -> AsyncIterator[tuple[TurnTransport, _Asking]]:
    """Have the TURN server give a port; it is given back at the end."""
    scheme, host, port, by = _parts(server)
    given = credential(turn, NAME, clock.now() + GOOD_FOR)
    transport, asking = await create_turn_endpoint(
        lambda: _Asking(way),
        (host, port),
        given.user,
        given.password,
        ssl=scheme == "turns" or None,
        transport=by,
    )
    try:
        yield transport, asking
    finally:
        transport.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(GIVEN_BACK_S):
                await asking.ended.wait()


def _parts(server: str) -> tuple[str, str, int, str]:
    """Return scheme, host, port and transport of a checked address (RFC 7065)."""
    scheme, _, rest = server.partition(":")
    rest, _, asked = rest.partition("?transport=")
    parts = urlsplit(f"//{rest}")
    is_tls = scheme == "turns"
    port = parts.port or (TLS_PORT if is_tls else PORT)
    return scheme, parts.hostname or "", port, "tcp" if is_tls else asked or "udp"


def _is_loopback(address: str) -> bool:
    return ip_address(address).is_loopback
