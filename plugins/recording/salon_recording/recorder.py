"""Recording a room: everybody is told and asked, then a listener writes who agreed.

One recording per room. All who see the room are told at once, the room hears a spoken notice, and
when it has been heard to its end, three seconds after the telling at the least, the first sample is
kept. It ends by `stop`, with the room, with the last one in it, at a limit, or with the server.

What can go wrong: a room that cannot be told is not recorded (`failed`); a media worker that is
replaced leaves a gap, and the take goes on; a disk that is full or refuses ends it (`disk`) with
what is there; a server that is killed leaves a take that is `interrupted` when it comes back, each
voice up to its last whole page.
"""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import structlog

from salon.plugin import (
    Account,
    AccountKind,
    Conflict,
    Denied,
    Deny,
    NotFound,
    Place,
    Room,
    Salon,
    SalonError,
    TooMany,
    Unavailable,
)
from salon_recording import takes
from salon_recording.capture import VOICE_SUFFIX, Capture, TakeFiles
from salon_recording.config import RecordingConfig
from salon_recording.journal import JOURNAL, Happened, forget
from salon_recording.live import Live
from salon_recording.notice import Notice, load_all
from salon_recording.ogg import SAMPLE_RATE_HZ, length_samples
from salon_recording.takes import Choice, Reason, Take, TakeStatus

PERMISSION = "recording.record"
COUNTDOWN_S = 3.0
FLUSH_EVERY_S = 0.4  # with the time of a batch, what a kill can cost stays under a second
TO_DISK_EVERY = 2  # flushes
CAPACITY_PACKETS = 1_500
RECORDINGS_MAX = 8
MB = 1_000_000
ENABLED = "enabled"  # the owner's switch, among the plugin's small values

log = structlog.get_logger(__name__)


class Recorder:
    """Owns the recordings that run, by room."""

    def __init__(self, salon: Salon, config: RecordingConfig) -> None:
        self._salon = salon
        self._config = config
        self._live: dict[int, Live] = {}
        self._starting: set[int] = set()  # rooms whose files are being made
        self._notices: Mapping[str, Notice] = {}
        self._is_enabled = False
        self._is_stopping = False

    # -- life

    async def recover(self) -> None:
        """Learn the owner's switch and the notices, and end what a crash left open.

        Raises ValueError for a notice that cannot be read.
        """
        self._notices = await asyncio.to_thread(load_all, self._config)
        self._is_enabled = await self._salon.kv.get(ENABLED) is True
        self._is_stopping = False
        for take in await self._salon.db.read(takes.capturing):
            found = await asyncio.to_thread(_what_is_there, self.directory_of(take.id))
            duration_ms = max(found.values(), default=0) * 1_000 // SAMPLE_RATE_HZ
            interrupted = replace(
                take,
                status=TakeStatus.INTERRUPTED,
                reason=Reason.CRASH,
                ended_at=take.begun_at + timedelta(milliseconds=duration_ms),
                duration_ms=duration_ms,
                voice_ids=tuple(sorted(found)),
            )
            await self._salon.db.write(lambda tx, it=interrupted: takes.end(tx, it))  # type: ignore[misc]
            log.warning("a take was cut off by a crash; what is on disk is kept", take=take.id)

    async def stop_all(self, reason: Reason) -> None:
        """End every recording; for the server's end and the owner's switch."""
        self._is_stopping = reason is Reason.SHUTDOWN
        running = list(self._live.values())
        await asyncio.gather(*(self._end(live, reason) for live in running))

    @property
    def is_enabled(self) -> bool:
        return self._is_enabled

    async def switch(self, *, enabled: bool) -> None:
        """Turn recording on or off for the community; off ends what runs."""
        await self._salon.kv.set(ENABLED, enabled)
        self._is_enabled = enabled
        if not enabled:
            await self.stop_all(Reason.SWITCHED_OFF)

    # -- verbs

    async def start(self, actor: Account, room_id: int) -> Take:
        """Tell and ask everybody; return while the countdown runs.

        Raises NotFound, Denied, Conflict (off, not in the room, already recorded), TooMany,
        Unavailable.
        """
        room = self._room_to_record(actor, room_id)
        self._check_may_run(actor, room)
        self._check_is_free(room)
        take = self._new_take(actor, room)
        self._starting.add(room.id)
        try:
            live = await asyncio.to_thread(self._prepared, take)
        finally:
            self._starting.discard(room.id)
        self._live[room.id] = live
        try:
            await self._salon.db.write(lambda tx: takes.add(tx, take))
            self._check_may_run(actor, room)  # all of it may have changed meanwhile
            await self.tell(live)
            self._salon.spawn(self._run(live), name=f"take {take.id}")
        except BaseException:  # who was not told is not recorded
            await self._end(live, Reason.FAILED)
            raise
        return take

    def _new_take(self, actor: Account, room: Room) -> Take:
        return Take(
            id=self._salon.new_id(),
            room_id=room.id,
            room_name=room.name,
            started_by=actor.id,
            status=TakeStatus.CAPTURING,
            begun_at=self._salon.clock.now() + timedelta(seconds=self._told_within_s()),
            ended_at=None,
            reason=None,
            duration_ms=0,
            lost_packets=0,
            pruned_at=None,
        )

    def _notice(self) -> Notice:
        return self._notices[self._salon.community.language]

    def _told_within_s(self) -> float:
        return max(COUNTDOWN_S, self._notice().seconds)

    def _prepared(self, take: Take) -> Live:
        """Make the files; called in a thread. Raises Unavailable."""
        directory = self.directory_of(take.id)
        free_mb = _free_mb(directory.parent)
        if free_mb < self._config.disk_min_free_mb:
            raise Unavailable(
                f"Only {free_mb} MB are free on the server's disk.",
                reason="recording.disk_full",
                free_mb=free_mb,
            )
        try:
            files = TakeFiles(directory)
        except OSError as error:
            raise Unavailable(
                "The server cannot write recordings.", reason="recording.unwritable"
            ) from error

        def failed(error: OSError) -> None:
            log.warning("a take cannot be written", take=take.id, reason=str(error))
            self._spawn_end(live, Reason.DISK)

        live = Live(take, Capture(files, failed), files)
        return live

    async def stop(self, actor: Account, room_id: int) -> Take:
        """End a room's recording and return it. Raises NotFound, Denied, Conflict."""
        self._room_to_record(actor, room_id)
        live = self._live.get(room_id)
        if live is None:
            raise Conflict("This room is not being recorded.", reason="recording.not_recording")
        return await self._end(live, Reason.STOPPED)

    async def consent(self, actor: Account, room_id: int, choice: Choice) -> None:
        """Keep somebody's voice from now on, or no more. Raises NotFound, Conflict."""
        self.room(actor, room_id)
        live = self.live(room_id)
        if not self.is_in(room_id, actor.id):
            raise Conflict("You are not in this room.", reason="not_in_room")
        if choice is Choice.OFF:  # first of all: nothing more is kept from here on
            live.capture.decline(actor.id)
        take_id = live.take.id
        await self._salon.db.write(lambda tx: takes.note_consent(tx, take_id, actor.id, choice))
        if choice is Choice.OFF:  # and again: an earlier yes may have been on its way to here
            live.capture.decline(actor.id)
        if live.is_ending or not self.is_in(room_id, actor.id):
            return
        live.answers[actor.id] = choice
        if choice is Choice.ON:
            live.capture.agree(actor.id, self._now_s)
        live.note(self._now_s, Happened(choice.value), account=actor.id)
        await self.tell(live)

    async def forget_voice(self, account_id: int, take_id: int | None = None) -> None:
        """Delete what one running recording, or all of them, hold of an account."""
        for live in list(self._live.values()):
            if take_id not in {None, live.take.id}:
                continue
            await live.capture.forget(account_id)
            if live.closing is not None:  # it may have counted the voice already
                await asyncio.shield(live.closing)
            elif account_id in live.answers:
                live.answers[account_id] = Choice.OFF
                await self.tell(live)

    async def erase_from_journals(self, account_id: int) -> None:
        """Delete somebody from the journals of all takes, those that run first."""
        for live in list(self._live.values()):
            live.people = {id_: who for id_, who in live.people.items() if id_ != account_id}
            await asyncio.to_thread(live.files.erase, account_id)
        running = {live.take.id for live in self._live.values()}
        await asyncio.to_thread(_erase_from_journals, self._takes, account_id, running)

    def running(self, take_id: int) -> bool:
        """Whether a take is being recorded now."""
        return any(live.take.id == take_id for live in self._live.values())

    def directory_of(self, take_id: int) -> Path:
        """Return where a take's files are."""
        return self._takes / str(take_id)

    @property
    def _takes(self) -> Path:
        return self._salon.data_directory / "takes"

    @property
    def _now_s(self) -> float:
        return self._salon.clock.monotonic_s()

    # -- what happens in the room

    def may_speak(self, account_id: int, room_id: int) -> Deny | None:
        """Say no to the microphone of a person who has not been asked; bots have nobody to ask."""
        live = self._live.get(room_id)
        account = self._salon.accounts.get(account_id)
        if live is None or account_id in live.answers:
            return None
        if account is None or account.kind is AccountKind.BOT:
            return None
        return Deny(
            "This room is being recorded. Say first whether you are on the record.", "answer_first"
        )

    async def joined(self, room_id: int) -> None:
        """Note who came; the room's state asks them, and without an answer nothing is kept."""
        live = self._live.get(room_id)
        if live is not None:
            self._look(live)

    async def left(self, account_id: int, room_id: int) -> None:
        """Leaving takes the answer back; the last one ends the recording."""
        live = self._live.get(room_id)
        if live is None or self.is_in(room_id, account_id):
            return
        live.capture.decline(account_id)
        answered = live.answers.pop(account_id, None)
        self._look(live)
        if not self._salon.rooms.participants(room_id):
            self._spawn_end(live, Reason.EMPTY)
        elif answered is not None:
            await self.tell(live)

    def _look(self, live: Live) -> None:
        if live.begun_s is not None:  # who is there then has come
            live.look(self._now_s, self._salon.rooms.participants(live.take.room_id))

    async def room_closed(self, room_id: int) -> None:
        live = self._live.get(room_id)
        if live is not None:
            await self._end(live, Reason.ROOM_CLOSED)

    # -- one recording

    async def _run(self, live: Live) -> None:
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
            await self._end(live, reason)

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
            self._look(live)
            live.look_at_clock(self._now_s, self._salon.clock.now())
            to_disk = flushes % TO_DISK_EVERY == 0
            reason = await self._flushed(live, to_disk=to_disk)
            if reason is not None and not live.is_ending:
                await self._end(live, reason)

    async def _begin(self, live: Live) -> None:
        if live.is_ending:
            return
        live.attachment = await self._salon.rooms.attach(
            live.take.room_id, live.capture, capacity_packets=CAPACITY_PACKETS
        )
        await self._salon.db.write(lambda tx: takes.begin(tx, live.take.id))
        if live.is_ending:
            return
        live.begun_s = self._now_s
        live.take = replace(live.take, begun_at=self._salon.clock.now())
        live.capture.begin(live.begun_s)
        live.note(live.begun_s, Happened.BEGUN, at=live.take.begun_at.isoformat())
        self._look(live)
        for account_id, choice in live.answers.items():
            live.note(live.begun_s, Happened(choice.value), account=account_id)
        await self.tell(live)

    async def _flushed(self, live: Live, *, to_disk: bool) -> Reason | None:
        """Flush the files; return why the recording cannot go on, if so."""
        try:
            await live.capture.drain()
            await asyncio.to_thread(live.files.flush, to_disk=to_disk)
            free_mb = await asyncio.to_thread(_free_mb, live.files.directory)
        except OSError as error:
            log.warning("a take cannot be written", take=live.take.id, reason=str(error))
            return Reason.DISK
        if free_mb < self._config.disk_min_free_mb:
            return Reason.DISK
        if live.elapsed_s(self._now_s) >= self._config.max_hours * 3_600:
            return Reason.LIMIT
        return None

    def _spawn_end(self, live: Live, reason: Reason) -> None:
        async def end() -> None:
            await self._end(live, reason)

        self._salon.spawn(end(), name=f"end of take {live.take.id}")

    async def _end(self, live: Live, reason: Reason) -> Take:
        """Close a recording once, whoever asks first; all of them wait for it."""
        if live.closing is None:
            live.reason = reason
            work = self._close(live, reason)
            live.closing = asyncio.create_task(work, name=f"recording.close {live.take.id}")
        return await asyncio.shield(live.closing)

    async def _close(self, live: Live, reason: Reason) -> Take:
        duration_ms = round(live.elapsed_s(self._now_s) * 1_000)
        try:
            lost_packets = await self._detached(live)
            facts = {"reason": reason.value, "lost_packets": lost_packets}
            live.note(self._now_s, Happened.ENDED, **facts)
            voices = await asyncio.to_thread(_closed, live.files)
            live.take = replace(
                live.take,
                status=TakeStatus.CAPTURED,
                ended_at=self._salon.clock.now(),
                reason=reason,
                duration_ms=duration_ms,
                lost_packets=lost_packets,
                voice_ids=voices,
            )
            await self._write_end(live)
        finally:
            self._live.pop(live.take.room_id, None)
            await self._untell(live)
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

    # -- checks

    def room(self, actor: Account, room_id: int) -> Room:
        """Return a room that somebody may see. Raises NotFound."""
        room = self._salon.rooms.get(room_id)
        if room is None or not self._salon.accounts.may(actor, "channel.view", room_id):
            raise NotFound("There is no such room.", reason="no_room")
        return room

    def _room_to_record(self, actor: Account, room_id: int) -> Room:
        room = self.room(actor, room_id)  # first of all: what is hidden is not there
        if not self._salon.accounts.may(actor, PERMISSION, room_id):
            raise Denied(
                "You may not record in this room.", reason="no_permission", permission=PERMISSION
            )
        return room

    def live(self, room_id: int) -> Live:
        """Return what is recorded in a room now. Raises Conflict."""
        live = self._live.get(room_id)
        if live is None or live.is_ending:
            raise Conflict("This room is not being recorded.", reason="recording.not_recording")
        return live

    def is_in(self, room_id: int, account_id: int) -> bool:
        return any(p.account_id == account_id for p in self._salon.rooms.participants(room_id))

    def _check_may_run(self, actor: Account, room: Room) -> None:
        if not self._is_enabled:
            raise Conflict(
                "Recording is off in this community. The owner can turn it on.",
                reason="recording.off",
            )
        if self._is_stopping:
            raise Unavailable("The server is about to stop.", reason="recording.stopping")
        if not self.is_in(room.id, actor.id):
            raise Conflict(
                "Enter the room first: everybody sees who records.", reason="recording.enter_first"
            )

    def _check_is_free(self, room: Room) -> None:
        if room.id in self._live or room.id in self._starting:
            raise Conflict("This room is being recorded already.", reason="recording.running")
        if len(self._live) + len(self._starting) >= RECORDINGS_MAX:
            raise TooMany(
                f"{RECORDINGS_MAX} rooms are being recorded already.",
                retry_after_s=60,
                reason="recording.many",
            )


def _free_mb(directory: Path) -> int:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return shutil.disk_usage(directory).free // MB


def _erase_from_journals(folder: Path, account_id: int, running: set[int]) -> None:
    """Called in a thread, for as many takes as there are."""
    for journal in folder.glob(f"[0-9]*/{JOURNAL}"):
        if int(journal.parent.name) not in running:
            forget(journal, account_id)


def _closed(files: TakeFiles) -> tuple[int, ...]:
    try:
        files.close()
    except OSError as error:  # the disk is full: what is there can be read
        log.warning("a take cannot be written to its end", reason=str(error))
    return tuple(sorted(_voice_files(files.directory)))


def _voice_files(directory: Path) -> dict[int, Path]:
    found = directory.glob(f"*{VOICE_SUFFIX}")
    return {int(path.stem): path for path in found if path.stem.isdecimal()}


def _what_is_there(directory: Path) -> dict[int, int]:
    """Return how many samples of which voices a take's folder holds."""
    found = {}
    for account_id, path in _voice_files(directory).items():
        try:
            found[account_id] = length_samples(path)
        except (ValueError, OSError) as error:
            log.warning("a voice of a take cannot be read", file=path.name, reason=str(error))
    return found
