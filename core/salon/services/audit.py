"""Looking at what was changed, and by whom."""

from collections.abc import Sequence

from salon.domain.accounts import Account
from salon.domain.audit import Entry, Target
from salon.services.access import Access
from salon.store import audit as stored
from salon.store.audit import Wanted
from salon.store.store import Store

PERMISSION = "audit.view"


class Audit:
    """Deeds are recorded where they are done, in the same write; here they are read."""

    def __init__(self, store: Store, access: Access) -> None:
        self._store = store
        self._access = access

    async def record(self, actor: Account, action: str, target: Target) -> None:
        """Record a deed that was done outside of the store."""
        await self._store.write(lambda tx: stored.record(tx, actor, action, target))

    async def entries(self, actor: Account, wanted: Wanted) -> Sequence[Entry]:
        """Return the newest that are wanted, newest first. Raises Denied."""
        self._access.everywhere(actor, PERMISSION)
        return await self._store.read(lambda connection: stored.load(connection, wanted))
