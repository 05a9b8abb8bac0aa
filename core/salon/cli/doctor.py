"""`salon doctor`: what is found at each hop on the way here, in words, and an exit code.

While the server runs, it is asked for what only it can see: its port of voices. While it does not,
its port is opened here for a moment, which shows that it is free, and answers in the same way.
"""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import click
import orjson
from sqlalchemy.exc import SQLAlchemyError

from salon.cli import EXIT_CONFIG, EXIT_FAILED, fail
from salon.cli.settings import database_of, read_core
from salon.clock import SystemClock
from salon.config import Config, ConfigProblems
from salon.errors import NotFound, SalonError
from salon.files.objects import S3
from salon.ids import new_secret
from salon.logs import configure
from salon.services.doctor import asks_of
from salon.services.hop_words import words_of
from salon.services.hops import Hop
from salon.services.inner_hops import clock_hop, disk_hop
from salon.services.objects_hop import objects_hops
from salon.services.outer_hops import outer_hops
from salon.services.trials import tried
from salon.services.voice_hops import beside_the_name, voice_hops
from salon.store.migrate import CORE, is_current
from salon.web.doors import ANY, LOOPBACK, own_addresses
from salon.web.public_addresses import leading_to

WITHIN_S = 20.0
MARKS = {"ok": "✓", "warn": "!", "bad": "✗", "unseen": "?"}
HEADS = {
    "en": ("In order.", "This is broken: {names}."),
    "fr": ("Tout est en ordre.", "Ceci ne marche pas\u00a0: {names}."),
}
OK, NOT_FOUND = 200, 404


def run(file: Path | None, data: Path | None, language: str | None, *, as_json: bool) -> int:
    """Look, print, and return the exit code."""
    try:
        config = read_core(file, {"data": data})
    except ConfigProblems as problems:
        fail(str(problems), EXIT_CONFIG)
    configure("error", "auto")  # what is found is told once, in order
    hops = asyncio.run(_look(config))
    spoken = language or _language(os.environ)
    broken = [hop for hop in hops if hop.state == "bad"]
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(_report(hops, spoken)) + b"\n")
    else:
        click.echo("\n".join(_lines(hops, spoken)))
    return EXIT_FAILED if broken else 0


async def _look(config: Config) -> Sequence[Hop]:
    clock = SystemClock()
    outer, voice, database, disk, objects = await asyncio.gather(
        outer_hops(config.server, clock),
        _voice(config),
        asyncio.to_thread(_database, config),
        asyncio.to_thread(disk_hop, config.data.directory, config.files.keep_free_mib),
        objects_hops(S3.of(config.objects)),
    )
    voice = beside_the_name(voice, outer[0], config.media.addresses)
    return (*outer, *voice, database, disk, *objects, clock_hop())


# -- voices


async def _voice(config: Config) -> Sequence[Hop]:
    facts = {"port": str(config.media.port)}
    scheme = "http" if config.server.tls.mode == "off" else "https"
    host = config.server.host
    places = dict.fromkeys((LOOPBACK, LOOPBACK if host in ANY else host))
    timeout = aiohttp.ClientTimeout(total=WITHIN_S)
    connector = aiohttp.TCPConnector(ssl=False)  # this machine, whatever its certificate is for
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as asking:
        for place in places:
            named = f"[{place}]" if ":" in place else place
            hops = await _asked(asking, f"{scheme}://{named}:{config.server.port}", config, facts)
            if hops is not None:
                return hops
    return await _opened(config, facts)


async def _asked(
    asking: aiohttp.ClientSession, url: str, config: Config, facts: Mapping[str, str]
) -> Sequence[Hop] | None:
    """Return what a running server finds; None where none answers."""
    try:
        proof = asks_of(config.data.directory, SystemClock())
        headers = {"Authorization": f"Bearer {proof}"}
        async with asking.get(f"{url}/health/hops", headers=headers) as answer:
            if answer.status == OK:
                found = [Hop.of(each) for each in (await answer.json())["hops"]]
                return (Hop("port", "ok", "port.open", facts), *found)
            if answer.status == NOT_FOUND:
                return (Hop("port", "warn", "port.hidden", facts),)
    except (aiohttp.ClientError, OSError, TimeoutError, SalonError, ValueError, LookupError):
        return None
    return None


async def _opened(config: Config, facts: Mapping[str, str]) -> Sequence[Hop]:
    """Open the port that the server would, and look at it."""
    from salon.relay.local import LocalRelay  # with all that it needs: 20 MB

    clock = SystemClock()
    relay = LocalRelay(clock)
    try:
        await relay.start()
        announced = await _announced(config)
        await relay.rebind([LOOPBACK, *own_addresses()], config.media.port, announced)
        offer = await tried(relay, new_secret(16))
        found = await voice_hops(offer, config.turn, own_addresses(), clock)
    except SalonError as error:
        return (Hop("port", "bad", "port.taken", {**facts, "problem": error.message}),)
    finally:
        await relay.stop()
    return (Hop("port", "warn", "port.off", facts), *found)


async def _announced(config: Config) -> Sequence[str]:
    configured = [str(address) for address in config.media.addresses]
    if configured:
        return [LOOPBACK, *configured]
    url = config.server.public_url
    named = await leading_to(url) if url is not None else None
    return [LOOPBACK, *dict.fromkeys((*own_addresses(), *named))] if named else ()


# -- what it stands on


def _database(config: Config) -> Hop:
    database = database_of(config)
    try:
        with database.open_beside() as connection:
            if not is_current(connection, "core", CORE):
                return _broken(
                    "Its tables are of another version; the server's start changes that."
                )
    except NotFound:
        return Hop("database", "warn", "database.none")
    except SalonError as error:
        return _broken(error.message)
    except SQLAlchemyError as error:
        return _broken(str(error.__cause__ or error).partition("\n")[0])
    finally:
        database.close()
    return Hop("database", "ok", "database.whole", {"where": database.where})


def _broken(problem: str) -> Hop:
    return Hop("database", "bad", "database.broken", {"problem": problem})


# -- saying it


def _language(environment: Mapping[str, str]) -> str:
    """Return what the terminal speaks (POSIX, 8.2): the first of these that is set."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    wish = next((environment[name] for name in names if environment.get(name)), "")
    return "fr" if wish.startswith("fr") else "en"


def _lines(hops: Sequence[Hop], language: str) -> Sequence[str]:
    all_well, broken = HEADS[language]
    titles = [words_of(hop, language).title for hop in hops if hop.state == "bad"]
    lines = []
    for hop in hops:
        words = words_of(hop, language)
        lines.append(f"{MARKS[hop.state]} {words.title:<16} {words.said}")
        if words.fix:
            lines.append(f"  {'':<16} → {words.fix}")
    head = broken.format(names=", ".join(titles)) if titles else all_well
    return (*lines, "", head)


def _report(hops: Sequence[Hop], language: str) -> Mapping[str, Any]:
    told = []
    for hop in hops:
        words = words_of(hop, language)
        told.append({**hop.body(), "title": words.title, "said": words.said, "fix": words.fix})
    return {"is_well": all(hop.state != "bad" for hop in hops), "hops": told}
