"""Commands of the editor: payloads with their limits, and handlers of a few lines."""

import json
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from salon.plugin import Account, Command, Payload
from salon_recording.editor.edits import Edit
from salon_recording.editor.saving import EditorSaving, Left
from salon_recording.fields import Id, Name, Notes, Revision
from salon_recording.outlines import CHAPTERS_MAX, Chapter, SegmentPayload
from salon_recording.recorder import PERMISSION
from salon_recording.shelf import wire_segment
from salon_recording.studio import SEGMENTS_MAX


class Edited(Payload):
    """What is edited: a take, of which an episode is made, or an episode, which is made anew."""

    take: Id | None = None
    episode: Id | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.take is None) == (self.episode is None):
            raise ValueError("name a take or an episode")
        return self

    @property
    def place(self) -> tuple[int | None, int | None]:
        return (
            None if self.take is None else int(self.take),
            None if self.episode is None else int(self.episode),
        )


class LeftChapter(Chapter):
    """A chapter that may have no title yet."""

    title: Annotated[str, Name]


class LeftSegment(SegmentPayload):
    """A segment of which the chapters may lie outside, to be restored."""

    chapters: Annotated[tuple[LeftChapter, ...], Field(max_length=CHAPTERS_MAX)] = ()


class LeftPayload(Edited):
    """All that is in the editor, right or not yet, and which revisions were looked at."""

    revision: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]
    episode_revision: Revision | None = None
    title: Annotated[str, Field(max_length=200), Name]
    notes: Annotated[str, Notes] = ""
    segments: Annotated[tuple[LeftSegment, ...], Field(max_length=SEGMENTS_MAX)]

    def left(self) -> Left:
        segments = [wire_segment(one.segment()) for one in self.segments]
        body = {"title": self.title, "notes": self.notes, "segments": segments}
        return Left(self.revision, self.episode_revision, self.title, body)


class EditorCommands:
    """Handlers; each asks saving and shapes the answer."""

    def __init__(self, saving: EditorSaving) -> None:
        self._saving = saving

    def all(self) -> list[Command]:
        """Return what is declared to the host."""
        return [
            Command("edit", Edited, self.edit, permission=PERMISSION),
            Command("edit_save", LeftPayload, self.save, permission=PERMISSION),
            Command("edit_drop", Edited, self.drop, permission=PERMISSION),
        ]

    async def edit(self, actor: Account, asked: Edited) -> dict[str, Any]:
        edit = await self._saving.known(actor, *asked.place)
        return {"edit": None if edit is None else self._wire(edit)}

    async def save(self, actor: Account, asked: LeftPayload) -> dict[str, Any]:
        edit = await self._saving.save(actor, *asked.place, asked.left())
        return {"revision": edit.revision}

    async def drop(self, actor: Account, asked: Edited) -> None:
        await self._saving.drop(actor, *asked.place)

    def _wire(self, edit: Edit) -> dict[str, Any]:
        return {
            "revision": edit.revision,
            "episode_revision": edit.episode_revision,
            "by": self._saving.who(edit),
            "changed_at": edit.changed_at.isoformat(),
            **json.loads(edit.body),
        }
