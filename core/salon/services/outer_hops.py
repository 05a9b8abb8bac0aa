"""What lies before the server: its name, the certificate, whatever passes requests on.

Asked at the public address, as a browser would, from this machine: where a router leads nobody
back in, nothing is seen of it, and only a page outside can say more.
"""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from cryptography import x509

from salon.clock import Clock
from salon.config import Server
from salon.services.hops import Hop

WITHIN_S = 5.0
DAY = timedelta(days=1)
SOON_DAYS = 14
HTTPS, HTTP = 443, 80
MISDIRECTED, GATEWAYS, OK = 421, (502, 503, 504), 200
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


async def outer_hops(server: Server, clock: Clock) -> tuple[Hop, ...]:
    """Return name, certificate, web and live line; without a public address only what is known."""
    url = server.public_url
    if url is None:
        return (Hop("name", "warn", "name.unset"),)
    name = await _name(url)
    if name.state == "bad":
        return (name,)
    certificate, web = await asyncio.gather(_certificate(url, clock), _web(url, server.port))
    live = await _live(url) if web.state == "ok" else Hop("live", "unseen", "live.unseen")
    return name, certificate, web, live


async def _name(url: str) -> Hop:
    host = urlsplit(url).hostname or ""
    try:
        async with asyncio.timeout(WITHIN_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except (OSError, UnicodeError, TimeoutError):
        return Hop("name", "bad", "name.unknown", {"host": host})
    addresses = sorted({str(entry[4][0]) for entry in found})
    return Hop("name", "ok", "name.leads", {"host": host, "addresses": ", ".join(addresses)})


async def _certificate(url: str, clock: Clock) -> Hop:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        if host in LOCAL:
            return Hop("certificate", "ok", "certificate.local")
        return Hop("certificate", "bad", "certificate.none")
    try:
        async with asyncio.timeout(WITHIN_S):
            until = await _valid_until(host, parts.port or HTTPS)
    except ssl.SSLCertVerificationError as error:
        facts = {"host": host, "problem": error.verify_message}
        return Hop("certificate", "bad", "certificate.invalid", facts)
    except (OSError, TimeoutError, ValueError):
        return Hop("certificate", "unseen", "certificate.unseen", {"host": host})
    days = (until - clock.now()) // DAY
    facts = {"days": str(days)}
    if days < SOON_DAYS:
        return Hop("certificate", "warn", "certificate.soon", facts)
    return Hop("certificate", "ok", "certificate.days", facts)


async def _valid_until(host: str, port: int) -> datetime:
    context = ssl.create_default_context()
    _reader, writer = await asyncio.open_connection(host, port, ssl=context)
    try:
        secured = writer.get_extra_info("ssl_object")
        der = secured.getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(der).not_valid_after_utc.astimezone(UTC)
    finally:
        writer.transport.abort()


async def _web(url: str, port: int) -> Hop:
    began_s = asyncio.get_running_loop().time()
    try:
        async with _asking() as asking, asking.get(f"{url}/health/live") as answer:
            status, is_ours = answer.status, await _is_ours(answer)
    except (aiohttp.ClientError, OSError, TimeoutError):
        return Hop("web", "unseen", "web.unseen", {"url": url})
    facts = {"url": url, "status": str(status), "port": str(port)}
    if status == MISDIRECTED:
        return Hop("web", "bad", "web.host", facts)
    if status in GATEWAYS:
        return Hop("web", "bad", "web.gateway", facts)
    if not is_ours:
        return Hop("web", "bad", "web.another", facts)
    took_ms = round((asyncio.get_running_loop().time() - began_s) * 1_000)
    return Hop("web", "ok", "web.answers", {"ms": str(took_ms)})


def _asking() -> aiohttp.ClientSession:
    """Ask whatever the certificate: it is a hop of its own, and nothing secret is said here."""
    timeout = aiohttp.ClientTimeout(total=WITHIN_S)
    return aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(ssl=False))


async def _is_ours(answer: aiohttp.ClientResponse) -> bool:
    if answer.status != OK or answer.content_type != "application/json":
        return False
    try:
        said: Any = await answer.json()
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("ok") is True


async def _live(url: str) -> Hop:
    socket = f"ws{url.removeprefix('http')}/socket"
    began_s = asyncio.get_running_loop().time()
    try:
        async with _asking() as asking, asking.ws_connect(socket, origin=url):
            took_ms = round((asyncio.get_running_loop().time() - began_s) * 1_000)
    except aiohttp.WSServerHandshakeError as error:
        return Hop("live", "bad", "live.refused", {"status": str(error.status)})
    except (aiohttp.ClientError, OSError, TimeoutError):
        return Hop("live", "bad", "live.silent")
    return Hop("live", "ok", "live.stands", {"ms": str(took_ms)})
