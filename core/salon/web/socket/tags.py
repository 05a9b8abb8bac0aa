"""Commands about what rooms and events are about."""

from salon.domain import wire
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()


class ListTags(CommandPayload):
    pass


@registry.command("tag.list", ListTags)
async def list_tags(session: Session, _payload: ListTags) -> Result:
    shown = await session.core.services.tags.list(session.account)
    return {
        "tags": [wire.tag(tag) for tag in shown.tags],
        "followed": sorted(str(id_) for id_ in shown.followed),
    }


class FollowTag(CommandPayload):
    tag: Id
    follows: bool


@registry.command("tag.follow", FollowTag)
async def follow_tag(session: Session, payload: FollowTag) -> Result:
    await session.core.services.tags.follow(session.account, payload.tag, follows=payload.follows)
    return None


class EditTag(CommandPayload):
    tag: Id
    name: Line | None = None
    is_hidden: bool | None = None


@registry.command("tag.edit", EditTag)
async def edit_tag(session: Session, payload: EditTag) -> Result:
    tag = await session.core.services.tags.edit(
        session.account, payload.tag, name=payload.name, is_hidden=payload.is_hidden
    )
    return {"tag": wire.tag(tag)}


class MergeTag(CommandPayload):
    tag: Id
    into: Id


@registry.command("tag.merge", MergeTag)
async def merge_tag(session: Session, payload: MergeTag) -> Result:
    await session.core.services.tags.merge(session.account, payload.tag, payload.into)
    return None
