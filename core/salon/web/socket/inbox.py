"""Commands about attention: the inbox, levels of channels, and how one is here."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from salon.domain import wire
from salon.domain.attention import Level
from salon.services.inbox import DONE_AT_ONCE, MUTED_MAX, PAGE_MAX
from salon.services.presence import State
from salon.web.socket.fields import CommandPayload, Id
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()


class ListInbox(CommandPayload):
    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 25


@registry.command("inbox.list", ListInbox)
async def list_inbox(session: Session, payload: ListInbox) -> Result:
    found = await session.core.services.inbox.page(
        session.account, before=payload.before, limit=payload.limit
    )
    return {
        "entries": [
            {
                "message": wire.message(entry.message),
                "reason": entry.notice.reason,
                "unread": entry.unread,
            }
            for entry in found.entries
        ],
        "before": wire.id_or_none(found.before),
    }


class ReadAttention(CommandPayload):
    pass


@registry.command("inbox.unread", ReadAttention)
async def read_attention(session: Session, _payload: ReadAttention) -> Result:
    inbox = session.core.services.inbox
    unread = await inbox.unread(session.account)
    levels = await inbox.levels(session.account)
    return {
        "unread": [
            {"message_id": str(entry.message.id), "channel_id": str(entry.message.channel_id)}
            for entry in unread
        ],
        "levels": [wire.level(id_, choice) for id_, choice in levels.items()],
    }


class MarkDone(CommandPayload):
    messages: Annotated[list[Id], Field(min_length=1, max_length=DONE_AT_ONCE)]


@registry.command("inbox.done", MarkDone)
async def mark_done(session: Session, payload: MarkDone) -> Result:
    await session.core.services.inbox.done(session.account, payload.messages)
    return None


class SetLevel(CommandPayload):
    channel: Id
    level: Annotated[Level, Field(strict=False)]
    muted_for_s: Annotated[int, Field(ge=1, le=int(MUTED_MAX.total_seconds()))] | None = None


@registry.command("level.set", SetLevel)
async def set_level(session: Session, payload: SetLevel) -> Result:
    seconds = payload.muted_for_s
    choice = await session.core.services.inbox.set_level(
        session.account,
        payload.channel,
        payload.level,
        None if seconds is None else timedelta(seconds=seconds),
    )
    return {"level": wire.level(payload.channel, choice)}


class SetPresence(CommandPayload):
    state: Annotated[State, Field(strict=False)]


@registry.command("presence.set", SetPresence)
async def set_presence(session: Session, payload: SetPresence) -> Result:
    session.core.services.presence.set_state(session.account, session.session_id, payload.state)
    return None
