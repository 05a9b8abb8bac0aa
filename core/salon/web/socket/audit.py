"""The commands about the record of deeds: read it, see that it holds, take a deed back."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from salon.domain import wire
from salon.store.audit import Wanted
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()
PAGE_MAX = 100

Name = Annotated[Line, Field(max_length=64)]
Time = Annotated[AwareDatetime, Field(strict=False)]


class Filters(CommandPayload):
    """Which entries are wanted, of the socket and of what is fetched as a file."""

    actor: Id | None = None
    action: Name | None = None
    target: Name | None = None
    since: Time | None = None
    until: Time | None = None
    words: Line = ""

    def wanted(self, before: int | None = None, limit: int = PAGE_MAX) -> Wanted:
        since: datetime | None = self.since
        until: datetime | None = self.until
        return Wanted(before, limit, self.actor, self.action, self.target, since, until)


class ListEntries(Filters):
    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 50


@registry.command("audit.list", ListEntries)
async def list_entries(session: Session, payload: ListEntries) -> Result:
    services = session.core.services
    wanted = payload.wanted(payload.before, payload.limit)
    page = await services.audit.page(session.account, wanted, payload.words)
    return {
        "entries": [
            wire.audit_entry(entry)
            | {"can_undo": services.undoing.is_possible(session.account, entry)}
            for entry in page.entries
        ],
        "before": wire.id_or_none(page.before),
    }


class CheckRecord(CommandPayload):
    pass


@registry.command("audit.check", CheckRecord)
async def check_record(session: Session, _payload: CheckRecord) -> Result:
    found = await session.core.services.audit.check(session.account)
    return {
        "at": wire.time(found.at),
        "count": found.count,
        "broken_at": wire.id_or_none(found.broken_at),
    }


class UndoDeed(CommandPayload):
    entry: Id


@registry.command("audit.undo", UndoDeed)
async def undo_deed(session: Session, payload: UndoDeed) -> Result:
    await session.core.services.undoing.undo(session.account, payload.entry)
    return None
