"""Permissions of plugins go to a role once, when the server meets them for the first time.

After that the owner decides: a permission that was taken away does not come back by itself.
"""

from collections.abc import Mapping
from dataclasses import replace

from salon.domain.events import RoleChanged
from salon.domain.permissions import Role
from salon.host import Host
from salon.plugin.contributions import Permission
from salon.services.directory import Directory
from salon.store import community as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store

HOSTS_HAVE = "room.manage"  # the lowest role that holds it is the hosts'


async def grant_new_permissions(store: Store, directory: Directory, host: Host) -> None:
    """Give what is met for the first time. Does nothing before the server is claimed."""
    if not directory.is_claimed:
        return
    known = await store.read(stored.load_granted)
    new = [permission for permission in host.permissions if permission.name not in known]
    if not new:
        return
    everyone = directory.roles[directory.community.everyone_role_id]
    targets = {"everyone": everyone, "hosts": _hosts(directory.roles)}

    def grant(tx: CoreTransaction) -> None:
        for name, role in targets.items():
            given = _given(new, name)
            if role is not None and given:
                changed = replace(role, permissions=role.permissions | given)
                stored.save_role(tx, changed)
                tx.announce(RoleChanged(changed))
        stored.add_granted(tx, [permission.name for permission in new])

    await store.write(grant)


def _given(permissions: list[Permission], to: str) -> frozenset[str]:
    return frozenset(p.name for p in permissions if p.granted_to == to)


def _hosts(roles: Mapping[int, Role]) -> Role | None:
    holding = [role for role in roles.values() if HOSTS_HAVE in role.permissions]
    return min(holding, key=lambda role: role.position, default=None)
