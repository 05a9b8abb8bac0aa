"""The community as bots were told of it: compared with what it is now.

The server tells plugins of messages; of roles, names and members it does not. They are looked at
every second and after somebody joined.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from salon.plugin import Account, Community, Role, Salon
from salon_bots.bits import Intents
from salon_bots.objects import Objects


@dataclass(frozen=True, slots=True)
class Change:
    """One event, the same for every bot that wants it."""

    name: str
    intent: Intents
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """Everything but places, which each bot sees differently."""

    community: Community
    roles: Mapping[int, Role]
    accounts: Mapping[int, Account]

    @classmethod
    def of(cls, salon: Salon, objects: Objects) -> "World":
        return cls(
            salon.community,
            {role.id: role for role in salon.accounts.roles()},
            {account.id: account for account in objects.people.everybody()},
        )

    def changes(self, now: "World", objects: Objects) -> Iterator[Change]:
        """Return what makes `now` out of this, in the order in which it has to be told."""
        if self.community != now.community:
            yield Change("GUILD_UPDATE", Intents.GUILDS, objects.guild.brief())
        yield from self._roles(now, objects)
        yield from self._members(now, objects)

    def _roles(self, now: "World", objects: Objects) -> Iterator[Change]:
        guild = {"guild_id": str(now.community.id)}
        for id_, role in now.roles.items():
            if self.roles.get(id_) != role:
                name = "GUILD_ROLE_UPDATE" if id_ in self.roles else "GUILD_ROLE_CREATE"
                yield Change(name, Intents.GUILDS, guild | {"role": objects.people.role(role)})
        for id_ in self.roles.keys() - now.roles.keys():
            yield Change("GUILD_ROLE_DELETE", Intents.GUILDS, guild | {"role_id": str(id_)})

    def _members(self, now: "World", objects: Objects) -> Iterator[Change]:
        guild = {"guild_id": str(now.community.id)}
        for id_, account in now.accounts.items():
            if self.accounts.get(id_) != account:
                name = "GUILD_MEMBER_UPDATE" if id_ in self.accounts else "GUILD_MEMBER_ADD"
                yield Change(name, Intents.MEMBERS, guild | objects.people.member(account))
        for id_ in self.accounts.keys() - now.accounts.keys():
            gone = {"user": objects.people.user(self.accounts[id_])}
            yield Change("GUILD_MEMBER_REMOVE", Intents.MEMBERS, guild | gone)
