"""The pictures that stand for somebody and for the community: avatars, and the icon.

A new one takes the place of the old one in the same write; the old one is thrown away later.
"""

from dataclasses import replace

from salon.domain.accounts import Account, AccountState, Community
from salon.domain.audit import differences, target
from salon.domain.events import AccountChanged, CommunityChanged
from salon.domain.files import Purpose
from salon.errors import NotFound
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.files import Files
from salon.services.limits import RateLimits
from salon.store import accounts as stored_accounts
from salon.store import audit
from salon.store import community as stored_community
from salon.store import files as stored_files
from salon.store.base import CoreTransaction
from salon.store.store import Store

CHANGES_PER_MIN = 6  # everybody is told of each


class Faces:
    """Sets and takes away; the pictures themselves are `Files`'."""

    def __init__(
        self,
        *,
        store: Store,
        access: Access,
        directory: Directory,
        files: Files,
        rates: RateLimits,
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._files = files
        self._rates = rates

    async def set_avatar(self, actor: Account, file_id: int | None) -> Account:
        """Show a picture for oneself, or initials again. Raises NotFound, Denied, TooMany."""
        actor = self._access.actor(actor)
        self._access.no_time_out(actor)
        self._check_pace(actor)

        def save(tx: CoreTransaction) -> Account:
            known = stored_accounts.find_account(tx.connection, actor.id)
            if known is None or known.state is AccountState.DELETED:
                raise NotFound("There is nobody with that id.", field="account", reason="nobody")
            _exchange(tx, known.avatar_id, file_id, actor, Purpose.AVATAR)
            changed = replace(known, avatar_id=file_id)
            stored_accounts.save_account(tx, changed)
            tx.announce(AccountChanged(changed))
            return changed

        changed = await self._store.write(save)
        self._files.look_soon()
        return changed

    async def set_icon(self, actor: Account, file_id: int | None) -> Community:
        """Show a picture for the community, or its letter; an installed app shows it too.

        Raises NotFound, Denied, TooMany, Unavailable.
        """
        self._access.everywhere(actor, "server.manage")
        self._check_pace(actor)
        if file_id is not None:
            hue = self._directory.community.accent_hue
            await self._files.make_app_icons(actor, file_id, hue)

        def save(tx: CoreTransaction) -> Community:
            known = stored_community.load_community(tx.connection) or self._directory.community
            _exchange(tx, known.icon_id, file_id, actor, Purpose.ICON)
            changed = replace(known, icon_id=file_id)
            stored_community.save_community(tx, changed)
            tx.announce(CommunityChanged(changed))
            changes = differences(known, changed, "icon_id")
            audit.record(
                tx, actor, "community.changed", target("community", changed), changes=changes
            )
            return changed

        changed = await self._store.write(save)
        self._files.look_soon()
        return changed

    def _check_pace(self, actor: Account) -> None:
        self._rates.hit(
            "face",
            str(actor.id),
            times=CHANGES_PER_MIN,
            per_s=60,
            message="That is a lot of changes. Please wait a minute.",
        )


def _exchange(
    tx: CoreTransaction, old: int | None, new: int | None, actor: Account, purpose: Purpose
) -> None:
    if new is not None:
        stored_files.claim(tx, new, actor.id, purpose)
    if old is not None:
        stored_files.release(tx, old)
