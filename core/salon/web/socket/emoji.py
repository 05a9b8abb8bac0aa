"""Commands about the community's own emoji."""

from salon.domain import wire
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()


class AddEmoji(CommandPayload):
    name: Line
    file: Id


@registry.command("emoji.add", AddEmoji)
async def add_emoji(session: Session, payload: AddEmoji) -> Result:
    made = await session.core.services.own_emoji.add(session.account, payload.name, payload.file)
    return {"emoji": wire.emoji(made)}


class RenameEmoji(CommandPayload):
    emoji: Id
    name: Line


@registry.command("emoji.rename", RenameEmoji)
async def rename_emoji(session: Session, payload: RenameEmoji) -> Result:
    changed = await session.core.services.own_emoji.rename(
        session.account, payload.emoji, payload.name
    )
    return {"emoji": wire.emoji(changed)}


class RemoveEmoji(CommandPayload):
    emoji: Id


@registry.command("emoji.remove", RemoveEmoji)
async def remove_emoji(session: Session, payload: RemoveEmoji) -> Result:
    await session.core.services.own_emoji.remove(session.account, payload.emoji)
    return None
