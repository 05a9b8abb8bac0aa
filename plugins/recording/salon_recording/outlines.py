"""What somebody wants an episode to be, as it comes in a command."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from salon.plugin import Payload
from salon_recording.fields import Id, Line, Name, Notes, Place, Revision, Seconds, to_ms
from salon_recording.parts import joined
from salon_recording.segments import Segment
from salon_recording.studio import SEGMENTS_MAX, Outline

CHAPTERS_MAX = 100
CUTS_MAX = 100


class Chapter(Payload):
    """Where something begins, in the take's time."""

    at_s: Seconds
    title: Annotated[str, Line, StringConstraints(max_length=120)]


class Span(Payload):
    """A part that is cut out, in the take's time."""

    start_s: Seconds
    end_s: Seconds


class SegmentPayload(Payload):
    """A window of a take, a piece, or with neither a place that is empty; times are its own."""

    take: Id | None = None
    piece: Id | None = None
    start_s: Seconds
    end_s: Seconds
    slot: Annotated[str, Place] = ""
    title: Annotated[str, Name] = ""
    chapters: Annotated[tuple[Chapter, ...], Field(max_length=CHAPTERS_MAX)] = ()
    cuts: Annotated[tuple[Span, ...], Field(max_length=CUTS_MAX)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(cut.end_s <= cut.start_s for cut in self.cuts):
            raise ValueError("what is cut out has to end after it begins")
        if self.take is not None and self.piece is not None:
            raise ValueError("name a take, a piece, or neither")
        return self

    def segment(self) -> Segment:
        """Return it with times in milliseconds, chapters in order, one at a time."""
        chapters = {to_ms(chapter.at_s): chapter.title for chapter in self.chapters}
        return Segment(
            take_id=None if self.take is None else int(self.take),
            piece_id=None if self.piece is None else int(self.piece),
            start_ms=to_ms(self.start_s),
            end_ms=to_ms(self.end_s),
            slot=self.slot,
            title=self.title,
            chapters=tuple(sorted(chapters.items())),
            cuts=joined((to_ms(cut.start_s), to_ms(cut.end_s)) for cut in self.cuts),
        )


class TalkPayload(SegmentPayload):
    """A window of a take."""

    take: Id


class OutlinePayload(Payload):
    """What an episode is to be; of one that is made anew, with the revision that was looked at."""

    episode: Id | None = None
    revision: Revision | None = None
    show: Id | None = None
    title: Annotated[str, Line, StringConstraints(max_length=200)]
    notes: Annotated[str, Notes] = ""
    segments: Annotated[tuple[SegmentPayload, ...], Field(min_length=1, max_length=SEGMENTS_MAX)]

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.episode is None) != (self.revision is None):
            raise ValueError("name an episode with its revision, or neither")
        if sum(len(segment.chapters) for segment in self.segments) > CHAPTERS_MAX:
            raise ValueError(f"an episode has at most {CHAPTERS_MAX} chapters")
        return self

    def outline(self) -> Outline:
        return Outline(
            title=self.title,
            notes=self.notes,
            segments=tuple(one.segment() for one in self.segments),
            show_id=None if self.show is None else int(self.show),
        )
