"""Commands about conversations between people, and about whom somebody hears."""

from typing import Annotated

from pydantic import Field

from salon.domain import wire
from salon.domain.accounts import FirstMessages
from salon.domain.channels import GROUP_MAX
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()


class BeginConversation(CommandPayload):
    accounts: Annotated[list[Id], Field(max_length=GROUP_MAX)]
    name: Line = ""


@registry.command("conversation.begin", BeginConversation)
async def begin(session: Session, payload: BeginConversation) -> Result:
    begun = await session.core.services.conversations.begin(
        session.account, payload.accounts, name=payload.name
    )
    return {"conversation": wire.conversation(begun)}


class ListConversations(CommandPayload):
    before: Id | None = None
    limit: int = 50


@registry.command("conversation.list", ListConversations)
async def list_conversations(session: Session, payload: ListConversations) -> Result:
    page = await session.core.services.conversations.list(
        session.account, before=payload.before, limit=payload.limit
    )
    return {
        "conversations": [wire.conversation(each) for each in page.conversations],
        "messages": [wire.message(message) for message in page.said],
        "has_more": page.has_more,
    }


class RenameConversation(CommandPayload):
    channel: Id
    name: Line


@registry.command("conversation.rename", RenameConversation)
async def rename(session: Session, payload: RenameConversation) -> Result:
    renamed = await session.core.services.conversations.rename(
        session.account, payload.channel, payload.name
    )
    return {"conversation": wire.conversation(renamed)}


class AddToConversation(CommandPayload):
    channel: Id
    account: Id


@registry.command("conversation.add", AddToConversation)
async def add(session: Session, payload: AddToConversation) -> Result:
    grown = await session.core.services.conversations.add(
        session.account, payload.channel, payload.account
    )
    return {"conversation": wire.conversation(grown)}


class LeaveConversation(CommandPayload):
    channel: Id


@registry.command("conversation.leave", LeaveConversation)
async def leave(session: Session, payload: LeaveConversation) -> Result:
    await session.core.services.conversations.leave(session.account, payload.channel)
    return None


class Block(CommandPayload):
    account: Id


@registry.command("privacy.block", Block)
async def block(session: Session, payload: Block) -> Result:
    chosen = await session.core.services.privacy.block(session.account, payload.account)
    return {"privacy": wire.privacy(chosen)}


@registry.command("privacy.unblock", Block)
async def unblock(session: Session, payload: Block) -> Result:
    chosen = await session.core.services.privacy.unblock(session.account, payload.account)
    return {"privacy": wire.privacy(chosen)}


class TakeFirstMessages(CommandPayload):
    from_whom: Annotated[FirstMessages, Field(strict=False)]


@registry.command("privacy.first_messages", TakeFirstMessages)
async def take_first_messages(session: Session, payload: TakeFirstMessages) -> Result:
    chosen = await session.core.services.privacy.take_first_messages(
        session.account, payload.from_whom
    )
    return {"privacy": wire.privacy(chosen)}


class Show(CommandPayload):
    presence: bool | None = None
    typing: bool | None = None
    name_outside: bool | None = None


@registry.command("privacy.show", Show)
async def show(session: Session, payload: Show) -> Result:
    chosen = await session.core.services.privacy.show(
        session.account,
        presence=payload.presence,
        typing=payload.typing,
        name_outside=payload.name_outside,
    )
    return {"privacy": wire.privacy(chosen)}
