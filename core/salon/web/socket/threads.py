"""Commands about threads."""

from salon.domain import wire
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()


class StartThread(CommandPayload):
    channel: Id
    name: Line
    message: Id | None = None


@registry.command("thread.start", StartThread)
async def start(session: Session, payload: StartThread) -> Result:
    started = await session.core.services.threads.start(
        session.account, payload.channel, payload.name, message_id=payload.message
    )
    return {"thread": wire.thread(started)}


class EditThread(CommandPayload):
    thread: Id
    name: Line | None = None
    archived: bool | None = None


@registry.command("thread.edit", EditThread)
async def edit(session: Session, payload: EditThread) -> Result:
    changed = await session.core.services.threads.edit(
        session.account, payload.thread, name=payload.name, archived=payload.archived
    )
    return {"thread": wire.thread(changed)}


class DeleteThread(CommandPayload):
    thread: Id


@registry.command("thread.delete", DeleteThread)
async def delete(session: Session, payload: DeleteThread) -> Result:
    await session.core.services.threads.delete(session.account, payload.thread)
    return None


class FollowThread(CommandPayload):
    thread: Id
    follows: bool


@registry.command("thread.follow", FollowThread)
async def follow(session: Session, payload: FollowThread) -> Result:
    await session.core.services.threads.follow(
        session.account, payload.thread, follows=payload.follows
    )
    return None


class ListThreads(CommandPayload):
    channel: Id
    archived: bool = False
    before: Id | None = None
    limit: int = 50


@registry.command("thread.list", ListThreads)
async def list_threads(session: Session, payload: ListThreads) -> Result:
    page = await session.core.services.threads.list(
        session.account,
        payload.channel,
        archived=payload.archived,
        before=payload.before,
        limit=payload.limit,
    )
    return {
        "threads": [wire.thread(thread) for thread in page.threads],
        "has_older": page.has_older,
    }
