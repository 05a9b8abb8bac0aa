"""Where places stand: in which category, and before which of their kind.

Channels and rooms have an order of their own within each category, and among those in none.
Whoever is moved, the others of that heading are counted anew, so that no two stand at one number.
Which permissions a place has is another question: `Roles.fall_in_step`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from salon.domain.accounts import Account
from salon.domain.audit import differences, target
from salon.domain.channels import Category, Channel
from salon.domain.events import CategoryChanged, ChannelChanged, RoomChanged
from salon.domain.rooms import Room
from salon.errors import NotFound
from salon.services import seed
from salon.services.access import Access
from salon.services.directory import MANAGE, Directory
from salon.store import audit
from salon.store import channels as stored
from salon.store import community as stored_community
from salon.store.base import CoreTransaction
from salon.store.store import Store

Placed = TypeVar("Placed", bound=Category | Channel | Room)


class Arranging:
    """Moves one at a time; always for an actor."""

    def __init__(self, store: Store, access: Access, directory: Directory) -> None:
        self._store = store
        self._access = access
        self._directory = directory

    async def move(
        self, actor: Account, place_id: int, *, category_id: int | None, before_id: int | None
    ) -> None:
        """Put a channel or room under a category, or none, before another one of it, or last.

        A category stands in no other. Raises NotFound (place, category, other one), Denied.
        """
        if place_id in self._directory.categories:
            self._access.everywhere(actor, MANAGE)
            category_id = None
        else:
            self._access.place(actor, place_id, MANAGE)
        if category_id is not None and not (
            category_id in self._directory.categories
            and self._directory.may_see_category(actor, category_id)
        ):
            raise _no_category()

        def save(tx: CoreTransaction) -> None:
            rooms = stored.load_rooms(tx.connection)
            categories = stored_community.load_categories(tx.connection)
            if category_id is not None and category_id not in {each.id for each in categories}:
                raise _no_category()
            if place_id in {room.id for room in rooms}:
                here = [room for room in rooms if room.category_id == category_id]
                room = _one(rooms, place_id)
                inside = replace(room, category_id=category_id)
                for moved in _counted(here, inside, before_id):
                    _save_room(tx, moved)
                    _record(tx, actor, "room", room, moved)
            elif place_id in {category.id for category in categories}:
                category = _one(categories, place_id)
                for turned in _counted(categories, category, before_id):
                    stored_community.save_category(tx, turned)
                    tx.announce(CategoryChanged(turned))
                    _record(tx, actor, "category", category, turned)
            else:
                channels = [c for c in stored.load_channels(tx.connection) if c.room_id is None]
                beside = [c for c in channels if c.category_id == category_id]
                channel = _one(channels, place_id)
                for put in _counted(beside, replace(channel, category_id=category_id), before_id):
                    stored.save_channel(tx, put)
                    tx.announce(ChannelChanged(put))
                    _record(tx, actor, "channel", channel, put)

        await self._store.write(save)


def _one(places: Sequence[Placed], place_id: int) -> Placed:
    for place in places:
        if place.id == place_id:
            return place
    raise NotFound("There is no such channel.", field="place", reason="no_channel")


def _counted(here: Sequence[Placed], moved: Placed, before_id: int | None) -> list[Placed]:
    """Return those of one heading whose number changes when `moved` comes in; itself always."""
    known = {place.id: place.position for place in here}
    others = sorted((p for p in here if p.id != moved.id), key=lambda p: (p.position, p.id))
    ids = [place.id for place in others]
    if before_id is not None and before_id not in ids:
        raise NotFound("There is no such channel.", field="before", reason="no_channel")
    at = len(others) if before_id is None else ids.index(before_id)
    row = [*others[:at], moved, *others[at:]]
    placed = [replace(place, position=number) for number, place in enumerate(row)]
    return [p for p in placed if p.id == moved.id or p.position != known[p.id]]


def _save_room(tx: CoreTransaction, room: Room) -> None:
    chat = seed.chat_in(tx, room)
    stored.save_room(tx, room)
    stored.save_channel(tx, chat)
    tx.announce(RoomChanged(room))
    tx.announce(ChannelChanged(chat))


def _record(
    tx: CoreTransaction,
    actor: Account,
    kind: str,
    before: Category | Channel | Room,
    after: Category | Channel | Room,
) -> None:
    """Write down where the moved one stands now; that others were counted anew is no deed."""
    if before.id != after.id:
        return
    fields = ("position",) if kind == "category" else ("category_id", "position")
    what = differences(before, after, *fields)
    audit.record(tx, actor, f"{kind}.changed", target(kind, after), changes=what)


def _no_category() -> NotFound:
    return NotFound("There is no such category.", field="category", reason="no_category")
