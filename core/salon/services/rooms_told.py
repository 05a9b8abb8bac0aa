"""Telling people that a room is open: in their pages, and at their devices.

Who is told is said by whoever opens the room: who follows one of its tags, unless not wished, and
everybody with some roles. Only roles are told that its opener may name to all who have them.

A room is told of once it lets people in: one that is opened on the spot, or by a plugin, at once,
and a stage when its hosts open it. Rooms that are there for good open no more: of those only roles
are told, once, of the new one. Who may see the room is asked for each at that moment, and again for
each device; who blocks its opener is not told, and nobody is told twice.

Rooms wait in a short queue, which gives way when it is full: Home shows what is live in any case.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence

import structlog

from salon.domain.accounts import Account
from salon.domain.blocks import Way
from salon.domain.events import Event, RoomLive, RoomOpened
from salon.domain.permissions import VIEW
from salon.domain.push import News
from salon.domain.rooms import Room
from salon.domain.stages import STAGE
from salon.domain.tags import Tag
from salon.errors import Denied, NotFound, SalonError
from salon.services.announcer import Announcer
from salon.services.directory import Directory
from salon.services.mentions import NAME_ALL
from salon.services.plugin_pushes import TAGS, PluginPushes
from salon.services.tags import TagKeeping
from salon.store import tags as stored
from salon.store.store import Store

WAITING_MAX = 100
AT_ONCE = 100  # judged before others have their turn

log = structlog.get_logger(__name__)


class RoomsTold:
    """Owns the queue and the task."""

    def __init__(
        self,
        *,
        store: Store,
        directory: Directory,
        announcer: Announcer,
        keeping: TagKeeping,
        pushes: PluginPushes,
    ) -> None:
        self._store = store
        self._directory = directory
        self._announcer = announcer
        self._keeping = keeping
        self._pushes = pushes
        self._queue: asyncio.Queue[int] = asyncio.Queue(WAITING_MAX)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name="rooms_told")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def settled(self) -> None:
        """Return when nothing waits; for tests."""
        await self._queue.join()

    def check_roles(self, actor: Account, role_ids: Collection[int]) -> Sequence[int]:
        """Return roles, each once, that the actor may tell something. Raises NotFound, Denied."""
        may_all = self._directory.may(actor, NAME_ALL)
        for id_ in role_ids:
            role = self._directory.roles.get(id_)
            if role is None or id_ == self._directory.community.everyone_role_id:
                raise NotFound("There is no such role.", field="tell_roles", reason="no_role")
            if not (may_all or role.mentionable):
                raise Denied(
                    f"You may not tell everybody with the role {role.name}.",
                    reason="role_untold",
                    name=role.name,
                )
        return tuple(dict.fromkeys(role_ids))

    def happened(self, event: Event) -> None:
        """Let a room that has just opened wait for its turn."""
        if isinstance(event, RoomOpened) and event.name == RoomOpened.name:
            room = event.room
            opens_now = room.temporary or (not room.opened_by and room.kind != STAGE)
            if opens_now or (room.told_role_ids and room.kind != STAGE):
                self.opened(room.id)

    def opened(self, room_id: int) -> None:
        room = self._directory.rooms.get(room_id)
        is_told = room is not None and (_tags_told(room) or room.told_role_ids)
        if is_told and not self._queue.full():
            self._queue.put_nowait(room_id)

    async def _work(self) -> None:
        while True:
            room_id = await self._queue.get()
            try:
                await self._tell(room_id)
            except SalonError as error:
                log.warning("nobody was told of a room", reason=error.message)
            finally:
                self._queue.task_done()

    async def _tell(self, room_id: int) -> None:
        room = self._directory.rooms.get(room_id)
        if room is None:
            return
        followers = await self._followers(room)
        for at, account_id in enumerate(dict.fromkeys([*followers, *self._with_roles(room)])):
            if at % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            self._tell_one(account_id, room, followers.get(account_id))

    async def _followers(self, room: Room) -> Mapping[int, Tag]:
        """Return who follows what the room is about, and what of it."""
        tags = {tag.id: tag for tag in self._keeping.shown(_tags_told(room))}
        if not tags:
            return {}
        found = await self._store.read(lambda c: stored.followers_of(c, tags.keys()))
        return {account_id: tags[tag_id] for account_id, tag_id in found.items()}

    def _with_roles(self, room: Room) -> Sequence[int]:
        wanted = set(room.told_role_ids)
        if not wanted:
            return ()
        return [one.id for one in self._directory.accounts() if wanted & one.role_ids]

    def _tell_one(self, account_id: int, room: Room, tag: Tag | None) -> None:
        account = self._directory.acting(account_id)
        if account is None or account_id == room.opened_by:
            return
        if not self._directory.may(account, VIEW, room.id):
            return
        if not self._directory.reaches(Way.NOTICE, room.opened_by, account_id):
            return
        self._announcer.tell(RoomLive(account_id, room.id, None if tag is None else tag.id))
        self._pushes.push(TAGS, account_id, _news(room, tag), place_id=room.id)


def _tags_told(room: Room) -> Sequence[int]:
    """Return the tags whose followers are told: none of a room that is there for good."""
    is_for_good = not room.temporary and room.opened_by and room.kind != STAGE
    return room.tag_ids if room.tells_followers and not is_for_good else ()


def _news(room: Room, tag: Tag | None) -> News:
    texts = {"en": "Open now", "fr": "Ouvert maintenant"}
    if tag is not None:
        texts = {"en": f"Open now: {tag.name}", "fr": f"Ouvert maintenant\u00a0: {tag.name}"}
    title = {"en": room.name, "fr": room.name}
    return News(title, texts, f"/r/{room.slug}", topic=f"room.{room.id}")
