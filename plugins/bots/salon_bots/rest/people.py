"""The bot itself, the guild, its members and roles."""

from collections.abc import Sequence
from typing import Any

from salon.plugin import Account, Salon
from salon_bots.errors import DiscordError, bad_field, unknown
from salon_bots.gateway.hub import IDENTIFIES_A_DAY, Hub, gateway_url
from salon_bots.gateway.members import is_called
from salon_bots.objects import Objects
from salon_bots.rest.table import Call, Endpoint, parse_id

MEMBERS_MAX = 1_000
DAY_MS = 86_400_000


class People:
    """Answers about whoever is here."""

    def __init__(self, salon: Salon, objects: Objects, hub: Hub) -> None:
        self._salon = salon
        self._objects = objects
        self._hub = hub

    def endpoints(self) -> Sequence[Endpoint]:
        guild, member = "/guilds/{guild}", "/guilds/{guild}/members"
        return (
            Endpoint("GET", "/gateway/bot", self.gateway_bot),
            Endpoint("GET", "/users/@me", self.me),
            Endpoint("GET", "/users/@me/guilds", self.my_guilds),
            Endpoint("GET", "/users/{user}", self.user),
            Endpoint("GET", "/applications/@me", self.application),
            Endpoint("GET", "/oauth2/applications/@me", self.application),
            Endpoint("GET", guild, self.guild, major="guild"),
            Endpoint("GET", f"{guild}/channels", self.channels, major="guild"),
            Endpoint("GET", f"{guild}/threads/active", self.threads, major="guild"),
            Endpoint("GET", f"{guild}/roles", self.roles, major="guild"),
            Endpoint("GET", guild + "/roles/{role}", self.role, major="guild"),
            Endpoint("GET", member, self.members, major="guild"),
            Endpoint("GET", f"{member}/search", self.search, major="guild"),
            Endpoint("GET", member + "/{user:me}", self.member, major="guild"),
            *(Endpoint("GET", path, _answering(body)) for path, body in AT_START),
        )

    async def gateway_bot(self, call: Call) -> Any:
        return {
            "url": gateway_url(self._salon.base_url),
            "shards": 1,
            "session_start_limit": {
                "total": IDENTIFIES_A_DAY.times,
                "remaining": self._hub.identifies_left(call.account.id),
                "reset_after": DAY_MS,
                "max_concurrency": 1,
            },
        }

    async def me(self, call: Call) -> Any:
        return self._objects.people.own_user(call.account)

    async def my_guilds(self, call: Call) -> Any:
        return [self._objects.guild.partial(call.account)]

    async def user(self, call: Call) -> Any:
        account = self._salon.accounts.get(call.id("user", "User"))
        if account is None:
            raise unknown("User")
        return self._objects.people.user(account)

    async def application(self, call: Call) -> Any:
        return self._objects.guild.application(call.bot, call.account)

    async def guild(self, call: Call) -> Any:
        self._check_guild(call)
        guild = self._objects.guild.brief()
        if call.query.get("with_counts") in {"true", "True", "1"}:
            count = len(self._objects.people.everybody())
            guild |= {"approximate_member_count": count, "approximate_presence_count": count}
        return guild

    async def channels(self, call: Call) -> Any:
        self._check_guild(call)
        return self._objects.places.all(call.account)

    async def threads(self, call: Call) -> Any:
        self._check_guild(call)
        return {"threads": self._objects.places.threads(call.account), "members": []}

    async def roles(self, call: Call) -> Any:
        self._check_guild(call)
        return self._objects.people.roles()

    async def role(self, call: Call) -> Any:
        self._check_guild(call)
        role_id = call.ids["role"]
        for role in self._objects.people.roles():
            if role["id"] == role_id:
                return role
        raise unknown("Role")

    async def member(self, call: Call) -> Any:
        self._check_guild(call)
        if call.ids["user"] == "@me":
            return self._objects.people.member(call.account)
        account = self._objects.people.known(call.id("user", "Member"))
        if account is None:
            raise unknown("Member")
        return self._objects.people.member(account)

    async def members(self, call: Call) -> Any:
        self._check_guild(call)
        self._check_sees_people(call)
        cursor = call.query.get("after", "0")
        after = 0 if cursor == "0" else parse_id(cursor, "User")
        found = [a for a in self._objects.people.everybody() if a.id > after]
        found.sort(key=lambda account: account.id)
        return self._told(found[: limit_of(call, 1, MEMBERS_MAX)])

    async def search(self, call: Call) -> Any:
        self._check_guild(call)
        self._check_sees_people(call)
        start = call.query.get("query", "")
        found = [a for a in self._objects.people.everybody() if is_called(a, start)]
        return self._told(found[: limit_of(call, 1, MEMBERS_MAX)])

    def _told(self, accounts: Sequence[Account]) -> list[dict[str, Any]]:
        return [self._objects.people.member(account) for account in accounts]

    def _check_guild(self, call: Call) -> None:
        if call.id("guild", "Guild") != self._objects.guild.id:
            raise unknown("Guild")

    def _check_sees_people(self, call: Call) -> None:
        if not call.bot.sees_people:
            raise DiscordError(403, 50001, "Missing Access")


def limit_of(call: Call, default: int, most: int) -> int:
    """Return how many were asked for. Raises DiscordError."""
    text = call.query.get("limit", str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= most):  # noqa: PLR2004
        raise bad_field("limit", "NUMBER_TYPE_MAX", f"int value should be 1 to {most}.")
    return int(text)


def _answering(body: Any) -> Any:
    async def answer(_call: Call) -> Any:
        return body

    return answer


# What libraries read at their start without being asked: it must not fail.
_REGION = {"id": "local", "name": "Local", "optimal": True, "deprecated": False, "custom": False}
AT_START: Sequence[tuple[str, Any]] = (
    ("/soundboard-default-sounds", []),
    ("/sticker-packs", {"sticker_packs": []}),
    ("/voice/regions", [_REGION]),
    ("/guilds/{guild}/integrations", []),
    ("/guilds/{guild}/stickers", []),
    ("/guilds/{guild}/emojis", []),
    ("/guilds/{guild}/soundboard-sounds", {"items": []}),
    ("/guilds/{guild}/auto-moderation/rules", []),
    ("/guilds/{guild}/templates", []),
    ("/applications/{application}/entitlements", []),
    ("/applications/{application}/skus", []),
    ("/applications/{application}/role-connections/metadata", []),
)
