"""Opening, changing and ending rooms; who is in them is `participants.py`."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import orjson
import structlog

from salon.clock import Clock
from salon.config import Limits
from salon.domain.accounts import Account
from salon.domain.audit import differences, target
from salon.domain.events import (
    ChannelChanged,
    ChannelDeleted,
    RoomChanged,
    RoomClosed,
    RoomStateChanged,
)
from salon.domain.permissions import Overwrite
from salon.domain.rooms import SPEECH, TALK, Entry, Room, RoomSound
from salon.domain.stages import STAGE
from salon.errors import Conflict, Denied, Invalid, NotFound, SalonError
from salon.host import Host
from salon.services import seed, texts
from salon.services.access import Access
from salon.services.announcer import Announcer
from salon.services.channels import NAME_MAX, given, topic
from salon.services.directory import Directory
from salon.services.limits import Paces
from salon.services.listening import Listening
from salon.services.live import Live
from salon.services.participants import Participants
from salon.services.room_entry import closed, new_key
from salon.services.stages import Stages
from salon.services.tags import TagKeeping
from salon.store import audit
from salon.store import channels as stored
from salon.store import community as stored_community
from salon.store.base import CoreTransaction
from salon.store.store import Store

ROOMS_MAX = 300
OPEN_PER_ACCOUNT = 5  # temporary rooms of somebody who may not manage channels
ROOMS_BURST = 10
ROOMS_PER_S = 1 / 60
STATE_MAX_BYTES = 65_536
PINNED_TITLE_MAX = 100
EMPTY_FOR_S = 60.0  # a temporary room that nobody enters, or that everybody left, goes

log = structlog.get_logger(__name__)


class Rooms:
    """Owns the ends of temporary rooms."""

    def __init__(  # noqa: PLR0913 rooms touch places, voices and plugins
        self,
        *,
        store: Store,
        access: Access,
        directory: Directory,
        announcer: Announcer,
        participants: Participants,
        stages: Stages,
        listening: Listening,
        live: Live,
        tags: TagKeeping,
        host: Host,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._announcer = announcer
        self._participants = participants
        self._stages = stages
        self._listening = listening
        self._live = live
        self._tags = tags
        self._host = host
        self._limits = limits
        self._clock = clock
        self._paces = Paces(ROOMS_BURST, ROOMS_PER_S)
        self._ends: dict[int, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        participants.when_emptied(self.emptied)

    async def open(  # noqa: PLR0913 each is a field of the command
        self,
        actor: Account | None,
        name: str,
        *,
        kind: str = TALK,
        topic_text: str = "",
        temporary: bool = True,
        category_id: int | None = None,
        seats: int | None = None,
        sound: RoomSound = SPEECH,
        push_to_talk: bool = False,
        overwrites: Sequence[Overwrite] = (),
        entry: Entry = "everyone",
        tags: Sequence[str] = (),
        tag_ids: Sequence[int] = (),
        to_be_recorded: bool = False,
        host_ids: Sequence[int] = (),
        tells_followers: bool = True,
        told_role_ids: Sequence[int] = (),
    ) -> Room:
        """Make a room. Raises Denied, Invalid, Conflict, NotFound (category).

        `overwrites` stand before those of its category, which shows a room to nobody that `entry`
        closes. `tags` are names, `tag_ids` were named before. `host_ids` lead it, if it is a stage.
        `told_role_ids` are told that it is open, as far as the actor may tell them (`RoomsTold`).
        """
        if actor is not None:
            self._access.everywhere(actor, "room.open" if temporary else "channel.manage")
            self._check_pace(actor)
        self._check(actor, kind, category_id)
        clean = texts.line(name, field="name", at_most=NAME_MAX)
        about = topic(topic_text, self._limits)
        named = self._tags.wanted(actor, tags)
        sees_all = actor is None or self._directory.permissions(actor) is None
        most = self._seats_max(kind)
        places = min(seats or self._seats_of(kind) or most, most)

        def add(tx: CoreTransaction) -> Room:
            known = stored.load_rooms(tx.connection)
            self._check_number(known, actor if temporary else None)
            position = max((room.position for room in known), default=-1) + 1
            room = Room(
                id=tx.new_id(),
                slug=texts.slug(clean, {room.slug for room in known}, sees_all=sees_all),
                name=clean,
                topic=about,
                kind=kind,
                category_id=category_id,
                position=position,
                seats=places,
                opened_by=0 if actor is None else actor.id,
                temporary=temporary,
                sound=sound,
                push_to_talk=push_to_talk,
                overwrites=_said(tx, category_id, overwrites, entry),
                tag_ids=(*tag_ids, *self._tags.keep(tx, named)),
                link_key=new_key() if entry == "link" else None,
                to_be_recorded=to_be_recorded,
                tells_followers=tells_followers,
                told_role_ids=tuple(told_role_ids),
            )
            seed.add_room(tx, room)
            if kind == STAGE:
                self._stages.keeping.begin(tx, room, host_ids)
            if not temporary:
                audit.record(tx, actor, "room.created", target("room", room))
            return room

        room = await self._store.write(add)
        if kind == STAGE:
            await self._stages.keeping.begun(room.id)
        if temporary:
            self.emptied(room.id)
        return room

    def _seats_max(self, kind: str) -> int:
        return self._limits.stage_seats if kind == STAGE else self._limits.room_seats

    def _seats_of(self, kind: str) -> int | None:
        """Return how many seats a plugin gives its kind of room."""
        return next((each.seats for each in self._host.room_kinds if each.kind == kind), None)

    def _check_number(self, known: Sequence[Room], opener: Account | None) -> None:
        """Keep places for others: rooms that somebody opened on the spot are few at a time."""
        if len(known) >= ROOMS_MAX:
            raise Conflict(
                f"There are {ROOMS_MAX} rooms; no more fit.", reason="rooms_full", most=ROOMS_MAX
            )
        if opener is None or self._directory.may(opener, "channel.manage"):
            return
        if (
            sum(room.temporary and room.opened_by == opener.id for room in known)
            >= OPEN_PER_ACCOUNT
        ):
            raise Conflict(
                f"You have {OPEN_PER_ACCOUNT} rooms open. Close one first.",
                reason="rooms_open",
                most=OPEN_PER_ACCOUNT,
            )

    def _check_pace(self, actor: Account) -> None:
        """Everybody is told of each room that opens and closes: few at once, then one a minute."""
        if self._directory.may(actor, "channel.manage"):
            return
        self._paces.take(
            actor.id, self._clock.monotonic_s(), message="You have opened many rooms just now."
        )

    def _check(self, actor: Account | None, kind: str, category_id: int | None) -> None:
        known = {each.kind: each for each in self._host.room_kinds if each.running}
        if kind not in {TALK, STAGE} and kind not in known:
            raise Invalid(
                f"There is no kind of room called {kind[:64]!r}.", field="kind", reason="no_kind"
            )
        needed = known[kind].permission if kind in known else None
        if actor is not None and needed is not None:
            self._access.everywhere(actor, needed)
        if category_id is None:
            return
        is_seen = actor is None or self._directory.may_see_category(actor, category_id)
        if category_id not in self._directory.categories or not is_seen:
            raise NotFound("There is no such category.", field="category", reason="no_category")

    async def edit(  # noqa: PLR0913 each is a field of the command
        self,
        actor: Account,
        room_id: int,
        *,
        name: str | None = None,
        topic_text: str | None = None,
        seats: int | None = None,
        sound: RoomSound | None = None,
        is_locked: bool | None = None,
        push_to_talk: bool | None = None,
        tags: Sequence[str] | None = None,
        is_public: bool | None = None,
        pinned_url: str | None = None,
        pinned_title: str = "",
    ) -> Room:
        """Change a room and its chat with it. Raises NotFound, Denied, Invalid.

        Whether it is public is for the host of a stage to say too, and the link on top for its
        co-hosts as well. An empty `pinned_url` takes the link away.
        """
        others = (name, topic_text, seats, sound, is_locked, push_to_talk, tags)
        hosts: Collection[int | None] = ()
        if all(each is None for each in others):
            host_id = self._stages.host_of(room_id)
            hosts = self._stages.hosts_of(room_id) if is_public is None else [host_id]
        room = self._managed(actor, room_id, hosts)
        self._access.no_time_out(actor)
        if is_public is not None:
            self._check_publish(actor, room_id, is_public=is_public)
        changes = given(
            name=None if name is None else texts.line(name, field="name", at_most=NAME_MAX),
            topic=None if topic_text is None else topic(topic_text, self._limits),
            seats=None if seats is None else min(seats, self._seats_max(room.kind)),
            sound=sound,
            push_to_talk=push_to_talk,
            is_public=is_public,
        )
        if pinned_url is not None:
            changes |= _pinned(pinned_url, pinned_title)
        if is_locked is not None:
            inside = frozenset(each.account_id for each in self._participants.all(room_id))
            changes["key_ids"] = inside if is_locked else None
        named = None if tags is None else self._tags.wanted(actor, tags)

        def save(tx: CoreTransaction) -> Room:
            known = stored.find_room(tx.connection, room_id)
            if known is None:
                raise NotFound("There is no such room.", field="room", reason="no_room")
            if named is not None:
                changes["tag_ids"] = self._tags.keep(tx, named)
            changed = replace(known, **changes)
            chat = seed.chat_in(tx, changed)
            stored.save_room(tx, changed)
            stored.save_channel(tx, chat)
            tx.announce(RoomChanged(changed))
            tx.announce(ChannelChanged(chat))
            if is_public is not None or not _is_own(changed, actor):
                what = differences(known, changed, *changes)
                audit.record(tx, actor, "room.changed", target("room", changed), changes=what)
            return changed

        changed = await self._store.write(save)
        if sound is not None:
            self._participants.doorstep.drop_of(room_id=room_id)  # lines are of the sound before
        await self._listening.judge(room_id)  # whoever hears no more, hears no packet after this
        return changed

    def _check_publish(self, actor: Account, room_id: int, *, is_public: bool) -> None:
        """Whoever has charge of a room may always shut strangers out."""
        if not is_public:
            return
        self._access.room(actor, room_id, "room.publish")
        if not self._directory.community.public_rooms:
            raise Denied(
                "This community lets nobody listen without an account.", reason="no_public_rooms"
            )

    async def close(self, actor: Account | None, room_id: int) -> None:
        """End a room and its chat for everybody. Without an actor: the server. Twice is once."""
        if actor is not None:
            self._managed(actor, room_id)
        room = self._directory.rooms.get(room_id)
        if room is None:
            return
        await self._participants.empty(room_id, "closed")

        def remove(tx: CoreTransaction) -> None:
            if stored.exists(tx, room.id):
                stored.delete_room(tx, room.id)
                tx.announce(RoomClosed(room))
                tx.announce(ChannelDeleted(seed.chat_of(room)))
                if actor is not None and not _is_own(room, actor):
                    audit.record(tx, actor, "room.closed", target("room", room))

        await self._store.write(remove)
        self._stages.over(room_id)
        await self._participants.end(room_id)  # who came in meanwhile goes too
        self._stop_timer(room_id)

    def _managed(self, actor: Account, room_id: int, or_by: Collection[int | None] = ()) -> Room:
        room = self._access.room(actor, room_id)
        is_theirs = actor.id in or_by or _is_own(room, actor)
        if not (is_theirs and self._access.may(actor, "room.join", room_id)):
            self._access.room(actor, room_id, "room.manage")
        return room

    # -- live state of kinds

    def set_state(self, room_id: int, key: str, state: dict[str, Any] | None) -> None:
        """Replace one plugin's part of a room's state and tell who may see the room."""
        if room_id not in self._directory.rooms:
            raise NotFound("There is no such room.", reason="no_room")
        size = 0 if state is None else len(orjson.dumps(state))
        if size > STATE_MAX_BYTES:
            raise Invalid(
                f"The state of a room has at most {STATE_MAX_BYTES} bytes, not {size}.",
                reason="malformed",
            )
        live = self._live.room(room_id)
        if state is None:
            live.states.pop(key, None)
        else:
            live.states[key] = state
        self._announcer.tell(RoomStateChanged(room_id, key, state))

    # -- temporary rooms

    def emptied(self, room_id: int) -> None:
        """Nobody is in the room: it is locked no more, and a temporary one may end."""
        room = self._directory.rooms.get(room_id)
        if room is not None and room.is_locked:
            self._participants.spawn(self._unlock(room_id), "rooms.unlock")
        self._let_end(room_id)

    def _let_end(self, room_id: int) -> None:
        """End a temporary room after a while unless somebody comes."""
        room = self._directory.rooms.get(room_id)
        if room is None or not room.temporary or room_id in self._ends:
            return
        loop = asyncio.get_running_loop()
        self._ends[room_id] = loop.call_later(EMPTY_FOR_S, self._end, room_id)

    async def _unlock(self, room_id: int) -> None:
        if self._participants.all(room_id):
            return  # somebody came back at once

        def save(tx: CoreTransaction) -> None:
            known = stored.find_room(tx.connection, room_id)
            if known is not None and known.is_locked:
                changed = replace(known, key_ids=None)
                stored.save_room(tx, changed)
                tx.announce(RoomChanged(changed))

        await self._store.write(save)

    async def start(self) -> None:
        """Give temporary rooms of before the restart their time."""
        await self._stages.keeping.start(lambda room_id: self.close(None, room_id))
        for room_id in tuple(self._directory.rooms):
            self._let_end(room_id)

    def _end(self, room_id: int) -> None:
        self._ends.pop(room_id, None)
        if not self._participants.all(room_id):
            task = asyncio.create_task(self._close_quietly(room_id), name="rooms.end")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _close_quietly(self, room_id: int) -> None:
        try:
            await self.close(None, room_id)
        except SalonError as error:
            log.warning("a room could not be ended", room=room_id, reason=error.message)

    def _stop_timer(self, room_id: int) -> None:
        timer = self._ends.pop(room_id, None)
        if timer is not None:
            timer.cancel()

    async def stop(self) -> None:
        for room_id in tuple(self._ends):
            self._stop_timer(room_id)
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _said(
    tx: CoreTransaction, category_id: int | None, own: Sequence[Overwrite], entry: Entry
) -> tuple[Overwrite, ...]:
    """Return what a new room says: its own first, then what its category does."""
    there = stored_community.said_in(tx.connection, category_id)
    return (*own, *(there if entry == "everyone" else closed(there)))


def _pinned(url: str, title: str) -> dict[str, str]:
    """Return a link on top as it is kept. Raises Invalid."""
    address = texts.address(url, field="pinned_url") if url.strip() else ""
    about = texts.line(title, field="pinned_title", at_most=PINNED_TITLE_MAX, at_least=0)
    return {"pinned_url": address, "pinned_title": about if address else ""}


def _is_own(room: Room, actor: Account) -> bool:
    """Whether somebody opened it on the spot and may do with it what they like."""
    return room.temporary and room.opened_by == actor.id
