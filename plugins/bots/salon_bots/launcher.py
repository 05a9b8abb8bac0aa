"""`python -m salon_bots.launcher bot.py …`: runs a bot's program against a Salon server.

The program stays as it is. `SALON_BOT_URL` is the server's address (`https://salon.example.org`).
No library reads its base address from the environment, so it is set on the library's classes before
the program begins: all of them, or none. A program of which only the REST address is changed would
send its token to Discord's own gateway. Needs nothing but Python; the file may be copied.
"""

import importlib.util
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

VARIABLE = "SALON_BOT_URL"
USAGE = f"Usage: {VARIABLE}=https://salon.example.org python -m salon_bots.launcher bot.py …"
REST = "{rest}/api/v10"
CDN = "{rest}/cdn"
GATEWAY = "{gateway}/gateway"
# Module, class and attribute of each library, and what it becomes. disnake asks the server for the
# gateway's address; discord.py never does.
LIBRARIES: Mapping[str, Sequence[tuple[str, str, str, str]]] = {
    "discord": (
        ("discord.http", "Route", "BASE", REST),
        ("discord.gateway", "DiscordWebSocket", "DEFAULT_GATEWAY", GATEWAY),
        ("discord.asset", "Asset", "BASE", CDN),
    ),
    "disnake": (
        ("disnake.http", "Route", "BASE", REST),
        ("disnake.asset", "Asset", "BASE", CDN),
    ),
}


def point(address: str) -> None:
    """Point what is installed at a server. Raises SystemExit, with nothing changed, otherwise."""
    base = address.rstrip("/").removesuffix("/api")  # as other libraries want it
    url = urlsplit(base)
    if url.scheme not in {"http", "https"} or not url.netloc or url.path:
        raise SystemExit(f"{VARIABLE} is {address!r}, expected https://host or http://host:port")
    installed = [name for name in LIBRARIES if is_installed(name)]
    if not installed:
        raise SystemExit(f"None of {', '.join(LIBRARIES)} is installed here.")
    places = {"rest": base, "gateway": f"ws{base.removeprefix('http')}"}
    changes = [_change(*row, places) for name in installed for row in LIBRARIES[name]]
    for owner, attribute, value in changes:
        setattr(owner, attribute, value)


def is_installed(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


def _change(
    module: str, owner: str, attribute: str, template: str, places: Mapping[str, str]
) -> tuple[Any, str, Any]:
    found = getattr(importlib.import_module(module), owner, None)
    before = getattr(found, attribute, None)
    if found is None or before is None:
        name = f"{module}.{owner}.{attribute}"
        raise SystemExit(f"{name} is missing: this version of the library is not known.")
    return found, attribute, type(before)(template.format(**places))


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
