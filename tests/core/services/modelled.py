"""A server that is held to the model: what it keeps and tells, in the numbers of the model."""

import asyncio
import runpy
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from salon.domain.accounts import Account, AccountState, SignUp
from salon.store import accounts as stored_accounts
from salon.store import channels as stored_channels
from salon.store import community as stored_community
from salon.store import history
from salon.store.base import Connection
from salon.testing import Server
from salon.testing.person import PASSWORD

MODEL = runpy.run_path(str(Path(__file__).with_name("model.py")))
BIT: Mapping[str, int] = MODEL["BIT"]
EVERYONE, OWNER = 0, 0


class Listener:
    """A socket of somebody, which keeps what is written to it."""

    session_id = 0

    def __init__(self, account_id: int) -> None:
        self.account_id = account_id
        self.told: list[dict[str, Any]] = []

    def write(self, frames: bytes) -> None:
        while frames:
            size, start = frames[1], 2
            if size == 126:
                (size,), start = struct.unpack("!H", frames[2:4]), 4
            elif size == 127:
                (size,), start = struct.unpack("!Q", frames[2:10]), 10
            self.told.append(orjson.loads(frames[start : start + size]))
            frames = frames[start + size :]

    def close(self, _code: int, _reason: str) -> "asyncio.Task[Any]":
        return asyncio.create_task(asyncio.sleep(0))


class Real:
    """A server on one of the databases; the model's numbers are looked up in `ids`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.ids: dict[tuple[str, int], int] = {}
        self.listeners: dict[int, Listener] = {}

    @property
    def services(self) -> Any:
        return self.server.app.services

    def id(self, kind: str, number: int) -> int:
        """Return the id of what the model gave a number; of what never was, one nobody has."""
        return self.ids.get((kind, number), 1)

    def who(self, number: int) -> Account:
        account: Account = self.services.directory.account(self.id("account", number))
        return account

    def bits_of(self, role: int) -> int:
        return bits(self.services.directory.roles[self.id("role", role)].permissions)

    def name(self, kind: str, id_: int) -> int:
        return next(n for (k, n), known in self.ids.items() if (k, known) == (kind, id_))

    async def open(self) -> None:
        await self.server.start()
        token = await self.services.accounts.new_owner_link()
        wish = SignUp("somebody0", "Somebody", None)
        owner = await self.services.accounts.claim(token, wish, PASSWORD, "Here", "en")
        community = self.services.directory.community
        self.ids = {("account", OWNER): owner.id, ("role", EVERYONE): community.everyone_role_id}
        for role in [r for r in self.services.directory.roles.values() if r.id != community.id]:
            await self.services.roles.delete(owner, role.id)
        for room in tuple(self.services.directory.rooms.values()):
            await self.services.rooms.close(owner, room.id)
        for channel in tuple(self.services.directory.channels.values()):
            await self.services.channels.delete(owner, channel.id)
        for category in tuple(self.services.directory.categories.values()):
            await self.services.channels.delete_category(owner, category.id)
        self.listen(OWNER)

    def listen(self, number: int) -> None:
        listener = self.listeners[number] = Listener(self.id("account", number))
        self.services.announcer.add(listener)

    def heard(self) -> Mapping[int, Sequence[dict[str, Any]]]:
        """Return what each was told since the last time."""
        told = {number: listener.told for number, listener in self.listeners.items()}
        for listener in self.listeners.values():
            listener.told = []
        return told

    async def kept(self) -> dict[str, Any]:
        """Return all that stands in the database, in the model's numbers."""

        def load(connection: Connection) -> dict[str, Any]:
            channels = stored_channels.load_channels(connection)
            said = [
                message
                for channel in channels
                for message in history.newest(connection, channel.id, 1_000).messages
            ]
            return {
                "roles": stored_community.load_roles(connection),
                "accounts": stored_accounts.load_accounts(connection),
                "channels": channels,
                "messages": said,
            }

        found = await self.server.app.store.read(load)
        names: dict[str, Any] = {kind: {} for kind in ("account", "role", "channel", "message")}
        names |= {"category": {None: None}, "role": {self.ids["role", EVERYONE]: EVERYONE}}
        for (kind, number), id_ in self.ids.items():
            names[kind][id_] = number
        return {
            "ladder": [names["role"][role.id] for role in found["roles"]],
            "bits": {names["role"][r.id]: bits(r.permissions) for r in found["roles"]},
            "has": {
                names["account"][a.id]: {names["role"][id_] for id_ in a.role_ids}
                for a in found["accounts"]
            },
            "paused": {
                names["account"][a.id] for a in found["accounts"] if a.timed_out_until is not None
            },
            "banned": {
                names["account"][a.id]
                for a in found["accounts"]
                if a.state is AccountState.SUSPENDED
            },
            "channels": {
                names["channel"][c.id]: (
                    names["category"][c.category_id],
                    {
                        (o.target, names[o.target][o.target_id]): (bits(o.allow), bits(o.deny))
                        for o in c.overwrites
                    },
                )
                for c in found["channels"]
            },
            "messages": {
                names["message"][m.id]: (
                    names["channel"][m.channel_id], names["account"][m.author_id], m.text,
                )
                for m in found["messages"]
            },
        }  # fmt: skip


def bits(names: Any) -> int:
    return sum(BIT[name] for name in names if name in BIT)


def names_of(held: int) -> frozenset[str]:
    return frozenset(name for name, bit in BIT.items() if held & bit)
