"""Commands about what is done to people who went too far."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from salon.domain import wire
from salon.domain.sanctions import LASTS_MAX, TAKEN_BACK_MAX, SanctionKind
from salon.store.sanctions import Wanted
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()
PAGE_MAX = 100

Kind = Annotated[SanctionKind, Field(strict=False)]
Lasting = Annotated[int, Field(ge=60, le=int(LASTS_MAX.total_seconds()))]
TakenBack = Annotated[int, Field(ge=0, le=int(TAKEN_BACK_MAX.total_seconds()))]


class Impose(CommandPayload):
    account: Id
    kind: Kind
    lasts_s: Lasting | None = None
    reason: Line = ""
    delete_messages_s: TakenBack = 0


@registry.command("sanction.impose", Impose)
async def impose(session: Session, payload: Impose) -> Result:
    services = session.core.services
    lasts = None if payload.lasts_s is None else timedelta(seconds=payload.lasts_s)
    changed = await services.sanctions.impose(
        session.account,
        payload.account,
        payload.kind,
        until=None if lasts is None else services.clock.now() + lasts,
        reason=payload.reason,
        take_back=timedelta(seconds=payload.delete_messages_s),
    )
    return {"account": wire.account(changed)}


class Lift(CommandPayload):
    account: Id
    kind: Kind


@registry.command("sanction.lift", Lift)
async def lift(session: Session, payload: Lift) -> Result:
    changed = await session.core.services.sanctions.lift(
        session.account, payload.account, payload.kind
    )
    return {"account": wire.account(changed)}


class ListSanctions(CommandPayload):
    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 50
    kind: Kind | None = None
    account: Id | None = None
    holding: bool = False


@registry.command("sanction.list", ListSanctions)
async def list_sanctions(session: Session, payload: ListSanctions) -> Result:
    kinds = list(SanctionKind) if payload.kind is None else [payload.kind]
    wanted = Wanted(kinds, payload.before, payload.limit + 1, payload.account, payload.holding)
    found = await session.core.services.sanctions.page(session.account, wanted)
    page = found[: payload.limit]
    return {
        "sanctions": [wire.sanction(each) for each in page],
        "has_older": len(found) > len(page),
    }


class ListOwn(CommandPayload):
    pass


class HeedWarning(CommandPayload):
    pass


@registry.command("sanction.heed", HeedWarning)
async def heed_warning(session: Session, _payload: HeedWarning) -> Result:
    await session.core.services.sanctions.heed(session.account)
    return None


@registry.command("sanction.own", ListOwn)
async def list_own(session: Session, _payload: ListOwn) -> Result:
    found = await session.core.services.sanctions.own(session.account)
    return {"sanctions": [wire.sanction(each) for each in found]}
