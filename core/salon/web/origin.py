"""Which names this server answers to, and who is really asking.

A request for another host is refused (421), so that a name that an attacker points at this machine
leads nowhere. `X-Forwarded-*` is believed only from configured proxies.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from salon.config import Server
from salon.services.limits import network_of

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Asked:
    """How the person's browser sees the connection."""

    scheme: str
    address: str

    @property
    def network(self) -> str:
        return network_of(self.address)


class Origins:
    """The check of Host and Origin, from the configuration and the machine's own names."""

    def __init__(self, server: Server, own_names: frozenset[str]) -> None:
        self._server = server
        self._own_names = own_names
        self._is_tls = server.tls.mode != "off"

    @property
    def base_url(self) -> str:
        """Return where people reach the server: configured, or this machine."""
        if self._server.public_url is not None:
            return self._server.public_url
        scheme = "https" if self._is_tls else "http"
        host = self._server.host
        if host in {"0.0.0.0", "::"}:  # noqa: S104 compared, not bound
            host = next(iter(sorted(self._own_names - LOOPBACK_HOSTS)), "127.0.0.1")
        elif ":" in host:
            host = f"[{host}]"
        return f"{scheme}://{host}:{self._server.port}"

    @property
    def is_secure(self) -> bool:
        """Whether people come by TLS: cookies are then bound to it."""
        return self.base_url.startswith("https://")

    def is_known_host(self, request: web.Request) -> bool:
        host = request.headers.get(hdrs.HOST, "")
        public = self._server.public_url
        if public is not None and host.lower() == urlsplit(public).netloc.lower():
            return True
        name = _name_of(host)
        if public is not None and self._server.trusted_proxies:
            return name in LOOPBACK_HOSTS  # health checks on the machine itself
        return name in LOOPBACK_HOSTS or name in self._own_names

    def is_own(self, request: web.Request) -> bool:
        """Whether a page of ours sent this, by what browsers say and scripts cannot forge."""
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site in {"same-origin", "none"}
        return self.has_own_origin(request)

    def has_own_origin(self, request: web.Request) -> bool:
        origin = request.headers.get(hdrs.ORIGIN, "")
        if self._server.public_url is not None and origin == self._server.public_url:
            return True
        host = request.headers.get(hdrs.HOST, "")
        return bool(host) and origin in {f"http://{host}", f"https://{host}"}

    def asked(self, request: web.Request) -> Asked:
        """Return the browser's own address and scheme, through proxies that are trusted."""
        scheme = "https" if self._is_tls else "http"
        address = request.remote or "unknown"
        if not self.is_trusted(address):
            return Asked(scheme, address)
        scheme = request.headers.get("X-Forwarded-Proto", scheme).strip().lower()
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        for hop in reversed([hop.strip() for hop in hops if hop.strip()][-10:]):
            if not _is_address(hop):
                break
            address = hop
            if not self.is_trusted(hop):
                break
        return Asked("https" if scheme == "https" else "http", address)

    def is_trusted(self, address: str) -> bool:
        """Whether this is a proxy that was named in the configuration."""
        if not _is_address(address):
            return False
        ip = ip_address(address)
        return any(ip in network for network in self._server.trusted_proxies)


def _name_of(host: str) -> str:
    """Return the host without its port, in lower case."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
