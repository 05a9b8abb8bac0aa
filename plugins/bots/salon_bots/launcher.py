"""`python -m salon_bots.launcher bot.py …`: runs a discord.py program against a Salon server.

The program stays as it is. `SALON_BOT_URL` is the server's address (`https://salon.example.org`).
No library reads its base address from the environment, so it is set on the library's classes before
the program begins: all of them, or none. A program of which only the REST address is changed would
send its token to Discord's own gateway. Needs nothing but Python; the file may be copied.
"""

import importlib
import os
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

VARIABLE = "SALON_BOT_URL"
USAGE = f"Usage: {VARIABLE}=https://salon.example.org python -m salon_bots.launcher bot.py …"
# Module, class, attribute, and what it becomes; {rest}, {gateway} and {cdn} are filled in.
ATTRIBUTES = (
    ("discord.http", "Route", "BASE", "{rest}/api/v10"),
    ("discord.gateway", "DiscordWebSocket", "DEFAULT_GATEWAY", "{gateway}/gateway"),
    ("discord.asset", "Asset", "BASE", "{rest}/cdn"),
)


def point(address: str) -> None:
    """Point discord.py at a server. Raises SystemExit, with nothing changed, when it cannot be."""
    base = address.rstrip("/")
    url = urlsplit(base)
    if url.scheme not in {"http", "https"} or not url.netloc or url.path:
        raise SystemExit(f"{VARIABLE} is {address!r}, expected https://host or http://host:port")
    changes = []
    for module, owner, attribute, template in ATTRIBUTES:
        found = getattr(importlib.import_module(module), owner, None)
        before = getattr(found, attribute, None)
        if found is None or before is None:
            name = f"{module}.{owner}.{attribute}"
            raise SystemExit(f"{name} is missing: this version of the library is not known.")
        text = template.format(rest=base, gateway=f"ws{base.removeprefix('http')}")
        changes.append((found, attribute, type(before)(text)))
    for found, attribute, value in changes:
        setattr(found, attribute, value)


def main(arguments: Sequence[str]) -> None:
    words = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    address = os.environ.get(VARIABLE, "")
    if not words or not address:
        raise SystemExit(USAGE)
    point(address)
    sys.argv = words
    sys.path.insert(0, str(Path(words[0]).resolve().parent))
    runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
