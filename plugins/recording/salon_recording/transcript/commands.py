"""The commands of transcripts: payloads with their limits, and handlers of a few lines."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from salon.plugin import Account, Command, Payload
from salon_recording.commands import OneTake
from salon_recording.fields import Id, Line
from salon_recording.recorder import PERMISSION
from salon_recording.shelf import Shelf
from salon_recording.transcript.passages import TEXT_MAX
from salon_recording.transcript.transcribing import Transcribing, wire_passage

SKIP_MAX = 1_000_000
Spelling = Annotated[str, Line, StringConstraints(max_length=TEXT_MAX)]


class ReadPayload(OneTake):
    """Which passages of a take."""

    skip: Annotated[int, Field(ge=0, le=SKIP_MAX, strict=True)] = 0


class RespellPayload(Payload):
    """How a passage is spelled; `was` is how who writes it has read it."""

    passage: Id
    was: Annotated[str, StringConstraints(max_length=TEXT_MAX)]
    text: Spelling


class TranscriptCommands:
    """Handlers; each is for who may use the take."""

    def __init__(self, shelf: Shelf, transcribing: Transcribing) -> None:
        self._shelf = shelf
        self._transcribing = transcribing

    def all(self) -> list[Command]:
        """Return what is declared to the host."""
        return [
            Command("transcript", ReadPayload, self.transcript, permission=PERMISSION),
            Command("write_down", OneTake, self.write_down, permission=PERMISSION),
            Command("write_down_stop", OneTake, self.write_down_stop, permission=PERMISSION),
            Command("respell", RespellPayload, self.respell, permission=PERMISSION),
        ]

    async def transcript(self, actor: Account, asked: ReadPayload) -> dict[str, Any]:
        take = await self._shelf.take_for(actor, int(asked.take))
        found, has_more = await self._transcribing.passages(take.id, asked.skip)
        return {
            "transcript": await self._state(actor, take.id),
            "passages": [wire_passage(passage) for passage in found],
            "has_more": has_more,
        }

    async def write_down(self, actor: Account, asked: OneTake) -> dict[str, Any]:
        take = await self._shelf.take_for(actor, int(asked.take))
        await self._transcribing.order(take)
        return {"transcript": await self._state(actor, take.id)}

    async def write_down_stop(self, actor: Account, asked: OneTake) -> dict[str, Any]:
        take = await self._shelf.take_for(actor, int(asked.take))
        await self._transcribing.stop(take.id)
        return {"transcript": await self._state(actor, take.id)}

    async def respell(self, actor: Account, asked: RespellPayload) -> dict[str, Any]:
        passage_id = int(asked.passage)
        mended = await self._transcribing.respell(actor, passage_id, was=asked.was, text=asked.text)
        return {"passage": wire_passage(mended)}

    async def _state(self, actor: Account, take_id: int) -> dict[str, Any]:
        return await self._transcribing.state(take_id, for_owner=self._shelf.sees_all(actor))
