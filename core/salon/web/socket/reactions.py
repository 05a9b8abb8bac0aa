"""Commands about reactions."""

from typing import Annotated

from pydantic import Field

from salon.services.emoji import LONGEST
from salon.web.socket.fields import CommandPayload, Id
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()

Emoji = Annotated[str, Field(min_length=1, max_length=2 * LONGEST)]


class AddReaction(CommandPayload):
    message: Id
    emoji: Emoji


@registry.command("reaction.add", AddReaction)
async def add_reaction(session: Session, payload: AddReaction) -> Result:
    await session.core.services.reactions.add(session.account, payload.message, payload.emoji)
    return None


class RemoveReaction(CommandPayload):
    message: Id
    emoji: Emoji


@registry.command("reaction.remove", RemoveReaction)
async def remove_reaction(session: Session, payload: RemoveReaction) -> Result:
    await session.core.services.reactions.remove(session.account, payload.message, payload.emoji)
    return None


class ClearReactions(CommandPayload):
    message: Id
    emoji: Emoji | None = None


@registry.command("reaction.clear", ClearReactions)
async def clear_reactions(session: Session, payload: ClearReactions) -> Result:
    await session.core.services.reactions.clear(session.account, payload.message, payload.emoji)
    return None


class ReactInRoom(CommandPayload):
    room: Id
    emoji: Emoji


@registry.command("room.react", ReactInRoom)
async def react_in_room(session: Session, payload: ReactInRoom) -> Result:
    session.core.services.live_reactions.react(session.account, payload.room, payload.emoji)
    return None


class ListPeople(CommandPayload):
    message: Id
    emoji: Emoji
    after: Id | None = None


@registry.command("reaction.people", ListPeople)
async def list_people(session: Session, payload: ListPeople) -> Result:
    found = await session.core.services.reactions.people(
        session.account, payload.message, payload.emoji, after=payload.after or 0
    )
    return {"account_ids": [str(id_) for id_ in found]}
