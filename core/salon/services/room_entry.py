"""Who may enter a room that somebody opens: everybody who may otherwise, some roles, or by a link.

What a member says of their own room are exceptions like any other, of two permissions only: to see
it, and to speak in it. A role is let in, or let speak, if it may do so elsewhere here: no room is a
way around what those in charge have decided.

The link of a room lets in who could not see it. Its key has 128 bits and is shown to who keeps the
room; who follows it becomes an exception of the room, which is also how they are kept out again.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.events import ChannelChanged, RoomChanged
from salon.domain.hierarchy import OVERWRITES_MAX
from salon.domain.permissions import VIEW, Overwrite
from salon.domain.rooms import Entry, Room
from salon.domain.stages import STAGE
from salon.errors import Conflict, Denied, Invalid, NotFound
from salon.ids import new_secret
from salon.services import seed
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.limits import Paces
from salon.store import channels as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store

JOIN, SPEAK = "room.join", "room.speak"
KEY_BYTES = 16
ROLES_MAX = 20
FOLLOW_BURST, FOLLOW_PER_S = 10, 1 / 6


class RoomEntry:
    """Always for an actor."""

    def __init__(self, store: Store, access: Access, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._clock = clock
        self._paces = Paces(FOLLOW_BURST, FOLLOW_PER_S)

    # -- what a room says from its first moment on

    def said(
        self,
        actor: Account,
        kind: str,
        entry: Entry,
        role_ids: Collection[int],
        speaker_role_ids: Collection[int] | None,
    ) -> Sequence[Overwrite]:
        """Return the exceptions of a room that the actor opens. Raises Invalid, Denied.

        `speaker_role_ids`: only they speak, and the actor; None: everybody who may.
        """
        if (entry == "roles") is not bool(role_ids):
            raise Invalid("Say which roles may come in.", field="roles", reason="no_roles")
        if kind == STAGE and speaker_role_ids is not None:
            raise Invalid(
                "Who speaks on a stage is up to its hosts.", field="speakers", reason="malformed"
            )
        seen = [] if entry == "everyone" else self._only(actor, VIEW, role_ids)
        heard = [] if speaker_role_ids is None else self._only(actor, SPEAK, speaker_role_ids)
        return [*seen, *heard]

    def _only(
        self, actor: Account, permission: str, role_ids: Collection[int]
    ) -> Sequence[Overwrite]:
        wanted, nothing = frozenset({permission}), frozenset[str]()
        roles = [self._giving(id_, permission) for id_ in dict.fromkeys(role_ids)]
        everyone = self._directory.community.everyone_role_id
        mine = [Overwrite("account", actor.id, wanted, nothing)]
        return [
            Overwrite("role", everyone, nothing, wanted),
            *(Overwrite("role", id_, wanted, nothing) for id_ in roles),
            *(mine if self._directory.may(actor, permission) else []),
        ]

    def _giving(self, role_id: int, permission: str) -> int:
        """Return a role that may do so already. Raises Invalid, Denied."""
        roles, everyone = self._directory.roles, self._directory.community.everyone_role_id
        role = roles.get(role_id)
        if role is None or role_id == everyone:
            raise Invalid("There is no such role.", field="roles", reason="no_role")
        held = role.permissions | roles[everyone].permissions
        if permission not in held and "administrator" not in held:
            raise Denied(
                f"The role {role.name} may not do this here.",
                reason="role_may_not",
                name=role.name,
            )
        return role_id

    # -- the link

    async def link(self, actor: Account, room_id: int, *, renew: bool = False) -> str:
        """Return the key of a room's link, or a new one in its place. Raises NotFound, Denied."""
        room = self._access.room(actor, room_id)
        if not (room.temporary and room.opened_by == actor.id):
            self._access.room(actor, room_id, "room.manage")
        if room.link_key is None:
            raise NotFound("This room has no link.", field="room", reason="no_link")
        if not renew:
            return room.link_key
        self._access.no_time_out(actor)
        fresh = new_key()

        def save(tx: CoreTransaction) -> None:
            known = stored.find_room(tx.connection, room_id)
            if known is not None and known.link_key is not None:
                _save(tx, replace(known, link_key=fresh))

        await self._store.write(save)
        return fresh

    async def follow(self, actor: Account, key: str) -> Room:
        """Let the actor into the room of a link. Raises NotFound, Denied, Conflict, TooMany.

        Who was kept out of the room stays out, and is told that there is nothing.
        """
        message = "You have followed many links. Please wait a moment."
        self._paces.take(actor.id, self._clock.monotonic_s(), message=message)
        self._access.everywhere(actor, JOIN)
        room_id = next(
            (room.id for room in self._directory.rooms.values() if room.link_key == key), None
        )
        if room_id is None:
            raise _not_there()
        if self._directory.may(actor, VIEW, room_id):
            return self._directory.rooms[room_id]

        def save(tx: CoreTransaction) -> Room:
            room = stored.find_room(tx.connection, room_id)
            if room is None or room.link_key != key:
                raise _not_there()
            let_in = _with(room, actor.id)
            _save(tx, let_in)
            return let_in

        return await self._store.write(save)


def new_key() -> str:
    return new_secret(KEY_BYTES)


def closed(said: Sequence[Overwrite]) -> tuple[Overwrite, ...]:
    """Return what a category says, but for whom it shows its places to."""
    return tuple(replace(each, allow=each.allow - {VIEW}) for each in said)


def _with(room: Room, account_id: int) -> Room:
    """Return a room that shows itself to somebody. Raises NotFound, Conflict."""
    known = [o for o in room.overwrites if (o.target, o.target_id) == ("account", account_id)]
    if any(o.deny for o in known):
        raise _not_there()
    others = tuple(o for o in room.overwrites if o not in known)
    allowed = frozenset({VIEW}).union(*(o.allow for o in known))
    after = (*others, Overwrite("account", account_id, allowed, frozenset()))
    if len(after) > OVERWRITES_MAX:
        raise Conflict("Nobody else fits through this link.", reason="link_full")
    return replace(room, overwrites=after)


def _save(tx: CoreTransaction, room: Room) -> None:
    chat = seed.chat_in(tx, room)
    stored.save_room(tx, room)
    stored.save_channel(tx, chat)
    tx.announce(RoomChanged(room))
    tx.announce(ChannelChanged(chat))


def _not_there() -> NotFound:
    return NotFound("This link leads nowhere any more.", reason="link_over")
