"""Warnings, time outs, kicks, suspensions and bans: begun, ended, run out; rank rules as for roles.

One write keeps the sanction, changes the account by it, writes the deed down and queues what comes
later: taking back what a banned person wrote, and the look at the account when the time is over.
After it the sign-ins end, and with them sockets, seats and voices. Were the server to die between
the two, the account says already that nobody may sign in to it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from salon.clock import Clock
from salon.domain import wire
from salon.domain.accounts import Account, AccountState, Registration
from salon.domain.audit import plain, target
from salon.domain.events import AccountChanged, AccountSuspended
from salon.domain.sanctions import (
    KEEPS_OUT,
    LASTS_MAX,
    NEEDS,
    REASON_MAX,
    TAKEN_BACK_MAX,
    TIME_OUT_MAX,
    Sanction,
    SanctionKind,
    heaviest,
    judged,
)
from salon.errors import Denied, Invalid, NotFound
from salon.services import names, texts
from salon.services.access import Access
from salon.services.deletions import Deletions
from salon.services.directory import Directory
from salon.services.jobs import CORE, Jobs
from salon.services.sealing import Seal
from salon.services.sessions import Sessions
from salon.store import accounts as stored_accounts
from salon.store import audit
from salon.store import jobs as stored_jobs
from salon.store import mail as stored_mail
from salon.store import sanctions as stored
from salon.store.base import CoreTransaction
from salon.store.sanctions import Wanted
from salon.store.store import Store

LOOK_AGAIN = "look_at_sanctions"
TAKE_BACK = "take_back_messages"
MOMENT = timedelta(milliseconds=1)  # a job is due when its time has come, a sanction is over then


class Sanctions:
    """Everything that is done to people who went too far."""

    def __init__(  # noqa: PLR0913 what it ends is everywhere
        self,
        *,
        store: Store,
        directory: Directory,
        access: Access,
        sessions: Sessions,
        jobs: Jobs,
        deletions: Deletions,
        clock: Clock,
        seal: Seal,
    ) -> None:
        self._store = store
        self._directory = directory
        self._access = access
        self._sessions = sessions
        self._jobs = jobs
        self._deletions = deletions
        self._clock = clock
        self._seal = seal
        jobs.perform(LOOK_AGAIN, self._look_again)
        jobs.perform(TAKE_BACK, self._take_back)

    # -- beginning and ending

    async def impose(
        self,
        actor: Account | None,
        account_id: int,
        kind: SanctionKind,
        *,
        until: datetime | None = None,
        reason: str = "",
        take_back: timedelta = timedelta(0),
    ) -> Account:
        """Begin a sanction in place of the one of its kind; `take_back`: messages of that long.

        Without an actor it is the server, or a plugin. Raises NotFound, Denied (the owner, somebody
        of the actor's rank or above), Invalid.
        """
        account = self._somebody(account_id)
        self._check_may(actor, account, kind)
        until = self._checked_until(kind, until)
        reason = texts.line(reason, field="reason", at_most=REASON_MAX, at_least=0)
        if take_back and (kind is not SanctionKind.BAN or take_back > TAKEN_BACK_MAX):
            raise Invalid(
                "A ban takes back messages of up to 7 days.",
                field="delete_messages_s",
                reason="take_back_long",
                days=TAKEN_BACK_MAX.days,
            )
        by = None if actor is None else actor.id

        def begin(tx: CoreTransaction) -> Account:
            current = _current(tx, account.id)
            stored.end(tx, account.id, kind, by)
            made = Sanction(tx.new_id(), account.id, kind, tx.now, until, reason, by)
            stored.add(tx, made, self._known_again(tx, current))
            changed = judged(current, stored.of_account(tx.connection, account.id), tx.now)
            tx.announce(AccountSuspended(changed, kind, until, reason, by))
            _save(tx, current, changed)
            what: dict[str, Any] = {} if until is None else {"lasts_until": plain(until)}
            if take_back:
                what["messages_since"] = plain(tx.now - take_back)
            about = target("account", changed)
            audit.record(
                tx,
                actor,
                f"account.{kind}",
                about,
                changes=({}, what) if what else None,
                reason=reason,
            )
            self._queue(tx, made, take_back)
            return changed

        changed = await self._store.write(begin)
        self._jobs.look()
        if kind in KEEPS_OUT:
            await self._sessions.end_all(account.id)
        return changed

    async def lift(self, actor: Account | None, account_id: int, kind: SanctionKind) -> Account:
        """End what holds of this kind. Twice is once. Raises NotFound, Denied."""
        account = self._somebody(account_id)
        self._check_may(actor, account, kind)
        by = None if actor is None else actor.id

        def end(tx: CoreTransaction) -> Account:
            current = _current(tx, account.id)
            if not stored.end(tx, account.id, kind, by):
                return current
            audit.record(tx, actor, f"account.{kind}_lifted", target("account", current))
            return _judge(tx, current)

        return await self._store.write(end)

    async def heed(self, actor: Account) -> None:
        """Say of one's own warning that one has read it. Twice is once; nothing is also well."""

        def end(tx: CoreTransaction) -> None:
            stored.end(tx, actor.id, SanctionKind.WARNING, actor.id)

        await self._store.write(end)

    async def come_back(self, account: Account, code: str) -> Account:
        """End a kick by an invitation, which is one use of it. Raises NotFound."""

        def end(tx: CoreTransaction) -> Account:
            if not stored_accounts.use_invitation(tx, code):
                raise NotFound("This invitation has run out. Ask for a new one.", reason="used")
            stored.end(tx, account.id, SanctionKind.KICK, account.id)
            return _judge(tx, _current(tx, account.id))

        return await self._store.write(end)

    async def check_may_sign_in(self, account: Account) -> Account:
        """Return the account as it is by the clock. Raises Denied, which says why and until when.

        What has run out is over now, whether or not anybody has looked at it since.
        """
        if account.state is AccountState.ACTIVE:
            return account
        account = await self._store.write(lambda tx: _judge(tx, _current(tx, account.id)))
        if account.state is AccountState.ACTIVE:
            return account
        holding = await self._store.read(lambda c: stored.of_account(c, account.id))
        raise _shut_out(heaviest(holding, self._clock.now()))

    # -- looking

    async def page(self, actor: Account, wanted: Wanted) -> Sequence[Sanction]:
        """Return the newest that are wanted, of the kinds that the actor may impose.

        Raises Denied when there are none of these.
        """
        may = [kind for kind in wanted.kinds if self._directory.may(actor, NEEDS[kind])]
        if not may:
            self._access.everywhere(actor, NEEDS[wanted.kinds[0]])
        now = self._clock.now()
        return await self._store.read(lambda c: stored.load(c, replace(wanted, kinds=may), now))

    async def own(self, actor: Account) -> Sequence[Sanction]:
        """Return what holds for the actor now."""
        found = await self._store.read(lambda c: stored.of_account(c, actor.id))
        now = self._clock.now()
        return [each for each in found if each.holds(now)]

    # -- inside

    def _somebody(self, account_id: int) -> Account:
        account = self._directory.account(account_id)
        if account is None or account.state is AccountState.DELETED:
            raise _nobody()
        return account

    def _check_may(self, actor: Account | None, account: Account, kind: SanctionKind) -> None:
        if actor is not None:
            self._access.everywhere(actor, NEEDS[kind])
            self._access.outranks(actor, account)
        if account.is_owner:
            raise Denied("Nothing of this is done to the owner.", reason="owner_sanction")

    def _checked_until(self, kind: SanctionKind, until: datetime | None) -> datetime | None:
        """Return until when it lasts.

        A kick has no time: it is over when they are back; nor has a warning, when it is read.
        """
        now = self._clock.now()
        if kind in {SanctionKind.WARNING, SanctionKind.KICK}:
            if until is not None:
                raise Invalid(f"A {kind} has no time.", field="until", reason="malformed")
            if kind is SanctionKind.WARNING:
                return None
            is_open = self._directory.community.registration is Registration.OPEN
            return now if is_open else None
        if until is None and kind is not SanctionKind.TIME_OUT:
            return None
        most = TIME_OUT_MAX if kind is SanctionKind.TIME_OUT else LASTS_MAX
        if until is None or not now < until <= now + most:
            raise Invalid(
                f"This lasts up to {most.days} days.",
                field="until",
                reason="sanction_long",
                days=most.days,
            )
        return until

    def _known_again(self, tx: CoreTransaction, account: Account) -> stored.KnownBy:
        mail = stored_mail.find(tx.connection, account.id)
        address = None if mail is None or mail.address is None else mail.address
        sign = None if address is None else address_hash(self._seal, address)
        return stored.KnownBy(names.skeleton(account.handle), sign)

    def _queue(self, tx: CoreTransaction, made: Sanction, take_back: timedelta) -> None:
        who = {"account_id": str(made.account_id)}
        if made.until is not None and made.holds(tx.now):
            stored_jobs.add(tx, CORE, LOOK_AGAIN, who, made.until + MOMENT)
        if take_back:
            since = {"since": wire.time(tx.now - take_back), "until": wire.time(tx.now)}
            by = {"by": wire.id_or_none(made.by_account_id)}
            stored_jobs.add(tx, CORE, TAKE_BACK, who | since | by, tx.now)

    async def _look_again(self, payload: dict[str, Any]) -> None:
        """Let the account be what it is now that a time is over."""
        account_id = int(payload["account_id"])

        def look(tx: CoreTransaction) -> None:
            current = stored_accounts.find_account(tx.connection, account_id)
            if current is not None:
                _judge(tx, current)

        await self._store.write(look)

    async def _take_back(self, payload: dict[str, Any]) -> None:
        await self._deletions.take_back(
            int(payload["account_id"]),
            since=datetime.fromisoformat(payload["since"]),
            until=datetime.fromisoformat(payload["until"]),
            by=int(payload["by"] or payload["account_id"]),
        )


def address_hash(seal: Seal, address: str) -> bytes:
    """Return what the mail address of a banned person is known again by, in whichever case.

    Under the key of the server: whoever has the database alone cannot check a guess. What stands
    behind a plus is left out, since mail for it comes to the same person.
    """
    name, _, host = address.casefold().rpartition("@")
    return seal.sign(f"banned/{name.partition('+')[0]}@{host}".encode())


def _current(tx: CoreTransaction, account_id: int) -> Account:
    current = stored_accounts.find_account(tx.connection, account_id)
    if current is None or current.state is AccountState.DELETED:
        raise _nobody()
    return current


def _judge(tx: CoreTransaction, current: Account) -> Account:
    """Change the account by what holds for it now."""
    changed = judged(current, stored.of_account(tx.connection, current.id), tx.now)
    _save(tx, current, changed)
    return changed


def _save(tx: CoreTransaction, current: Account, changed: Account) -> None:
    if changed != current:
        stored_accounts.save_account(tx, changed)
        tx.announce(AccountChanged(changed))


def _nobody() -> NotFound:
    return NotFound("There is nobody with that id.", field="account", reason="nobody")


def _shut_out(sanction: Sanction | None) -> Denied:
    """Return what somebody reads at the door; the password was right, so it may say why."""
    why = (sanction.reason if sanction else "") or "-"
    if sanction is None or sanction.kind is SanctionKind.KICK:
        return Denied(
            f"You were asked to leave. You can come back by an invitation. Reason: {why}",
            field="handle",
            reason="kicked",
            why=why,
        )
    what = "banned" if sanction.kind is SanctionKind.BAN else "suspended"
    if sanction.until is None:
        said = f"This account is {what}. Reason: {why}"
        if sanction.kind is SanctionKind.BAN:
            return Denied(said, field="handle", reason="banned", why=why)
        return Denied(said, field="handle", reason="suspended", why=why)
    until = f"{sanction.until:%Y-%m-%d %H:%M} UTC"
    said = f"This account is {what} until {until}. Reason: {why}"
    if sanction.kind is SanctionKind.BAN:
        return Denied(said, field="handle", reason="banned_until", until=until, why=why)
    return Denied(said, field="handle", reason="suspended_until", until=until, why=why)
