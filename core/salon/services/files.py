"""Files: taken in, given out to those who may have them, and thrown away when nobody may.

In: a stream is kept under the storage's key with a limit on everything, and a file is made of it
(`file_making`); only then the database knows of it. Who has handed a file in may put it where it
was meant for within a day. Pictures of pages, which the server gets by itself, come in the same way
and are nobody's. Out: who may see the message may have its files, and
the pictures on its cards, asked each time. Away: whatever is left over (`salon.store.files`) is
looked for after something was deleted, each hour, and after the start; what crashed in between is
found again, and so are contents that no row knows.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from salon.clock import Clock
from salon.config import Files as FileSettings
from salon.domain.accounts import Account
from salon.domain.files import (
    WAITS_FOR,
    File,
    FileState,
    Purpose,
    Rendition,
    StoredFile,
)
from salon.errors import Conflict, Invalid, NotFound, SalonError, TooMany
from salon.files import kinds
from salon.files.films import Films
from salon.files.pictures import APP_ICONS, Pictures
from salon.files.room_pictures import RoomPicture
from salon.files.storage import DiskFull, Put, Storage
from salon.services.access import Access
from salon.services.file_making import MIB, UNNAMED, WEBP, FileMaking, clean_name, too_large, whole
from salon.services.limits import RateLimits
from salon.store import exports
from salon.store import files as stored
from salon.store import messages as stored_messages
from salon.store.base import Connection, CoreTransaction
from salon.store.store import Store

COLLECTED_AFTER = WAITS_FOR + timedelta(hours=1)  # never while somebody puts it into a message
ARRIVING_MAX = 64  # of everybody together
ARRIVING_OF_ONE_MAX = 4
PER_MINUTE = 60
COLLECT_EVERY_S = 3_600.0
COLLECT_AFTER_S = 1.0  # for what else goes at the same time
COLLECTED_AT_ONCE = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that somebody may have, in one of its sizes."""

    stored: StoredFile
    rendition: Rendition

    @property
    def tag(self) -> str:
        """Return what names this content for ever."""
        return f"{self.stored.sha256.hex()[:32]}-{self.rendition.size}"


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What somebody may hand in, so that too much is not even sent."""

    largest_bytes: int
    share_bytes: int
    used_bytes: int
    """Of the share."""


@dataclass(frozen=True, slots=True)
class FileMeasures:
    """What files take, what they may take, and the disk that they share with the database."""

    kept_bytes: int
    most_bytes: int
    free_bytes: int
    disk_bytes: int


class Files:
    """Everything about files, always for an actor."""

    def __init__(  # noqa: PLR0913 files meet disk, database and worker
        self,
        *,
        store: Store,
        access: Access,
        storage: Storage,
        pictures: Pictures,
        films: Films,
        rates: RateLimits,
        clock: Clock,
        settings: FileSettings,
    ) -> None:
        self._store = store
        self._access = access
        self._storage = storage
        self._pictures = pictures
        self._making = FileMaking(storage, pictures, films, clock)
        self._rates = rates
        self._clock = clock
        self._settings = settings
        self._arriving: Counter[int] = Counter()
        self._kept_bytes = 0
        self._look = asyncio.Event()
        self._collecting = asyncio.Lock()
        self._collector: asyncio.Task[None] | None = None

    @property
    def kept_bytes(self) -> int:
        """Return what all files take on the disk."""
        return self._kept_bytes

    async def measure(self) -> FileMeasures:
        """Return how much room there is and what files take of it. Raises Unavailable."""
        room = await self._storage.room()
        most = self._settings.server_max_mib * MIB
        return FileMeasures(self._kept_bytes, most, room.free_bytes, room.size_bytes)

    async def start(self) -> None:
        """Forget contents that a crash left without a row, and begin to collect."""
        known = await self._store.read(lambda c: frozenset(stored.keys(c)) | exports.keys(c))
        self._kept_bytes = await self._store.read(stored.kept_bytes)
        orphans = await self._storage.keys() - known
        for key in orphans:
            await self._storage.delete(key)
        if orphans:
            log.info("contents without a file were deleted", contents=len(orphans))
        self._look.set()
        self._collector = asyncio.create_task(self._keep_collecting(), name="files.collector")

    async def stop(self) -> None:
        if self._collector is not None:
            self._collector.cancel()
            await asyncio.gather(self._collector, return_exceptions=True)

    # -- in

    async def receive(
        self,
        actor: Account,
        purpose: Purpose,
        name: str,
        parts: AsyncIterator[bytes],
        *,
        channel_id: int | None = None,
        size_bytes: int | None = None,
    ) -> File:
        """Keep what comes for a day, or until it is used. `size_bytes`: as far as it is known.

        For messages, `channel_id` is where they shall go. Raises NotFound, Denied, Invalid (too
        large, no picture), TooMany, Conflict (over the person's share), Unavailable (no room).
        """
        await self._check_may(actor, purpose, channel_id)
        clean = clean_name(name)
        self._check_size(size_bytes or 0)
        await self._check_share(actor, size_bytes or 0)
        with self._arrival(actor):
            put = await self._storage.put(self._counted(parts), head_bytes=kinds.HEAD_BYTES)
            file = await self._finished(actor.id, purpose, clean, put)
        log.info("a file was handed in", file=file.id, bytes=file.size_bytes, kind=file.kind.value)
        return file

    async def make_app_icons(self, actor: Account, picture_id: int, hue: int) -> None:
        """Keep beside a picture of the community what a device shows of an installed app.

        Those made before go. Raises NotFound, Unavailable.
        """
        found = await self._store.read(lambda connection: stored.find(connection, picture_id))
        is_ours = found is not None and found.owner_id in {actor.id, stored.NOBODY}
        if found is None or not is_ours or found.purpose is not Purpose.ICON:
            raise stored.gone()
        content = self._storage.read(found.renditions[0].key)
        made = await self._pictures.remake(content, WEBP, replace(APP_ICONS, hue=hue))
        async with self._making.put_all(made.renditions) as puts:
            new = [Rendition(size, put.key, put.size_bytes) for size, put in puts]
            old = await self._store.write(
                lambda tx: stored.exchange_renditions(tx, picture_id, APP_ICONS.sizes, new)
            )
        for rendition in old:
            await self._storage.delete(rendition.key)
        self._kept_bytes += sum(one.size_bytes for one in new) - sum(one.size_bytes for one in old)

    async def app_icon(self, picture_id: int, size: str) -> Opened | None:
        """Return one of them: for everybody, as who installs an app asks without saying who."""
        found = await self._store.read(lambda connection: stored.find(connection, picture_id))
        if found is None or found.purpose is not Purpose.ICON or found.state is not FileState.USED:
            return None
        sizes = {one.size: one for one in found.renditions if one.size in APP_ICONS.sizes}
        return Opened(found, sizes[size]) if size in sizes else None

    async def face(self, picture_id: int) -> bytes | None:
        """Return the picture that stands for somebody, to be drawn where they are shown."""
        found = await self._store.read(lambda connection: stored.find(connection, picture_id))
        if found is None or found.purpose is not Purpose.AVATAR:
            return None
        return b"".join([part async for part in self._storage.read(found.renditions[0].key)])

    async def draw(self, room: RoomPicture, faces: bytes) -> bytes:
        """Return the picture of a room. Raises Invalid (a face is broken), Unavailable."""
        return await self._pictures.draw(room, faces)

    async def take_picture_of_page(self, content: bytes) -> File:
        """Keep a picture for a card until it is used. Raises Invalid (no picture), Unavailable."""
        self._check_room(len(content))
        put = await self._storage.put(whole(content), head_bytes=kinds.HEAD_BYTES)
        return await self._finished(stored.NOBODY, Purpose.CARD, UNNAMED, put)

    async def _finished(self, owner_id: int, purpose: Purpose, name: str, put: Put) -> File:
        """Make of contents a file; nothing is left of them when that fails."""
        keys = [put.key]
        try:
            draft, keys = await self._making.made_of(put, purpose, name)
            draft = replace(draft, purpose=purpose, owner_id=owner_id)
            kept = await self._store.write(lambda tx: self._add(tx, draft))
        except BaseException:
            for key in keys:
                await asyncio.shield(self._storage.delete(key))
            raise
        self._kept_bytes += kept.kept_bytes
        return kept.file

    def _add(self, tx: CoreTransaction, draft: StoredFile) -> StoredFile:
        if draft.owner_id != stored.NOBODY:
            theirs = stored.kept_bytes(tx.connection, draft.owner_id) + draft.kept_bytes
            if theirs > self._settings.person_max_mib * MIB:
                raise self._over_share()
        kept = replace(draft, file=replace(draft.file, id=tx.new_id()), created_at=tx.now)
        stored.add(tx, kept)
        return kept

    async def _counted(self, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        size = 0
        async for part in parts:
            size += len(part)
            self._check_size(size)
            yield part
        if not size:
            raise Invalid("There is nothing in this file.", field="file", reason="file_empty")

    async def limits(self, actor: Account) -> FileLimits:
        """Return what the actor may hand in."""
        used = await self._store.read(lambda c: stored.kept_bytes(c, actor.id))
        settings = self._settings
        return FileLimits(settings.largest_mib * MIB, settings.person_max_mib * MIB, used)

    # -- rules of what may come in

    async def _check_may(self, actor: Account, purpose: Purpose, channel_id: int | None) -> None:
        match purpose:
            case Purpose.MESSAGE:
                if channel_id is None:
                    raise Invalid("Expected a channel.", field="channel", reason="malformed")
                await self._access.channel_or_archived(actor, channel_id, "message.attach")
            case Purpose.AVATAR:
                self._access.no_time_out(actor)
            case Purpose.ICON:
                self._access.everywhere(actor, "server.manage")
            case Purpose.EMOJI:
                self._access.everywhere(actor, "emoji.manage")

    def _check_size(self, size_bytes: int) -> None:
        most = self._settings.largest_mib * MIB
        if size_bytes > most:
            raise too_large(most)

    async def _check_share(self, actor: Account, size_bytes: int) -> None:
        """Refuse before it comes what would not fit; asked again when it is there."""
        self._check_room(size_bytes)
        theirs = await self._store.read(lambda c: stored.kept_bytes(c, actor.id))
        if theirs + size_bytes > self._settings.person_max_mib * MIB:
            raise self._over_share()

    def _check_room(self, size_bytes: int) -> None:
        if self._kept_bytes + size_bytes > self._settings.server_max_mib * MIB:
            raise DiskFull("There is no room left on the server for files.", reason="disk_full")

    def _over_share(self) -> Conflict:
        return Conflict(
            f"Your files take {self._settings.person_max_mib} MiB already; no more fit.",
            reason="files_share",
            most=self._settings.person_max_mib,
        )

    @contextmanager
    def _arrival(self, actor: Account) -> Iterator[None]:
        many = "These are a lot of files at once. Try again in a moment."
        if (
            self._arriving[actor.id] >= ARRIVING_OF_ONE_MAX
            or self._arriving.total() >= ARRIVING_MAX
        ):
            raise TooMany(many, retry_after_s=1)
        self._rates.hit("file", str(actor.id), times=PER_MINUTE, per_s=60, message=many)
        self._arriving[actor.id] += 1
        try:
            yield
        finally:
            self._arriving[actor.id] -= 1
            if not self._arriving[actor.id]:
                del self._arriving[actor.id]

    # -- out

    async def open(self, actor: Account, file_id: int, size: str = "") -> Opened:
        """Return a file that the actor may have now. Raises NotFound.

        A size that a picture is not kept in, because it is small, is its full one.
        """
        actor = self._access.actor(actor)
        found = await self._store.read(lambda connection: stored.find(connection, file_id))
        if found is None or not await self._may_have(actor, found):
            raise stored.gone()
        sizes = {rendition.size: rendition for rendition in found.renditions}
        return Opened(found, sizes.get(size, sizes[""]))

    async def _may_have(self, actor: Account, found: StoredFile) -> bool:
        if found.state is FileState.WAITING:
            return found.owner_id == actor.id
        if found.state is FileState.RELEASED:
            return False
        if found.purpose is Purpose.CARD:
            return await self._may_see_card(actor, found.file.id)
        if found.purpose is not Purpose.MESSAGE:
            return True
        if found.message_id is None:
            return False
        try:
            await self._access.message(actor, found.message_id)
        except NotFound:
            return False
        return True

    async def _may_see_card(self, actor: Account, picture_id: int) -> bool:
        """Whether a message that the actor may see shows the card with this picture."""
        if not self._access.shows_cards:
            return False
        places = await self._store.read(lambda c: stored_messages.showing(c, picture_id))
        return any(self._access.may_view(actor, id_) for id_ in places)

    def read(self, opened: Opened, start: int, stop: int) -> AsyncIterator[bytes]:
        """Return a part of the content, from one byte to before another."""
        return self._storage.read(opened.rendition.key, start, stop)

    # -- away

    def look_soon(self) -> None:
        """Something was deleted that may have had files."""
        self._look.set()

    async def collect(self) -> int:
        """Throw away what is left over; return how many files there were."""
        async with self._collecting:
            count = 0
            while found := await self._store.read(self._left_over):
                await self._throw_away(found)
                count += len(found)
            return count

    def _left_over(self, connection: Connection) -> Sequence[StoredFile]:
        since = self._clock.now() - COLLECTED_AFTER
        return stored.left_over(connection, since, COLLECTED_AT_ONCE)

    async def erase(self, account_id: int, *, keeps_content: bool = False) -> None:
        """Throw away everything that somebody has handed in. Raises Unavailable.

        `keeps_content`: what is in messages stays there, and is nobody's from now on.
        """
        if keeps_content:
            await self._store.write(lambda tx: stored.give_away(tx, account_id))

        def theirs(connection: Connection) -> Sequence[StoredFile]:
            return stored.of_owner(connection, account_id, COLLECTED_AT_ONCE)

        async with self._collecting:
            while found := await self._store.read(theirs):
                await self._throw_away(found)

    async def _throw_away(self, found: Sequence[StoredFile]) -> None:
        """Contents first: a row whose contents have gone is found again, not the other way."""
        for one in found:
            for rendition in one.renditions:
                await self._storage.delete(rendition.key)
        ids = [one.file.id for one in found]
        await self._store.write(lambda tx: stored.delete(tx, ids))
        self._kept_bytes -= sum(one.kept_bytes for one in found)

    async def _keep_collecting(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(COLLECT_EVERY_S):
                    await self._look.wait()
            await asyncio.sleep(COLLECT_AFTER_S)
            self._look.clear()
            try:
                await self.collect()
            except SalonError as error:  # tried again in an hour
                log.warning("files could not be collected", reason=error.message)
