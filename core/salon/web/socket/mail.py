"""Commands about where letters reach somebody."""

from typing import Any, Literal

from salon.store.mail import MailAddress
from salon.web.socket.fields import CommandPayload, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()


class GetMail(CommandPayload):
    pass


@registry.command("mail.get", GetMail)
async def get_mail(session: Session, _payload: GetMail) -> Result:
    return _told(session, await session.core.services.mail.of(session.account))


class WantAddress(CommandPayload):
    address: Line
    language: Literal["en", "fr"]


@registry.command("mail.want", WantAddress)
async def want_address(session: Session, payload: WantAddress) -> Result:
    mail = session.core.services.mail
    address, language = payload.address, payload.language
    return _told(session, await mail.want(session.account, session.session_id, address, language))


class RemoveAddress(CommandPayload):
    pass


@registry.command("mail.remove", RemoveAddress)
async def remove_address(session: Session, _payload: RemoveAddress) -> Result:
    await session.core.services.mail.remove(session.account, session.session_id)
    return None


class WishDigest(CommandPayload):
    digest: bool


@registry.command("mail.digest", WishDigest)
async def wish_digest(session: Session, payload: WishDigest) -> Result:
    mail = session.core.services.mail
    return _told(session, await mail.wish_digest(session.account, digest=payload.digest))


def _told(session: Session, known: MailAddress) -> dict[str, Any]:
    return {
        "is_on": session.core.services.mail.is_on,
        "address": known.address,
        "wanted": known.wanted,
        "digest": known.digest,
    }
