"""The rules of the house: each version is kept, and each is agreed to once by who lives here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from salon.domain.accounts import Account, Community
from salon.domain.events import RulesRead
from salon.errors import Conflict, Invalid
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.markdown import rendered
from salon.store import accounts as stored
from salon.store import community as stored_community
from salon.store.base import CoreTransaction
from salon.store.store import Store

VERSIONS_MAX = 50


@dataclass(frozen=True, slots=True)
class Printed:
    """The rules as they are shown; `html` is safe to insert."""

    version: int
    html: str


class HouseRules:
    """Reading them and agreeing to them."""

    def __init__(self, store: Store, access: Access, directory: Directory) -> None:
        self._store = store
        self._access = access
        self._directory = directory

    async def printed(self) -> Printed:
        community = self._directory.community
        return Printed(community.rules_version, await rendered(community.rules))

    async def agree(self, actor: Account, version: int) -> None:
        """Note that somebody has read a version. Raises Conflict when there is a newer one."""
        current = self._access.actor(actor)
        if version != self._directory.community.rules_version:
            raise Conflict(
                "The house rules have changed meanwhile. Look at them again.",
                field="version",
                reason="rules_changed",
            )

        def save(tx: CoreTransaction) -> None:
            known = stored.find_account(tx.connection, current.id) or current
            if known.rules_read != version:
                stored.save_account(tx, replace(known, rules_read=version))
                tx.announce(RulesRead(known.id, version))

        await self._store.write(save)

    async def versions(self, actor: Account) -> Sequence[tuple[int, str, datetime]]:
        """Return the last versions: number, text, since when. Raises Denied."""
        self._access.everywhere(actor, "server.manage")
        return await self._store.read(lambda c: stored_community.former_rules(c, VERSIONS_MAX))


def accepted(community: Community, *, is_read: bool) -> int:
    """Return the version that somebody at the door agrees to. Raises Invalid when they do not."""
    if community.rules and not is_read:
        raise Invalid(
            "Please read the house rules and say that you keep them.",
            field="rules",
            reason="rules_unread",
        )
    return community.rules_version
