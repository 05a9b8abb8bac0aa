"""The only door through which the server goes to addresses that people give it.

Whoever gives an address would like to see through the server what they cannot reach themselves:
the machine, its network, a cloud's store of secrets. So only http and https go out, to ports 80 and
443, without credentials, cookies or a proxy; a name is resolved here, every address that it has is
judged, and the connection goes to the very address that was judged. Each redirect is an address
that somebody gave, and passes the same door. What comes back is bounded in time, in bytes as they
are after unpacking, and in kind.

The list of networks is our own: `ipaddress.is_global` takes NAT64 and 6to4 addresses of a machine's
own network for places on the internet, and `getaddrinfo` reads `127.1` and `0x7f000001`.
"""

import asyncio
import re
import socket
import zlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol, TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from salon.clock import Clock
from salon.errors import TooMany
from salon.services.limits import RateLimits

T = TypeVar("T")
Address = IPv4Address | IPv6Address

URL_MAX_CHARACTERS = 2_048
WITHIN_S = 5.0  # from the first question to the last byte, redirects included
BYTES_MAX = 524_288
CHUNK_BYTES = 16_384
REDIRECTS_MAX = 3
ADDRESSES_MAX = 16
AT_ONCE = 8
WAITING_MAX = 64
PER_HOST_MIN = 30
PORTS = frozenset({80, 443})
SCHEMES = frozenset({"http", "https"})
PAGES = ("text/html", "application/xhtml+xml")
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
USER_AGENT = "Salon (link previews; each page and its picture once a day)"

_DENIED_V4 = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # behind a provider's NAT
            "127.0.0.0/8",
            "169.254.0.0/16",  # and the secrets of clouds
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",  # multicast, reserved, broadcast
        ),
    )
)
_GLOBAL_V6 = ip_network("2000::/3")  # all else is local, mapped, NAT64 or not given out
_DENIED_V6 = tuple(
    map(
        ip_network,
        (
            "2001::/23",  # Teredo, ORCHID, benchmarks
            "2001:db8::/32",
            "2002::/16",  # 6to4: an IPv4 address in disguise
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\.?$)(?!0x)({_LABEL})\.?")
_ENCODINGS = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # to what zlib calls wbits
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Unfetchable(Exception):
    """The address is not one to go to, or nothing usable came from it."""


class Resolver(Protocol):
    """Names to addresses, as texts."""

    async def resolve(self, host: str) -> Sequence[str]: ...


class SystemResolver:
    """The machine's own."""

    async def resolve(self, host: str) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: where it was in the end, of what kind, and whether it was all."""

    url: str
    media_type: str
    charset: str | None
    content: bytes
    is_whole: bool = True


def is_public(address: Address) -> bool:
    """Whether an address is a place on the internet, and not one around this machine."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _DENIED_V4)
    if address.scope_id is not None or address not in _GLOBAL_V6:
        return False
    return not any(address in network for network in _DENIED_V6)


@dataclass(frozen=True, slots=True)
class Rules:
    """Where one may go. Tests have servers of their own."""

    ports: Collection[int] = PORTS
    allows: Callable[[Address], bool] = is_public
    schemes: Collection[str] = SCHEMES
    per_host_min: int = PER_HOST_MIN


class Fetch:
    """Goes out, for whoever in the server has been given an address."""

    def __init__(
        self, clock: Clock, *, resolver: Resolver | None = None, rules: Rules | None = None
    ) -> None:
        self._rules = rules or Rules()
        self._resolver = resolver or SystemResolver()
        self._hosts = RateLimits(clock)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def get(
        self,
        url: str,
        *,
        types: Collection[str] = (*PAGES, *PICTURES),
        bytes_max: int = BYTES_MAX,
        may_be_cut: bool = False,
    ) -> Fetched:
        """Return what stands at an address. Raises Unfetchable.

        `may_be_cut`: of more than `bytes_max` the beginning is enough.
        """
        wanted = _Wanted(types, bytes_max, may_be_cut)
        return await self._in_turn(lambda session: self._follow(session, url, wanted))

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> int:
        """Hand something over and return the status. Redirects are not followed.

        Raises Unfetchable.
        """

        async def send(session: aiohttp.ClientSession) -> int:
            target = self._judged(url)
            async with session.post(
                target, data=content, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status

        return await self._in_turn(send)

    async def _in_turn(self, go: Callable[[aiohttp.ClientSession], Awaitable[T]]) -> T:
        """Go when it is one's turn, within the time for all of it. Raises Unfetchable."""
        if self._waiting >= WAITING_MAX:
            raise Unfetchable("too many wait already")
        self._waiting += 1
        try:
            async with self._turns, asyncio.timeout(WITHIN_S), self._session() as session:
                return await go(session)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise Unfetchable(f"{type(error).__name__}: {error}") from error
        finally:
            self._waiting -= 1

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=_Judge(self._resolver, self._rules), use_dns_cache=False, force_close=True
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
            auto_decompress=False,  # a chunk of a bomb would be unpacked whole
            trust_env=False,  # a proxy would go where it likes
        )

    async def _follow(self, session: aiohttp.ClientSession, url: str, wanted: "_Wanted") -> Fetched:
        target = self._judged(url)
        for _ in range(REDIRECTS_MAX + 1):
            async with session.get(target, allow_redirects=False) as answer:
                if answer.status not in _REDIRECTS:
                    return await _read(answer, wanted)
                further = answer.headers.get("Location", "")
                target = self._judged(str(target.join(URL(further[:URL_MAX_CHARACTERS]))))
        raise Unfetchable(f"more than {REDIRECTS_MAX} redirects")

    def _judged(self, url: str) -> URL:
        """Return an address that one may go to now, by its own rules and at this pace.

        Raises Unfetchable.
        """
        target = self.check(url)
        self._check_pace(target.raw_host or "")
        return target

    def check(self, url: str) -> URL:
        """Return an address that one may go to, as far as it can be told without its name.

        Raises Unfetchable.
        """
        if len(url) > URL_MAX_CHARACTERS or not url.isprintable() or set(url) & set(" \\"):
            raise Unfetchable("no plain address")
        try:
            target = URL(url)
            host, port = target.raw_host, target.port
        except ValueError as error:
            raise Unfetchable(f"no address: {error}") from error
        if target.scheme not in self._rules.schemes or host is None:
            raise Unfetchable(f"not by {' or '.join(sorted(self._rules.schemes))}")
        if target.user is not None or target.password is not None:
            raise Unfetchable("with credentials")
        if port not in self._rules.ports:
            raise Unfetchable(f"port {port}")
        _check_host(host, self._rules)
        return target

    def _check_pace(self, host: str) -> None:
        try:
            self._hosts.hit(
                "fetch", host, times=self._rules.per_host_min, per_s=60, message="too often"
            )
        except TooMany as error:
            raise Unfetchable(f"{host} is asked too often") from error


@dataclass(frozen=True, slots=True)
class _Wanted:
    types: Collection[str]
    bytes_max: int
    may_be_cut: bool


class _Judge(AbstractResolver):
    """Resolves for one connection: what it returns is what is connected to."""

    def __init__(self, resolver: Resolver, rules: Rules) -> None:
        self._resolver = resolver
        self._rules = rules

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        """Return every address of a name. Raises Unfetchable when one of them is not public."""
        found = (await self._resolver.resolve(host))[:ADDRESSES_MAX]
        if not found:
            raise Unfetchable(f"{host} has no address")
        return [self._judged(host, port, text) for text in found]

    def _judged(self, host: str, port: int, text: str) -> ResolveResult:
        address = ip_address(text)
        if not self._rules.allows(address):
            raise Unfetchable(f"{host} has an address that is not public")
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004
        return ResolveResult(
            hostname=host,
            host=text,
            port=port,
            family=family,
            proto=0,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )

    async def close(self) -> None:
        """Nothing is kept."""


def _check_host(host: str, rules: Rules) -> None:
    try:
        address = ip_address(host)
    except ValueError:
        if not _NAME.fullmatch(host.lower()):
            raise Unfetchable("no name of a host on the internet") from None
        return
    if not rules.allows(address):
        raise Unfetchable("an address that is not public")


async def _read(answer: aiohttp.ClientResponse, wanted: _Wanted) -> Fetched:
    if answer.status != HTTPStatus.OK:
        raise Unfetchable(f"status {answer.status}")
    if answer.content_type not in wanted.types:
        raise Unfetchable(f"of type {answer.content_type[:64]}")
    content = bytearray()
    unpack = _unpacker(answer.headers.get("Content-Encoding", "identity").strip().lower())
    async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
        content += unpack(chunk, wanted.bytes_max + 1 - len(content))
        if len(content) > wanted.bytes_max:
            break
    is_whole = len(content) <= wanted.bytes_max
    if not is_whole and not wanted.may_be_cut:
        raise Unfetchable(f"more than {wanted.bytes_max} bytes")
    return Fetched(
        str(answer.url),
        answer.content_type,
        answer.charset,
        bytes(content[: wanted.bytes_max]),
        is_whole,
    )


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    """Return what unpacks a chunk, to so many bytes at most. Raises Unfetchable."""
    if encoding == "identity":
        return lambda chunk, _most: chunk
    if encoding not in _ENCODINGS:
        raise Unfetchable("packed in a way that was not asked for")
    unpacking = zlib.decompressobj(_ENCODINGS[encoding])

    def unpack(chunk: bytes, most: int) -> bytes:
        try:
            return unpacking.decompress(chunk, max(1, most))
        except zlib.error as error:
            raise Unfetchable(f"cannot be unpacked: {error}") from error

    return unpack
