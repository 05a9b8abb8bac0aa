"""Taking a deed back: what an entry of the record says was changed is set to what it was before.

An undo is the ordinary verb, with its ordinary permission judged anew, and so an entry of its own.
It is possible as long as all that the entry set still stands, and its old values are known in full.
What made something or ended something is not undone: a deleted channel's words are gone.

    roles of somebody     the roles given are taken, those taken are given; others stay
    a role, a place,      each changed field is set back
    the community
    an exception          what the place said of this role or person before
    a sanction            lifted
    an emoji's name       the one before
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from salon.clock import Clock
from salon.domain.accounts import Account, AccountState, Registration
from salon.domain.audit import TEXT_MAX, Details, Entry, plain
from salon.domain.channels import Category, Channel
from salon.domain.permissions import Overwrite
from salon.domain.rooms import Room
from salon.domain.sanctions import NEEDS, SanctionKind
from salon.errors import Conflict, NotFound
from salon.services.access import Access
from salon.services.arranging import Arranging
from salon.services.audit import PERMISSION
from salon.services.channels import Channels
from salon.services.directory import MANAGE, Directory
from salon.services.own_emoji import OwnEmoji
from salon.services.roles import CHANGED, NO_HUE, Roles
from salon.services.rooms import Rooms
from salon.services.sanctions import Sanctions
from salon.store import audit as stored
from salon.store.store import Store

PLACES = ("channel", "room", "category")
PLACED = frozenset({"category_id", "position"})
Undo = Callable[[Account], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Way:
    """How a deed is taken back, and what one needs for it, at a place or everywhere."""

    permission: str
    undo: Undo
    place_id: int | None = None


class Undoing:
    """Knows for each kind of entry the verb that takes it back."""

    def __init__(  # noqa: PLR0913 whose verbs it calls
        self,
        *,
        store: Store,
        access: Access,
        directory: Directory,
        roles: Roles,
        channels: Channels,
        arranging: Arranging,
        rooms: Rooms,
        sanctions: Sanctions,
        own_emoji: OwnEmoji,
        clock: Clock,
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._roles = roles
        self._channels = channels
        self._arranging = arranging
        self._rooms = rooms
        self._sanctions = sanctions
        self._own_emoji = own_emoji
        self._clock = clock
        self._ways: Mapping[str, Callable[[int, Details], Way | None]] = {
            "account.roles": self._of_roles_held,
            **{f"account.{kind}": partial(self._of_sanction, kind) for kind in SanctionKind},
            "role.changed": self._of_role,
            "emoji.renamed": self._of_emoji,
            **{
                f"{kind}.permissions": self._of_exception
                for kind in ("channel", "room", "category")
            },
            "channel.changed": self._of_channel,
            "room.changed": self._of_room,
            "category.changed": self._of_category,
            "community.changed": self._of_community,
        }

    def is_possible(self, actor: Account, entry: Entry) -> bool:
        """Whether the actor may take this back now, but for questions of rank."""
        way = self._way(entry)
        return way is not None and self._directory.may(actor, way.permission, way.place_id)

    async def undo(self, actor: Account, entry_id: int) -> None:
        """Take a deed back. Raises NotFound, Denied, Conflict, and whatever the verb raises."""
        self._access.everywhere(actor, PERMISSION)
        entry = await self._store.read(lambda connection: stored.find(connection, entry_id))
        if entry is None:
            raise NotFound("There is no such entry.", field="entry", reason="no_entry")
        way = self._way(entry)
        if way is None:
            raise Conflict(
                "This cannot be undone any more: it was changed again, or is gone.",
                reason="undo_over",
            )
        await way.undo(actor)

    def _way(self, entry: Entry) -> Way | None:
        said = entry.details
        if said is None or _is_cut(said) or not entry.target_id.isdecimal():
            return None
        ways = self._ways.get(entry.action)
        return None if ways is None else ways(int(entry.target_id), said)

    # -- people

    def _of_roles_held(self, account_id: int, said: Details) -> Way | None:
        account = self._directory.account(account_id)
        before, after = _ids(said.before, "role_ids"), _ids(said.after, "role_ids")
        if account is None or account.state is AccountState.DELETED:
            return None
        given, taken = after - before, (before - after) & self._directory.roles.keys()
        if not given <= account.role_ids or taken & account.role_ids or not given | taken:
            return None
        wanted = account.role_ids - given | taken
        return Way("member.manage", lambda actor: self._roles.give(actor, account_id, wanted))

    def _of_sanction(self, kind: SanctionKind, account_id: int, said: Details) -> Way | None:
        account = self._directory.account(account_id)
        if account is None or kind is SanctionKind.WARNING:
            return None  # what was read was read
        if kind is SanctionKind.TIME_OUT:
            until = account.timed_out_until
            if not account.is_timed_out(self._clock.now()):
                return None
            if until is None or plain(until) != said.after.get("lasts_until"):
                return None
        elif account.state is not AccountState.SUSPENDED:
            return None
        return Way(NEEDS[kind], lambda actor: self._sanctions.lift(actor, account_id, kind))

    # -- roles and exceptions

    def _of_role(self, role_id: int, said: Details) -> Way | None:
        role = self._directory.roles.get(role_id)
        if role is None or not said.after.keys() <= set(CHANGED) or not _stands(role, said):
            return None
        old = dict(said.before)
        if "hue" in old:
            old["hue"] = NO_HUE if old["hue"] is None else int(old["hue"])
        return Way("role.manage", lambda actor: self._roles.edit(actor, role_id, **old))

    def _of_exception(self, place_id: int, said: Details) -> Way | None:
        directory = self._directory
        place = (
            directory.rooms.get(place_id)
            or directory.channels.get(place_id)
            or directory.categories.get(place_id)
        )
        if place is None:
            return None
        target = "role" if "role_id" in said.after else "account"
        target_id = int(said.after.get(f"{target}_id", 0))
        now = _said_of(place.overwrites, target, target_id)
        shown = {"allow": plain(now.allow), "deny": plain(now.deny)}
        if any(said.after.get(field, value) != value for field, value in shown.items()):
            return None
        old = {**shown, **{k: v for k, v in said.before.items() if k in shown}}

        async def undo(actor: Account) -> None:
            kind: Any = target
            await self._roles.overwrite(actor, place_id, kind, target_id, **old)

        of_place = None if isinstance(place, Category) else place_id
        return Way("role.manage", undo, of_place)

    # -- places and the community

    def _of_channel(self, channel_id: int, said: Details) -> Way | None:
        channel = self._directory.channels.get(channel_id)
        if channel is None or not _stands(channel, said):
            return None
        old = _rest(said)
        if "slow_mode_s" in old:
            old["slow_mode_s"] = int(old["slow_mode_s"])

        async def undo(actor: Account) -> None:
            if old:
                await self._channels.edit(actor, channel_id, **old)
            await self._move_back(actor, channel, said)

        return Way(MANAGE, undo, channel_id)

    def _of_room(self, room_id: int, said: Details) -> Way | None:
        room = self._directory.rooms.get(room_id)
        if room is None or not _stands(room, said):
            return None
        old = _rest(said)
        if "seats" in old:
            old["seats"] = int(old["seats"])
        if "topic" in old:
            old["topic_text"] = old.pop("topic")

        async def undo(actor: Account) -> None:
            if old:
                await self._rooms.edit(actor, room_id, **old)
            await self._move_back(actor, room, said)

        return Way("room.manage" if old else MANAGE, undo, room_id)

    def _of_category(self, category_id: int, said: Details) -> Way | None:
        category = self._directory.categories.get(category_id)
        if category is None or not _stands(category, said):
            return None
        name = said.before.get("name")

        async def undo(actor: Account) -> None:
            if name is not None:
                await self._channels.edit_category(actor, category_id, name=name, position=None)
            await self._move_back(actor, category, said)

        return Way(MANAGE, undo)

    async def _move_back(
        self, actor: Account, place: Channel | Room | Category, said: Details
    ) -> None:
        """Put it where it was: before whatever has the number that it had there."""
        if not PLACED & said.before.keys():
            return
        here = None if isinstance(place, Category) else place.category_id
        old = said.before.get("category_id", None if here is None else str(here))
        category_id = None if old is None else int(old)
        if category_id is not None and category_id not in self._directory.categories:
            raise Conflict("The group where it stood is gone.", reason="undo_group_gone")
        position = int(said.before.get("position", place.position))
        beside = [
            other
            for other in self._kin(place)
            if other.id != place.id and getattr(other, "category_id", None) == category_id
        ]
        after = sorted((o.position, o.id) for o in beside if o.position >= position)
        await self._arranging.move(
            actor, place.id, category_id=category_id, before_id=after[0][1] if after else None
        )

    def _kin(self, place: Channel | Room | Category) -> Sequence[Channel | Room | Category]:
        if isinstance(place, Category):
            return list(self._directory.categories.values())
        if isinstance(place, Room):
            return list(self._directory.rooms.values())
        return [c for c in self._directory.channels.values() if c.room_id is None]

    def _of_community(self, _id: int, said: Details) -> Way | None:
        known = {"name", "accent_hue", "language", "rules", "registration", "link_cards"}
        known |= {"public_rooms"}
        if not said.after.keys() <= known or not _stands(self._directory.community, said):
            return None
        old = dict(said.before)
        if "accent_hue" in old:
            old["accent_hue"] = int(old["accent_hue"])
        if "registration" in old:
            old["registration"] = Registration(old["registration"])
        return Way("server.manage", lambda actor: self._channels.edit_community(actor, **old))

    def _of_emoji(self, emoji_id: int, said: Details) -> Way | None:
        emoji = self._directory.emoji.get(emoji_id)
        if emoji is None or not _stands(emoji, said):
            return None
        name = said.before["name"]
        return Way("emoji.manage", lambda actor: self._own_emoji.rename(actor, emoji_id, name))


def _stands(thing: Any, said: Details) -> bool:
    """Whether all that was set is as it was set; a place may have been counted anew since."""
    counted = {"position"} if "category_id" in said.after else set()
    return bool(said.after) and all(
        plain(getattr(thing, field)) == value
        for field, value in said.after.items()
        if field not in counted
    )


def _rest(said: Details) -> dict[str, Any]:
    """Return the fields that were changed, but for where the place stands."""
    return {field: value for field, value in said.before.items() if field not in PLACED}


def _ids(values: Mapping[str, Any], field: str) -> frozenset[int]:
    return frozenset(int(each) for each in values.get(field, ()))


def _said_of(overwrites: Sequence[Overwrite], target: str, target_id: int) -> Overwrite:
    same = (o for o in overwrites if (o.target, o.target_id) == (target, target_id))
    return next(same, Overwrite(target, target_id, frozenset(), frozenset()))


def _is_cut(said: Details) -> bool:
    """Whether an old value was too long to be kept in full."""
    return any(
        isinstance(value, str) and len(value) == TEXT_MAX and value.endswith("…")
        for value in said.before.values()
    )
