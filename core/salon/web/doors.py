"""Where the server listens: on this machine until it is claimed, then where it was told.

Claiming rebinds at once: sockets for HTTP are closed and opened again, connections stay. Voices may
be moved while the server runs: people in rooms are taken along.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import ifaddr
import structlog

from salon.config import Config, Media
from salon.errors import Unavailable
from salon.relay.control import CANDIDATES, Relay
from salon.web.doorman import Guarded, Handshake
from salon.web.public_addresses import leading_to
from salon.web.tls import server_context

LOOPBACK = "127.0.0.1"
ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104 compared, never bound by default
BACKLOG = 512
HANDSHAKE_WITHIN_S = 10  # of TLS; asyncio waits for a minute

log = structlog.get_logger(__name__)


class PortInUse(Unavailable):
    """Another program has the port."""


class Doors:
    """Owns the listening sockets."""

    def __init__(self, config: Config, relay: Relay, protocol: Callable[[], Guarded]) -> None:
        self._config = config
        self._media = config.media
        self._relay = relay
        self._protocol = protocol
        self._tls: ssl.SSLContext | None = None
        self._server: asyncio.Server | None = None
        self._host = ""
        self._rebinding = asyncio.Lock()  # of voices: one after the other
        self._voice_addresses: Sequence[str] = ()
        self._seen_addresses: Sequence[str] = ()
        self._named_addresses: Sequence[str] = ()  # where the name of the public address leads
        self.is_voice_open = False
        self.port = 0

    async def open(self, *, claimed: bool) -> None:
        """Open for the first time. Raises PortInUse and, for TLS files, Unavailable."""
        server = self._config.server
        names = own_names(server.host)
        self._tls = server_context(server.tls, self._config.data.directory, names)
        await self.rebind(claimed=claimed)

    async def rebind(self, *, claimed: bool) -> None:
        await self._rebind_http(self._config.server.host if claimed else LOOPBACK)
        async with self._rebinding:
            await self._rebind_voice(claimed=claimed)

    async def _rebind_http(self, host: str) -> None:
        if self._server is not None:
            if host == self._host:
                return
            self._server.close()
        before, self._server = self._server, None
        port = self.port or self._config.server.port
        try:
            self._server = await self._listen(host, port)
        except OSError as error:
            if before is not None:  # better found where it was than nowhere
                self._server = await self._listen(self._host, port)
            raise refused(error, "TCP", host, port, "server.port or --port") from error
        self._host = host
        self.port = self._server.sockets[0].getsockname()[1]
        log.info("listening for browsers", host=host, port=self.port)

    async def _listen(self, host: str, port: int) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            self._connection,
            host,
            port,
            backlog=BACKLOG,
            reuse_address=True,
        )

    def _connection(self) -> asyncio.BaseProtocol:
        guarded = self._protocol()
        if self._tls is None:
            return guarded
        return Handshake(guarded, self._tls, HANDSHAKE_WITHIN_S)

    async def move_voices(self, media: Media, *, claimed: bool) -> None:
        """Listen for voices where this says, on the addresses that the machine has now.

        Raises PortInUse, Unavailable; then all is as before.
        """
        async with self._rebinding:
            before, self._media = self._media, media
            try:
                await self._rebind_voice(claimed=claimed)
            except BaseException:
                self._media = before
                raise

    async def follow_addresses(self, *, claimed: bool) -> None:
        """Listen for voices on the addresses that the machine has now; called again and again.

        What is seen twice is believed: an address of IPv6 cannot be listened on at once. Raises
        PortInUse, Unavailable; then all is as before.
        """
        seen = _voice_addresses(claimed=claimed)
        is_settled, self._seen_addresses = seen == self._seen_addresses, seen
        if is_settled and set(seen) != set(self._voice_addresses):
            async with self._rebinding:
                await self._rebind_voice(claimed=claimed)

    async def follow_name(self, *, claimed: bool) -> None:
        """Tell browsers where the name of the public address leads now; called again and again.

        While nobody knows the name, all is as before. Raises PortInUse, Unavailable.
        """
        url = self._config.server.public_url
        named = None if url is None or self._media.addresses else await leading_to(url)
        if named is not None and named != self._named_addresses:
            self._named_addresses = named
            async with self._rebinding:
                await self._rebind_voice(claimed=claimed)

    def announced(self, *, claimed: bool) -> Sequence[str]:
        """Return the addresses that browsers are told; none: those that are listened on."""
        configured = [str(address) for address in self._media.addresses]
        if configured:
            return [LOOPBACK, *configured]
        own = _voice_addresses(claimed=claimed)
        named = [address for address in self._named_addresses if address not in own]
        if not named or not claimed:
            return ()
        # The machine's own first, which are nearer; but a machine may have very many.
        return [*own[: CANDIDATES - len(named)], *named]

    async def _rebind_voice(self, *, claimed: bool) -> None:
        media = self._media
        addresses = _voice_addresses(claimed=claimed)
        try:
            await self._relay.rebind(addresses, media.port, self.announced(claimed=claimed))
        except Unavailable as error:
            if error.reason is not None:  # no media worker: the port may be free
                raise
            raise PortInUse(
                f"UDP port {media.port} is in use by another program. "
                "Choose another with media.port or --media-port."
            ) from None
        self._voice_addresses = addresses
        self.is_voice_open = True
        log.info("listening for voices", addresses=addresses, port=media.port)

    async def close(self) -> None:
        """Take nobody new. Connections that are open stay."""
        self.is_voice_open = False
        if self._server is not None:
            self._server.close()


def _voice_addresses(*, claimed: bool) -> Sequence[str]:
    return [LOOPBACK, *(own_addresses() if claimed else ())]


def own_addresses() -> Sequence[str]:
    """Return the addresses of this machine's interfaces that a browser could reach."""
    found = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            text = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            address = ip_address(text)
            if not (address.is_loopback or address.is_link_local or address.is_unspecified):
                found.append(text)
    return found


def own_names(host: str) -> frozenset[str]:
    """Return the names under which this machine may be asked for when it listens to `host`."""
    if host in {LOOPBACK, "localhost", "::1"}:
        return frozenset()
    if host not in ANY:
        return frozenset({f"[{host}]" if ":" in host else host.lower()})
    name = socket.gethostname().lower()
    addresses = (f"[{a}]" if ":" in a else a for a in own_addresses())
    return frozenset({name, f"{name}.local", *addresses})


def refused(error: OSError, kind: str, host: str, port: int, setting: str) -> Unavailable:
    """Return why a port could not be opened, in words for who keeps the server."""
    if isinstance(error, PermissionError):
        return Unavailable(
            f"{kind} port {port} needs more rights. Choose one over 1023 ({setting})."
        )
    if error.errno == socket.EAI_NONAME or isinstance(error, socket.gaierror):
        return Unavailable(f"The address {host!r} (server.host) is not known on this machine.")
    return PortInUse(
        f"{kind} port {port} on {host} cannot be opened: {error.strerror or error}. "
        f"Is another program using it? Choose another with {setting}."
    )
