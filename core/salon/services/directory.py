"""What the server knows by heart, and who may do and see what in it.

The picture is brought up to date in the loop, before anybody is told of an event, so that every
permission is judged by the present. Nothing here awaits.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace

from salon.clock import Clock
from salon.domain.accounts import VISITOR, Account
from salon.domain.channels import Channel, ChannelKind, Rules, permissions_in
from salon.domain.events import (
    Everyone,
    FormerPlace,
    Holders,
    Only,
    Place,
    Scope,
    Section,
)
from salon.domain.permissions import VIEW, Overwrite, permissions_of
from salon.domain.rooms import LISTEN, Room, held_outside
from salon.services.known_conversations import KnownConversations
from salon.services.picture import Picture

HELD_KEPT = 100_000
MANAGE = "channel.manage"


@dataclass(frozen=True, slots=True)
class View:
    """What decides what an account sees; compared to notice that it changed."""

    permissions: frozenset[str] | None
    places: frozenset[int]
    categories: frozenset[int]
    """What the places stand in; nothing for those who see every category anyway."""


class Directory(Picture):
    """Judges for each account; holds what it judged until something changes of what it rests on."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._held: dict[int | None, dict[int, frozenset[str] | None]] = {}  # by place, account
        self._held_count = 0

    def readable(self, account: Account) -> Iterable[Channel]:
        """Yield every channel and conversation that the account may read now, and no threads.

        Who reads a channel reads its threads.
        """
        for channel in self.channels.values():
            if self.may(account, VIEW, channel.id):
                yield channel
        yield from self.conversations_of(account.id)

    def public_channel(self, slug: str) -> Channel | None:
        """Return the channel with this address, if it may be read without an account."""
        for channel in self.channels.values():
            if channel.slug == slug and self.may(VISITOR, VIEW, channel.id):
                return channel
        return None

    def public_channels(self) -> list[Channel]:
        """Return those that may be read without an account, in their order."""
        found = [each for each in self.channels.values() if self.may(VISITOR, VIEW, each.id)]
        return sorted(found, key=lambda each: (each.position, each.id))

    def public_room(self, slug: str) -> Room | None:
        """Return the room with this address, if it may be heard without an account."""
        for room in self.rooms.values():
            if room.slug == slug and self.is_heard_outside(room.id):
                return room
        return None

    def is_heard_outside(self, room_id: int) -> bool:
        """Whether a room may be heard without an account, whoever is in it now."""
        has_any = self.is_claimed and self.community.public_rooms
        return has_any and self.may(VISITOR, LISTEN, room_id)

    def permissions(self, account: Account, place_id: int | None = None) -> frozenset[str] | None:
        """Return what the account may do now, everywhere or at a place; None is everything."""
        if self._all_changed or self._changed_places:
            self._forget_changed()
        held_here = self._held.get(place_id, {})
        if account.id in held_here:
            return held_here[account.id]
        current = account if account.is_visitor else self._accounts.get(account.id)
        if current is None or self._community is None:
            return frozenset()
        held = self._judged(current, place_id)
        lasting = (
            current.timed_out_until is None and not current.is_guest
        )  # a time out ends by the clock, without an event
        if lasting and self._is_of_the_house(place_id):
            self._hold(account.id, place_id, held)
        return held

    def _hold(self, account_id: int, place_id: int | None, held: frozenset[str] | None) -> None:
        if self._held_count >= HELD_KEPT:  # most of them may be of people who have left
            self._held.clear()
            self._held_count = 0
        self._held.setdefault(place_id, {})[account_id] = held
        self._held_count += 1

    def _forget_changed(self) -> None:
        """Forget what was judged of places that changed, and all of it if people or roles did.

        In threads holds what their channel says.
        """
        if self._all_changed:
            self._held.clear()
            self._held_count = 0
        else:
            of_the_community = self.channels.keys() | self.rooms.keys() | {None}
            for place_id in self._changed_places | (self._held.keys() - of_the_community):
                self._held_count -= len(self._held.pop(place_id, ()))
        self._all_changed = False
        self._changed_places.clear()

    def _is_of_the_house(self, place_id: int | None) -> bool:
        """Whether what is held there changes with places, people and roles alone.

        Not in a conversation, where people come and go, nor where nothing is: a message may become
        a thread.
        """
        places = (self.channels, self.rooms)
        is_place = place_id is None or any(place_id in each for each in places)
        return is_place or self.parent_of(place_id or 0) is not None

    def _judged(self, account: Account, place_id: int | None) -> frozenset[str] | None:
        everyone, now = self.community.everyone_role_id, self._clock.now()
        room = self.rooms.get(place_id or 0)
        if account.is_visitor and room is not None:
            return held_outside(room, self.roles, everyone, now)
        channel = None if place_id is None else self.outline(place_id)
        if channel is None or place_id in self.rooms:
            overwrites = self._overwrites(place_id)
            return permissions_of(account, self.roles, everyone, overwrites, now)
        parent = None if channel.parent_id is None else self.channels.get(channel.parent_id)
        rules = Rules(self.roles, everyone, now)
        is_open = self._can_be_written_to(account.id, channel)
        return permissions_in(account, channel, parent, rules, is_open=is_open)

    def _can_be_written_to(self, account_id: int, channel: Channel) -> bool:
        """Whether the other one of a direct conversation is there, and neither blocks the other."""
        if channel.kind is not ChannelKind.DIRECT:
            return True
        others = channel.member_ids - {account_id}
        return bool(others) and all(self.can_reach(account_id, other) for other in others)

    def may(self, account: Account, permission: str, place_id: int | None = None) -> bool:
        held = self.permissions(account, place_id)
        return held is None or permission in held

    def may_receive(self, account_id: int, scope: Scope) -> bool:
        """Whether the account may be told of something with this scope now."""
        account = self._accounts.get(account_id)
        if account is None or not account.is_usable(self._clock.now()):
            return False
        match scope:
            case Everyone():
                return True
            case Only(account_id=only):
                return only == account_id
            case Place(id=place_id):
                return self._exists(place_id) and self.may(account, VIEW, place_id)
            case FormerPlace(overwrites=overwrites):
                return self._might_view(account, overwrites)
            case Section(id=category_id):
                return self.may_see_category(account, category_id)
            case Holders(permission=permission):
                return self.may(account, permission)

    def may_see_category(self, account: Account, category_id: int) -> bool:
        """Whether the account may view something in a category, or manage what stands there."""
        return self.may(account, MANAGE) or any(
            place.category_id == category_id and self.may(account, VIEW, place.id)
            for place in self._places()
        )

    def _might_view(self, account: Account, overwrites: Sequence[Overwrite]) -> bool:
        held = permissions_of(
            account,
            self.roles,
            self.community.everyone_role_id,
            overwrites,
            self._clock.now(),
        )
        return held is None or VIEW in held

    def _overwrites(self, place_id: int | None) -> Sequence[Overwrite] | None:
        if place_id is None:
            return None
        place = self.rooms.get(place_id) or self.channels.get(place_id)
        return () if place is None else place.overwrites

    def view(self, account: Account) -> View:
        seen = [place for place in self._places() if self.may(account, VIEW, place.id)]
        around = () if self.may(account, MANAGE) else (place.category_id for place in seen)
        return View(
            self.permissions(account),
            frozenset(place.id for place in seen),
            frozenset(id_ for id_ in around if id_ is not None),
        )

    def seen_as(self, actor: Account, role_id: int) -> "Directory":
        """Return the house as the actor would see it with this role alone.

        What the actor may not see itself is left out: looking on must not show more.
        """
        seen = self.view(actor).places
        shown = copy(self)
        roles = frozenset({role_id}) - {self.community.everyone_role_id}
        shown._accounts = self._accounts | {  # noqa: SLF001 a copy of ourselves
            actor.id: replace(
                actor,
                role_ids=roles,
                is_owner=False,
                timed_out_until=None,
                has_second_step=True,
            )
        }
        shown._held = {}  # noqa: SLF001 the same
        shown._changed_places = set()  # noqa: SLF001 the same
        shown.channels = {id_: self.channels[id_] for id_ in self.channels.keys() & seen}
        shown.rooms = {id_: self.rooms[id_] for id_ in self.rooms.keys() & seen}
        # What is between people has nothing to do with a role.
        shown._conversations = KnownConversations()  # noqa: SLF001 the same
        return shown

    def permission_names(self, account: Account) -> list[str]:
        """Return the account's permissions as the client gets them; ["*"] is everything."""
        held = self.permissions(account)
        return ["*"] if held is None else sorted(held)
