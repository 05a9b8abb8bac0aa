"""Commands about messages."""

from typing import Annotated

from pydantic import Field

from salon.domain import wire
from salon.domain.files import FILES_PER_MESSAGE
from salon.services.attaching import Chosen
from salon.services.messages import NONCE_MAX
from salon.web.socket.fields import CommandPayload, Id, Line, Text
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()


class ChosenFile(CommandPayload):
    file: Id
    description: Line = ""


class PostMessage(CommandPayload):
    channel: Id
    text: Text
    nonce: Annotated[str, Field(min_length=1, max_length=NONCE_MAX, pattern=r"^[\x21-\x7e]+$")]
    reply_to: Id | None = None
    files: list[ChosenFile] = Field(default_factory=list, max_length=FILES_PER_MESSAGE)


@registry.command("message.post", PostMessage)
async def post(session: Session, payload: PostMessage) -> Result:
    message = await session.core.services.messages.post(
        session.account,
        payload.channel,
        payload.text,
        nonce=payload.nonce,
        reply_to_id=payload.reply_to,
        files=[Chosen(one.file, one.description) for one in payload.files],
    )
    return {"message": wire.message(message)}


class EditMessage(CommandPayload):
    message: Id
    text: Text


@registry.command("message.edit", EditMessage)
async def edit(session: Session, payload: EditMessage) -> Result:
    message = await session.core.services.messages.edit(
        session.account, payload.message, payload.text
    )
    return {"message": wire.message(message)}


class DeleteMessage(CommandPayload):
    message: Id


@registry.command("message.delete", DeleteMessage)
async def delete(session: Session, payload: DeleteMessage) -> Result:
    await session.core.services.deletions.delete(session.account, payload.message)
    return None


class DeleteMessages(CommandPayload):
    channel: Id
    messages: Annotated[list[Id], Field(max_length=1_000)]


@registry.command("message.delete_many", DeleteMessages)
async def delete_many(session: Session, payload: DeleteMessages) -> Result:
    deleted = await session.core.services.deletions.delete_many(
        session.account, payload.channel, payload.messages
    )
    return {"deleted": deleted}


class PinMessage(CommandPayload):
    message: Id


@registry.command("message.pin", PinMessage)
async def pin(session: Session, payload: PinMessage) -> Result:
    message = await session.core.services.pins.pin(session.account, payload.message)
    return {"message": wire.message(message)}


@registry.command("message.unpin", PinMessage)
async def unpin(session: Session, payload: PinMessage) -> Result:
    message = await session.core.services.pins.unpin(session.account, payload.message)
    return {"message": wire.message(message)}


class ListPins(CommandPayload):
    channel: Id


@registry.command("message.pins", ListPins)
async def pins(session: Session, payload: ListPins) -> Result:
    found = await session.core.services.pins.of_channel(session.account, payload.channel)
    return {"messages": [wire.message(message) for message in found]}


class ReadFormerTexts(CommandPayload):
    message: Id


@registry.command("message.former_texts", ReadFormerTexts)
async def former_texts(session: Session, payload: ReadFormerTexts) -> Result:
    found = await session.core.services.former_texts.of_message(session.account, payload.message)
    return {"former_texts": [wire.former_text(former) for former in found]}


class ListDeleted(CommandPayload):
    channel: Id
    before: Id | None = None
    limit: int = 50


@registry.command("message.list_deleted", ListDeleted)
async def list_deleted(session: Session, payload: ListDeleted) -> Result:
    found = await session.core.services.former_texts.deleted(
        session.account, payload.channel, before=payload.before, limit=payload.limit
    )
    return {
        "messages": [wire.deleted_message(deleted) for deleted in found.messages],
        "has_older": found.has_older,
    }


class ReadHistory(CommandPayload):
    channel: Id
    before: Id | None = None
    after: Id | None = None
    around: Id | None = None
    limit: int = 50


@registry.command("message.history", ReadHistory)
async def history(session: Session, payload: ReadHistory) -> Result:
    found = await session.core.services.messages.history(
        session.account,
        payload.channel,
        before=payload.before,
        after=payload.after,
        around=payload.around,
        limit=payload.limit,
    )
    return {
        "messages": found.page.messages.body(),
        "replies": [wire.message(message) for message in found.replies],
        "threads": [wire.thread(thread) for thread in found.threads],
        "reactions": {
            str(id_): [wire.reaction(each) for each in reactions]
            for id_, reactions in found.reactions.items()
        },
        "cards": {
            str(id_): [wire.link_card(card) for card in cards] for id_, cards in found.cards.items()
        },
        "has_older": found.page.has_older,
        "has_newer": found.page.has_newer,
    }


class MoveRead(CommandPayload):
    channel: Id
    message: Id


@registry.command("read.move", MoveRead)
async def move_read(session: Session, payload: MoveRead) -> Result:
    await session.core.services.messages.move_read(
        session.account, payload.channel, payload.message
    )
    return None


class StartTyping(CommandPayload):
    channel: Id


@registry.command("typing.start", StartTyping)
async def start_typing(session: Session, payload: StartTyping) -> Result:
    await session.core.services.presence.typing(session.account, payload.channel)
    return None


class RemoveCard(CommandPayload):
    message: Id
    url: Line


@registry.command("card.remove", RemoveCard)
async def remove_card(session: Session, payload: RemoveCard) -> Result:
    await session.core.services.link_cards.remove(session.account, payload.message, payload.url)
    return None
