"""A recording while it runs: a listener in the room that writes who agreed, and nobody else.

`Capture` lives in the loop and decides; `TakeFiles` lives in threads and writes.
"""

import asyncio
import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from salon.plugin import AudioPacket
from salon_recording.journal import JOURNAL, Entry, forget, line_of
from salon_recording.ogg import OggOpusWriter, packet_samples
from salon_recording.placing import SAMPLE_RATE_HZ, Placing

BATCH_PACKETS = 100  # half a second of four voices
VOICES_MAX = 100  # files that one take may hold open
NOTES_MAX = 10_000  # lines between two flushes; the oldest is lost
VOICE_SUFFIX = ".opus"


@dataclass(frozen=True, slots=True)
class Placed:
    """A packet on its way to the disk."""

    account_id: int
    opus: bytes
    position: int


class TakeFiles:
    """The files of one take: a voice each, and a journal. Owned by the lock; called in threads.

    Files are readable by the server's own user only. `sync` returns when what was written before is
    on the disk.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._lock = threading.Lock()
        self._voices: dict[int, tuple[OggOpusWriter, BinaryIO]] = {}
        self._notes: deque[bytes] = deque(maxlen=NOTES_MAX)
        self._is_open = True
        self._has_new_file = True
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._journal = _private(directory / JOURNAL)

    def write(self, packets: Sequence[Placed]) -> None:
        """Append packets to their voices' files, which are made at the first one."""
        with self._lock:
            if not self._is_open:
                return
            for packet in packets:
                writer = self._writer(packet.account_id)
                if writer is not None:
                    writer.append(packet.opus, packet.position)

    def note(self, entry: Entry) -> None:
        """Add a line to the journal at the next flush; never waits, so the loop may call it."""
        self._notes.append(line_of(entry))

    def flush(self, *, to_disk: bool) -> None:
        """Hand everything to the system, so that a kill loses nothing of it; or to the disk."""
        with self._lock:
            if not self._is_open:
                return
            self._write_notes()
            for writer, _ in self._voices.values():
                writer.flush()
            if to_disk:
                for file in (self._journal, *(file for _, file in self._voices.values())):
                    os.fsync(file.fileno())
                if self._has_new_file:  # its name is in the folder, not in itself
                    self._has_new_file = False
                    _to_disk(self.directory)

    def erase(self, account_id: int) -> None:
        """Delete somebody from the journal."""
        with self._lock:
            if not self._is_open:
                return
            self._write_notes()
            self._journal.close()
            forget(self.directory / JOURNAL, account_id)
            self._journal = (self.directory / JOURNAL).open("ab")

    def forget(self, account_id: int) -> None:
        """Delete a voice's file."""
        with self._lock:
            _, file = self._voices.pop(account_id, (None, None))
            self._path(account_id).unlink(missing_ok=True)
            if file is not None:
                with contextlib.suppress(OSError):  # a full disk: it is deleted all the same
                    file.close()

    def close(self) -> None:
        """End the files and bring them to the disk. Can be called twice.

        A file that cannot be ended keeps no other from it. Raises OSError, of the first one.
        """
        with self._lock:
            if not self._is_open:
                return
            self._is_open = False
            with contextlib.ExitStack() as all_of_them:
                all_of_them.callback(_to_disk, self.directory)
                for account_id, (writer, file) in self._voices.items():
                    all_of_them.callback(_to_disk, self._path(account_id))
                    all_of_them.callback(file.close)
                    all_of_them.callback(writer.close)
                all_of_them.callback(_to_disk, self.directory / JOURNAL)
                all_of_them.callback(self._journal.close)
                all_of_them.callback(self._write_notes)
            self._voices.clear()

    def _write_notes(self) -> None:
        while self._notes:
            self._journal.write(self._notes.popleft())
        self._journal.flush()

    def _writer(self, account_id: int) -> OggOpusWriter | None:
        known = self._voices.get(account_id)
        if known is None:
            if len(self._voices) >= VOICES_MAX:
                return None
            file = _private(self._path(account_id))
            self._has_new_file = True
            writer = OggOpusWriter(file, serial=account_id, title=f"Voice {account_id}")
            file.flush()  # so that whoever finds it after a kill can tell what it is
            known = self._voices[account_id] = (writer, file)
        return known[0]

    def _path(self, account_id: int) -> Path:
        return voice_path(self.directory, account_id)


def voice_path(directory: Path, account_id: int) -> Path:
    """Return where a voice of a take is kept."""
    return directory / f"{account_id}{VOICE_SUFFIX}"


def _private(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "wb")


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _position(placed: Placed) -> int:
    return placed.position


@dataclass(slots=True)
class _Spell:
    """Since when a voice may be kept, and how it is placed."""

    since_s: float
    placing: Placing


@dataclass(slots=True)
class Capture:
    """Takes a room's packets and keeps those of accounts that agreed, from when they agreed.

    Until `begin` nothing is kept. Packets are handed to a thread in batches, by `drain` at the
    latest: a thread for each would cost more than the writing. `failed` is called once when the
    files cannot be written.
    """

    files: TakeFiles
    failed: Callable[[OSError], None]
    _begun_s: float | None = None
    _agreed: dict[int, _Spell] = field(default_factory=dict)
    _waiting: list[Placed] = field(default_factory=list)
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)  # batches stay in order
    _has_failed: bool = False
    _left_out: set[str] = field(default_factory=set)

    def leave_out(self, peer_id: str) -> None:
        """Keep nothing of what is played in somebody's name: their own voice has the file."""
        self._left_out.add(peer_id)

    def begin(self, now_s: float) -> None:
        """Keep from this moment on; position 0 of every file."""
        self._begun_s = now_s
        for spell in self._agreed.values():
            spell.since_s = max(spell.since_s, now_s)
            spell.placing = Placing(now_s)

    def agree(self, account_id: int, now_s: float) -> None:
        """Keep a voice from this moment on, or from the beginning when it is still to come."""
        if account_id not in self._agreed:
            begun_s = now_s if self._begun_s is None else self._begun_s
            self._agreed[account_id] = _Spell(now_s, Placing(begun_s))

    def decline(self, account_id: int) -> None:
        """Keep nothing more of a voice."""
        self._agreed.pop(account_id, None)

    async def forget(self, account_id: int) -> None:
        """Keep nothing more of a voice, and nothing of what was kept."""
        self.decline(account_id)
        self._waiting = [placed for placed in self._waiting if placed.account_id != account_id]
        async with self._writing:  # what is being written would make the file anew
            await asyncio.to_thread(self.files.forget, account_id)

    async def receive(self, packets: Sequence[AudioPacket]) -> None:
        for packet in packets:
            placed = self._placed(packet)
            if placed is not None:
                self._waiting.append(placed)
        if len(self._waiting) >= BATCH_PACKETS:
            await self.drain()

    async def drain(self) -> None:
        """Write what is waiting; return when the files have it."""
        async with self._writing:
            batch, self._waiting = self._waiting, []
            if not batch or self._has_failed:
                return
            batch.sort(key=_position)  # some overtook others on their way
            try:
                await asyncio.to_thread(self.files.write, batch)
            except OSError as error:
                self._has_failed = True
                self.failed(error)

    def _placed(self, packet: AudioPacket) -> Placed | None:
        account_id = int(packet.voice.owner)
        spell = self._agreed.get(account_id)
        if self._begun_s is None or spell is None or packet.voice.peer_id in self._left_out:
            return None
        try:
            position = spell.placing.position(packet, packet_samples(packet.opus))
        except ValueError:  # no Opus packet, and no reason to end a recording
            return None
        first = round((spell.since_s - self._begun_s) * SAMPLE_RATE_HZ)
        if position < first:  # spoken before it was agreed, received after it
            return None
        return Placed(account_id, packet.opus, position)
