"""Commands about the server itself, for those who keep it."""

from typing import Literal

from salon.web.socket.fields import CommandPayload, Id
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()


class MeasureServer(CommandPayload):
    room: Id | None = None


@registry.command("server.measure", MeasureServer)
async def measure_server(session: Session, payload: MeasureServer) -> Result:
    return await session.core.services.measures.look(session.account, payload.room)


class ExamineServer(CommandPayload):
    language: Literal["en", "fr"] = "en"


@registry.command("server.examine", ExamineServer)
async def examine_server(session: Session, payload: ExamineServer) -> Result:
    return await session.core.services.doctor.look(session.account, payload.language)
