"""A recording from its countdown to its end.

All who see the room are told at once, the room hears a spoken notice, and when it has been heard to
its end, three seconds after the telling at the least, the first sample is kept. It ends once,
whoever asks first; what ends it, and what can go wrong, stands with the recorder.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from salon.plugin import Holders, NotFound, Only, Place, Salon, SalonError, Unavailable
from salon_recording import folders, takes
from salon_recording.capture import Capture, TakeFiles
from salon_recording.config import RecordingConfig
from salon_recording.journal import Happened
from salon_recording.live import Live
from salon_recording.notice import Notice, load_all
from salon_recording.takes import Reason, Take, TakeStatus

COUNTDOWN_S = 3.0
FLUSH_EVERY_S = 0.4  # with the time of a batch, what a kill can cost stays under a second
TO_DISK_EVERY = 2  # flushes
CAPACITY_PACKETS = 1_500
WARN_AT = 2  # times what has to be free on the disk
WARNED = "server.manage"  # who is told, beside whose recording it is

log = structlog.get_logger(__name__)


class Running:
    """Owns the recordings that run, by room."""

    def __init__(self, salon: Salon, config: RecordingConfig) -> None:
        self._salon = salon
        self._config = config
        self._notices: Mapping[str, Notice] = {}
        self.live: dict[int, Live] = {}
        self._played: dict[str, int] = {}  # peer -> the room it plays in, and is not recorded
        self._when_ended: list[Callable[[Take], Awaitable[None]]] = []

    def when_ended(self, call: Callable[[Take], Awaitable[None]]) -> None:
        """Have something done each time that a take has ended."""
        self._when_ended.append(call)

    async def load(self) -> None:
        """Read the notices. Raises ValueError for one that cannot be read."""
        self._notices = await asyncio.to_thread(load_all, self._config)

    @contextmanager
    def left_out(self, room_id: int, peer_id: str) -> Iterator[None]:
        """Keep nothing of what is played there meanwhile, also of a recording that begins then."""
        self._played[peer_id] = room_id
        live = self.live.get(room_id)
        if live is not None:
            live.capture.leave_out(peer_id)
        try:
            yield
        finally:
            del self._played[peer_id]

    def directory_of(self, take_id: int) -> Path:
        """Return where a take's files are."""
        return self.folder / str(take_id)

    @property
    def folder(self) -> Path:
        """Where all takes are."""
        return self._salon.data_directory / "takes"

    @property
    def now_s(self) -> float:
        """The clock of all takes."""
        return self._salon.clock.monotonic_s()

    def told_within_s(self) -> float:
        """How long everybody is told before the first sample is kept."""
        return max(COUNTDOWN_S, self._notice().seconds)

    def _notice(self) -> Notice:
        return self._notices[self._salon.community.language]

    def prepared(self, take: Take) -> Live:
        """Make the files; called in a thread. Raises Unavailable."""
        free_mb = folders.free_mb(self.folder)
        if free_mb < self._config.disk_min_free_mb:
            raise Unavailable(
                f"Only {free_mb} MB are free on the server's disk.",
                reason="recording.disk_full",
                free_mb=free_mb,
            )
        try:
            files = TakeFiles(self.directory_of(take.id))
        except OSError as error:
            raise Unavailable(
                "The server cannot write recordings.", reason="recording.unwritable"
            ) from error

        def failed(error: OSError) -> None:
            log.warning("a take cannot be written", take=take.id, reason=str(error))
            self.spawn_end(live, Reason.DISK)

        live = Live(take, Capture(files, failed), files)
        return live

    # -- from the countdown on

    async def run(self, live: Live) -> None:
        """The recording's own task; however it ends, the recording is closed."""
        reason = Reason.FAILED
        try:
            await asyncio.gather(asyncio.sleep(COUNTDOWN_S), self._say_so(live))
            await self._begin(live)
            await self._keep_going(live)
        except SalonError as error:  # the room is gone, or the relay: no fault of ours
            log.warning("a recording cannot go on", take=live.take.id, reason=error.message)
        except asyncio.CancelledError:
            reason = Reason.SHUTDOWN
            raise
        finally:
            await self.end(live, reason)

    async def _say_so(self, live: Live) -> None:
        """Let the room hear that it will be recorded. Raises what keeps it from being heard."""
        actor = self._salon.accounts.get(live.take.started_by or 0)
        if actor is None:
            raise NotFound("Who records is gone.", reason="recording.enter_first")
        source = await self._salon.rooms.open_source(live.take.room_id, as_account=actor)
        try:
            await self._notice().speak(source, is_wanted=lambda: not live.is_ending)
        finally:
            await source.close()

    async def _keep_going(self, live: Live) -> None:
        """Flush, and look at the limits, until it ends."""
        flushes = 0
        while not live.is_ending:
            await asyncio.sleep(FLUSH_EVERY_S)
            flushes += 1
            self.look(live)
            live.look_at_clock(self.now_s, self._salon.clock.now())
            to_disk = flushes % TO_DISK_EVERY == 0
            reason = await self._flushed(live, to_disk=to_disk)
            if reason is not None and not live.is_ending:
                await self.end(live, reason)

    async def _begin(self, live: Live) -> None:
        if live.is_ending:
            return
        for peer_id, room_id in self._played.items():
            if room_id == live.take.room_id:
                live.capture.leave_out(peer_id)
        live.attachment = await self._salon.rooms.attach(
            live.take.room_id, live.capture, capacity_packets=CAPACITY_PACKETS
        )
        await self._salon.db.write(lambda tx: takes.begin(tx, live.take.id))
        if live.is_ending:
            return
        live.begun_s = self.now_s
        live.take = replace(live.take, begun_at=self._salon.clock.now())
        live.capture.begin(live.begun_s)
        live.note(live.begun_s, Happened.BEGUN, at=live.take.begun_at.isoformat())
        self.look(live)
        for account_id, choice in live.answers.items():
            live.note(live.begun_s, Happened(choice.value), account=account_id)
        await self.tell(live)

    def look(self, live: Live) -> None:
        """Note who is in the room now; who is there when it begins has come."""
        if live.begun_s is not None:
            live.look(self.now_s, self._salon.rooms.participants(live.take.room_id))
            live.host_ids |= self._salon.rooms.hosts(live.take.room_id)

    async def _flushed(self, live: Live, *, to_disk: bool) -> Reason | None:
        """Flush the files; return why the recording cannot go on, if so."""
        try:
            await live.capture.drain()
            await asyncio.to_thread(live.files.flush, to_disk=to_disk)
            free_mb = await asyncio.to_thread(folders.free_mb, live.files.directory)
        except OSError as error:
            log.warning("a take cannot be written", take=live.take.id, reason=str(error))
            return Reason.DISK
        if free_mb < self._config.disk_min_free_mb:
            return Reason.DISK
        if free_mb < WARN_AT * self._config.disk_min_free_mb and not live.is_warned:
            live.is_warned = True
            await self._warn(live, free_mb)
        if live.elapsed_s(self.now_s) >= self._config.max_hours * 3_600:
            return Reason.LIMIT
        return None

    async def _warn(self, live: Live, free_mb: int) -> None:
        body = {"room_id": str(live.take.room_id), "free_mb": free_mb}
        await self._salon.announce("disk_low", Holders(WARNED), body)
        actor = self._salon.accounts.get(live.take.started_by or 0)
        if actor is not None and not self._salon.accounts.may(actor, WARNED):
            await self._salon.announce("disk_low", Only(actor.id), body)

    def spawn_end(self, live: Live, reason: Reason) -> None:
        """End a recording soon, for whom cannot wait for it."""

        async def end() -> None:
            await self.end(live, reason)

        self._salon.spawn(end(), name=f"end of take {live.take.id}")

    async def end(self, live: Live, reason: Reason) -> Take:
        """Close a recording once, whoever asks first; all of them wait for it."""
        if live.closing is None:
            live.reason = reason
            work = self._close(live, reason)
            live.closing = asyncio.create_task(work, name=f"recording.close {live.take.id}")
        return await asyncio.shield(live.closing)

    async def _close(self, live: Live, reason: Reason) -> Take:
        duration_ms = round(live.elapsed_s(self.now_s) * 1_000)
        try:
            lost_packets = await self._detached(live)
            facts = {"reason": reason.value, "lost_packets": lost_packets}
            live.note(self.now_s, Happened.ENDED, **facts)
            voices = await asyncio.to_thread(folders.closed, live.files)
            live.take = replace(
                live.take,
                status=TakeStatus.CAPTURED,
                ended_at=self._salon.clock.now(),
                reason=reason,
                duration_ms=duration_ms,
                lost_packets=lost_packets,
                voice_ids=voices,
                host_ids=live.host_ids,
            )
            await self._write_end(live)
        finally:
            self.live.pop(live.take.room_id, None)
            await self._untell(live)
        for call in self._when_ended:
            await call(live.take)
        return live.take

    async def _detached(self, live: Live) -> int:
        if live.attachment is None:
            return 0
        await live.attachment.close()
        await live.capture.drain()
        return live.attachment.dropped_packets

    async def _write_end(self, live: Live) -> None:
        ended = live.take
        if live.begun_s is None:  # nothing was ever recorded
            await self._salon.db.write(lambda tx: takes.remove(tx, ended.id))
            await asyncio.to_thread(shutil.rmtree, live.files.directory, ignore_errors=True)
        else:
            await self._salon.db.write(lambda tx: takes.end(tx, ended))
        log.info("take closed", take=ended.id, reason=str(ended.reason), ms=ended.duration_ms)

    # -- telling

    async def tell(self, live: Live) -> None:
        """Tell the room how its recording is."""
        if live.is_ending:
            return
        await self._salon.rooms.set_state(live.take.room_id, live.state())

    async def _untell(self, live: Live) -> None:
        room_id, ended = live.take.room_id, live.take
        if self._salon.rooms.get(room_id) is None:
            return
        await self._salon.rooms.set_state(room_id, None)
        body = {
            "room_id": str(room_id),
            "take_id": str(ended.id),
            "reason": None if ended.reason is None else ended.reason.value,
        }
        await self._salon.announce("ended", Place(room_id), body)
