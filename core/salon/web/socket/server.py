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


class OverviewServer(CommandPayload):
    pass


@registry.command("server.overview", OverviewServer)
async def overview_server(session: Session, _payload: OverviewServer) -> Result:
    return await session.core.services.overview.look(session.account)


class ListJobs(CommandPayload):
    pass


@registry.command("job.list", ListJobs)
async def list_jobs(session: Session, _payload: ListJobs) -> Result:
    return await session.core.services.job_keeping.list(session.account)


class RetryJob(CommandPayload):
    job: Id


@registry.command("job.retry", RetryJob)
async def retry_job(session: Session, payload: RetryJob) -> Result:
    await session.core.services.job_keeping.again(session.account, payload.job)
    return None


class ExamineServer(CommandPayload):
    language: Literal["en", "fr"] = "en"


@registry.command("server.examine", ExamineServer)
async def examine_server(session: Session, payload: ExamineServer) -> Result:
    return await session.core.services.doctor.look(session.account, payload.language)
