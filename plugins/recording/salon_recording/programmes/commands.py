"""Commands and addresses about shows, pieces and what is gathered: payloads, and few lines each."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from salon.plugin import Account, Command, Invalid, Payload, Salon
from salon_recording.config import Address, Category, Email, Language, Slug, Words, a_time_zone
from salon_recording.fields import Id, Line, Name, Notes, Place, Revision
from salon_recording.outlines import OutlinePayload, TalkPayload
from salon_recording.programmes import pieces
from salon_recording.programmes.editing import Editing
from salon_recording.programmes.gathering import Gathering
from salon_recording.programmes.programming import Programming
from salon_recording.programmes.template import SLOTS_MAX, Schedule, Slot
from salon_recording.programmes.wire import name_of, wire_piece, wire_slot, words_of
from salon_recording.recorder import PERMISSION
from salon_recording.shelf import Shelf
from salon_recording.show import Show, told

SLOT_LENGTH_MAX_S = 4 * 3_600.0


PieceTitle = Annotated[str, Line, StringConstraints(max_length=120)]


class OneShow(Payload):
    """A command about a show."""

    show: Id


class SlotPayload(Payload):
    """A slot: of a piece, or for talk."""

    title: Annotated[str, Place, StringConstraints(min_length=1)]
    piece: Id | None = None
    between: Id | None = None
    length_s: Annotated[float, Field(ge=0, le=SLOT_LENGTH_MAX_S, allow_inf_nan=False)] = 0

    def slot(self) -> Slot:
        return Slot(
            title=self.title,
            piece_id=None if self.piece is None else int(self.piece),
            between_id=None if self.between is None else int(self.between),
            length_ms=round(self.length_s * 1_000),
        )


class SchedulePayload(Payload):
    """Once a week, by the clocks of a place; 0 is Monday."""

    weekday: Annotated[int, Field(ge=0, le=6, strict=True)]
    hour: Annotated[int, Field(ge=0, le=23, strict=True)]
    minute: Annotated[int, Field(ge=0, le=59, strict=True)]
    zone: Annotated[str, StringConstraints(max_length=64), AfterValidator(a_time_zone)]

    def schedule(self) -> Schedule:
        return Schedule(self.weekday, self.hour, self.minute, self.zone)


class ShowWords(Payload):
    """What a show says of itself."""

    title: Annotated[str, Line, StringConstraints(max_length=200)]
    description: Annotated[str, Notes] = ""
    author: Annotated[str, Name] = ""
    language: Language = ""
    category: Category = "Society & Culture"
    explicit: Annotated[bool, Field(strict=True)] = False
    email: Email = ""
    funding: Address = ""
    funding_words: Words = ""

    def fields(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "description": self.description,
            "author": self.author,
            "language": self.language,
            "category": self.category,
            "is_explicit": self.explicit,
            "email": self.email,
            "funding_url": self.funding,
            "funding_words": self.funding_words,
        }


class MakeShow(ShowWords):
    """A new show, its place in addresses, and whether it is for members alone."""

    slug: Slug
    members: Annotated[bool, Field(strict=True)] = False

    def fields(self) -> dict[str, Any]:
        return {**ShowWords.fields(self), "for_members": self.members}


class EditShow(ShowWords):
    """A show as it is to be, with the revision that was looked at."""

    show: Id
    revision: Revision


class TemplatePayload(OneShow):
    """The slots of a show, and when its episodes go out by themselves."""

    revision: Revision
    slots: Annotated[tuple[SlotPayload, ...], Field(max_length=SLOTS_MAX)]
    schedule: SchedulePayload | None = None


class Approval(OneShow):
    """A yes, or no longer a yes, to the template and schedule that were looked at."""

    revision: Revision
    approved: Annotated[bool, Field(strict=True)]


class OnePiece(Payload):
    """A command about a piece."""

    piece: Id


class PieceName(OnePiece):
    """What a piece is called."""

    title: PieceTitle


class PlacePayload(OneShow):
    """A part of a take for the episode that is gathered."""

    segment: TalkPayload


class OneDraft(Payload):
    """A command about what is gathered."""

    episode: Id


class Nothing(Payload):
    """A command without fields."""


class ProgrammeCommands:
    """Handlers; each asks one part and shapes the answer."""

    def __init__(
        self,
        salon: Salon,
        programming: Programming,
        editing: Editing,
        gathering: Gathering,
        shelf: Shelf,
    ) -> None:
        self._salon = salon
        self._programming = programming
        self._editing = editing
        self._gathering = gathering
        self._shelf = shelf

    def all(self) -> list[Command]:
        """Return what is declared to the host."""
        return [
            Command("shows", Nothing, self.shows, permission=PERMISSION),
            Command("show_make", MakeShow, self.make, permission=PERMISSION),
            Command("show_edit", EditShow, self.edit, permission=PERMISSION),
            Command("show_remove", OneShow, self.remove, permission=PERMISSION),
            Command("show_uncover", OneShow, self.uncover, permission=PERMISSION),
            Command("template", TemplatePayload, self.template, permission=PERMISSION),
            Command("approve", Approval, self.approve, permission=PERMISSION),
            Command("pieces", Nothing, self.pieces, permission=PERMISSION),
            Command("piece_rename", PieceName, self.rename_piece, permission=PERMISSION),
            Command("piece_remove", OnePiece, self.remove_piece, permission=PERMISSION),
            Command("begin", OneShow, self.begin, permission=PERMISSION),
            Command("place", PlacePayload, self.place, permission=PERMISSION),
            Command("arrange", OutlinePayload, self.arrange, permission=PERMISSION),
            Command("discard", OneDraft, self.discard, permission=PERMISSION),
        ]

    # -- shows

    async def shows(self, actor: Account, _asked: Nothing) -> dict[str, Any]:
        found = await self._programming.as_written()
        return {"shows": [self._wire(actor, show) for show in found]}

    async def make(self, actor: Account, asked: MakeShow) -> dict[str, Any]:
        return await self._shown(actor, await self._editing.make(actor, asked.slug, asked.fields()))

    async def edit(self, actor: Account, asked: EditShow) -> dict[str, Any]:
        show = await self._editing.edit(actor, int(asked.show), asked.revision, asked.fields())
        return await self._shown(actor, show)

    async def template(self, actor: Account, asked: TemplatePayload) -> dict[str, Any]:
        fields = {
            "template": tuple(slot.slot() for slot in asked.slots),
            "schedule": None if asked.schedule is None else asked.schedule.schedule(),
        }
        show = await self._editing.edit(actor, int(asked.show), asked.revision, fields)
        return await self._shown(actor, show)

    async def approve(self, actor: Account, asked: Approval) -> dict[str, Any]:
        show = await self._editing.approve(
            actor, int(asked.show), asked.revision, is_yes=asked.approved
        )
        return await self._shown(actor, show)

    async def remove(self, actor: Account, asked: OneShow) -> None:
        await self._editing.remove(actor, int(asked.show))

    async def uncover(self, actor: Account, asked: OneShow) -> dict[str, Any]:
        return await self._shown(actor, await self._editing.uncover(actor, int(asked.show)))

    async def _shown(self, actor: Account, show: Show) -> dict[str, Any]:
        return {"show": self._wire(actor, show)}

    def _wire(self, actor: Account, show: Show) -> dict[str, Any]:
        public = told(show, self._salon)
        return {
            "id": str(show.id),
            "revision": show.revision,
            "slug": show.slug,
            "name": public.title,
            "url": public.url,
            "feed_url": public.feed_url,
            "cover_url": f"/p/recording/shows/{show.id}/cover.png",
            "for_members": show.for_members,
            **words_of(show),
            "has_cover": show.cover is not None,
            "slots": [wire_slot(slot) for slot in show.template],
            "schedule": show.schedule
            and {
                "weekday": show.schedule.weekday,
                "hour": show.schedule.hour,
                "minute": show.schedule.minute,
                "zone": show.schedule.zone,
            },
            "approved": show.is_approved,
            "approved_by": name_of(show.approved_by if show.is_approved else None),
            "in_file": show.in_file,
            "may_edit": self._editing.may_edit(actor, show),
            "may_approve": self._editing.may_approve(actor, show),
        }

    # -- pieces

    async def pieces(self, _actor: Account, _asked: Nothing) -> dict[str, Any]:
        found = await self._salon.db.read(pieces.everything)
        return {"pieces": [wire_piece(piece) for piece in found]}

    async def rename_piece(self, actor: Account, asked: PieceName) -> dict[str, Any]:
        piece = await self._editing.rename_piece(actor, int(asked.piece), asked.title)
        return {"piece": wire_piece(piece)}

    async def remove_piece(self, actor: Account, asked: OnePiece) -> None:
        await self._editing.remove_piece(actor, int(asked.piece))

    # -- what is gathered

    async def begin(self, actor: Account, asked: OneShow) -> dict[str, Any]:
        return {"episode": self._shelf.wire(await self._gathering.begin(actor, int(asked.show)))}

    async def place(self, actor: Account, asked: PlacePayload) -> dict[str, Any]:
        segment = asked.segment.segment()
        episode = await self._gathering.place(actor, int(asked.show), segment)
        return {"episode": self._shelf.wire(episode)}

    async def arrange(self, actor: Account, asked: OutlinePayload) -> dict[str, Any]:
        if asked.episode is None or asked.revision is None:
            raise Invalid("Name the episode.", field="episode", reason="malformed")
        episode = await self._shelf.episode_for(actor, int(asked.episode))
        arranged = await self._gathering.arrange(
            actor, episode.id, asked.outline(), revision=asked.revision
        )
        return {"episode": self._shelf.wire(arranged)}

    async def discard(self, actor: Account, asked: OneDraft) -> None:
        episode = await self._shelf.episode_for(actor, int(asked.episode))
        await self._gathering.discard(episode.id)
