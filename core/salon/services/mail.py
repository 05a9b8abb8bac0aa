"""Letters: links to sign in or to a new password, and a digest for those who want one.

Nothing needs them: without `mail.host` this is off, and all else works. An address is somebody's
own affair: it is used once its link was opened, and several accounts may have the same one, so that
nobody learns by trying whether it is known. Whoever asks for a link at the door gets the same
answer at once, whoever they name: the queue looks later, and writes to those there are.

What waits in the queue is sealed, and a link is made when its letter goes: neither the database nor
a second try holds one. A letter is tried for about an hour. One that a mail server refuses for good
is dropped: the person asks again.
"""

import asyncio
import base64
import hmac
import re
import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal, TypeVar

import aiosmtplib
import orjson
import structlog

from salon.clock import Clock
from salon.config import Mail as MailSettings
from salon.domain.accounts import Account, AccountKind, AccountState
from salon.domain.audit import target
from salon.domain.channels import Channel
from salon.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from salon.ids import ID_DIGITS_MAX, new_secret
from salon.services import letters, names
from salon.services.accounts import BAD_LINK
from salon.services.directory import Directory
from salon.services.inbox import Inbox
from salon.services.jobs import CORE, Jobs
from salon.services.letters import Letter
from salon.services.limits import RateLimits
from salon.services.sanctions import address_hash
from salon.services.sealing import Seal
from salon.services.sessions import Sessions, hash_of
from salon.store import accounts as stored_accounts
from salon.store import audit, jobs, sanctions
from salon.store import channels as stored_channels
from salon.store import mail as stored
from salon.store.accounts import Link
from salon.store.base import CoreTransaction
from salon.store.mail import MailAddress
from salon.store.store import Store

JOB = "letter"
ATTEMPTS = 6
PLACE = "letter"
LINK_FOR = timedelta(minutes=15)
ADDRESS_LINK_FOR = timedelta(hours=1)
DIGEST_EVERY = timedelta(days=7)
DIGESTS_AT_ONCE = 200
DIGEST_LINES = 10
ADDRESS_MAX = 254
SEND_WITHIN_S = 20.0
HOUR_S = 60 * 60
ASKED_PER_NETWORK_HOUR = 10
ASKED_PER_NAME_HOUR = 3
CHANGES_PER_HOUR = 5
REFUSED_FROM = 500  # SMTP: 5yz is for good (RFC 5321, 4.2.1)

# What HTML takes as an address (HTML Standard, 4.10.5.1.5), with a dot in the host.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)

T = TypeVar("T")
Purpose = Literal["signin", "reset"]

log = structlog.get_logger(__name__)


class Mail:
    """Owns what is sent; addresses are in the database, letters in the jobs' queue."""

    def __init__(  # noqa: PLR0913 what it meets
        self,
        *,
        store: Store,
        directory: Directory,
        sessions: Sessions,
        inbox: Inbox,
        rates: RateLimits,
        jobs: Jobs,
        clock: Clock,
        seal: Seal,
        settings: MailSettings,
        base_url: Callable[[], str],
    ) -> None:
        self._store = store
        self._directory = directory
        self._sessions = sessions
        self._inbox = inbox
        self._rates = rates
        self._clock = clock
        self._seal = seal
        self._settings = settings
        self._base_url = base_url
        self._jobs = jobs
        jobs.perform(JOB, self._perform, attempts=ATTEMPTS)

    @property
    def is_on(self) -> bool:
        return self._settings.host is not None

    # -- one's own

    async def of(self, actor: Account) -> MailAddress:
        known = await self._store.read(lambda c: stored.find(c, actor.id))
        return known or MailAddress(actor.id)

    async def want(
        self, actor: Account, session_id: int, address: str, language: str
    ) -> MailAddress:
        """Ask at an address whether it is theirs.

        Raises Invalid, Denied (prove, or it was a banned person's), TooMany.
        """
        self._check_on()
        self._sessions.check_proof(session_id)
        wanted = _address(address)
        self._rates.hit(
            "mail-address",
            str(actor.id),
            times=CHANGES_PER_HOUR,
            per_s=HOUR_S,
            message="That is a lot of letters. Please wait.",
        )

        def save(tx: CoreTransaction) -> MailAddress:
            self._check_not_banned(tx, wanted)
            known = stored.find(tx.connection, actor.id) or MailAddress(actor.id)
            changed = replace(known, wanted=wanted, language=language)
            stored.save(tx, changed)
            stored_accounts.end_links(tx, "address", actor.id)  # it went to another address
            self._queue(tx, {"kind": "confirm", "account": actor.id})
            return changed

        return await self._written(save)

    async def remove(self, actor: Account, session_id: int) -> None:
        """Forget the address; it is told. Raises Denied (prove)."""
        self._sessions.check_proof(session_id)

        def forget(tx: CoreTransaction) -> None:
            known = stored.find(tx.connection, actor.id)
            stored.forget(tx, actor.id)
            if known is not None and known.address is not None:
                self._tell_old(tx, actor, known)

        await self._written(forget)

    async def wish_digest(self, actor: Account, *, digest: bool) -> MailAddress:
        """Raises Conflict without an address."""

        def save(tx: CoreTransaction) -> MailAddress:
            known = stored.find(tx.connection, actor.id)
            if known is None or known.address is None:
                raise Conflict("There is no address to write to.", reason="no_address")
            changed = replace(known, digest=digest, digest_at=tx.now)
            stored.save(tx, changed)
            return changed

        return await self._store.write(save)

    # -- links

    async def ask(self, network: str, who: str, purpose: Purpose, language: str) -> None:
        """Send a link to whoever this names, by handle or address. Raises TooMany, Invalid."""
        self._check_on()
        named = who.strip()[:ADDRESS_MAX]
        if not named:
            raise Invalid("Please fill this in.", field="handle", reason="empty")
        wait = "Too many letters were asked for. Please wait an hour."
        self._rates.hit(
            "mail-network", network, times=ASKED_PER_NETWORK_HOUR, per_s=HOUR_S, message=wait
        )
        self._rates.hit(
            "mail-name",
            names.folded(named),
            times=ASKED_PER_NAME_HOUR,
            per_s=HOUR_S,
            message=wait,
        )
        asked = {"kind": purpose, "who": named, "language": language}
        await self._written(lambda tx: self._queue(tx, asked))

    async def link(self, token: str, purpose: str) -> Account:
        """Return whose link this is, without using it. Raises NotFound."""
        found = await self._store.read(lambda c: stored_accounts.find_link(c, hash_of(token)))
        account = None if found is None else self._directory.account(found.account_id or 0)
        is_over = found is None or found.purpose != purpose or found.expires_at <= self._clock.now()
        if account is None or account.state is not AccountState.ACTIVE or is_over:
            raise NotFound(BAD_LINK, reason="link_used")
        return account

    async def come_in(self, token: str) -> Account:
        """Use a link to sign in. Raises NotFound."""
        account = await self.link(token, "signin")

        def use(tx: CoreTransaction) -> None:
            if stored_accounts.use_link(tx, hash_of(token), "signin") is None:
                raise NotFound(BAD_LINK, reason="link_used")

        await self._store.write(use)
        return account

    async def confirm(self, token: str) -> None:
        """Write to the address from now on whose link this is. Raises NotFound, Denied (banned)."""
        account = await self.link(token, "address")

        def take(tx: CoreTransaction) -> None:
            used = stored_accounts.use_link(tx, hash_of(token), "address")
            known = stored.find(tx.connection, account.id)
            if used is None or known is None or known.wanted is None:
                raise NotFound(BAD_LINK, reason="link_used")
            self._check_not_banned(tx, known.wanted)
            stored.save(tx, replace(known, address=known.wanted, wanted=None))
            if known.address is not None and known.address != known.wanted:
                self._tell_old(tx, account, known)
            else:
                audit.record(tx, account, "account.mail_address", target("account", account))

        await self._written(take)

    def _check_not_banned(self, tx: CoreTransaction, address: str) -> None:
        if sanctions.is_mail_banned(tx, address_hash(self._seal, address)):
            raise Denied(
                "This address cannot be used here.", field="address", reason="mail_refused"
            )

    # -- the digest

    async def queue_digests(self) -> None:
        """Put the letters of this week into the queue; asked every hour."""
        if not self.is_on:
            return
        before = self._clock.now() - DIGEST_EVERY

        def queue(tx: CoreTransaction) -> None:
            for each in stored.due(tx.connection, before, DIGESTS_AT_ONCE):
                stored.save(tx, replace(each, digest_at=tx.now))
                self._queue(tx, {"kind": "digest", "account": each.account_id})

        await self._written(queue)

    async def unsubscribe(self, token: str) -> None:
        """End the digest, by the link in one. Twice is once. Raises NotFound."""
        account_id = self._subscriber(token)

        def end(tx: CoreTransaction) -> None:
            known = stored.find(tx.connection, account_id)
            if known is not None:
                stored.save(tx, replace(known, digest=False))

        await self._store.write(end)

    def check_subscriber(self, token: str) -> None:
        """Raises NotFound."""
        self._subscriber(token)

    def _subscriber(self, token: str) -> int:
        number = token.partition(".")[0]
        is_id = number.isascii() and number.isdigit() and len(number) <= ID_DIGITS_MAX
        right = self._subscription(int(number)) if is_id else ""
        given = token.encode("utf-8", "replace")
        if not is_id or not hmac.compare_digest(right.encode(), given):
            raise NotFound("This link is not known here.", reason="link_used")
        return int(number)

    def _subscription(self, account_id: int) -> str:
        """Return a token that is the same in every letter to somebody and known to nobody else."""
        signed = self._seal.sign(f"digest/{account_id}".encode())
        return f"{account_id}.{signed.hex()}"

    # -- sending

    def _queue(self, tx: CoreTransaction, asked: dict[str, Any]) -> None:
        sealed = self._seal.seal(orjson.dumps(asked), PLACE)
        payload = {"sealed": base64.b64encode(sealed).decode()}
        jobs.add(tx, CORE, JOB, payload, tx.now)

    def _tell_old(self, tx: CoreTransaction, account: Account, known: MailAddress) -> None:
        asked = {"kind": "changed", "account": account.id, "to": known.address}
        self._queue(tx, {**asked, "language": known.language})
        audit.record(tx, account, "account.mail_address", target("account", account))

    async def _written(self, work: Callable[[CoreTransaction], T]) -> T:
        result = await self._store.write(work)
        self._jobs.look()
        return result

    async def _perform(self, payload: dict[str, Any]) -> None:
        if not self.is_on:
            return
        asked = orjson.loads(self._seal.open(base64.b64decode(payload["sealed"]), PLACE))
        for letter in await self._letters(asked):
            await self._send(letter)

    async def _letters(self, asked: dict[str, Any]) -> Sequence[Letter]:
        kind = asked["kind"]
        if "who" in asked:
            found = await self._whom(asked["who"])
            return [await self._with_link(each, kind, asked["language"]) for each in found]
        account = self._directory.account(asked["account"])
        if account is None or account.state is not AccountState.ACTIVE:
            return []
        if kind == "changed":
            return [self._letter(account, asked["to"], asked["language"], kind, "")]
        link = ""
        if kind == "confirm":  # before looking where to: another address wanted since ends it
            link = await self._new_link(account.id, "address", ADDRESS_LINK_FOR, "/address/")
        known = await self._store.read(lambda c: stored.find(c, account.id))
        if known is None:
            return []
        if kind == "digest":
            return await self._digest(account, known)
        if known.wanted is None:
            return []
        return [self._letter(account, known.wanted, known.language, kind, link)]

    async def _whom(self, named: str) -> Sequence[MailAddress]:
        """Return those with this address, or the one with this handle; active people only."""
        account = self._directory.by_handle(named)

        if account is not None:
            id_ = account.id
            known = await self._store.read(lambda c: stored.find(c, id_))
            found: Sequence[MailAddress] = [] if known is None else [known]
        else:
            folded = named.casefold()
            found = await self._store.read(lambda c: stored.with_address(c, folded))
        return [each for each in found if each.address and self._may_have(each.account_id)]

    def _may_have(self, account_id: int) -> bool:
        account = self._directory.account(account_id)
        if account is None or account.kind is not AccountKind.PERSON:
            return False
        return account.state is AccountState.ACTIVE

    async def _with_link(self, known: MailAddress, kind: str, language: str) -> Letter:
        account = self._directory.account(known.account_id)
        if account is None or known.address is None:
            raise Unavailable("Somebody has gone meanwhile.", reason="busy")
        path = "/reset/" if kind == "reset" else "/signin/link/"
        link = await self._new_link(known.account_id, kind, LINK_FOR, path)
        return self._letter(account, known.address, language, kind, link)

    async def _new_link(self, account_id: int, kind: str, lasts: timedelta, path: str) -> str:
        token, link = new_secret(), Link(kind, account_id, self._clock.now() + lasts)
        await self._store.write(lambda tx: stored_accounts.add_link(tx, hash_of(token), link))
        return f"{self._base_url()}{path}{token}"

    async def _digest(self, account: Account, known: MailAddress) -> Sequence[Letter]:
        unread = await self._inbox.unread(account)
        if known.address is None or not known.digest or not unread:
            return []
        lines = []
        for entry in unread[:DIGEST_LINES]:
            author = self._directory.account(entry.message.author_id or 0)
            channel = await self._channel(entry.message.channel_id)
            facts = {
                "author": "…" if author is None else author.display_name,
                "channel": "…" if channel is None else channel.name or "…",
            }
            lines.append(letters.say(known.language, "digest.line", facts))
        letter = self._letter(
            account, known.address, known.language, "digest", f"{self._base_url()}/inbox"
        )
        unsubscribe = f"{self._base_url()}/unsubscribe/{self._subscription(account.id)}"
        return [replace(letter, lines=lines, unsubscribe=unsubscribe)]

    async def _channel(self, channel_id: int) -> Channel | None:
        """Return a channel of any kind; a thread that was put away from the store."""
        known = self._directory.channel(channel_id)
        if known is not None:
            return known
        return await self._store.read(lambda c: stored_channels.find_channel(c, channel_id))

    def _letter(self, account: Account, to: str, language: str, kind: str, link: str) -> Letter:
        facts = {"name": account.display_name, "community": self._directory.community.name}
        return Letter(to, language, kind, facts, link)

    async def _send(self, letter: Letter) -> None:
        """Hand a letter to the mail server. Raises Unavailable when it is worth trying again."""
        settings = self._settings
        password = settings.password
        mail = letters.message(letter, settings.sender or "", self._directory.community.name)
        try:
            await aiosmtplib.send(
                mail,
                hostname=settings.host,
                port=settings.port,
                username=settings.user,
                password=None if password is None else password.get_secret_value(),
                use_tls=settings.encryption == "tls",
                start_tls=settings.encryption == "starttls",
                tls_context=await asyncio.to_thread(ssl.create_default_context),
                timeout=SEND_WITHIN_S,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            if not _is_for_good(error):
                raise _not_sent(error) from error
            log.warning("a letter was refused for good", kind=letter.kind)

    def _check_on(self) -> None:
        if not self.is_on:
            raise Conflict("This server sends no letters.", reason="mail_off")


def _address(text: str) -> str:
    address = text.strip()
    if len(address) > ADDRESS_MAX or not _ADDRESS.fullmatch(address):
        raise Invalid(
            "That is no address like june@example.org.", field="address", reason="mail_address"
        )
    return address


def _is_for_good(error: Exception) -> bool:
    """Whether the mail server said that this letter will never be taken."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(each.code >= REFUSED_FROM for each in error.recipients)
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return False  # that we are not let in is for its keeper to put right
    return isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= REFUSED_FROM


def _not_sent(error: Exception) -> Unavailable:
    """Return the reason without the address: it stands in the logs and in the queue."""
    return Unavailable(f"The mail server did not take it ({type(error).__name__}).", reason="busy")
