"""Ways in that members hand out."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from salon.clock import Clock
from salon.config import Accounts as AccountSettings
from salon.domain.accounts import Account, Invitation, Registration
from salon.domain.audit import Target
from salon.domain.hierarchy import Hierarchy
from salon.errors import Denied, NotFound
from salon.ids import new_secret
from salon.services import texts
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.limits import RateLimits
from salon.store import accounts as stored
from salon.store import audit
from salon.store import community as stored_community
from salon.store.base import CoreTransaction
from salon.store.store import Store

NOTE_MAX = 200
CODE_BYTES = 12  # 96 bits, 16 characters


class Invitations:
    """Making, listing and revoking; `Accounts.sign_up` uses them."""

    def __init__(
        self,
        store: Store,
        access: Access,
        directory: Directory,
        rates: RateLimits,
        clock: Clock,
        settings: AccountSettings,
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._rates = rates
        self._clock = clock
        self._settings = settings

    async def create(
        self,
        actor: Account,
        *,
        days: int | None = None,
        max_uses: int | None = None,
        note: str = "",
        role_ids: Collection[int] = (),
        guest_days: int | None = None,
    ) -> Invitation:
        """Make an invitation, with `guest_days` one for guests who stay so long.

        It carries roles that the actor may give. Raises Denied, Invalid, TooMany.
        """
        self._access.everywhere(actor, "member.invite")
        if self._directory.community.registration is Registration.CLOSED:
            raise Denied("This server takes nobody new for now.", reason="closed")
        self._rates.hit(
            "invite", str(actor.id), times=30, per_s=3600, message="That is a lot of invitations."
        )
        lasts = timedelta(days=days or self._settings.invitation_days)
        clean = texts.line(note, field="note", at_most=NOTE_MAX, at_least=0)

        def add(tx: CoreTransaction) -> Invitation:
            roles = {role.id: role for role in stored_community.load_roles(tx.connection)}
            hierarchy = Hierarchy(roles, self._directory.community.everyone_role_id, tx.now)
            acting = stored.find_account(tx.connection, actor.id) or actor
            invitation = Invitation(
                id=tx.new_id(),
                code=new_secret(CODE_BYTES),
                inviter_id=actor.id,
                created_at=tx.now,
                expires_at=tx.now + lasts,
                uses=0,
                max_uses=max_uses or self._settings.invitation_uses,
                note=clean,
                role_ids=hierarchy.lent(acting, role_ids),
                guest_days=guest_days,
            )
            stored.save_invitation(tx, invitation)
            audit.record(tx, actor, "invitation.created", _target(invitation))
            return invitation

        return await self._store.write(add)

    async def list(self, actor: Account) -> Sequence[Invitation]:
        """Return one's own, or everybody's with `member.manage`."""
        everybody = self._directory.may(actor, "member.manage")
        inviter = None if everybody else actor.id
        return await self._store.read(lambda c: stored.load_invitations(c, inviter))

    async def revoke(self, actor: Account, invitation_id: int) -> None:
        """Let nobody in any more by this one. Raises NotFound."""
        found = await self._store.read(lambda c: stored.invitation_by_id(c, invitation_id))
        mine = found is not None and found.inviter_id == actor.id
        if found is None or not (mine or self._directory.may(actor, "member.manage")):
            raise NotFound(
                "There is no such invitation.", field="invitation", reason="no_invitation"
            )

        def revoke(tx: CoreTransaction) -> None:
            current = stored.invitation_by_id(tx.connection, invitation_id)
            if current is not None and not current.revoked:
                stored.save_invitation(tx, replace(current, revoked=True))
                audit.record(tx, actor, "invitation.revoked", _target(current))

        await self._store.write(revoke)


def _target(invitation: Invitation) -> Target:
    """Never the code: whoever reads the record must not come in by it."""
    return Target("invitation", str(invitation.id), invitation.note)
