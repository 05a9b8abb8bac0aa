"""Commands with which a page tries its ways to the server."""

from typing import Annotated

from pydantic import Field

from salon.web.socket.fields import CommandPayload, Line
from salon.web.socket.registry import Registry, Result, Session
from salon.web.socket.rooms import SDP_MAX

registry = Registry()


@registry.command("trial.begin", CommandPayload)
async def begin_trial(session: Session, _payload: CommandPayload) -> Result:
    return dict(await session.core.services.trials.begin(session.account, session.session_id))


class OfTrial(CommandPayload):
    peer: Line


class AnswerTrial(OfTrial):
    sdp: Annotated[str, Field(max_length=SDP_MAX)]


@registry.command("trial.answer", AnswerTrial)
async def answer_trial(session: Session, payload: AnswerTrial) -> Result:
    await session.core.services.trials.answer(session.session_id, payload.peer, payload.sdp)
    return None


@registry.command("trial.end", OfTrial)
async def end_trial(session: Session, payload: OfTrial) -> Result:
    session.core.services.trials.end(session.session_id, payload.peer)
    return None
