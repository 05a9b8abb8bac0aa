"""Whom somebody hears, and who sees of them that they are here and write.

Known to nobody else. What is blocked is refused or withheld where it happens: conversations in
`conversations` and `access`, all that is meant for one person by asking `Directory.blocks`.
"""

from collections.abc import Callable
from dataclasses import replace

from salon.domain.accounts import Account, AccountState, FirstMessages, Privacy
from salon.domain.events import PrivacyChanged
from salon.errors import Conflict, Invalid, NotFound
from salon.services.directory import Directory
from salon.store import privacy as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store

BLOCKED_MAX = 1_000


class PrivacyChoices:
    """What an actor decides for itself."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store = store
        self._directory = directory

    async def block(self, actor: Account, account_id: int) -> Privacy:
        """Hear no more of somebody. Twice is once. Raises NotFound, Invalid, Conflict (many)."""
        other = self._directory.account(account_id)
        if other is None or other.state is AccountState.DELETED:
            raise NotFound("There is nobody with that id.", field="account", reason="nobody")
        if other.id == actor.id:
            raise Invalid("That is you.", field="account", reason="yourself")

        def add(tx: CoreTransaction) -> None:
            known = stored.find_privacy(tx.connection, actor.id).blocked
            if account_id in known:
                return
            if len(known) >= BLOCKED_MAX:
                raise Conflict(
                    f"You block {BLOCKED_MAX} people; no more fit.",
                    reason="blocked_full",
                    most=BLOCKED_MAX,
                )
            stored.add_block(tx, actor.id, account_id)

        return await self._changed(actor, add)

    async def unblock(self, actor: Account, account_id: int) -> Privacy:
        """Hear somebody again; what they wrote meanwhile is there."""
        return await self._changed(actor, lambda tx: stored.remove_block(tx, actor.id, account_id))

    async def take_first_messages(self, actor: Account, from_whom: FirstMessages) -> Privacy:
        """Say who of those without a conversation with the actor may begin one."""
        return await self._chosen(actor, lambda was: replace(was, first_messages=from_whom))

    async def show(
        self,
        actor: Account,
        *,
        presence: bool | None = None,
        typing: bool | None = None,
        name_outside: bool | None = None,
    ) -> Privacy:
        """Say whether others see that the actor is here, that it writes, and who it is if they
        listen without an account; None leaves it.

        Returns what is chosen.
        """
        if presence is None and typing is None and name_outside is None:
            return self._directory.privacy(actor.id)

        def chosen(was: Privacy) -> Privacy:
            return replace(
                was,
                shows_presence=was.shows_presence if presence is None else presence,
                shows_typing=was.shows_typing if typing is None else typing,
                shows_name_outside=was.shows_name_outside if name_outside is None else name_outside,
            )

        return await self._chosen(actor, chosen)

    async def _chosen(self, actor: Account, choose: Callable[[Privacy], Privacy]) -> Privacy:
        def save(tx: CoreTransaction) -> None:
            stored.save_choices(tx, actor.id, choose(stored.find_privacy(tx.connection, actor.id)))

        return await self._changed(actor, save)

    async def _changed(self, actor: Account, change: Callable[[CoreTransaction], None]) -> Privacy:
        def save(tx: CoreTransaction) -> Privacy:
            change(tx)
            privacy = stored.find_privacy(tx.connection, actor.id)
            tx.announce(PrivacyChanged(actor.id, privacy))
            return privacy

        return await self._store.write(save)
