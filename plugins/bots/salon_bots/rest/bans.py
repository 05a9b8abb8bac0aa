"""Sending people away and banning them, as the bot that asks: its permissions, its rank."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from salon.plugin import Account, Salon, Sanction, SanctionKind
from salon_bots.errors import bad_field, unknown
from salon_bots.objects import Objects
from salon_bots.rest.people import limit_of
from salon_bots.rest.table import Call, Endpoint, parse_id

BANS_MAX = 1_000
TAKEN_BACK_MAX_S = 604_800
DAY_S = 86_400


class Bans:
    """Answers about who has to go."""

    def __init__(self, salon: Salon, objects: Objects) -> None:
        self._salon = salon
        self._objects = objects

    def endpoints(self) -> Sequence[Endpoint]:
        bans = "/guilds/{guild}/bans"
        one = bans + "/{user}"
        return (
            Endpoint("DELETE", "/guilds/{guild}/members/{user}", self.kick, major="guild"),
            Endpoint("GET", bans, self.bans, major="guild"),
            Endpoint("GET", one, self.ban_of, major="guild"),
            Endpoint("PUT", one, self.ban, major="guild"),
            Endpoint("DELETE", one, self.unban, major="guild"),
        )

    async def kick(self, call: Call) -> Any:
        account = self._somebody(call)
        await self._salon.accounts.impose(
            account.id, SanctionKind.KICK, by=call.account, reason=call.reason
        )

    async def bans(self, call: Call) -> Any:
        self._check_guild(call)
        limit = limit_of(call, BANS_MAX, BANS_MAX)
        before = call.query.get("before")
        found = await self._salon.accounts.sanctions(
            call.account,
            kind=SanctionKind.BAN,
            before=None if before is None else parse_id(before, "User"),
            limit=limit,
        )
        return [self._told(each) for each in found]

    async def ban_of(self, call: Call) -> Any:
        account = self._somebody(call)
        return self._told(await self._standing(call, account))

    async def ban(self, call: Call) -> Any:
        account = self._somebody(call)
        await self._salon.accounts.impose(
            account.id,
            SanctionKind.BAN,
            by=call.account,
            reason=call.reason,
            take_back=timedelta(seconds=_taken_back_s(call)),
        )

    async def unban(self, call: Call) -> Any:
        account = self._somebody(call)
        await self._standing(call, account)
        await self._salon.accounts.lift(account.id, SanctionKind.BAN, by=call.account)

    async def _standing(self, call: Call, account: Account) -> Sanction:
        found = await self._salon.accounts.sanctions(
            call.account, kind=SanctionKind.BAN, account_id=account.id, limit=1
        )
        if not found:
            raise unknown("Ban")
        return found[0]

    def _told(self, ban: Sanction) -> dict[str, Any]:
        account = self._salon.accounts.get(ban.account_id)
        people = self._objects.people
        user = people.gone_user(ban.account_id) if account is None else people.user(account)
        return {"reason": ban.reason or None, "user": user}

    def _somebody(self, call: Call) -> Account:
        self._check_guild(call)
        account = self._salon.accounts.get(call.id("user", "User"))
        if account is None:
            raise unknown("User")
        return account

    def _check_guild(self, call: Call) -> None:
        if call.id("guild", "Guild") != self._objects.guild.id:
            raise unknown("Guild")


def _taken_back_s(call: Call) -> int:
    """Return how far back messages go, in seconds. Libraries say it in the query or the body."""
    for name, unit_s in (("delete_message_seconds", 1), ("delete_message_days", DAY_S)):
        said = call.fields.get(name, call.query.get(name))
        if said is None:
            continue
        text = str(said)
        if not (text.isascii() and text.isdigit() and len(text) <= 6):  # noqa: PLR2004 digits of a week
            raise bad_field(name, "NUMBER_TYPE_COERCE", "int value expected.")
        if int(text) * unit_s > TAKEN_BACK_MAX_S:
            raise bad_field(name, "NUMBER_TYPE_MAX", "int value should be at most 7 days.")
        return int(text) * unit_s
    return 0
