"""Writes takes down: one voice at a time on the whole server, each in a process of its own.

What is wanted stands in the table (`waiting`), so that a crash or a stop of the server loses
nothing: the job takes the voice that waits longest until none does. A voice that was taken out, or
is not wanted any more, has no row: its process is ended within seconds, and what it said before is
thrown away where it would be written, in the same transaction that looks for the row.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

from salon.plugin import Account, Conflict, NotFound, Salon, SalonError, Transaction
from salon_recording import takes
from salon_recording.capture import voice_path
from salon_recording.config import RecordingConfig
from salon_recording.processes import ended, started
from salon_recording.recorder import Recorder
from salon_recording.shelf import Shelf
from salon_recording.takes import Take
from salon_recording.transcript import tables
from salon_recording.transcript.passages import (
    WORD_MAX,
    Passage,
    Word,
    grouped,
    respelled,
)
from salon_recording.transcript.recogniser import Unheard, Unusable, find
from salon_recording.transcript.tables import Status, Transcript

JOB = "write_down"
REQUEST = "transcript.json"  # there is one at a time
LISTED = 500  # passages in one answer
WORDS_MAX = 500_000  # of a voice: a day of somebody who never breathes
LANGUAGE_MAX = 40
STILL_S = 900.0  # so long a process may think about half a minute of sound
LOOK_S = 2.0  # so often is looked whether a voice is still wanted

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Written:
    """What a process has said so far."""

    words: list[Word] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    why: Unheard | None = Unheard.EARLY  # until it says that it finished

    @property
    def language(self) -> str:
        """The language of most pieces."""
        return max(self.languages, key=self.languages.count, default="")


class Transcribing:
    """Has voices written down, and lets people mend what was heard."""

    def __init__(
        self, salon: Salon, config: RecordingConfig, recorder: Recorder, shelf: Shelf
    ) -> None:
        self._salon = salon
        self._config = config
        self._recorder = recorder
        self._shelf = shelf
        self._progress: dict[tuple[int, int], float] = {}
        self._turn = asyncio.Lock()
        self._is_asked = False

    async def begin(self) -> None:
        """Go on with what waits, and tell the log when a configured recogniser does not work."""
        unusable = await self.unusable()
        if unusable is not None and unusable.why is not Unheard.MISSING:
            log.warning("speech is not recognised", why=str(unusable))
        await self.look({})

    async def look(self, _payload: dict[str, Any]) -> None:
        """Go on with what waits and has no job: it was lost, or ended with the server."""
        is_waiting = await self._salon.db.read(tables.next_waiting) is not None
        if is_waiting and not self._turn.locked():
            await self._salon.jobs.enqueue(JOB, {})

    async def unusable(self) -> Unusable | None:
        """Return why speech is not recognised here, if it is not."""

        def check() -> Unusable | None:
            try:
                find(self._config.speech_recogniser).check(self._model, self._language)
            except Unusable as error:
                return error
            return None

        return await asyncio.to_thread(check)

    # -- ordering

    async def order(self, take: Take) -> None:
        """Have a take written down: what is missing, or all of it anew. Raises Conflict."""
        if self._recorder.running(take.id):
            raise Conflict("This recording is still running.", reason="recording.still_running")
        if take.pruned_at is not None:
            raise Conflict(
                "The raw voices of this recording were deleted.", reason="recording.pruned"
            )
        if await self.unusable() is not None:
            raise Conflict("Speech is not recognised on this server.", reason="recording.no_speech")
        await self._order(take.id)

    async def wanted(self, take_ids: Collection[int]) -> None:
        """Have takes written down of which an episode is made, where that can be done.

        It never holds the episode: what fails is told to the log.
        """
        if await self.unusable() is not None:
            return
        for take_id in take_ids:
            try:
                await self._order(take_id, anew=False)
            except SalonError as error:
                log.warning("a take is not written down", take=take_id, why=str(error))

    async def _order(self, take_id: int, *, anew: bool = True) -> None:
        def order(tx: Transaction) -> int:
            take = takes.get(tx.connection, take_id)
            if take is None or take.pruned_at is not None:
                return 0
            written = tables.of_take(tx.connection, take_id)
            ready = {one.account_id for one in written if one.status is Status.READY}
            missing = set(take.voice_ids) - ready
            ordered = missing or (set(take.voice_ids) if anew else set())
            for account_id in sorted(ordered):
                tables.put(tx, Transcript(take_id, account_id, Status.WAITING))
            return len(ordered)

        if await self._salon.db.write(order):
            await self._salon.jobs.enqueue(JOB, {})
            await self._tell(take_id)

    async def stop(self, take_id: int) -> None:
        """Write nothing more down of a take; what is written stays."""
        await self._salon.db.write(lambda tx: tables.take_back(tx, take_id))
        await self._tell(take_id)

    # -- the job

    async def work(self, _payload: dict[str, Any]) -> None:
        """Write down what waits, one voice after the other; who comes second leaves it to that."""
        self._is_asked = True
        if self._turn.locked():
            return
        async with self._turn:
            while self._is_asked:
                self._is_asked = False
                while (voice := await self._salon.db.read(tables.next_waiting)) is not None:
                    await self._write_down(voice)

    async def _write_down(self, voice: Transcript) -> None:
        key = voice.take_id, voice.account_id
        self._progress[key] = 0.0
        try:
            written = await self._listen(voice)
        except OSError as error:
            log.warning("a voice could not be written down", take=voice.take_id, why=str(error))
            written = _Written()
        finally:
            self._progress.pop(key, None)
        if written is None:  # it is not wanted any more
            return
        await self._finish(voice, written)
        await self._tell(voice.take_id)

    async def _finish(self, voice: Transcript, written: _Written) -> None:
        said = grouped(sorted(written.words, key=lambda word: word.start_ms))
        ready = replace(voice, status=Status.READY, language=written.language)

        def put(tx: Transaction) -> None:
            if not tables.is_waiting(tx.connection, voice):
                return
            take = takes.get(tx.connection, voice.take_id)
            if take is None or voice.account_id not in take.voice_ids:
                tables.remove_voice(tx, voice.take_id, voice.account_id)
            elif written.why is not None:
                tables.put(tx, replace(voice, status=Status.FAILED, why=written.why))
            else:
                tables.write(tx, ready, said)

        await self._salon.db.write(put)
        if written.why is None:
            log.info("a voice is written down", take=voice.take_id, passages=len(said))

    async def _listen(self, voice: Transcript) -> _Written | None:
        """Run the process and return what it wrote; None when that is not wanted any more."""
        written = _Written()
        async with self._process(voice) as process:
            while True:
                reading = asyncio.ensure_future(_line_of(process))
                try:
                    if not await self._is_wanted_until(voice, reading):
                        return None
                finally:
                    reading.cancel()
                line = reading.result()
                if line is None or not _take_in(written, line):
                    return written
                self._progress[voice.take_id, voice.account_id] = float(line.get("done", 1.0))
                await self._tell(voice.take_id)

    async def _is_wanted_until(self, voice: Transcript, reading: "asyncio.Future[Any]") -> bool:
        """Wait for the next line; tell whether the voice is still wanted."""
        while True:
            await asyncio.wait({reading}, timeout=LOOK_S)
            if not await self._salon.db.read(lambda c: tables.is_waiting(c, voice)):
                return False
            if reading.done():
                return True

    @contextlib.asynccontextmanager
    async def _process(self, voice: Transcript) -> AsyncIterator[asyncio.subprocess.Process]:
        """Start the process; it has ended, and its request is gone, when this is left."""
        folder = self._recorder.directory_of(voice.take_id)
        request = self._salon.data_directory / REQUEST
        asked = {
            "voice": str(voice_path(folder, voice.account_id)),
            "recogniser": self._config.speech_recogniser,
            "model": self._config.speech_model,
            "language": self._language,
            "memory_mb": self._config.speech_memory_mb,
        }
        await asyncio.to_thread(_write_private, request, asked)
        try:
            process = await started("transcript.scribe", request)
            try:
                yield process
            finally:
                await ended(process)
        finally:
            await asyncio.to_thread(request.unlink, missing_ok=True)

    @property
    def _model(self) -> Path | None:
        return Path(self._config.speech_model) if self._config.speech_model else None

    @property
    def _language(self) -> str:
        return self._config.speech_language

    # -- reading and mending

    async def passages(self, take_id: int, skip: int) -> tuple[Sequence[Passage], bool]:
        """Return some passages of a take, and whether there are more."""
        found = await self._salon.db.read(
            lambda c: tables.passages(c, [take_id], skip=skip, limit=LISTED + 1)
        )
        return found[:LISTED], len(found) > LISTED

    async def respell(self, actor: Account, passage_id: int, *, was: str, text: str) -> Passage:
        """Write a passage as it should have been heard. Raises NotFound, Conflict."""
        passage = await self._passage(passage_id)
        try:
            await self._shelf.take_for(actor, passage.take_id)
        except NotFound as error:
            raise _no_passage() from error

        def put(tx: Transaction) -> Passage:
            now = tables.passage(tx.connection, passage_id)
            if now is None:
                raise _no_passage()
            if now.text != was:
                raise Conflict(
                    "Somebody else has changed this line.", reason="recording.passage_changed"
                )
            mended = replace(now, words=respelled(now.words, text))
            tables.respell(tx, passage_id, mended.words)
            return mended

        mended = await self._salon.db.write(put)
        await self._tell(mended.take_id)
        return mended

    async def _passage(self, passage_id: int) -> Passage:
        found = await self._salon.db.read(lambda c: tables.passage(c, passage_id))
        if found is None:
            raise _no_passage()
        return found

    # -- telling

    async def state(self, take_id: int, *, for_owner: bool) -> dict[str, Any]:
        """Return how far a take is written down, as it stands in frames.

        Why speech is not recognised is everybody's who sees takes; paths and commands are told to
        who runs the server.
        """
        unusable = await self.unusable()
        written = await self._salon.db.read(lambda c: tables.of_take(c, take_id))
        return {
            "take_id": str(take_id),
            "unheard": None if unusable is None else _wire_unusable(unusable, for_owner=for_owner),
            "voices": [
                {
                    "account_id": str(one.account_id),
                    "status": one.status.value,
                    "why": one.why,
                    "progress": self._progress.get((take_id, one.account_id)),
                    "language": one.language,
                }
                for one in written
            ],
        }

    async def _tell(self, take_id: int) -> None:
        """Tell who may use the take that something of its transcript has changed."""
        await self._shelf.tell_of_take(take_id, "transcript_changed", {"take_id": str(take_id)})


def _wire_unusable(unusable: Unusable, *, for_owner: bool) -> dict[str, Any]:
    return {
        "why": unusable.why.value,
        "sentence": str(unusable) if for_owner else None,
        "command": unusable.command if for_owner else None,
    }


def wire_passage(passage: Passage) -> dict[str, Any]:
    """Return a passage as it stands in frames."""
    return {
        "id": str(passage.id),
        "account_id": str(passage.account_id),
        "start_s": passage.start_ms / 1_000,
        "end_s": passage.end_ms / 1_000,
        "text": passage.text,
    }


def _no_passage() -> NotFound:
    return NotFound("There is no such line.", reason="recording.no_passage")


def _take_in(written: _Written, line: dict[str, Any]) -> bool:
    """Add what a process said; tell whether it goes on. What is no word of ours ends it."""
    if "words" not in line:
        written.why = None if line.get("finished") else Unheard(line.get("failed", "early"))
        if written.why is not None:
            log.warning("a voice is not written down", why=written.why, said=line.get("detail"))
        return False
    written.words += [
        Word(int(start), max(int(start), int(end)), " ".join(str(text).split())[:WORD_MAX])
        for start, end, text in line["words"]
        if int(start) >= 0 and str(text).strip()
    ]
    if language := str(line.get("language") or "")[:LANGUAGE_MAX]:
        written.languages.append(language)
    return len(written.words) <= WORDS_MAX


async def _line_of(process: asyncio.subprocess.Process) -> dict[str, Any] | None:
    """Return the next thing that a process says; None at its end, or when it says nothing."""
    if process.stdout is None:
        return None
    try:
        async with asyncio.timeout(STILL_S):
            line = await process.stdout.readline()
        told = json.loads(line) if line else None
    except (TimeoutError, ValueError) as error:
        log.warning("a voice is not written down", why=str(error) or "it said nothing")
        return None
    return told if isinstance(told, dict) else None


def _write_private(path: Path, content: dict[str, Any]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
