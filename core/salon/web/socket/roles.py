"""Commands about who may what: roles, what places say otherwise, and looking on as a role."""

from typing import Annotated, Literal

from pydantic import Field

from salon.domain import wire
from salon.domain.accounts import HUES
from salon.domain.hierarchy import ROLES_MAX
from salon.domain.permissions import CORE_PERMISSIONS
from salon.web.socket import picture
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()

PERMISSIONS_MAX = 500
RoleHue = Annotated[int, Field(ge=0, le=HUES)]
Permissions = Annotated[
    list[Annotated[str, Field(max_length=128)]], Field(max_length=PERMISSIONS_MAX)
]
RoleIds = Annotated[list[Id], Field(max_length=ROLES_MAX)]


class ListPermissions(CommandPayload):
    pass


@registry.command("permission.list", ListPermissions)
async def list_permissions(session: Session, _payload: ListPermissions) -> Result:
    of_plugins = session.core.services.host.permissions
    titles = {**CORE_PERMISSIONS, **{each.name: each.title for each in of_plugins}}
    named = [{"name": name, "title": title} for name, title in titles.items()]
    return {"permissions": named}


class CreateRole(CommandPayload):
    name: Line
    hue: RoleHue = 0
    permissions: Permissions | None = None


@registry.command("role.create", CreateRole)
async def create_role(session: Session, payload: CreateRole) -> Result:
    made = await session.core.services.roles.create(
        session.account, payload.name, hue=payload.hue, permissions=payload.permissions or ()
    )
    return {"role": wire.role(made)}


class EditRole(CommandPayload):
    role: Id
    name: Line | None = None
    hue: RoleHue | None = None
    permissions: Permissions | None = None
    mentionable: bool | None = None
    needs_second_step: bool | None = None


@registry.command("role.edit", EditRole)
async def edit_role(session: Session, payload: EditRole) -> Result:
    changed = await session.core.services.roles.edit(
        session.account,
        payload.role,
        name=payload.name,
        hue=payload.hue,
        permissions=payload.permissions,
        mentionable=payload.mentionable,
        needs_second_step=payload.needs_second_step,
    )
    return {"role": wire.role(changed)}


class OrderRoles(CommandPayload):
    role_ids: RoleIds


@registry.command("role.order", OrderRoles)
async def order_roles(session: Session, payload: OrderRoles) -> Result:
    roles = await session.core.services.roles.order(session.account, payload.role_ids)
    return {"roles": [wire.role(role) for role in roles]}


class DeleteRole(CommandPayload):
    role: Id


@registry.command("role.delete", DeleteRole)
async def delete_role(session: Session, payload: DeleteRole) -> Result:
    await session.core.services.roles.delete(session.account, payload.role)
    return None


class ViewAsRole(CommandPayload):
    role: Id


@registry.command("role.view", ViewAsRole)
async def view_as_role(session: Session, payload: ViewAsRole) -> Result:
    services = session.core.services
    shown = services.roles.seen_as(session.account, payload.role)
    account = shown.account(session.account.id) or session.account
    return {"account": wire.account(account), **picture.whole(services, account, shown)}


class GiveRoles(CommandPayload):
    account: Id
    role_ids: RoleIds


@registry.command("account.roles", GiveRoles)
async def give_roles(session: Session, payload: GiveRoles) -> Result:
    changed = await session.core.services.roles.give(
        session.account, payload.account, payload.role_ids
    )
    return {"account": wire.account(changed)}


class SetOverwrite(CommandPayload):
    place: Id
    target: Literal["role", "account"]
    target_id: Id
    allow: Permissions
    deny: Permissions


@registry.command("overwrite.set", SetOverwrite)
async def set_overwrite(session: Session, payload: SetOverwrite) -> Result:
    after = await session.core.services.roles.overwrite(
        session.account,
        payload.place,
        payload.target,
        payload.target_id,
        allow=payload.allow,
        deny=payload.deny,
    )
    return {"overwrites": [wire.overwrite(each) for each in after]}


class FallInStep(CommandPayload):
    place: Id


@registry.command("overwrite.follow", FallInStep)
async def fall_in_step(session: Session, payload: FallInStep) -> Result:
    after = await session.core.services.roles.fall_in_step(session.account, payload.place)
    return {"overwrites": [wire.overwrite(each) for each in after]}
