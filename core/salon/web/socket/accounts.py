"""Commands about accounts, sessions and invitations."""

from itertools import islice
from typing import Annotated

from pydantic import Field

from salon.domain import wire
from salon.web.socket.fields import CommandPayload, Id, Line, Position
from salon.web.socket.registry import Registry, Result, Session
from salon.web.socket.roles import RoleIds

registry = Registry()
LIST_MAX = 100


class ListAccounts(CommandPayload):
    after: Id | None = None
    limit: Annotated[int, Field(ge=1, le=LIST_MAX)] = LIST_MAX
    query: Line = ""
    role: Id | None = None
    ids: Annotated[list[Id], Field(max_length=LIST_MAX)] | None = None


@registry.command("account.list", ListAccounts)
async def list_accounts(session: Session, payload: ListAccounts) -> Result:
    found = session.core.services.directory.find_accounts(payload.query, payload.role, payload.ids)
    after = payload.after or 0
    page = islice((account for account in found if account.id > after), payload.limit)
    return {"accounts": [wire.account(account) for account in page]}


class EditAccount(CommandPayload):
    display_name: Line | None = None
    hue: int | None = None
    pronouns: Line | None = None
    status: Line | None = None


@registry.command("account.edit", EditAccount)
async def edit_account(session: Session, payload: EditAccount) -> Result:
    changed = await session.core.services.profiles.edit(
        session.account,
        display_name=payload.display_name,
        hue=payload.hue,
        pronouns=payload.pronouns,
        status=payload.status,
    )
    return {"account": wire.account(changed)}


class ChangeHandle(CommandPayload):
    handle: Line


@registry.command("account.change_handle", ChangeHandle)
async def change_handle(session: Session, payload: ChangeHandle) -> Result:
    changed = await session.core.services.profiles.change_handle(session.account, payload.handle)
    return {"account": wire.account(changed)}


class SetAvatar(CommandPayload):
    file: Id | None = None


@registry.command("account.set_avatar", SetAvatar)
async def set_avatar(session: Session, payload: SetAvatar) -> Result:
    changed = await session.core.services.faces.set_avatar(session.account, payload.file)
    return {"account": wire.account(changed)}


class MakeResetLink(CommandPayload):
    account: Id


@registry.command("account.reset_link", MakeResetLink)
async def make_reset_link(session: Session, payload: MakeResetLink) -> Result:
    token = await session.core.services.accounts.new_reset_link(session.account, payload.account)
    return {"url": f"{session.core.base_url()}/reset/{token}"}


class ShowOwnData(CommandPayload):
    pass


@registry.command("account.own_data", ShowOwnData)
async def show_own_data(session: Session, _payload: ShowOwnData) -> Result:
    services = session.core.services
    export = await services.exports.export(session.account)
    deletion = await services.leaving.deletion(session.account)
    return {
        "export": None if export is None else wire.export(export),
        "deletion": None if deletion is None else wire.deletion(deletion),
        "deletion_days": services.leaving.days,
    }


class KeepAccount(CommandPayload):
    pass


@registry.command("account.keep", KeepAccount)
async def keep_account(session: Session, _payload: KeepAccount) -> Result:
    await session.core.services.leaving.take_back(session.account)
    return None


class ListSessions(CommandPayload):
    pass


@registry.command("session.list", ListSessions)
async def list_sessions(session: Session, _payload: ListSessions) -> Result:
    mine = session.core.services.sessions.of(session.account.id)
    return {
        "sessions": [wire.session(each, is_current=each.id == session.session_id) for each in mine]
    }


class RevokeSession(CommandPayload):
    session: Id


@registry.command("session.revoke", RevokeSession)
async def revoke_session(session: Session, payload: RevokeSession) -> Result:
    await session.core.services.sessions.revoke(session.account, payload.session)
    return None


class CreateInvitation(CommandPayload):
    days: Annotated[int, Field(ge=1, le=30)] | None = None
    max_uses: Annotated[int, Field(ge=1, le=1_000)] | None = None
    note: Line = ""
    role_ids: RoleIds | None = None
    guest_days: Annotated[int, Field(ge=1, le=30)] | None = None


@registry.command("invitation.create", CreateInvitation)
async def create_invitation(session: Session, payload: CreateInvitation) -> Result:
    invitation = await session.core.invitations.create(
        session.account,
        days=payload.days,
        max_uses=payload.max_uses,
        note=payload.note,
        role_ids=payload.role_ids or (),
        guest_days=payload.guest_days,
    )
    url = f"{session.core.base_url()}/i/{invitation.code}"
    return {"invitation": wire.invitation(invitation), "url": url}


class ListInvitations(CommandPayload):
    pass


@registry.command("invitation.list", ListInvitations)
async def list_invitations(session: Session, _payload: ListInvitations) -> Result:
    found = await session.core.invitations.list(session.account)
    return {"invitations": [wire.invitation(invitation) for invitation in found]}


class RevokeInvitation(CommandPayload):
    invitation: Id


@registry.command("invitation.revoke", RevokeInvitation)
async def revoke_invitation(session: Session, payload: RevokeInvitation) -> Result:
    await session.core.invitations.revoke(session.account, payload.invitation)
    return None


class ListApplications(CommandPayload):
    pass


@registry.command("application.list", ListApplications)
async def list_applications(session: Session, _payload: ListApplications) -> Result:
    found = await session.core.services.applications.list(session.account)
    return {"applications": [wire.application(application) for application in found]}


class AnswerApplication(CommandPayload):
    application: Id
    answer: Line = ""


@registry.command("application.let_in", AnswerApplication)
async def let_in(session: Session, payload: AnswerApplication) -> Result:
    account = await session.core.services.applications.let_in(
        session.account, payload.application, payload.answer
    )
    return {"account": wire.account(account)}


@registry.command("application.refuse", AnswerApplication)
async def refuse(session: Session, payload: AnswerApplication) -> Result:
    await session.core.services.applications.refuse(
        session.account, payload.application, payload.answer
    )
    return None


class Stay(CommandPayload):
    handle: Line
    password: Line


@registry.command("account.stay", Stay)
async def stay(session: Session, payload: Stay) -> Result:
    changed = await session.core.services.guests.stay(
        session.account, payload.handle, payload.password
    )
    return {"account": wire.account(changed)}


class ShowRules(CommandPayload):
    pass


@registry.command("rules.show", ShowRules)
async def show_rules(session: Session, _payload: ShowRules) -> Result:
    printed = await session.core.services.house_rules.printed()
    return {"version": printed.version, "html": printed.html}


class AgreeToRules(CommandPayload):
    version: Position


@registry.command("rules.agree", AgreeToRules)
async def agree_to_rules(session: Session, payload: AgreeToRules) -> Result:
    await session.core.services.house_rules.agree(session.account, payload.version)
    return None


class ListRules(CommandPayload):
    pass


@registry.command("rules.list", ListRules)
async def list_rules(session: Session, _payload: ListRules) -> Result:
    versions = await session.core.services.house_rules.versions(session.account)
    return {
        "versions": [
            {"version": version, "text": text, "since": wire.time(since)}
            for version, text, since in versions
        ]
    }
