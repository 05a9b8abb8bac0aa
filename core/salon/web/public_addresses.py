"""The addresses that the name in `server.public_url` leads to: how a server behind NAT is reached.

The name is the keeper's own and nobody else is asked but the machine's resolver. What it answers is
only told to browsers beside the machine's own addresses: a wrong one takes nothing from the others,
because a browser goes where a check is answered, and nobody but the relay can answer one (RFC 8445,
7.3). A proxy in front has the name lead to itself; then nothing answers there either.

Asked again each minute: who is at home often gets another address at night.
"""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

ADDRESSES = 4  # a name can lead to very many
WITHIN_S = 5.0

Resolve = Callable[[str], Coroutine[Any, Any, Sequence[str]]]


async def resolve(host: str) -> Sequence[str]:
    """Return the addresses of a name, as texts. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    return [str(entry[4][0]) for entry in found]


async def leading_to(url: str, ask: Resolve = resolve) -> Sequence[str] | None:
    """Return where the host of an address is, in an order that stays; None when nobody knows."""
    host = urlsplit(url).hostname
    if host is None:
        return ()
    try:
        async with asyncio.timeout(WITHIN_S):
            found = await ask(host)
    except (OSError, UnicodeError, TimeoutError):
        return None
    return sorted({text for text in found if may_be_told(text)})[:ADDRESSES]


def may_be_told(text: str) -> bool:
    """Whether an address can be another machine's way here."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return not (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
    )
