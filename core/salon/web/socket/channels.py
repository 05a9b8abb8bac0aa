"""Commands about the house: community, categories, channels, where they stand, plugins."""

from typing import Literal

from salon.domain import wire
from salon.domain.accounts import Registration
from salon.domain.audit import Target
from salon.domain.channels import ChannelKind
from salon.web.socket.fields import CommandPayload, Id, Line, Position, Text
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()


class EditCommunity(CommandPayload):
    name: Line | None = None
    accent_hue: int | None = None
    language: Line | None = None
    rules: Text | None = None
    registration: Literal["open", "approval", "invitation", "closed"] | None = None
    link_cards: bool | None = None
    public_rooms: bool | None = None


@registry.command("community.edit", EditCommunity)
async def edit_community(session: Session, payload: EditCommunity) -> Result:
    changed = await session.core.services.channels.edit_community(
        session.account,
        name=payload.name,
        accent_hue=payload.accent_hue,
        language=payload.language,
        rules=payload.rules,
        registration=payload.registration and Registration(payload.registration),
        link_cards=payload.link_cards,
        public_rooms=payload.public_rooms,
    )
    return {"community": wire.community(changed)}


class SetIcon(CommandPayload):
    file: Id | None = None


@registry.command("community.set_icon", SetIcon)
async def set_icon(session: Session, payload: SetIcon) -> Result:
    changed = await session.core.services.faces.set_icon(session.account, payload.file)
    return {"community": wire.community(changed)}


class CreateCategory(CommandPayload):
    name: Line


@registry.command("category.create", CreateCategory)
async def create_category(session: Session, payload: CreateCategory) -> Result:
    made = await session.core.services.channels.create_category(session.account, payload.name)
    return {"category": wire.category(made)}


class EditCategory(CommandPayload):
    category: Id
    name: Line | None = None
    position: Position | None = None


@registry.command("category.edit", EditCategory)
async def edit_category(session: Session, payload: EditCategory) -> Result:
    changed = await session.core.services.channels.edit_category(
        session.account, payload.category, name=payload.name, position=payload.position
    )
    return {"category": wire.category(changed)}


class DeleteCategory(CommandPayload):
    category: Id


@registry.command("category.delete", DeleteCategory)
async def delete_category(session: Session, payload: DeleteCategory) -> Result:
    await session.core.services.channels.delete_category(session.account, payload.category)
    return None


class CreateChannel(CommandPayload):
    name: Line
    topic: Line = ""
    category: Id | None = None


@registry.command("channel.create", CreateChannel)
async def create_channel(session: Session, payload: CreateChannel) -> Result:
    made = await session.core.services.channels.create(
        session.account, payload.name, topic=payload.topic, category_id=payload.category
    )
    return {"channel": wire.channel(made)}


class EditChannel(CommandPayload):
    channel: Id
    name: Line | None = None
    topic: Line | None = None
    category: Id | None = None
    position: Position | None = None
    slow_mode_s: int | None = None
    is_public: bool | None = None


@registry.command("channel.edit", EditChannel)
async def edit_channel(session: Session, payload: EditChannel) -> Result:
    changed = await session.core.services.channels.edit(
        session.account,
        payload.channel,
        name=payload.name,
        topic=payload.topic,
        category_id=payload.category,
        position=payload.position,
        slow_mode_s=payload.slow_mode_s,
        is_public=payload.is_public,
    )
    return {"channel": wire.channel(changed)}


class DeleteChannel(CommandPayload):
    channel: Id


@registry.command("channel.delete", DeleteChannel)
async def delete_channel(session: Session, payload: DeleteChannel) -> Result:
    await session.core.services.channels.delete(session.account, payload.channel)
    return None


class GetChannel(CommandPayload):
    channel: Id


@registry.command("channel.get", GetChannel)
async def get_channel(session: Session, payload: GetChannel) -> Result:
    found = await session.core.services.access.channel_or_archived(session.account, payload.channel)
    if found.is_conversation:
        return {"conversation": wire.conversation(found)}
    if found.kind is ChannelKind.THREAD:
        return {"thread": wire.thread(found)}
    return {"channel": wire.channel(found)}


class MovePlace(CommandPayload):
    place: Id
    category: Id | None = None
    before: Id | None = None


@registry.command("place.move", MovePlace)
async def move_place(session: Session, payload: MovePlace) -> Result:
    await session.core.services.arranging.move(
        session.account, payload.place, category_id=payload.category, before_id=payload.before
    )
    return None


class ListPlugins(CommandPayload):
    pass


@registry.command("plugin.list", ListPlugins)
async def list_plugins(session: Session, _payload: ListPlugins) -> Result:
    session.core.services.access.everywhere(session.account, "server.manage")
    statuses = session.core.services.host.statuses()
    return {"plugins": [status.body() for status in statuses]}


class ResumePlugin(CommandPayload):
    plugin: Line


@registry.command("plugin.resume", ResumePlugin)
async def resume_plugin(session: Session, payload: ResumePlugin) -> Result:
    session.core.services.access.everywhere(session.account, "server.manage")
    await session.core.services.host.resume(payload.plugin)
    about = Target("plugin", payload.plugin, payload.plugin)
    await session.core.services.audit.record(session.account, "plugin.resumed", about)
    return None
