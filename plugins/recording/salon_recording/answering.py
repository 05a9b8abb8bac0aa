"""Commands of those whose voice is in an episode: what they are asked, hear of it, and say."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from salon.plugin import Account, Command
from salon_recording.commands import Nothing, OneEpisode
from salon_recording.fields import Id, to_ms
from salon_recording.moments import MOMENTS_MAX, Moment, Moments
from salon_recording.outlines import Span
from salon_recording.parts import Part, joined
from salon_recording.releases import Answer, Parts
from salon_recording.releasing import Releasing


class MomentPayload(Span):
    """A moment of a take."""

    take: Id

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end_s <= self.start_s:
            raise ValueError("a moment has to end after it begins")
        return self


class AnswerPayload(OneEpisode):
    """What somebody says of their voice in an episode."""

    answer: Answer
    without: Annotated[tuple[MomentPayload, ...], Field(max_length=MOMENTS_MAX)] = ()

    @model_validator(mode="after")
    def _of_a_yes(self) -> Self:
        if self.without and self.answer is not Answer.YES:
            raise ValueError("moments are left out of a yes")
        return self

    def parts(self) -> Parts:
        """Return the moments that are left out, of each take."""
        found: dict[int, list[Part]] = {}
        for one in self.without:
            found.setdefault(int(one.take), []).append((to_ms(one.start_s), to_ms(one.end_s)))
        return {take_id: joined(parts) for take_id, parts in found.items()}


class AnswerCommands:
    """Handlers; everybody has a voice."""

    def __init__(self, releasing: Releasing, moments: Moments) -> None:
        self._releasing = releasing
        self._moments = moments

    def all(self) -> list[Command]:
        """Return what is declared to the host."""
        return [
            Command("asked", Nothing, self.asked, permission=None),
            Command("moments", OneEpisode, self.moments, permission=None),
            Command("release", AnswerPayload, self.release, permission=None),
        ]

    async def asked(self, actor: Account, _asked: Nothing) -> dict[str, Any]:
        return {"episodes": await self._releasing.asked(actor)}

    async def moments(self, actor: Account, asked: OneEpisode) -> dict[str, Any]:
        """Tell somebody when they speak in an episode."""
        found = await self._moments.of(actor, int(asked.episode))
        return {"moments": [_wire(one) for one in found]}

    async def release(self, actor: Account, asked: AnswerPayload) -> None:
        await self._releasing.answer(actor, int(asked.episode), asked.answer, asked.parts())


def _wire(moment: Moment) -> dict[str, Any]:
    start_ms, end_ms = moment.part
    return {
        "take_id": str(moment.take_id),
        "start_s": start_ms / 1_000,
        "end_s": end_ms / 1_000,
        "at_s": moment.at_ms / 1_000,
        "text": moment.text,
        "left_out": moment.is_left_out,
    }
