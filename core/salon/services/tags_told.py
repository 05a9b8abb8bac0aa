"""Telling who follows a tag that a room of it is open: in their pages, and at their devices.

A room is told of once it lets people in: one that is opened on the spot, or by a plugin, at once,
and a stage when its hosts open it. Rooms that are there for good open no more. Who may see the room
is asked for each follower at that moment, and again for each device; who blocks its opener is not
told.

Rooms wait in a short queue, which gives way when it is full: Home shows what is live in any case.
"""

import asyncio

import structlog

from salon.domain.blocks import Way
from salon.domain.events import Event, RoomOpened, TagLive
from salon.domain.permissions import VIEW
from salon.domain.push import News
from salon.domain.rooms import Room
from salon.domain.stages import STAGE
from salon.domain.tags import Tag
from salon.errors import SalonError
from salon.services.announcer import Announcer
from salon.services.directory import Directory
from salon.services.plugin_pushes import TAGS, PluginPushes
from salon.services.tags import TagKeeping
from salon.store import tags as stored
from salon.store.store import Store

WAITING_MAX = 100
AT_ONCE = 100  # judged before others have their turn

log = structlog.get_logger(__name__)


class TagsTold:
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
        self._task = asyncio.create_task(self._work(), name="tags_told")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def settled(self) -> None:
        """Return when nothing waits; for tests."""
        await self._queue.join()

    def happened(self, event: Event) -> None:
        """Let a room that has just opened wait for its turn."""
        if isinstance(event, RoomOpened) and event.name == RoomOpened.name:
            room = event.room
            if room.temporary or (not room.opened_by and room.kind != STAGE):
                self.opened(room.id)

    def opened(self, room_id: int) -> None:
        room = self._directory.rooms.get(room_id)
        if room is not None and room.tag_ids and not self._queue.full():
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
        tags = {} if room is None else {tag.id: tag for tag in self._keeping.shown(room.tag_ids)}
        if room is None or not tags:
            return
        followers = await self._store.read(lambda c: stored.followers_of(c, tags.keys()))
        for at, (account_id, tag_id) in enumerate(followers.items()):
            if at % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            self._tell_one(account_id, room, tags[tag_id])

    def _tell_one(self, account_id: int, room: Room, tag: Tag) -> None:
        account = self._directory.acting(account_id)
        if account is None or account_id == room.opened_by:
            return
        if not self._directory.may(account, VIEW, room.id):
            return
        if not self._directory.reaches(Way.NOTICE, room.opened_by, account_id):
            return
        self._announcer.tell(TagLive(account_id, room.id, tag.id))
        self._pushes.push(TAGS, account_id, _news(room, tag), place_id=room.id)


def _news(room: Room, tag: Tag) -> News:
    texts = {"en": f"Open now: {tag.name}", "fr": f"Ouvert maintenant\u00a0: {tag.name}"}
    title = {"en": room.name, "fr": room.name}
    return News(title, texts, f"/r/{room.slug}", topic=f"room.{room.id}")
