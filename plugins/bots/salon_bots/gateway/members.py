"""Who is a member, told in parts to a bot that asks by op 8."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from salon.plugin import Account
from salon_bots.bits import Intents
from salon_bots.gateway.line import Line
from salon_bots.gateway.session import Session
from salon_bots.objects import Objects
from salon_bots.registry import Registry

CHUNK = 1_000
QUERY_MAX = 100


@dataclass(frozen=True, slots=True)
class MembersWish:
    """What op 8 asked for."""

    query: str
    limit: int
    user_ids: Sequence[int] | None
    presences: bool
    nonce: str | None


class Members:
    """Answers op 8."""

    def __init__(self, registry: Registry, objects: Objects) -> None:
        self._registry = registry
        self._objects = objects

    async def send(self, session: Session, wish: MembersWish, line: Line) -> None:
        """Answer op 8 in parts; always with one at least."""
        found, missing = self._find(session, wish)
        parts = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)] or [[]]
        for index, part in enumerate(parts):
            body: dict[str, Any] = {
                "guild_id": str(self._objects.guild.id),
                "members": [self._objects.people.member(account) for account in part],
                "chunk_index": index,
                "chunk_count": len(parts),
            }
            if wish.nonce is not None:
                body["nonce"] = wish.nonce
            if wish.presences:
                body["presences"] = []
            if wish.user_ids is not None:
                body["not_found"] = missing
            await line.room()
            session.dispatch("GUILD_MEMBERS_CHUNK", body)

    def _find(self, session: Session, wish: MembersWish) -> tuple[Sequence[Account], Sequence[str]]:
        people = self._objects.people
        if wish.user_ids is not None:
            known = [a for id_ in wish.user_ids if (a := people.known(id_)) is not None]
            here = {account.id for account in known}
            return known, [str(id_) for id_ in wish.user_ids if id_ not in here]
        wants_all = not wish.query and wish.limit == 0
        bot = self._registry.bot(session.bot_id)
        if bot is None or not bot.sees_people:
            return [], []
        if wants_all and not session.wants(Intents.MEMBERS):
            return [], []
        matching = [a for a in people.everybody() if is_called(a, wish.query)]
        return matching if wants_all else matching[: min(wish.limit or QUERY_MAX, QUERY_MAX)], []


def is_called(account: Account, start: str) -> bool:
    """Whether a name of the account begins so."""
    wanted = start.casefold()
    names = (account.handle, account.display_name)
    return any(name.casefold().startswith(wanted) for name in names)
