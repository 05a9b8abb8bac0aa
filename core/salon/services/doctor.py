"""The doctor: what the server finds at each hop of the way to it, for those who keep it.

What it asks of itself it asks with a trial of its own, and ends it. Looks are a few a minute for
all together: each one asks the proxy, the TURN server and the disk.

`./salon doctor` looks at most hops itself; of the port of voices, whose peers only the server can
make, it asks the server, with a proof that it reads the same data folder (`is_ours`).
"""

import asyncio
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from salon.clock import Clock
from salon.config import Config
from salon.domain import wire
from salon.domain.accounts import Account
from salon.errors import Unavailable
from salon.files.objects import S3
from salon.ids import new_secret
from salon.relay.control import Relay
from salon.services.access import Access
from salon.services.hop_words import words_of
from salon.services.hops import Hop
from salon.services.inner_hops import clock_hop, database_hop, disk_hop
from salon.services.jobs import CORE
from salon.services.limits import Paces
from salon.services.objects_hop import objects_hops
from salon.services.outer_hops import outer_hops
from salon.services.sealing import Seal
from salon.services.trials import tried
from salon.services.voice_hops import beside_the_name, voice_hops
from salon.store import kv
from salon.store.store import Store

BURST = 6
PER_S = 0.2
EXAMINED = "examined"
PROOF_S = 60  # a proof is for this minute, or the one before

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Examined:
    """When the doctor looked, and how many hops it found closed."""

    at: datetime
    closed: int

    def body(self) -> dict[str, Any]:
        return {"at": wire.time(self.at), "closed": self.closed}


class Doctor:
    """Looks when somebody asks; keeps when it looked last, and how many hops were closed."""

    def __init__(  # noqa: PLR0913 every part that voices need is looked at
        self,
        *,
        config: Config,
        relay: Relay,
        store: Store,
        objects: S3 | None,
        access: Access,
        seal: Seal,
        clock: Clock,
        own_addresses: Callable[[], Collection[str]],
    ) -> None:
        self.media = config.media  # where voices are now, which may change without a restart
        self._config = config
        self._relay = relay
        self._store = store
        self._objects = objects
        self._access = access
        self._seal = seal
        self._clock = clock
        self._own_addresses = own_addresses
        self._paces = Paces(BURST, PER_S)

    async def look(self, actor: Account, language: str) -> dict[str, Any]:
        """Return every hop, in words. Raises Denied, TooMany."""
        self._access.everywhere(actor, "server.manage")
        now_s = self._clock.monotonic_s()
        self._paces.take(0, now_s, message="The doctor has looked just now. One moment.")
        config = self._config
        outer, voice, database, disk, objects = await asyncio.gather(
            outer_hops(config.server, self._clock),
            self.voice(),
            database_hop(self._store.is_writable),
            asyncio.to_thread(disk_hop, config.data.directory, config.files.keep_free_mib),
            objects_hops(self._objects),
        )
        voice = beside_the_name(voice, outer[0], self.media.addresses)
        hops = (*outer, *voice, database, disk, *objects, clock_hop())
        await self._keep(Examined(self._clock.now(), sum(hop.state == "bad" for hop in hops)))
        return {"hops": [_told(hop, language) for hop in hops]}

    async def _keep(self, examined: Examined) -> None:
        try:
            await self._store.write(lambda tx: kv.put(tx, CORE, EXAMINED, examined.body()))
        except Unavailable as error:  # who asks the doctor reads that in the hop of the database
            log.warning("what the doctor saw could not be written down", reason=error.message)

    async def last(self) -> Examined | None:
        """Return what the last look found; None before the first one."""
        kept = await self._store.read(lambda connection: kv.get(connection, CORE, EXAMINED))
        return (
            None if kept is None else Examined(datetime.fromisoformat(kept["at"]), kept["closed"])
        )

    async def voice(self) -> tuple[Hop, ...]:
        """Return the hops of voices."""
        peer_id = new_secret(16)
        try:
            offer = await tried(self._relay, peer_id)
            turn, own = self._config.turn, self._own_addresses()
            return await voice_hops(offer, turn, own, self._clock)
        except Unavailable as error:
            facts = {"port": str(self.media.port), "problem": error.message}
            return (Hop("port", "bad", "port.taken", facts),)
        finally:
            await self._relay.remove_peer(peer_id)

    def is_ours(self, proof: str) -> bool:
        """Whether somebody who asks now can read this server's key."""
        now = self._minute()
        known = (proof_of(self._seal, minute) for minute in (now, now - 1, now + 1))
        given = proof.encode(errors="surrogateescape")
        return any(hmac.compare_digest(given, each.encode()) for each in known)

    def _minute(self) -> int:
        return int(self._clock.now().timestamp()) // PROOF_S


def proof_of(seal: Seal, minute: int) -> str:
    """Return what shows in this minute that one reads the data folder's key."""
    return seal.sign(f"doctor {minute}".encode()).hex()


def asks_of(data: Path, clock: Clock) -> str:
    """Return the proof for now, of a data folder. Raises Unavailable."""
    return proof_of(Seal.of(data), int(clock.now().timestamp()) // PROOF_S)


def _told(hop: Hop, language: str) -> dict[str, Any]:
    words = words_of(hop, language)
    return {
        "name": hop.name,
        "state": hop.state,
        "reason": hop.reason,
        "title": words.title,
        "said": words.said,
        "fix": words.fix,
    }
