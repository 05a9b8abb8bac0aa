"""The command that reads the record of deeds."""

from typing import Annotated

from pydantic import Field

from salon.domain import wire
from salon.store.audit import Wanted
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()
PAGE_MAX = 100


class ListEntries(CommandPayload):
    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 50
    actor: Id | None = None
    action: Annotated[Line, Field(max_length=64)] | None = None
    target: Annotated[Line, Field(max_length=64)] | None = None


@registry.command("audit.list", ListEntries)
async def list_entries(session: Session, payload: ListEntries) -> Result:
    wanted = Wanted(
        payload.before, payload.limit + 1, payload.actor, payload.action, payload.target
    )
    found = await session.core.services.audit.entries(session.account, wanted)
    page = found[: payload.limit]
    return {
        "entries": [wire.audit_entry(entry) for entry in page],
        "has_older": len(found) > len(page),
    }
