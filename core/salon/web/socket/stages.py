"""Commands about stages: who speaks, whose hand is up, who is in charge."""

from typing import Annotated, Literal

from pydantic import Field

from salon.domain.stages import QUESTION_MAX, Part
from salon.web.socket.fields import CommandPayload, Id
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()
Question = Annotated[str, Field(max_length=QUESTION_MAX)]


class AtStage(CommandPayload):
    room: Id


class AboutSomebody(AtStage):
    account: Id


@registry.command("stage.open", AtStage)
async def open_stage(session: Session, payload: AtStage) -> Result:
    await session.core.services.stages.open(session.account, payload.room)
    return None


@registry.command("stage.end", AtStage)
async def end_stage(session: Session, payload: AtStage) -> Result:
    await session.core.services.stages.end(session.account, payload.room)
    return None


class WaitAtStage(AtStage):
    is_there: bool = True


@registry.command("stage.wait", WaitAtStage)
async def wait_at_stage(session: Session, payload: WaitAtStage) -> Result:
    session.core.services.stage_waiting.wait(
        session.account, payload.room, is_there=payload.is_there
    )
    return None


class EditStage(AtStage):
    hands_open: bool | None = None
    chat_open: bool | None = None


@registry.command("stage.edit", EditStage)
async def edit_stage(session: Session, payload: EditStage) -> Result:
    await session.core.services.stages.edit(
        session.account,
        payload.room,
        hands_open=payload.hands_open,
        chat_open=payload.chat_open,
    )
    return None


@registry.command("stage.invite", AboutSomebody)
async def invite_up(session: Session, payload: AboutSomebody) -> Result:
    await session.core.services.stages.invite(session.account, payload.room, payload.account)
    return None


class AnswerInvitation(AtStage):
    accept: bool


@registry.command("stage.answer", AnswerInvitation)
async def answer_invitation(session: Session, payload: AnswerInvitation) -> Result:
    await session.core.services.stages.answer(session.account, payload.room, accept=payload.accept)
    return None


class PlaceSomebody(AboutSomebody):
    part: Literal[Part.HOST, Part.COHOST, Part.SPEAKER, "listener"]


@registry.command("stage.place", PlaceSomebody)
async def place_somebody(session: Session, payload: PlaceSomebody) -> Result:
    wanted = None if payload.part == "listener" else payload.part
    await session.core.services.stages.place(session.account, payload.room, payload.account, wanted)
    return None


@registry.command("stage.mute_all", AtStage)
async def mute_all(session: Session, payload: AtStage) -> Result:
    count = await session.core.services.stages.mute_all(session.account, payload.room)
    return {"count": count}


@registry.command("stage.undo_mute", AtStage)
async def undo_mute(session: Session, payload: AtStage) -> Result:
    await session.core.services.stages.undo_mute(session.account, payload.room)
    return None


class RaiseHand(AtStage):
    question: Question = ""


@registry.command("hand.raise", RaiseHand)
async def raise_hand(session: Session, payload: RaiseHand) -> Result:
    await session.core.services.stages.raise_hand(session.account, payload.room, payload.question)
    return None


class LowerHand(AtStage):
    account: Id | None = None


@registry.command("hand.lower", LowerHand)
async def lower_hand(session: Session, payload: LowerHand) -> Result:
    whose = session.account.id if payload.account is None else payload.account
    await session.core.services.stages.lower_hand(session.account, payload.room, whose)
    return None


@registry.command("hand.lower_all", AtStage)
async def lower_all_hands(session: Session, payload: AtStage) -> Result:
    await session.core.services.stages.lower_all(session.account, payload.room)
    return None


@registry.command("hand.list", AtStage)
async def list_hands(session: Session, payload: AtStage) -> Result:
    return {"hands": session.core.services.stages.hands(session.account, payload.room)}
