"""Commands about how somebody signs in: a second step after the password, passkeys."""

from typing import Annotated, Any

from pydantic import Field

from salon.domain import wire
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()
ACCOUNTS_MAX = 100


class Nothing(CommandPayload):
    pass


@registry.command("second_step.get", Nothing)
async def get_second_step(session: Session, _payload: Nothing) -> Result:
    state = await session.core.services.second_step.state(session.account)
    return {
        "on_since": wire.time_or_none(state.on_since),
        "recovery_codes_left": state.recovery_codes_left,
    }


@registry.command("second_step.begin", Nothing)
async def begin_second_step(session: Session, _payload: Nothing) -> Result:
    app = await session.core.services.second_step.begin(session.account, session.session_id)
    picture = {"size": app.size, "path": app.path}
    return {"secret": app.secret, "address": app.address, "picture": picture}


class Confirm(CommandPayload):
    code: Line


@registry.command("second_step.confirm", Confirm)
async def confirm_second_step(session: Session, payload: Confirm) -> Result:
    step = session.core.services.second_step
    codes = await step.confirm(session.account, session.session_id, payload.code)
    return {"recovery_codes": list(codes)}


@registry.command("second_step.renew", Nothing)
async def renew_recovery_codes(session: Session, _payload: Nothing) -> Result:
    step = session.core.services.second_step
    codes = await step.renew_recovery_codes(session.account, session.session_id)
    return {"recovery_codes": list(codes)}


@registry.command("second_step.turn_off", Nothing)
async def turn_off_second_step(session: Session, _payload: Nothing) -> Result:
    await session.core.services.second_step.turn_off(session.account, session.session_id)
    return None


class Whose(CommandPayload):
    accounts: Annotated[list[Id], Field(max_length=ACCOUNTS_MAX)]


@registry.command("second_step.list", Whose)
async def list_second_steps(session: Session, payload: Whose) -> Result:
    services = session.core.services
    services.access.everywhere(session.account, "member.manage")
    having = await services.second_step.having(payload.accounts)
    keys = await services.passkeys.counts(payload.accounts)
    return {
        "accounts": [
            {"account_id": str(id_), "codes": id_ in having, "passkeys": keys.get(id_, 0)}
            for id_ in payload.accounts
        ]
    }


@registry.command("passkey.list", Nothing)
async def list_passkeys(session: Session, _payload: Nothing) -> Result:
    passkeys = session.core.services.passkeys
    mine = await passkeys.of(session.account)
    return {
        "passkeys": [wire.passkey(each) for each in mine],
        "are_possible": passkeys.are_possible,
    }


@registry.command("passkey.begin", Nothing)
async def begin_passkey(session: Session, _payload: Nothing) -> Result:
    passkeys = session.core.services.passkeys
    return {"options": await passkeys.begin(session.account, session.session_id)}


class AddPasskey(CommandPayload):
    name: Line
    credential: dict[str, Any]


@registry.command("passkey.add", AddPasskey)
async def add_passkey(session: Session, payload: AddPasskey) -> Result:
    added = await session.core.services.passkeys.add(
        session.account, session.session_id, payload.name, payload.credential
    )
    return {"passkey": wire.passkey(added)}


class RenamePasskey(CommandPayload):
    passkey: Id
    name: Line


@registry.command("passkey.rename", RenamePasskey)
async def rename_passkey(session: Session, payload: RenamePasskey) -> Result:
    await session.core.services.passkeys.rename(session.account, payload.passkey, payload.name)
    return None


class RemovePasskey(CommandPayload):
    passkey: Id


@registry.command("passkey.remove", RemovePasskey)
async def remove_passkey(session: Session, payload: RemovePasskey) -> Result:
    await session.core.services.passkeys.remove(
        session.account, session.session_id, payload.passkey
    )
    return None
