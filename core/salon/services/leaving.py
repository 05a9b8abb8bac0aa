"""Leaving for good: somebody asks, may take it back for some days, and is erased when it is due.

Nothing happens before: they go on as they were. The queue holds the job from the start, with the
time at which it was asked for; one that was taken back, or asked for anew, is not done by it.
"""

from datetime import timedelta

from salon.clock import Clock
from salon.domain import wire
from salon.domain.accounts import Account, AccountKind
from salon.domain.audit import target
from salon.domain.exports import Deletion
from salon.errors import Conflict, Denied, Invalid, NotFound
from salon.services import names
from salon.services.access import Access
from salon.services.accounts import Accounts
from salon.services.erasing import JOB
from salon.services.jobs import CORE, Jobs
from salon.store import audit, jobs
from salon.store import exports as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store


class Leaving:
    """What people decide of their own account's end."""

    def __init__(
        self,
        *,
        store: Store,
        access: Access,
        accounts: Accounts,
        queue: Jobs,
        clock: Clock,
        days: int,
    ) -> None:
        self._store = store
        self._access = access
        self._accounts = accounts
        self._queue = queue
        self._clock = clock
        self.days = days

    async def ask(
        self, actor: Account, handle: str, password: str, *, keeps_content: bool
    ) -> Deletion:
        """Have oneself erased in some days.

        Raises Invalid (not one's own handle), Denied (the owner, a wrong password), Conflict (asked
        already), TooMany.
        """
        current = self._access.actor(actor)
        if current.is_owner or current.kind is not AccountKind.PERSON:
            raise Denied("The owner cannot leave: nobody would be left.", reason="owner_stays")
        if names.folded(handle[: names.RAW_MAX]) != names.folded(current.handle):
            raise Invalid(
                "That is not the name you sign in with.", field="handle", reason="not_your_handle"
            )
        await self._accounts.check_password(current, password)
        now = self._clock.now()
        deletion = Deletion(current.id, now, now + timedelta(days=self.days), keeps_content)

        def add(tx: CoreTransaction) -> None:
            if stored.find_deletion(tx.connection, current.id) is not None:
                raise Conflict("This account is being deleted already.", reason="leaving_already")
            stored.save_deletion(tx, deletion)
            payload = {
                "account_id": str(current.id),
                "asked_at": wire.time(deletion.asked_at),
                "keeps_content": keeps_content,
            }
            jobs.add(tx, CORE, JOB, payload, deletion.due_at)
            audit.record(tx, current, "account.deletion_asked", target("account", current))

        await self._store.write(add)
        self._queue.look()
        return deletion

    async def take_back(self, actor: Account) -> None:
        """Stay after all. Raises NotFound."""
        current = self._access.actor(actor)

        def forget(tx: CoreTransaction) -> None:
            if not stored.forget_deletion(tx, current.id):
                raise NotFound("Nothing was to be deleted.", reason="not_leaving")
            audit.record(tx, current, "account.deletion_taken_back", target("account", current))

        await self._store.write(forget)

    async def deletion(self, actor: Account) -> Deletion | None:
        return await self._store.read(lambda c: stored.find_deletion(c, actor.id))
