"""Roles, who has them, and what places say otherwise; the rules are `domain/hierarchy.py`.

Everything is judged inside the write, by what stands in the database then: two changes at once
cannot both be right by what was before them.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from salon.domain.accounts import HUES, Account, AccountState
from salon.domain.audit import differences, target
from salon.domain.channels import Category, Channel
from salon.domain.events import (
    AccountChanged,
    CategoryChanged,
    ChannelChanged,
    RoleChanged,
    RoleDeleted,
    RoomChanged,
)
from salon.domain.hierarchy import Hierarchy, check_number
from salon.domain.permissions import CORE_PERMISSIONS, Overwrite, Role
from salon.domain.rooms import Room, RoomBan
from salon.errors import Invalid, NotFound
from salon.host import Host
from salon.services import seed, texts
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.jobs import CORE
from salon.store import accounts as stored_accounts
from salon.store import audit, room_bans
from salon.store import channels as stored_channels
from salon.store import community as stored
from salon.store import jobs as stored_jobs
from salon.store.base import CoreTransaction
from salon.store.store import Store

NAME_MAX = 64
NO_HUE = 0
JOIN = "room.join"
CHANGED = ("name", "hue", "permissions", "mentionable", "needs_second_step")
BAN_OVER = "end_room_ban"
MOMENT = timedelta(milliseconds=1)  # a job is due when its time has come, a ban is over then
_KINDS = {Category: "category", Channel: "channel", Room: "room"}


class Roles:
    """Create, change, order, delete and give; always for an actor."""

    def __init__(self, store: Store, access: Access, directory: Directory, host: Host) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._host = host

    async def create(
        self, actor: Account, name: str, *, hue: int = NO_HUE, permissions: Iterable[str] = ()
    ) -> Role:
        """Make a role, the lowest above everyone's. Raises Denied, Invalid, Conflict (too many)."""
        self._access.everywhere(actor, "role.manage")
        clean = texts.line(name, field="name", at_most=NAME_MAX)
        shown = _hue(hue)
        wanted = self._known(permissions, frozenset())

        def add(tx: CoreTransaction) -> Role:
            new = Role(tx.new_id(), clean, 1, wanted, shown)
            for role in self._hierarchy(tx).created(_acting(tx, actor), new):
                _save(tx, role)
            made = replace(new, position=1)
            audit.record(tx, actor, "role.created", target("role", made))
            return made

        return await self._store.write(add)

    async def edit(  # noqa: PLR0913 each is a wish of its own
        self,
        actor: Account,
        role_id: int,
        *,
        name: str | None = None,
        hue: int | None = None,
        permissions: Collection[str] | None = None,
        mentionable: bool | None = None,
        needs_second_step: bool | None = None,
    ) -> Role:
        """Change a role. Raises NotFound, Denied (rank, not held), Invalid, Conflict (lock-out)."""
        self._access.everywhere(actor, "role.manage")
        changes: dict[str, Any] = {}
        if name is not None:
            changes["name"] = texts.line(name, field="name", at_most=NAME_MAX)
        if hue is not None:
            changes["hue"] = _hue(hue)
        if mentionable is not None:
            changes["mentionable"] = mentionable

        def save(tx: CoreTransaction) -> Role:
            hierarchy = self._hierarchy(tx)
            role = _role(hierarchy, role_id)
            wanted = role.permissions
            if permissions is not None:
                wanted = self._known(permissions, role.permissions)
            edited = hierarchy.edited(
                _acting(tx, actor), role, wanted, needs_second_step=needs_second_step
            )
            changed = replace(edited, **changes)
            what = differences(role, changed, *CHANGED)
            audit.record(tx, actor, "role.changed", target("role", changed), changes=what)
            return _save(tx, changed)

        return await self._store.write(save)

    async def order(self, actor: Account, role_ids: Sequence[int]) -> Sequence[Role]:
        """Put the roles in this order, the highest first, without everyone's.

        Returns all roles. Raises Denied (rank), Conflict (others than there are).
        """
        self._access.everywhere(actor, "role.manage")

        def save(tx: CoreTransaction) -> Sequence[Role]:
            hierarchy = self._hierarchy(tx)
            for role in hierarchy.ordered(_acting(tx, actor), role_ids):
                what = differences(hierarchy.roles[role.id], role, "position")
                audit.record(tx, actor, "role.changed", target("role", role), changes=what)
                _save(tx, role)
            return stored.load_roles(tx.connection)

        return await self._store.write(save)

    async def delete(self, actor: Account, role_id: int) -> None:
        """Delete a role and what places say of it. Raises NotFound, Denied, Conflict."""
        self._access.everywhere(actor, "role.manage")

        def remove(tx: CoreTransaction) -> None:
            hierarchy = self._hierarchy(tx)
            role = _role(hierarchy, role_id)
            hierarchy.deleted(_acting(tx, actor), role)
            audit.record(tx, actor, "role.deleted", target("role", role))
            forget_exceptions(tx, "role", role_id)
            stored_accounts.take_role(tx, role_id)
            stored.delete_role(tx, role_id)
            tx.announce(RoleDeleted(role_id))

        await self._store.write(remove)

    async def give(self, actor: Account, account_id: int, role_ids: Iterable[int]) -> Account:
        """Set somebody's roles. Raises NotFound, Denied (rank), Invalid (unknown role)."""
        self._access.everywhere(actor, "member.manage")
        wanted = frozenset(role_ids)

        def save(tx: CoreTransaction) -> Account:
            account = _account(tx, account_id)
            if account is None:
                raise NotFound("There is nobody with that id.", field="account", reason="nobody")
            held = self._hierarchy(tx).given(_acting(tx, actor), account, wanted)
            changed = replace(account, role_ids=held)
            stored_accounts.save_account(tx, changed)
            tx.announce(AccountChanged(changed))
            what = differences(account, changed, "role_ids")
            audit.record(tx, actor, "account.roles", target("account", changed), changes=what)
            return changed

        return await self._store.write(save)

    async def overwrite(
        self,
        actor: Account,
        place_id: int,
        kind: Literal["role", "account"],
        target_id: int,
        *,
        allow: Iterable[str],
        deny: Iterable[str],
    ) -> Sequence[Overwrite]:
        """Set what a place says of a role or an account; nothing takes it away.

        A category's places that are in step follow. Returns the place's overwrites. Raises NotFound
        (place, target), Denied, Invalid, Conflict.
        """
        if place_id in self._directory.categories:
            self._access.everywhere(actor, "role.manage")
        else:
            self._access.place(actor, place_id, "role.manage")
        allowed, denied = frozenset(allow), frozenset(deny)

        def save(tx: CoreTransaction) -> Sequence[Overwrite]:
            place = _place(tx, place_id)
            before = {name for o in place.overwrites for name in o.allow | o.deny}
            wish = Overwrite(
                kind, target_id, self._known(allowed, before), self._known(denied, before)
            )
            account = _account(tx, target_id) if kind == "account" else None
            after = self._hierarchy(tx).overwritten(
                _acting(tx, actor), place.overwrites, wish, account
            )
            _save_place(tx, replace(place, overwrites=after))
            if isinstance(place, Category):
                _lead(tx, place, after)
            _record_exception(tx, actor, place, wish)
            return after

        return await self._store.write(save)

    async def keep_out(
        self,
        actor: Account | None,
        room_id: int,
        account_id: int,
        ban: RoomBan | None,
        judge: Callable[[CoreTransaction, RoomBan | None, bool], bool],
    ) -> bool:
        """Let somebody into a room no more, or without a ban again; False when `judge` says no.

        Who may say so is asked by who calls; `judge` is asked in the write, with the ban that
        stands and whether the room keeps them out. An exception of the room like any other, for all
        who change them to see. What its category says of somebody is lifted only by who changes
        exceptions. Without an actor it is the server that lets them in.
        """
        whom = ("account", account_id)
        room = self._directory.rooms.get(room_id)
        leader = self._directory.categories.get((room and room.category_id) or 0)
        there = () if leader is None else leader.overwrites
        is_out_there = any((o.target, o.target_id) == whom and JOIN in o.deny for o in there)
        if actor and not ban and is_out_there:
            self._access.room(actor, room_id, "role.manage")

        def save(tx: CoreTransaction) -> bool:
            place = _place(tx, room_id)
            if not isinstance(place, Room) or _account(tx, account_id) is None:
                raise NotFound("There is no such account.", field="account", reason="nobody")
            known = next((o for o in place.overwrites if (o.target, o.target_id) == whom), None)
            said = known or Overwrite("account", account_id, frozenset(), frozenset())
            if not judge(tx, room_bans.find(tx.connection, room_id, account_id), JOIN in said.deny):
                return False
            denied = said.deny | {JOIN} if ban else said.deny - {JOIN}
            wish = replace(said, allow=said.allow - {JOIN}, deny=denied)
            others = tuple(o for o in place.overwrites if o is not known)
            after = (*others, wish) if wish.allow or wish.deny else others
            check_number(after)
            _save_place(tx, replace(place, overwrites=after))
            _record_exception(tx, actor, place, wish)
            _keep_ban(tx, room_id, account_id, ban)
            return True

        return await self._store.write(save)

    async def fall_in_step(self, actor: Account, place_id: int) -> Sequence[Overwrite]:
        """Have a channel or room say what its category says, one target after the other.

        Raises NotFound (place, category), Denied, Conflict: each change as if made by hand.
        """
        self._access.place(actor, place_id, "role.manage")

        def save(tx: CoreTransaction) -> Sequence[Overwrite]:
            place = _place(tx, place_id)
            category_id = None if isinstance(place, Category) else place.category_id
            leader = stored.find_category(tx.connection, category_id)
            if leader is None:
                raise NotFound("There is no such category.", field="place", reason="no_category")
            acting, hierarchy = _acting(tx, actor), self._hierarchy(tx)
            after: Sequence[Overwrite] = place.overwrites
            for wish in _wishes(place.overwrites, leader.overwrites):
                account = _account(tx, wish.target_id) if wish.target == "account" else None
                after = hierarchy.overwritten(acting, after, wish, account)
                _record_exception(tx, actor, place, wish)
            _save_place(tx, replace(place, overwrites=tuple(after)))
            return after

        return await self._store.write(save)

    def seen_as(self, actor: Account, role_id: int) -> Directory:
        """Return the house as the actor would see it with this role. Raises Denied, NotFound."""
        self._access.everywhere(actor, "role.manage")
        if role_id not in self._directory.roles:
            raise NotFound("There is no such role.", field="role", reason="no_role")
        return self._directory.seen_as(actor, role_id)

    def _hierarchy(self, tx: CoreTransaction) -> Hierarchy:
        roles = {role.id: role for role in stored.load_roles(tx.connection)}
        return Hierarchy(roles, self._directory.community.everyone_role_id, tx.now)

    def _known(self, wanted: Iterable[str], before: Collection[str]) -> frozenset[str]:
        """Return the permissions. Raises Invalid for one that exists nowhere.

        What stood there before stays: its plugin may be off for a while.
        """
        names = frozenset(wanted)
        of_plugins = (permission.name for permission in self._host.permissions)
        if not names <= {*CORE_PERMISSIONS, *of_plugins, *before}:
            raise Invalid(
                "There is no such permission.", field="permissions", reason="no_such_permission"
            )
        return names


def _hue(hue: int) -> int | None:
    if not NO_HUE <= hue <= HUES:
        raise Invalid(f"A hue is one of 1 to {HUES}.", field="hue", reason="hue")
    return hue or None


def _acting(tx: CoreTransaction, actor: Account) -> Account:
    return stored_accounts.find_account(tx.connection, actor.id) or actor


def _account(tx: CoreTransaction, account_id: int) -> Account | None:
    account = stored_accounts.find_account(tx.connection, account_id)
    return None if account is None or account.state is AccountState.DELETED else account


def _role(hierarchy: Hierarchy, role_id: int) -> Role:
    role = hierarchy.roles.get(role_id)
    if role is None:
        raise NotFound("There is no such role.", field="role", reason="no_role")
    return role


def _save(tx: CoreTransaction, role: Role) -> Role:
    stored.save_role(tx, role)
    tx.announce(RoleChanged(role))
    return role


def _place(tx: CoreTransaction, place_id: int) -> Category | Channel | Room:
    """Return the room with this id rather than its chat, which follows it."""
    place = (
        stored_channels.find_room(tx.connection, place_id)
        or stored_channels.find_channel(tx.connection, place_id)
        or stored.find_category(tx.connection, place_id)
    )
    if place is None:
        raise NotFound("There is no such channel.", field="place", reason="no_channel")
    return place


def _save_place(tx: CoreTransaction, place: Category | Channel | Room) -> None:
    if isinstance(place, Category):
        stored.save_category(tx, place)
        tx.announce(CategoryChanged(place))
        return
    if isinstance(place, Room):
        stored_channels.save_room(tx, place)
        tx.announce(RoomChanged(place))
        place = seed.chat_in(tx, place)
    stored_channels.save_channel(tx, place)
    tx.announce(ChannelChanged(place))


def _lead(tx: CoreTransaction, category: Category, after: tuple[Overwrite, ...]) -> None:
    """Have those follow that were in step: what was judged for the category holds for them."""
    channels = (c for c in stored_channels.load_channels(tx.connection) if c.room_id is None)
    places: list[Channel | Room] = [*channels, *stored_channels.load_rooms(tx.connection)]
    for place in places:
        if place.category_id == category.id and category.leads(place.overwrites):
            _save_place(tx, replace(place, overwrites=after))


def _wishes(before: Sequence[Overwrite], after: Sequence[Overwrite]) -> Sequence[Overwrite]:
    """Return what has to be said to come from one to the other; nothing is said of who goes."""
    said = {(o.target, o.target_id) for o in after}
    gone = [
        replace(o, allow=frozenset(), deny=frozenset())
        for o in before
        if (o.target, o.target_id) not in said
    ]
    return [*gone, *(o for o in after if o not in before)]


def _keep_ban(tx: CoreTransaction, room_id: int, account_id: int, ban: RoomBan | None) -> None:
    room_bans.remove(tx, room_id, account_id)
    if ban is None:
        return
    room_bans.add(tx, ban)
    if ban.until is not None:
        whom = {"room_id": str(room_id), "account_id": str(account_id)}
        stored_jobs.add(tx, CORE, BAN_OVER, whom, ban.until + MOMENT)


def _record_exception(
    tx: CoreTransaction, actor: Account | None, place: Category | Channel | Room, wish: Overwrite
) -> None:
    """Say for whom, and what the place said of them before.

    Whether somebody comes in is what was said last: a ban of before is over.
    """
    same = (o for o in place.overwrites if (o.target, o.target_id) == (wish.target, wish.target_id))
    known = next(same, replace(wish, allow=frozenset(), deny=frozenset()))
    before, after = differences(known, wish, "allow", "deny")
    if wish.target == "account" and JOIN in known.deny ^ wish.deny:
        room_bans.remove(tx, place.id, wish.target_id)
    if after:
        kind = _KINDS[type(place)]
        about = {f"{wish.target}_id": str(wish.target_id)}
        what = (about | before, about | after)
        audit.record(tx, actor, f"{kind}.permissions", target(kind, place), changes=what)


def forget_exceptions(
    tx: CoreTransaction, kind: Literal["role", "account"], target_id: int
) -> None:
    """Take out what any place says of a role or an account that is no more."""
    for channel in stored_channels.load_channels(tx.connection):
        if channel.room_id is None:
            _without(tx, channel, (kind, target_id))
    for room in stored_channels.load_rooms(tx.connection):
        _without(tx, _without_key(tx, room, kind, target_id), (kind, target_id))
    for category in stored.load_categories(tx.connection):
        _without(tx, category, (kind, target_id))


def _without_key(
    tx: CoreTransaction, room: Room, kind: Literal["role", "account"], target_id: int
) -> Room:
    """Take the key of a locked room from an account that is no more."""
    if kind != "account" or room.key_ids is None or target_id not in room.key_ids:
        return room
    changed = replace(room, key_ids=room.key_ids - {target_id})
    stored_channels.save_room(tx, changed)
    tx.announce(RoomChanged(changed))
    return changed


def _without(tx: CoreTransaction, place: Category | Channel | Room, whom: tuple[str, int]) -> None:
    kept = tuple(o for o in place.overwrites if (o.target, o.target_id) != whom)
    if kept != place.overwrites:
        _save_place(tx, replace(place, overwrites=kept))
