"""Commands that look for something."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from salon.domain import wire
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()
PAGE_MAX = 50


class SearchMessages(CommandPayload):
    query: Line
    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 25
    utc_offset_min: Annotated[int, Field(ge=-840, le=840)] = 0


@registry.command("search.messages", SearchMessages)
async def messages(session: Session, payload: SearchMessages) -> Result:
    page = await session.core.services.search.messages(
        session.account,
        payload.query,
        before=payload.before,
        limit=payload.limit,
        utc_offset=timedelta(minutes=payload.utc_offset_min),
    )
    return {
        "hits": [
            {"message": wire.message(hit.message), "pieces": [wire.piece(p) for p in hit.pieces]}
            for hit in page.hits
        ],
        "has_older": page.has_older,
        "is_whole": page.is_whole,
        "unknown": list(page.unknown),
    }


class SearchSources(CommandPayload):
    query: Line


@registry.command("search.sources", SearchSources)
async def sources(session: Session, payload: SearchSources) -> Result:
    looked = await session.core.services.search_sources.find(session.account, payload.query)
    return {
        "sources": [
            {
                "plugin": one.plugin,
                "name": one.name,
                "title": one.title,
                "is_late": one.is_late,
                "results": [
                    {"title": each.title, "detail": each.detail, "address": each.address}
                    for each in one.results
                ],
            }
            for one in looked
        ]
    }
