"""Who may change roles and overwrites: pure rules of rank, with Discord's semantics.

A rank is the position of the highest role; the owner's is above all, without a role it is 0, the
position of everyone's. Nobody touches a role or an account of their own rank or above. Nobody gives
to a role or a place, or takes from it, what they do not hold there themselves. An administrator
holds everything, yet stands no higher for it, and so cannot raise itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from salon.domain.accounts import Account
from salon.domain.permissions import (
    ADMINISTRATOR,
    CORE_PERMISSIONS,
    VIEW,
    Overwrite,
    Role,
    permissions_of,
)
from salon.errors import Conflict, Denied, Invalid, NotFound

ROLES_MAX = 250
OVERWRITES_MAX = 100  # of one place
OWNER_RANK = float("inf")

MANAGE_ROLES = "role.manage"
MANAGE_MEMBERS = "member.manage"


def rank_of(account: Account, roles: Mapping[int, Role]) -> float:
    """Return the position of the account's highest role; the owner is above all."""
    if account.is_owner:
        return OWNER_RANK
    return max((roles[id_].position for id_ in account.role_ids if id_ in roles), default=0)


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The roles as they are now. Each method returns what an actor's wish makes of them."""

    roles: Mapping[int, Role]
    everyone_role_id: int
    now: datetime

    def created(self, actor: Account, new: Role) -> Sequence[Role]:
        """Return the new role, just above everyone's, and those that move up for it.

        Raises Denied, Conflict (too many).
        """
        if len(self.roles) >= ROLES_MAX:
            raise Conflict(
                f"There are {ROLES_MAX} roles; no more fit.", reason="roles_full", most=ROLES_MAX
            )
        self._check_held(actor, new.permissions | {MANAGE_ROLES})
        self._check_below(actor, self.roles[self.everyone_role_id])
        moved = [replace(role, position=role.position + 1) for role in self._but_everyones()]
        return [replace(new, position=1), *moved]

    def edited(
        self,
        actor: Account,
        role: Role,
        permissions: frozenset[str],
        *,
        needs_second_step: bool | None = None,
    ) -> Role:
        """Return the role with these permissions. Raises Denied, Conflict (locks the actor out)."""
        self._check_below(actor, role)
        self._check_held(actor, (role.permissions ^ permissions) | {MANAGE_ROLES})
        changed = replace(role, permissions=permissions)
        if needs_second_step is not None:
            changed = replace(changed, needs_second_step=needs_second_step)
            if changed.rests_for(actor) and self._is_of(actor, role):
                raise Conflict(
                    "Set up a second step of your own first.", reason="second_step_first"
                )
        self._check_keeps(actor, {**self.roles, role.id: changed})
        return changed

    def deleted(self, actor: Account, role: Role) -> None:
        """Check that the role may go. Raises Denied, Conflict (everyone's, locks the actor out)."""
        if role.id == self.everyone_role_id:
            raise Conflict("Everyone's role stays.", reason="everyone_stays")
        self._check_below(actor, role)
        self._check_held(actor, {MANAGE_ROLES})
        self._check_keeps(actor, {k: v for k, v in self.roles.items() if k != role.id})

    def ordered(self, actor: Account, role_ids: Sequence[int]) -> Sequence[Role]:
        """Return the roles that move when they stand in this order, the highest first.

        `role_ids` are all but everyone's. Raises Denied, Conflict (others than there are).
        """
        self._check_held(actor, {MANAGE_ROLES})
        known = {role.id for role in self._but_everyones()}
        if len(role_ids) != len(known) or set(role_ids) != known:
            raise Conflict(
                "The roles have changed meanwhile. Look at them again.", reason="roles_changed"
            )
        before = sorted(self._but_everyones(), key=lambda role: (-role.position, role.id))
        for role, wanted in zip(before, role_ids, strict=True):
            if role.id != wanted:
                self._check_below(actor, role)
        positions = range(len(role_ids), 0, -1)
        placed = zip(role_ids, positions, strict=True)
        return [
            replace(self.roles[id_], position=position)
            for id_, position in placed
            if self.roles[id_].position != position
        ]

    def given(self, actor: Account, account: Account, role_ids: Iterable[int]) -> frozenset[int]:
        """Return the roles that the account then has. Raises Denied, Invalid (no such role)."""
        wanted = frozenset(role_ids)
        if self.everyone_role_id in wanted or not wanted <= self.roles.keys():
            raise Invalid("There is no such role.", field="role_ids", reason="no_role")
        self._check_held(actor, {MANAGE_MEMBERS})
        if account.id != actor.id:
            self._check_outranks(actor, account)
        for id_ in wanted ^ (account.role_ids & self.roles.keys()):
            self._check_below(actor, self.roles[id_])
        return wanted

    def lent(self, actor: Account, role_ids: Iterable[int]) -> frozenset[int]:
        """Return the roles that an actor's invitation carries. Raises Denied, Invalid (no role)."""
        wanted = frozenset(role_ids)
        if self.everyone_role_id in wanted or not wanted <= self.roles.keys():
            raise Invalid("There is no such role.", field="role_ids", reason="no_role")
        if wanted:
            self._check_held(actor, {MANAGE_MEMBERS})
        for id_ in wanted:
            self._check_below(actor, self.roles[id_])
        return wanted

    def still_lent(self, inviter: Account, role_ids: Iterable[int]) -> frozenset[int]:
        """Return those of an invitation's roles that exist and its maker may give today."""
        held = permissions_of(inviter, self.roles, self.everyone_role_id, None, self.now)
        if held is not None and MANAGE_MEMBERS not in held:
            return frozenset()
        rank = rank_of(inviter, self.roles)
        known = (self.roles[id_] for id_ in role_ids if id_ in self.roles)
        return frozenset(role.id for role in known if role.position < rank)

    def overwritten(
        self,
        actor: Account,
        overwrites: Sequence[Overwrite],
        wish: Overwrite,
        account: Account | None = None,
    ) -> tuple[Overwrite, ...]:
        """Return a place's overwrites with this one in place of its target's; an empty one goes.

        `account` is the target of one for an account. Raises Denied, NotFound (target), Invalid,
        Conflict (too many, locks the actor out).
        """
        key = (wish.target, wish.target_id)
        known = {(o.target, o.target_id): o for o in overwrites}
        before = known.get(key, Overwrite(*key, frozenset(), frozenset()))
        changed = (before.allow ^ wish.allow) | (before.deny ^ wish.deny)
        if wish.allow & wish.deny or ADMINISTRATOR in wish.allow | wish.deny:
            raise Invalid("An overwrite allows or denies, at one place.", reason="malformed")
        self._check_target(actor, wish, account)
        self._check_held(actor, changed | {MANAGE_ROLES}, overwrites)
        known[key] = wish
        after = tuple(o for o in known.values() if o.allow or o.deny)
        check_number(after)
        self._check_keeps(actor, self.roles, after)
        return after

    # -- the rules

    def _is_of(self, actor: Account, role: Role) -> bool:
        return role.id == self.everyone_role_id or role.id in actor.role_ids

    def _check_held(
        self,
        actor: Account,
        needed: Iterable[str],
        overwrites: Sequence[Overwrite] | None = None,
    ) -> None:
        held = permissions_of(actor, self.roles, self.everyone_role_id, overwrites, self.now)
        lacking = () if held is None else sorted(set(needed) - held)
        for permission in lacking:
            title = CORE_PERMISSIONS.get(permission, permission)
            raise Denied(
                f"You need the permission “{title}” for that.",
                permission=permission,
                reason="no_permission",
            )

    def _check_below(self, actor: Account, role: Role) -> None:
        if role.position >= rank_of(actor, self.roles):
            raise Denied(
                f"The role {role.name} is of your rank or above.",
                reason="role_outranked",
                role=role.name,
            )

    def _check_outranks(self, actor: Account, other: Account) -> None:
        if rank_of(actor, self.roles) <= rank_of(other, self.roles):
            raise Denied(
                f"{other.display_name} is of your rank or above.",
                reason="outranked",
                name=other.display_name,
            )

    def _check_target(self, actor: Account, wish: Overwrite, account: Account | None) -> None:
        if wish.target == "role":
            if wish.target_id not in self.roles:
                raise NotFound("There is no such role.", field="target_id", reason="no_role")
            self._check_below(actor, self.roles[wish.target_id])
            return
        if account is None:
            raise NotFound("There is nobody with that id.", field="target_id", reason="nobody")
        self._check_outranks(actor, account)

    def _check_keeps(
        self,
        actor: Account,
        roles: Mapping[int, Role],
        overwrites: Sequence[Overwrite] | None = None,
    ) -> None:
        """Refuse what would take the way back from the actor itself."""
        held = permissions_of(actor, roles, self.everyone_role_id, overwrites, self.now)
        kept = {MANAGE_ROLES} if overwrites is None else {MANAGE_ROLES, VIEW}
        if held is not None and not kept <= held:
            raise Conflict("That would lock you out yourself.", reason="locks_out")

    def _but_everyones(self) -> list[Role]:
        return [role for role in self.roles.values() if role.id != self.everyone_role_id]


def check_number(overwrites: Sequence[Overwrite]) -> None:
    """Raise Conflict when a place would say more than it can."""
    if len(overwrites) > OVERWRITES_MAX:
        raise Conflict(
            f"A place has {OVERWRITES_MAX} exceptions at most.",
            reason="overwrites_full",
            most=OVERWRITES_MAX,
        )
