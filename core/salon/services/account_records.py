"""What is written of an account: when it is made, when it changes, when it ends."""

from dataclasses import replace
from typing import Any

from salon.domain.accounts import HUES, Account, AccountKind, AccountState, Invitation
from salon.domain.events import AccountChanged
from salon.domain.hierarchy import Hierarchy
from salon.errors import NotFound
from salon.services import names
from salon.services.directory import Directory
from salon.store import accounts as stored
from salon.store import community as stored_community
from salon.store.accounts import HandleKeys
from salon.store.base import CoreTransaction


def new_account(  # noqa: PLR0913 each is a fact of its own
    tx: CoreTransaction,
    handle: str,
    display_name: str,
    *,
    kind: AccountKind = AccountKind.PERSON,
    role_ids: frozenset[int] = frozenset(),
    is_owner: bool = False,
    rules_read: int = 0,
) -> Account:
    """Return an account that is to be added, with an id and a colour."""
    id_ = tx.new_id()
    hue = id_ // 7 % HUES + 1
    made = Account(id_, kind, handle, display_name, hue, role_ids, is_owner, tx.now)
    return replace(made, rules_read=rules_read)


def roles_of(
    tx: CoreTransaction, directory: Directory, invitation: Invitation | None
) -> frozenset[int]:
    """Return the roles that an invitation gives now: those that exist and its maker may give."""
    inviter = (
        None if invitation is None else stored.find_account(tx.connection, invitation.inviter_id)
    )
    if invitation is None or inviter is None:
        return frozenset()
    roles = {role.id: role for role in stored_community.load_roles(tx.connection)}
    hierarchy = Hierarchy(roles, directory.community.everyone_role_id, tx.now)
    return hierarchy.still_lent(inviter, invitation.role_ids)


def ending(tx: CoreTransaction, account: Account) -> None:
    """Close an account and free its handle; what it wrote stays, under the name it had."""
    handle = f"deleted-{account.id}"
    stored.save_handle_keys(tx, account.id, keys_of(handle))
    stored.forget_former_handles(tx, account.id)
    saved(tx, account, state=AccountState.DELETED, handle=handle, role_ids=frozenset[int]())


def saved(tx: CoreTransaction, account: Account, **changes: Any) -> Account:
    """Change these fields of the account as it stands in the database, and announce it.

    What others changed since `account` was read stays: a new name must not lift a time-out.
    """
    current = stored.find_account(tx.connection, account.id)
    if current is None or current.state is AccountState.DELETED:
        raise NotFound("There is nobody with that id.", field="account", reason="nobody")
    changed = replace(current, **changes)
    stored.save_account(tx, changed)
    tx.announce(AccountChanged(changed))
    return changed


def keys_of(handle: str) -> HandleKeys:
    return HandleKeys(names.folded(handle), names.skeleton(handle))
